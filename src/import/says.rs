//! What a row says of who it is about.

use std::collections::BTreeMap;

use nianlun_aggregates::{Board, Identifier};
use uuid::Uuid;

use super::cells::Line;
use super::mapping::{Identify, Mapping, Value};
use super::report::Issue;
use crate::intake;

/// What a row says of who it is about.
#[derive(Default)]
pub struct Says {
    /// As written, by scheme.
    pub words: BTreeMap<String, String>,
    /// Usable identifiers, in the order of the mapping.
    pub identifiers: Vec<Identifier>,
    /// What can be looked up, in the order of the mapping.
    pub clues: Vec<Clue>,
}

/// Something that can be looked up.
pub enum Clue {
    /// The key of an identifier, and the id that it makes.
    Identifier(String, Uuid),
    /// The key of a security code.
    Security(String),
    /// The id of a record.
    Record(Uuid),
    Name(String),
}

impl Says {
    /// Reads it. An identifier that is malformed is left out with a notice, and the next decides.
    pub fn read(line: &Line, mapping: &Mapping, issues: &mut Vec<Issue>) -> Self {
        let mut says = Self::default();
        let mut value = |value: &Value| match line.value(value, &mapping.tables) {
            Ok(raw) => raw,
            Err(issue) => {
                issues.push(issue);
                None
            }
        };
        let mut notices = vec![];
        for identify in &mapping.subject.identify {
            match identify {
                Identify::Usci { usci: id } | Identify::External { id, .. } => {
                    let scheme = match identify {
                        Identify::External { scheme, .. } => scheme.as_str(),
                        _ => "usci",
                    };
                    let Some(raw) = value(id) else { continue };
                    match intake::identifier(&format!("{scheme}:{raw}")) {
                        Ok(identifier) => {
                            if let Identifier::Usci(usci) = &identifier
                                && usci.as_str() != raw
                            {
                                notices.push(line.notice(scheme, &raw, format!("read as {usci}")));
                            }
                            let (key, id) = (identifier.key(), identifier.company_id());
                            says.clues.push(Clue::Identifier(key, id));
                            says.identifiers.push(identifier);
                        }
                        Err(reason) => notices.push(line.notice(
                            scheme,
                            &raw,
                            format!("not used as an identifier: {reason}"),
                        )),
                    }
                    says.words.insert(scheme.to_owned(), raw);
                }
                Identify::Security { board, code } => {
                    let (Some(board), Some(code)) = (value(board), value(code)) else {
                        continue;
                    };
                    let word = format!("{board}/{code}");
                    let key = board
                        .parse::<Board>()
                        .map_err(|error| error.to_string())
                        .and_then(|board| {
                            let code: nianlun_aggregates::identifier::SecurityCode =
                                code.parse().map_err(
                                    |error: nianlun_aggregates::identifier::SecurityCodeError| {
                                        error.to_string()
                                    },
                                )?;
                            Ok(code.key(board))
                        });
                    match key {
                        Ok(key) => says.clues.push(Clue::Security(key)),
                        Err(reason) => notices.push(line.notice(
                            "code",
                            &word,
                            format!("not used as an identifier: {reason}"),
                        )),
                    }
                    says.words.insert("code".to_owned(), word);
                }
                Identify::Record { record } => {
                    let Some(raw) = value(record) else { continue };
                    match Uuid::try_parse(&raw) {
                        Ok(id) => says.clues.push(Clue::Record(id)),
                        Err(error) => notices.push(line.notice(
                            "record",
                            &raw,
                            format!("not used as an id: {error}"),
                        )),
                    }
                    says.words.insert("record".to_owned(), raw);
                }
                Identify::Name { name } => {
                    let Some(name) = value(name) else { continue };
                    says.clues.push(Clue::Name(name.clone()));
                    says.words.insert("name".to_owned(), name);
                }
            }
        }
        issues.extend(notices);
        says
    }
}
