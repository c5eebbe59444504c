//! What the rows of a company say, day by day.

use std::collections::BTreeMap;
use std::sync::Arc;

use nianlun_aggregates::Day;
use nianlun_aggregates::company::Change;
use nianlun_aggregates::history::Change as _;

use super::super::cells::Line;
use super::super::draft::Saying;
use super::super::introduce::COMPANIES;
use super::super::mapping::{Mapping, Output, Value};
use super::super::record::slot;
use super::super::report::Issue;
use super::end_of;

/// A row with what it says.
pub struct Read<'a> {
    /// The row.
    pub line: &'a Line,
    /// What it says: the same as the row before, mostly.
    pub says: Arc<Says>,
}

/// What a row says, but for when.
#[derive(Default)]
pub struct Says {
    /// Openings, each with its end.
    pub opens: Vec<(Change, Change)>,
    /// Values stated, by what they may stand in the place of.
    pub states: Vec<(String, Change)>,
}

/// Reads the rows of a company, in their order.
pub fn read<'a>(
    mapping: &Mapping,
    rows: &[(Day, &'a Line)],
    issues: &mut Vec<Issue>,
) -> BTreeMap<Day, Vec<Read<'a>>> {
    let columns = mapping.columns_in("[[output]]");
    let mut read: BTreeMap<Day, Vec<Read<'a>>> = BTreeMap::new();
    let mut last: Option<(&Line, Arc<Says>)> = None;
    for (day, line) in rows.iter().copied() {
        // A company stands in list after list with the same words: they are read once.
        let same = last
            .as_ref()
            .filter(|(before, _)| before.same_words(line, &columns));
        let says = if let Some((_, says)) = same {
            Arc::clone(says)
        } else {
            let before = issues.len();
            let says = Arc::new(says(mapping, line, issues));
            // What is wrong with a row is told of each.
            last = (issues.len() == before).then(|| (line, Arc::clone(&says)));
            says
        };
        let of_day = read.entry(day).or_default();
        if let Some((row, change)) = disagreed(of_day, &says) {
            let word = change.wording().code;
            let reason = format!(
                "row {row} of the same list says otherwise of this company ({word}); the last row counts"
            );
            issues.push(line.notice("", "", reason));
        }
        of_day.push(Read { line, says });
    }
    read
}

/// What a row says otherwise than the last row before it that says anything of the same thing, and which row that is.
fn disagreed<'s>(before: &[Read<'_>], now: &'s Says) -> Option<(u64, &'s Change)> {
    now.states.iter().find_map(|(slot, change)| {
        let (row, said) = before.iter().rev().find_map(|read| {
            let mut states = read.says.states.iter();
            let (_, said) = states.find(|(stated, _)| stated == slot)?;
            Some((read.line.row.number, said))
        })?;
        (said != change).then_some((row, change))
    })
}

fn says(mapping: &Mapping, line: &Line, issues: &mut Vec<Issue>) -> Says {
    let mut says = Says::default();
    for output in mapping
        .outputs
        .iter()
        .filter(|output| line.meets(&output.when))
    {
        let saying = Saying {
            line,
            output,
            tables: &mapping.tables,
            reader: COMPANIES,
            implied: None,
        };
        if let Some(word) = &output.opens {
            let opening = saying
                .fields()
                .and_then(|fields| saying.change(word, fields));
            match opening {
                Ok(opening) => {
                    let end = end_of(output, &opening);
                    says.opens.extend(end.map(|end| (opening, end)));
                }
                Err(issue) => issues.push(issue),
            }
        } else if output.on.is_none() {
            match statement(mapping, &saying) {
                Ok(Some(change)) => says.states.push((slot(&change), change)),
                Ok(None) => {}
                Err(issue) => issues.push(issue),
            }
        }
    }
    says
}

fn statement(mapping: &Mapping, saying: &Saying<'_, Change>) -> Result<Option<Change>, Issue> {
    let (line, output): (&Line, &Output) = (saying.line, saying.output);
    let Some(event) = &output.event else {
        return Ok(None);
    };
    let Some(word) = line.value(event, &mapping.tables)? else {
        return Ok(None);
    };
    // A cell that is empty: the list says nothing of it here.
    let silent = output.fields.values().any(|value| {
        matches!(value, Value::Cells(_)) && matches!(line.value(value, &mapping.tables), Ok(None))
    });
    if silent {
        return Ok(None);
    }
    saying.change(&word, saying.fields()?).map(Some)
}
