//! Rows about companies.

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::company::Change;
use nianlun_aggregates::history::{Action, Assertion, History};
use nianlun_aggregates::{Identifier, Span, Text};
use nianlun_projections::Subject;

use super::batch::Plan;
use super::cells::Row;
use super::draft::{Draft, Reader, drafts};
use super::grouped::{Grouped, Plans};
use super::mapping::{Mapping, MappingError};
use super::report::Issue;
use super::resolve::Resolved;
use crate::intake::{COMPANY_FORMS, FieldError, Fields, company_change};
use crate::store::StreamId;

const COMPANIES: Reader<Change> = Reader {
    forms: COMPANY_FORMS,
    change: company_change,
};

/// Rows about companies.
pub struct CompanyPlan {
    marks: Vec<Assertion<Change>>,
    order: Vec<(StreamId, u64)>,
    companies: BTreeMap<StreamId, Planned>,
}

struct Planned {
    rows: Vec<Known>,
    drafts: Vec<Draft<Change>>,
}

/// What a row says of who the company is.
struct Known {
    row: u64,
    identifiers: Vec<Identifier>,
    registration: Assertion<Change>,
    name: Text,
    aliases: Vec<Text>,
}

impl CompanyPlan {
    /// Reads the rows; what cannot be read is an issue of its row.
    pub fn new(
        mapping: &Mapping,
        marks: Vec<Assertion<Change>>,
        resolved: Vec<Resolved>,
        issues: &mut Vec<Issue>,
    ) -> Self {
        let mut grouped: Grouped<(Row, Known)> = Grouped::default();
        for resolved in resolved {
            let stream = StreamId {
                subject: Subject::Company,
                id: resolved.company,
            };
            match known(mapping, &resolved) {
                Ok(known) => grouped.add(stream, (resolved.row, known)),
                Err(issue) => issues.push(issue),
            }
        }
        let order = grouped.order();
        let companies = grouped.by_stream.into_iter().map(|(stream, rows)| {
            let drafts = drafts(
                mapping,
                &rows.iter().map(|(row, _)| (row, None)).collect::<Vec<_>>(),
                COMPANIES,
                issues,
            );
            (
                stream,
                Planned {
                    rows: rows.into_iter().map(|(_, known)| known).collect(),
                    drafts,
                },
            )
        });
        Self {
            marks,
            companies: companies.collect(),
            order,
        }
    }
}

/// What every company of a file gets: the mark of a generator, and what the source covers.
///
/// # Errors
/// [`MappingError::Misfit`] if the coverage cannot be read.
pub fn marks(mapping: &Mapping) -> Result<Vec<Assertion<Change>>, MappingError> {
    let mut marks = vec![];
    let mut mark = |event: &str, pairs: &[(&str, &[String])]| {
        let mut fields = Fields::default();
        for (name, values) in pairs {
            for value in *values {
                fields.add(*name, value.clone());
            }
        }
        let misfit = |error: FieldError| MappingError::Misfit {
            place: "[covers]".to_owned(),
            reason: error.to_string(),
        };
        marks.push(Assertion {
            on: Span::Unknown,
            change: company_change(event, &fields).map_err(misfit)?,
        });
        Ok(())
    };
    if mapping.synthetic {
        mark(
            "attribute-stated",
            &[
                ("scheme", &["synthetic".to_owned()]),
                ("value", &["yes".to_owned()]),
            ],
        )?;
    }
    if let Some(covers) = &mapping.covers {
        let (source, period) = ([mapping.name.to_string()], [covers.period.clone()]);
        mark(
            "coverage-declared",
            &[
                ("source", &source),
                ("sets", &covers.sets),
                ("period", &period),
            ],
        )?;
    }
    Ok(marks)
}

impl Plan<Change> for CompanyPlan {
    fn drafts(&self, stream: StreamId, history: &History<Change>) -> Vec<Draft<Change>> {
        let Some(planned) = self.companies.get(&stream) else {
            return vec![];
        };
        let mut names = names(history);
        let mut held = history.identifiers();
        let mut drafts = vec![];
        let mut say = |row: u64, on: Span, change: Change| {
            drafts.push(Draft {
                rows: vec![row],
                action: Action::Record(vec![Assertion { on, change }]),
                places: vec![],
            });
        };
        for (index, known) in planned.rows.iter().enumerate() {
            if index == 0 && history.registration().is_none() {
                say(
                    known.row,
                    known.registration.on,
                    known.registration.change.clone(),
                );
                names.insert(known.name.folded());
                held.extend(known.identifiers.iter().map(Identifier::key));
            }
            for identifier in known
                .identifiers
                .iter()
                .filter(|identifier| held.insert(identifier.key()))
            {
                say(
                    known.row,
                    Span::Unknown,
                    Change::IdentifierAdded {
                        identifier: identifier.clone(),
                    },
                );
            }
            for alias in std::iter::once(&known.name).chain(&known.aliases) {
                if names.insert(alias.folded()) {
                    say(
                        known.row,
                        Span::Unknown,
                        Change::AliasAdded {
                            alias: alias.clone(),
                        },
                    );
                }
            }
        }
        let first = planned.rows.first().map_or(0, |known| known.row);
        for mark in &self.marks {
            say(first, mark.on, mark.change.clone());
        }
        drafts.extend(planned.drafts.iter().cloned());
        drafts
    }
}

impl Plans<Change> for CompanyPlan {
    fn streams(&self) -> Vec<(StreamId, u64)> {
        self.order.clone()
    }
}

/// Every name by which a history knows its company, folded.
fn names(history: &History<Change>) -> BTreeSet<String> {
    let said = history.timeline().in_force();
    let named = said.iter().filter_map(|said| match &said.assertion.change {
        Change::Registered { name, .. }
        | Change::Incorporated {
            name: Some(name), ..
        }
        | Change::Renamed { name }
        | Change::AliasAdded { alias: name } => Some(name.folded()),
        _ => None,
    });
    named.collect()
}

/// Reads who the company of a row is.
fn known(mapping: &Mapping, resolved: &Resolved) -> Result<Known, Issue> {
    let row = &resolved.row;
    let Some(register) = &mapping.subject.register else {
        return Err(row.error("", "", "the mapping has no [subject.register]"));
    };
    let text = |column: &str, raw: &str| {
        Text::new(raw).map_err(|error| row.error(column, raw, error.to_string()))
    };
    let raw = row
        .value(&register.name, &mapping.tables)?
        .ok_or_else(|| row.error("name", "", "missing; every row names its company"))?;
    let name = text("name", &raw)?;
    let mut fields = Fields::default();
    fields.add("name", raw);
    for (field, value) in [("entity", &register.entity), ("group", &register.group)] {
        if let Some(value) = value
            && let Some(found) = row.value(value, &mapping.tables)?
        {
            fields.add(field, found);
        }
    }
    for identifier in &resolved.identifiers {
        fields.add("identifier", identifier.key());
    }
    let change = company_change("registered", &fields)
        .map_err(|error| row.error(&error.field, &error.value, &error.reason))?;
    let on = register
        .on
        .as_ref()
        .map_or(Ok(None), |on| row.date(on, &mapping.tables))?
        .unwrap_or(Span::Unknown);
    let aliases = register
        .aliases
        .as_ref()
        .map_or(Ok(vec![]), |aliases| row.values(aliases, &mapping.tables))?;
    Ok(Known {
        row: row.number,
        identifiers: resolved.identifiers.clone(),
        registration: Assertion { on, change },
        name,
        aliases: aliases
            .iter()
            .map(|alias| text("aliases", alias))
            .collect::<Result<_, _>>()?,
    })
}
