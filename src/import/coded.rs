//! Rows about carriers or clusters, which are known by their codes.

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::Code;
use nianlun_aggregates::history::{Action, Change, History};
use uuid::Uuid;

use super::batch::Plan;
use super::cells::Row;
use super::draft::{Draft, Reader, drafts};
use super::grouped::{Grouped, Plans};
use super::mapping::Mapping;
use super::report::Issue;
use crate::store::StreamId;

/// Rows about carriers or clusters.
pub struct CodePlan<C> {
    order: Vec<(StreamId, u64)>,
    drafts: BTreeMap<StreamId, Vec<Draft<C>>>,
}

impl<C: Change> CodePlan<C> {
    /// Reads the rows; what cannot be read is an issue of its row.
    pub fn new(
        mapping: &Mapping,
        rows: Vec<Row>,
        id: impl Fn(&Code) -> Uuid,
        read: Reader<C>,
        issues: &mut Vec<Issue>,
    ) -> Self {
        let mut grouped: Grouped<(Row, Code)> = Grouped::default();
        for row in rows {
            let Some(value) = &mapping.subject.code else {
                continue;
            };
            let code = row.value(value, &mapping.tables);
            let parsed = code.and_then(|code| {
                let code = code.ok_or_else(|| {
                    row.error(
                        "code",
                        "",
                        "missing; every row names its carrier or cluster",
                    )
                })?;
                code.parse::<Code>()
                    .map_err(|error| row.error("code", &code, error.to_string()))
            });
            match parsed {
                Ok(code) => {
                    let stream = StreamId {
                        subject: mapping.subject.kind,
                        id: id(&code),
                    };
                    grouped.add(stream, (row, code));
                }
                Err(issue) => issues.push(issue),
            }
        }
        let drafts = grouped.by_stream.iter().map(|(stream, rows)| {
            let rows: Vec<_> = rows
                .iter()
                .map(|(row, code)| (row, Some(("code", code.as_str()))))
                .collect();
            (*stream, drafts(mapping, &rows, read, issues))
        });
        Self {
            drafts: drafts.collect(),
            order: grouped.order(),
        }
    }
}

impl<C: Change> Plan<C> for CodePlan<C> {
    fn brings(&self) -> BTreeSet<StreamId> {
        let registers = |draft: &Draft<C>| match &draft.action {
            Action::Record(assertions) => assertions.iter().any(|said| said.change.registers()),
            _ => false,
        };
        let brought = self
            .drafts
            .iter()
            .filter(|(_, drafts)| drafts.iter().any(registers));
        brought.map(|(stream, _)| *stream).collect()
    }

    fn drafts(&self, stream: StreamId, _: &History<C>) -> Vec<Draft<C>> {
        self.drafts.get(&stream).cloned().unwrap_or_default()
    }
}

impl<C: Change> Plans<C> for CodePlan<C> {
    fn streams(&self) -> Vec<(StreamId, u64)> {
        self.order.clone()
    }
}
