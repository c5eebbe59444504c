//! Attributes and the like: said when first seen, and when they change.

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::company::Change;
use nianlun_aggregates::history::Change as _;
use nianlun_aggregates::{Day, Text};

use super::super::cells::Line;
use super::super::record::slot;
use super::super::steps::Wanted;
use super::{Roster, openings, opens, since, wants};

/// What is stated of one thing.
#[derive(Default)]
struct Series<'r> {
    /// What earlier imports recorded. Until the next list that says something else, each of their lists says the same.
    before: BTreeMap<Day, &'r Change>,
    /// What the rows of these files say.
    now: BTreeMap<Day, (&'r Change, &'r Line)>,
}

impl Roster<'_> {
    /// The statements, as far as the company stands in the lists. Silence changes nothing.
    pub(super) fn statements(
        &self,
        days: &[Day],
        there: &BTreeSet<Day>,
        registered: Option<&str>,
    ) -> Vec<Wanted<Change>> {
        let days: Vec<Day> = days
            .iter()
            .copied()
            .filter(|day| there.is_empty() || there.contains(day))
            .collect();
        // The name under which a list registered a company was said by it without an event.
        let name = registered.and_then(|name| Text::new(name).ok());
        let name = name.map(|name| Change::Renamed { name });
        let mut wanted = vec![];
        for (of, series) in self.series(&days) {
            let (mut last, mut before): (Option<&Change>, Option<Day>) = (None, None);
            let name = name.as_ref().filter(|name| slot(*name) == of);
            let mut carried = name.map(|name| (name, None));
            let mut recorded = series.before.iter().peekable();
            for day in &days {
                while let Some((_, change)) = recorded.next_if(|(since, _)| *since <= day) {
                    carried = Some((*change, None));
                }
                let said = if self.list.now.contains_key(day) {
                    let now = series.now.get(day);
                    now.map(|(change, line)| (*change, Some(*line)))
                } else {
                    carried
                };
                if let Some((change, line)) = said {
                    if last.or(name) != Some(change) {
                        let on = since(before.filter(|_| last.is_some()), *day);
                        wanted.push(wants(on, change.clone(), self.origin(*day, line)));
                    }
                    last = Some(change);
                }
                before = Some(*day);
            }
        }
        wanted
    }

    fn series(&self, days: &[Day]) -> BTreeMap<String, Series<'_>> {
        let mut series: BTreeMap<String, Series<'_>> = BTreeMap::new();
        for (_, said) in &self.before {
            let change = &said.change;
            let periodic = openings(self.mapping).any(|output| {
                let ends = output.ends.as_deref();
                opens(output, change) || ends.is_some_and(|word| change.wording().is_called(word))
            });
            if periodic || matches!(change, Change::AbsenceNoted { .. }) {
                continue;
            }
            if let Some(day) = said.on.latest() {
                let one = series.entry(slot(change)).or_default();
                one.before.insert(day, change);
            }
        }
        for day in days {
            for read in self.rows_on(*day).unwrap_or_default() {
                for (slot, change) in &read.says.states {
                    // Of several rows of a company in one list, the last one's word counts.
                    if let Some(one) = series.get_mut(slot) {
                        one.now.insert(*day, (change, read.line));
                    } else {
                        let one = series.entry(slot.clone()).or_default();
                        one.now.insert(*day, (change, read.line));
                    }
                }
            }
        }
        series
    }
}
