//! What a file says of who its companies are, and what every company of it gets.

use std::collections::BTreeSet;

use nianlun_aggregates::company::Change;
use nianlun_aggregates::history::{Action, Assertion, History};
use nianlun_aggregates::{Identifier, Span, Text};

use super::cells::Line;
use super::draft::{Draft, Origin, Reader};
use super::mapping::{Mapping, MappingError, Value};
use super::report::Issue;
use crate::intake::{COMPANY_FORMS, FieldError, Fields, company_change};

/// Reads events of companies.
pub const COMPANIES: Reader<Change> = Reader {
    forms: COMPANY_FORMS,
    change: company_change,
};

/// Who the company of a row is, and the words that say so: the rows of a company mostly repeat them, and then they are read once.
struct Named {
    words: Words,
    registration: Change,
    name: Text,
}

#[derive(PartialEq, Eq)]
struct Words {
    name: String,
    entity: Option<String>,
    group: Option<String>,
    identifiers: Vec<Identifier>,
}

/// What the rows of one company add to who it is: its registration if it is new, further identifiers and names, and the marks of
/// the file. Rows that contradict who it is are told and taken out.
pub fn introduce(
    mapping: &Mapping,
    marks: &[Assertion<Change>],
    rows: &mut Vec<(Line, Vec<Identifier>)>,
    history: &History<Change>,
    issues: &mut Vec<Issue>,
) -> Vec<Draft<Change>> {
    let mut names = names(history);
    let mut held = history.identifiers();
    let mut registered = history.registration().is_some();
    let mut drafts = vec![];
    let mut first = None;
    let mut said: Option<Named> = None;
    rows.retain(|(line, identifiers)| {
        if let Some((code, other)) = another_usci(identifiers, &held) {
            issues.push(line.error(
                "usci",
                &code,
                format!("the row is about a company whose identifier is {other}; mend the row, or say with --resolve who it is about"),
            ));
            return false;
        }
        let read = words(mapping, line, identifiers).and_then(|words| {
            let who = match said.take().filter(|said| said.words == words) {
                Some(who) => who,
                None => named(line, words)?,
            };
            let (on, aliases) = dated(mapping, line)?;
            Ok((said.insert(who), on, aliases))
        });
        let (who, on, aliases) = match read {
            Ok(read) => read,
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
            say(on, who.registration.clone());
            names.insert(who.name.folded());
            held.extend(identifiers.iter().map(Identifier::key));
        }
        for identifier in identifiers {
            if held.insert(identifier.key()) {
                let identifier = identifier.clone();
                say(Span::Unknown, Change::IdentifierAdded { identifier });
            }
        }
        for alias in std::iter::once(&who.name).chain(&aliases) {
            if names.insert(alias.folded()) {
                let alias = alias.clone();
                say(Span::Unknown, Change::AliasAdded { alias });
            }
        }
        first.get_or_insert(origin);
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

/// The words of a row that say who its company is.
fn words(mapping: &Mapping, line: &Line, identifiers: &[Identifier]) -> Result<Words, Issue> {
    let Some(register) = &mapping.subject.register else {
        return Err(line.error("", "", "the mapping has no [subject.register]"));
    };
    let optional = |value: &Option<Value>| {
        let value = value.as_ref();
        value.map_or(Ok(None), |value| line.value(value, &mapping.tables))
    };
    let name = line
        .value(&register.name, &mapping.tables)?
        .ok_or_else(|| line.error("name", "", "missing; every row names its company"))?;
    Ok(Words {
        name,
        entity: optional(&register.entity)?,
        group: optional(&register.group)?,
        identifiers: identifiers.to_vec(),
    })
}

/// Reads who the company of a row is.
fn named(line: &Line, words: Words) -> Result<Named, Issue> {
    let name = text(line, "name", &words.name)?;
    let mut fields = Fields::default();
    fields.add("name", words.name.as_str());
    for (field, word) in [("entity", &words.entity), ("group", &words.group)] {
        if let Some(word) = word {
            fields.add(field, word.as_str());
        }
    }
    for identifier in &words.identifiers {
        fields.add("identifier", identifier.key());
    }
    let registration = company_change("registered", &fields)
        .map_err(|error| line.error(&error.field, &error.value, &error.reason))?;
    Ok(Named {
        words,
        registration,
        name,
    })
}

/// When the company of a row was registered, and by what other names it goes.
fn dated(mapping: &Mapping, line: &Line) -> Result<(Span, Vec<Text>), Issue> {
    let register = mapping.subject.register.as_ref();
    let on = register
        .and_then(|register| register.on.as_ref())
        .map_or(Ok(None), |on| line.date(on, &mapping.tables))?
        .unwrap_or(Span::Unknown);
    let aliases = register
        .and_then(|register| register.aliases.as_ref())
        .map_or(Ok(vec![]), |aliases| line.values(aliases, &mapping.tables))?;
    let aliases = aliases.iter().map(|alias| text(line, "aliases", alias));
    Ok((on, aliases.collect::<Result<_, _>>()?))
}

fn text(line: &Line, column: &str, raw: &str) -> Result<Text, Issue> {
    Text::new(raw).map_err(|error| line.error(column, raw, error.to_string()))
}
