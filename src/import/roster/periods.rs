//! Who came and went between lists.

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::company::Change;
use nianlun_aggregates::{Day, Span, Text};

use super::super::cells::Line;
use super::super::mapping::MissingOnce;
use super::super::steps::Wanted;
use super::{Roster, end_of, openings, opens, since, wants};

/// A period that lists can show.
pub struct Kept<'r> {
    end: Change,
    /// The days on which it is shown, with its opening as that day's list says it.
    pub shown: BTreeMap<Day, (&'r Change, Option<&'r Line>)>,
}

impl Roster<'_> {
    /// The periods, each with the days on which lists show it.
    pub(super) fn kept(&self, days: &[Day]) -> Vec<Kept<'_>> {
        let mut kept: Vec<Kept<'_>> = vec![];
        let mut place_of = |end: &Change| {
            let place = kept.iter().position(|kept| kept.end == *end);
            place.unwrap_or_else(|| {
                kept.push(Kept {
                    end: end.clone(),
                    shown: BTreeMap::new(),
                });
                kept.len() - 1
            })
        };
        let mut shows = vec![];
        for (opening, end, shown) in self.shown_before(days) {
            let place = place_of(&end);
            shows.extend(shown.into_iter().map(|day| (place, day, opening, None)));
        }
        for day in days {
            for read in self.rows_on(*day).unwrap_or_default() {
                for (opening, end) in &read.says.opens {
                    shows.push((place_of(end), *day, opening, Some(read.line)));
                }
            }
        }
        for (place, day, opening, line) in shows {
            if let Some(kept) = kept.get_mut(place) {
                kept.shown.entry(day).or_insert((opening, line));
            }
        }
        kept
    }

    /// What earlier lists showed, on their days that are not read again now.
    fn shown_before(&self, days: &[Day]) -> Vec<(&Change, Change, Vec<Day>)> {
        let noted: BTreeSet<Day> = self
            .before
            .iter()
            .filter(|(_, said)| matches!(&said.change, Change::AbsenceNoted { .. }))
            .filter_map(|(_, said)| said.on.latest())
            .collect();
        let earlier: Vec<Day> = days
            .iter()
            .copied()
            .filter(|day| !self.list.now.contains_key(day) && !noted.contains(day))
            .collect();
        let mut shown = vec![];
        for (_, said) in &self.before {
            let opening = &said.change;
            let Some(end) = openings(self.mapping)
                .filter(|output| opens(output, opening))
                .find_map(|output| end_of(output, opening))
            else {
                continue;
            };
            let Some(first) = said.on.latest() else {
                continue;
            };
            let last = self
                .before
                .iter()
                .filter(|(_, other)| other.change == end)
                .filter_map(|(_, other)| Some(other.on.earliest()?.number() - 1))
                .filter(|last| *last >= first.number())
                .min();
            let within = |day: &Day| *day >= first && last.is_none_or(|last| day.number() <= last);
            let within = earlier.iter().copied().filter(within);
            shown.push((opening, end, within.collect()));
        }
        shown
    }

    /// Openings, ends and absences of one period. A company that stands in a list elsewhere has moved; it was not forgotten.
    pub(super) fn periods(
        &self,
        kept: &Kept<'_>,
        days: &[Day],
        there: &BTreeSet<Day>,
    ) -> Vec<Wanted<Change>> {
        let mut wanted = vec![];
        let (mut open, mut before) = (false, None);
        for (at, day) in days.iter().enumerate() {
            match (open, kept.shown.get(day)) {
                (false, Some((opening, line))) => {
                    open = true;
                    let origin = self.origin(*day, *line);
                    wanted.push(wants(since(before, *day), (*opening).clone(), origin));
                }
                (true, None) => {
                    let next = days.get(at + 1);
                    let back = next.is_some_and(|next| kept.shown.contains_key(next));
                    let forgotten =
                        back && !there.contains(day) && self.missing_once == MissingOnce::Finding;
                    let source = Text::new(self.name).ok().filter(|_| forgotten);
                    let (on, change) = match source {
                        Some(source) => (Span::Day(*day), Change::AbsenceNoted { source }),
                        None => (since(before, *day), kept.end.clone()),
                    };
                    open = forgotten;
                    wanted.push(wants(on, change, self.origin(*day, None)));
                }
                _ => {}
            }
            before = Some(*day);
        }
        wanted
    }
}
