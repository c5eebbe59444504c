//! The stage of each day and the highest stage reached so far, on a ladder.

use std::collections::BTreeSet;

use nianlun_aggregates::company::{Change, DelistingReason, SpaceRole, Spell, SpellKey, SpellSet};
use nianlun_aggregates::history::Sequence;
use nianlun_aggregates::{Board, Day};

use super::Story;
use super::pauses::{PAUSED, pauses};
use crate::fact::{FOREVER, Fact, kind};
use crate::ladder::{Ladder, Rule, Stage};

/// What makes a rule hold: the events, and flags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Ground {
    events: BTreeSet<Sequence>,
    flags: BTreeSet<&'static str>,
}

impl Ground {
    fn on(events: impl IntoIterator<Item = Sequence>) -> Self {
        Self {
            events: events.into_iter().collect(),
            flags: BTreeSet::new(),
        }
    }
}

/// A placed spell.
struct Placed<'a> {
    spell: &'a Spell<'a>,
    from: i32,
    to: i32,
}

struct Reading<'a> {
    ladder: &'a Ladder,
    spells: Vec<Placed<'a>>,
    /// Graduations, by the day from which they count.
    graduated: Vec<(i32, Sequence)>,
    registration: Vec<Sequence>,
}

pub(super) fn facts(story: &Story<'_>, ladder: &Ladder) -> Vec<Fact> {
    let entities = story.entities();
    let Some(begin) = story.begin else {
        let Some((_, entity, sequence)) = entities.first() else {
            return vec![];
        };
        return [kind::STAGE, kind::HIGHEST]
            .map(|kind| {
                story
                    .unplaced(kind)
                    .keyed(ladder.code.as_str())
                    .parted(entity.code())
                    .based([*sequence])
            })
            .to_vec();
    };
    let reading = Reading::new(story, ladder);
    let mut days = reading.turning_days();
    days.insert(begin);
    days.extend(entities.iter().map(|(from, ..)| *from));
    days.remove(&FOREVER);
    let days: Vec<_> = days.into_iter().filter(|day| *day >= begin).collect();
    let mut stages: Vec<Fact> = vec![];
    let mut highest: Vec<Fact> = vec![];
    let mut top: Option<(&Stage, Ground)> = None;
    for (index, &day) in days.iter().enumerate() {
        let next = days.get(index + 1).copied().unwrap_or(FOREVER);
        let unit = entities
            .iter()
            .rev()
            .find(|(from, ..)| *from <= day)
            .map_or("", |(_, entity, _)| entity.code());
        let fact = |kind: &str, stage: &Stage, ground: &Ground| {
            let fact = story
                .fact(kind, day, next)
                .keyed(ladder.code.as_str())
                .parted(unit)
                .valued(stage.code.as_str())
                .based(ground.events.iter().copied());
            Fact {
                flags: ground.flags.iter().map(|flag| (*flag).to_owned()).collect(),
                ..fact
            }
        };
        let Some((stage, ground)) = reading.stage(day, None) else {
            continue;
        };
        extend(&mut stages, fact(kind::STAGE, stage, &ground));
        let moments = reading
            .spells
            .iter()
            .filter(|placed| placed.from == day && placed.to == day);
        let reached = moments
            .filter_map(|placed| reading.stage(day, Some(placed)))
            .chain([(stage, ground)]);
        for (stage, ground) in reached {
            if stage.rank.is_some() && stage.rank > top.as_ref().and_then(|(top, _)| top.rank) {
                top = Some((stage, ground));
            }
        }
        if let Some((top, ground)) = &top {
            extend(
                &mut highest,
                fact(
                    kind::HIGHEST,
                    top,
                    &Ground {
                        flags: BTreeSet::new(),
                        ..ground.clone()
                    },
                ),
            );
        }
    }
    stages.extend(highest);
    stages
}

/// Lengthens the last fact if the next says the same.
fn extend(facts: &mut Vec<Fact>, next: Fact) {
    match facts.last_mut() {
        Some(last)
            if last.value == next.value
                && last.part == next.part
                && last.basis == next.basis
                && last.flags == next.flags =>
        {
            last.valid_to = next.valid_to;
        }
        _ => facts.push(next),
    }
}

