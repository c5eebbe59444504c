//! Spells: what opened, perhaps closed, and what was noted in between.

use uuid::Uuid;

use super::Said;
use crate::board::Board;
use crate::code::Code;
use crate::company::terms::{LegalStatus, Programme, RecognitionLevel, SpellSet};
use crate::history::Sequence;
use crate::text::Text;
use crate::window::{BEGINNING, END};

/// What a spell is keyed by. Nothing in one set implies anything in another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpellKey {
    /// A legal status.
    Legal(LegalStatus),
    /// A programme (培育) at a carrier.
    Programme {
        /// Where.
        carrier: Uuid,
        /// Which.
        programme: Programme,
    },
    /// A unit or contract (入驻) at a carrier; the unnamed unit is one unit.
    Occupancy {
        /// Where.
        carrier: Uuid,
        /// Which.
        unit: Option<Text>,
    },
    /// A tier of a cluster (集群成员).
    Membership {
        /// Which cluster.
        cluster: Uuid,
        /// Which tier.
        tier: Option<Code>,
    },
    /// An application for a board (拟上市).
    Application(Board),
    /// Shares on a board (上市, 挂牌); a merged board counts as the one that took it over.
    Security(Board),
    /// A label at a level (认定).
    Recognition {
        /// Which label.
        label: Text,
        /// Whose.
        level: Option<RecognitionLevel>,
    },
    /// A link to a group.
    Group(Text),
}

impl SpellKey {
    /// The set it belongs to; none for legal status and group links, which no source covers.
    #[must_use]
    pub const fn set(&self) -> Option<SpellSet> {
        match self {
            Self::Legal(_) | Self::Group(_) => None,
            Self::Programme { .. } => Some(SpellSet::Programme),
            Self::Occupancy { .. } => Some(SpellSet::Occupancy),
            Self::Membership { .. } => Some(SpellSet::Membership),
            Self::Application(_) => Some(SpellSet::Application),
            Self::Security(_) => Some(SpellSet::Security),
            Self::Recognition { .. } => Some(SpellSet::Recognition),
        }
    }
}

/// An event at one end of a spell, or in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge<'a> {
    /// The day on which it is placed, counted from 1970-01-01; `None` if its date is unknown.
    pub day: Option<i32>,
    /// What was said, by which event.
    pub said: Said<'a>,
}

/// One spell. At least one of its ends is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spell<'a> {
    /// What it is keyed by.
    pub key: SpellKey,
    /// How it began; `None` if only its end is recorded.
    pub opened: Option<Edge<'a>>,
    /// How it ended; `None` while it is open.
    pub closed: Option<Edge<'a>>,
    /// What was said of it in between, by day.
    pub notes: Vec<Edge<'a>>,
}

impl Spell<'_> {
    /// The days `[from, to)` on which it is in stock, `to = None` while open; `None` if an end cannot be placed.
    /// A spell with no known start has length zero, on the day of its end.
    #[must_use]
    pub fn placed(&self) -> Option<(i32, Option<i32>)> {
        match (&self.opened, &self.closed) {
            (Some(opened), None) => Some((opened.day?, None)),
            (Some(opened), Some(closed)) => Some((opened.day?, Some(closed.day?))),
            (None, Some(closed)) => closed.day.map(|day| (day, Some(day))),
            (None, None) => None,
        }
    }

    /// Whether it is in stock on a day.
    #[must_use]
    pub fn holds_on(&self, day: i32) -> bool {
        self.placed()
            .is_some_and(|(from, to)| from <= day && to.is_none_or(|to| day < to))
    }

    /// The days on which it can hold, from its start to its end; far away where either is not known.
    pub(super) fn days(&self) -> (i32, i32) {
        let opened = self.opened.and_then(|edge| edge.day);
        let closed = self.closed.and_then(|edge| edge.day);
        (opened.unwrap_or(BEGINNING), closed.unwrap_or(END))
    }

    /// By key and time, those that cannot be placed last, then by what was said.
    pub(super) fn order(&self) -> impl Ord {
        let placed = self
            .placed()
            .map_or((END, END), |(from, to)| (from, to.unwrap_or(END)));
        let [opened, closed] =
            [self.opened, self.closed].map(|edge| edge.map(|edge| edge.said.assertion));
        (&self.key, placed, opened, closed)
    }

    /// The events that it stands on, ascending.
    #[must_use]
    pub fn basis(&self) -> Vec<Sequence> {
        let mut basis: Vec<_> = self
            .opened
            .iter()
            .chain(&self.closed)
            .chain(&self.notes)
            .map(|edge| edge.said.sequence)
            .collect();
        basis.sort_unstable();
        basis.dedup();
        basis
    }
}
