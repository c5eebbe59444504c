//! What a file says of who its companies are, and what every company of it gets.

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::company::Change;
use nianlun_aggregates::history::{Action, Assertion, History};
use nianlun_aggregates::{Identifier, Span, Text};
use uuid::Uuid;

use super::books::{Candidate, Question};
use super::cells::Line;
use super::draft::{Draft, Origin, Reader};
use super::mapping::{Mapping, MappingError};
use super::report::Issue;
use super::said::Told;
use crate::intake::{COMPANY_FORMS, FieldError, Fields, company_change};

/// Reads events of companies.
pub const COMPANIES: Reader<Change> = Reader {
    forms: COMPANY_FORMS,
    change: company_change,
};

/// What a row says of who the company is.
struct Named {
    registration: Assertion<Change>,
    name: Text,
    aliases: Vec<Text>,
}

/// What the rows of one company add to who it is: its registration if it is new, further identifiers and names, and the marks of
/// the file. Rows that contradict who it is are told and taken out.
pub fn introduce(
    mapping: &Mapping,
    marks: &[Assertion<Change>],
    rows: &mut Vec<&Told>,
    company: Uuid,
    history: &History<Change>,
    issues: &mut Vec<Issue>,
    questions: &mut Vec<Question>,
) -> Vec<Draft<Change>> {
    let mut names = names(history);
    let mut held = history.identifiers();
    let mut registered = history.registration().is_some();
    let mut drafts = vec![];
    let mut first = None;
    let columns = mapping.columns_in("[subject");
    let mut last: Option<&Line> = None;
    rows.retain(|told| {
        let (line, identifiers) = (&told.line, told.identifiers.as_slice());
        // In list after list a company is called the same.
        if last.is_some_and(|last| last.same_words(line, &columns)) {
            return true;
        }
        last = None;
        if let Some((code, other)) = another_usci(identifiers, &held) {
            issues.push(line.error(
                "usci",
                &code,
                format!("the row is about company {company} by its other identifiers, and that one is {other}; mend the row, or say with --resolve who it is about"),
            ));
            questions.push(Question {
                source: mapping.name.to_string(),
                says: said(identifiers),
                reason: "its identifiers belong to different companies".to_owned(),
                candidates: vec![Candidate {
                    company,
                    reason: other,
                }],
                place: (
                    line.table.file.clone(),
                    line.table.header.sheet.clone(),
                    line.row.number,
                ),
                run: String::new(),
            });
            return false;
        }
        let row = match named(mapping, line, identifiers) {
            Ok(row) => row,
            Err(issue) => {
                issues.push(issue);
                return false;
            }
        };
        let origin = Origin::of(line);
        let mut say = |on: Span, change: Change| {
            drafts.push(Draft {
                origin: origin.clone(),
                action: Action::Record(vec![Assertion { on, change }]),
                places: vec![],
            });
        };
        if !registered {
            registered = true;
            say(row.registration.on, row.registration.change);
            names.insert(row.name.folded());
            held.extend(identifiers.iter().map(Identifier::key));
        }
        for identifier in identifiers {
            if held.insert(identifier.key()) {
                let identifier = identifier.clone();
                say(Span::Unknown, Change::IdentifierAdded { identifier });
            }
        }
        for alias in std::iter::once(row.name).chain(row.aliases) {
            if names.insert(alias.folded()) {
                say(Span::Unknown, Change::AliasAdded { alias });
            }
        }
        first.get_or_insert(origin);
        last = Some(line);
        true
    });
    if let Some(origin) = first {
        for mark in marks {
            drafts.push(Draft {
                origin: origin.clone(),
                action: Action::Record(vec![mark.clone()]),
                places: vec![],
            });
        }
    }
    drafts
}

/// Identifiers by scheme.
fn said(identifiers: &[Identifier]) -> BTreeMap<String, String> {
    let keys = identifiers.iter().map(Identifier::key);
    let said = keys.filter_map(|key| {
        let (scheme, id) = key.split_once(':')?;
        Some((scheme.to_owned(), id.to_owned()))
    });
    said.collect()
}

/// A company has one unified social credit identifier: the one that a row gives, and the other that the company has.
fn another_usci(identifiers: &[Identifier], held: &BTreeSet<String>) -> Option<(String, String)> {
    let own = held.iter().find(|key| key.starts_with("usci:"))?;
    identifiers.iter().find_map(|identifier| match identifier {
        Identifier::Usci(usci) if identifier.key() != *own => Some((usci.to_string(), own.clone())),
        _ => None,
    })
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
fn named(mapping: &Mapping, line: &Line, identifiers: &[Identifier]) -> Result<Named, Issue> {
    let Some(register) = &mapping.subject.register else {
        return Err(line.error("", "", "the mapping has no [subject.register]"));
    };
    let text = |column: &str, raw: &str| {
        Text::new(raw).map_err(|error| line.error(column, raw, error.to_string()))
    };
    let raw = line
        .value(&register.name, &mapping.tables)?
        .ok_or_else(|| line.error("name", "", "missing; every row names its company"))?;
    let name = text("name", &raw)?;
    let mut fields = Fields::default();
    fields.add("name", raw);
    for (field, value) in [("entity", &register.entity), ("group", &register.group)] {
        if let Some(value) = value
            && let Some(found) = line.value(value, &mapping.tables)?
        {
            fields.add(field, found);
        }
    }
    for identifier in identifiers {
        fields.add("identifier", identifier.key());
    }
    let change = company_change("registered", &fields)
        .map_err(|error| line.error(&error.field, &error.value, &error.reason))?;
    let on = register
        .on
        .as_ref()
        .map_or(Ok(None), |on| line.date(on, &mapping.tables))?
        .unwrap_or(Span::Unknown);
    let aliases = register
        .aliases
        .as_ref()
        .map_or(Ok(vec![]), |aliases| line.values(aliases, &mapping.tables))?;
    Ok(Named {
        registration: Assertion { on, change },
        name,
        aliases: aliases
            .iter()
            .map(|alias| text("aliases", alias))
            .collect::<Result<_, _>>()?,
    })
}