impl<'a> Reading<'a> {
    fn new(story: &'a Story<'a>, ladder: &'a Ladder) -> Self {
        let placed = |spell: &'a Spell<'a>| {
            spell.placed().map(|(from, to)| Placed {
                spell,
                from,
                to: to.unwrap_or(FOREVER),
            })
        };
        let registers = |change: &Change| matches!(change, Change::Registered { .. });
        let mut graduated: Vec<_> = super::spells::graduations(story)
            .into_iter()
            .filter(|fact| fact.valid_from != FOREVER)
            .filter_map(|fact| Some((fact.valid_from, *fact.basis.first()?)))
            .collect();
        graduated.sort_unstable();
        Self {
            ladder,
            spells: story.life.spells.iter().filter_map(placed).collect(),
            graduated,
            registration: story
                .life
                .said
                .iter()
                .filter(|said| registers(&said.assertion.change))
                .map(|said| said.sequence)
                .collect(),
        }
    }

    /// Every day on which the answer can change.
    fn turning_days(&self) -> BTreeSet<i32> {
        let mut days = BTreeSet::new();
        for placed in &self.spells {
            days.extend([placed.from, placed.to]);
            if let SpellKey::Security(board) = &placed.spell.key {
                days.extend(
                    board
                        .kinds()
                        .iter()
                        .filter_map(|(from, _)| from.map(Day::number)),
                );
                days.extend(self.gap_end(placed));
            }
        }
        let pauses = self.spells.iter().flat_map(|placed| pauses(placed.spell));
        days.extend(pauses.flat_map(|pause| [pause.from, pause.to]));
        days.extend(self.graduated.iter().map(|(day, _)| *day));
        days.remove(&FOREVER);
        days
    }

    /// The first rule that holds, with `moment` counted as open if given.
    fn stage(&self, day: i32, moment: Option<&Placed<'a>>) -> Option<(&'a Stage, Ground)> {
        self.ladder.stages.iter().find_map(|stage| {
            self.holds(&stage.when, day, moment)
                .map(|ground| (stage, ground))
        })
    }

    fn open<'s>(
        &'s self,
        day: i32,
        moment: Option<&'s Placed<'a>>,
    ) -> impl Iterator<Item = &'s Placed<'a>> {
        self.spells.iter().filter(move |placed| {
            (placed.from <= day && day < placed.to)
                || moment.is_some_and(|moment| std::ptr::eq(moment, *placed))
        })
    }

    fn holds(&self, rule: &Rule, day: i32, moment: Option<&Placed<'a>>) -> Option<Ground> {
        let open = |wanted: &dyn Fn(&SpellKey) -> bool| {
            let events: BTreeSet<_> = self
                .open(day, moment)
                .filter(|placed| wanted(&placed.spell.key))
                .filter_map(|placed| began(placed.spell))
                .collect();
            (!events.is_empty()).then(|| Ground::on(events))
        };
        match rule {
            Rule::Legal(statuses) => {
                open(&|key| matches!(key, SpellKey::Legal(status) if statuses.contains(status)))
            }
            Rule::Listed => self.listed(day, moment),
            Rule::Applying => self.applying(day, moment),
            Rule::Delisted => self.delisted(day),
            Rule::Programme(wanted) => open(
                &|key| matches!(key, SpellKey::Programme { programme, .. } if programme == wanted),
            ),
            Rule::Member => open(&|key| matches!(key, SpellKey::Membership { .. })),
            Rule::Graduated => {
                let events: BTreeSet<_> = self
                    .graduated
                    .iter()
                    .filter(|(from, _)| *from <= day)
                    .map(|(_, event)| *event)
                    .collect();
                (!events.is_empty()).then(|| Ground::on(events))
            }
            Rule::Occupant => open(&|key| matches!(key, SpellKey::Occupancy { .. })),
            Rule::Space(wanted) => self.space(*wanted, day, moment),
            Rule::Ended => self.ended(day, moment),
            Rule::Always => Some(Ground::on(self.registration.iter().copied())),
        }
    }

    fn counted(&self, board: Board, day: i32) -> bool {
        let kinds = board.kinds();
        let kind = kinds
            .iter()
            .rev()
            .find(|(from, _)| from.is_none_or(|from| from.number() <= day));
        kind.is_some_and(|(_, kind)| self.ladder.counted_boards.contains(kind))
    }

    fn listed(&self, day: i32, moment: Option<&Placed<'a>>) -> Option<Ground> {
        let on_counted = |placed: &&Placed<'a>| matches!(placed.spell.key, SpellKey::Security(board) if self.counted(board, day));
        let events: BTreeSet<_> = self
            .open(day, moment)
            .filter(on_counted)
            .filter_map(|placed| began(placed.spell))
            .collect();
        if !events.is_empty() {
            return Some(Ground::on(events));
        }
        let in_transfer = |placed: &&Placed<'a>| {
            placed.to <= day
                && self.gap_end(placed).is_some_and(|end| day < end)
                && !self.arrived(placed, day)
        };
        let between = self.spells.iter().find(in_transfer)?;
        let mut ground = Ground::on(between.spell.closed.map(|edge| edge.said.sequence));
        ground.flags.insert("between-boards");
        Some(ground)
    }

    /// Whether shares have come to another board by a day since these left theirs.
    fn arrived(&self, left: &Placed<'a>, day: i32) -> bool {
        self.spells.iter().any(|placed| {
            matches!(placed.spell.key, SpellKey::Security(_))
                && !std::ptr::eq(placed, left)
                && (left.to..=day).contains(&placed.from)
        })
    }

    /// An application is open; flagged while all that are open are paused.
    fn applying(&self, day: i32, moment: Option<&Placed<'a>>) -> Option<Ground> {
        let applications: Vec<_> = self
            .open(day, moment)
            .filter(|placed| matches!(placed.spell.key, SpellKey::Application(_)))
            .collect();
        let paused = |placed: &&Placed<'a>| {
            pauses(placed.spell)
                .iter()
                .any(|pause| pause.from <= day && day < pause.to)
        };
        let mut ground = Ground::on(applications.iter().filter_map(|placed| began(placed.spell)));
        if applications.iter().all(paused) {
            ground.flags.insert(PAUSED.code);
        }
        (!applications.is_empty()).then_some(ground)
    }

    /// Until when a security delisted for a transfer still counts as listed.
    fn gap_end(&self, placed: &Placed<'a>) -> Option<i32> {
        let SpellKey::Security(board) = placed.spell.key else {
            return None;
        };
        let closing = &placed.spell.closed?.said.assertion.change;
        let transfers = matches!(
            closing,
            Change::Delisted {
                reason: DelistingReason::Transfer,
                ..
            }
        );
        let counted = self.counted(board, placed.to.saturating_sub(1));
        let day = Day::from_number(placed.to).filter(|_| transfers && counted)?;
        day.plus_months(self.ladder.transfer_gap_months)
            .map(Day::number)
    }

    fn delisted(&self, day: i32) -> Option<Ground> {
        let left = |placed: &&Placed<'a>| matches!(placed.spell.key, SpellKey::Security(board) if placed.to <= day && self.counted(board, placed.to.saturating_sub(1)));
        let last = self
            .spells
            .iter()
            .filter(left)
            .max_by_key(|placed| (placed.to, placed.from))?;
        let renews = |set| {
            matches!(
                set,
                Some(SpellSet::Programme | SpellSet::Occupancy | SpellSet::Membership)
            )
        };
        let begun = self
            .spells
            .iter()
            .any(|placed| renews(placed.spell.key.set()) && (last.to..=day).contains(&placed.from));
        (!begun).then(|| Ground::on(last.spell.closed.map(|edge| edge.said.sequence)))
    }

    fn space(&self, wanted: SpaceRole, day: i32, moment: Option<&Placed<'a>>) -> Option<Ground> {
        let in_role = |placed: &&Placed<'a>| {
            let opening = placed.spell.opened.map(|edge| &edge.said.assertion.change);
            matches!(opening, Some(Change::OccupancyStarted { role: Some(role), .. }) if *role == wanted)
        };
        let events: BTreeSet<_> = self
            .open(day, moment)
            .filter(in_role)
            .filter_map(|placed| began(placed.spell))
            .collect();
        (!events.is_empty()).then(|| Ground::on(events))
    }

    fn ended(&self, day: i32, moment: Option<&Placed<'a>>) -> Option<Ground> {
        let counts = |placed: &&Placed<'a>| {
            placed
                .spell
                .key
                .set()
                .is_some_and(|set| set != SpellSet::Recognition)
        };
        if self.open(day, moment).any(|placed| counts(&placed))
            || self.graduated.iter().any(|(from, _)| *from <= day)
        {
            return None;
        }
        let ended = self
            .spells
            .iter()
            .filter(counts)
            .filter(|placed| placed.to <= day);
        let last = ended.max_by_key(|placed| (placed.to, placed.from))?;
        Some(Ground::on(last.spell.closed.map(|edge| edge.said.sequence)))
    }
}

/// The events on which the beginning of a spell stands: its opening, or its end if that is all there is.
fn began(spell: &Spell<'_>) -> Option<Sequence> {
    spell.opened.or(spell.closed).map(|edge| edge.said.sequence)
}
