//! What a mapping must be, beyond its shape: its parts fit together, and the file has its columns.

use std::collections::BTreeSet;

use nianlun_projections::Subject;

use super::{Cells, DateKind, Identify, Mapping, MappingError, Shape, Value, placeholders};
use crate::import::dates::check_formats;
use crate::import::source::Header;

impl Mapping {
    pub(super) fn check(&self) -> Result<(), MappingError> {
        let misfit = |place: &str, reason: &str| {
            Err(MappingError::Misfit {
                place: place.to_owned(),
                reason: reason.to_owned(),
            })
        };
        match self.subject.kind {
            Subject::Company if self.subject.identify.is_empty() => {
                return misfit(
                    "[subject]",
                    "a company needs at least one [[subject.identify]]",
                );
            }
            Subject::Company if self.subject.register.is_none() => {
                return misfit(
                    "[subject]",
                    "a company needs [subject.register] with a name",
                );
            }
            Subject::Carrier | Subject::Cluster if self.subject.code.is_none() => {
                return misfit("[subject]", "give `code = VALUE`");
            }
            _ => {}
        }
        self.check_roster()?;
        for (index, output) in self.outputs.iter().enumerate() {
            let place = format!("[[output]] {}", index + 1);
            match (self.shape, &output.event, &output.opens) {
                // A source of periods may also say single things.
                (_, Some(_), None) | (Shape::Spells | Shape::Roster, None, Some(_)) => {}
                _ => {
                    return misfit(
                        &place,
                        "give `event` and `on`; or, in shape \"spells\", `opens`, `from`, `ends` and `to`; or, in shape \"roster\", `opens` and `ends`",
                    );
                }
            }
            if self.shape == Shape::Roster && output.opens.is_some() {
                if output.ends.is_none() || output.from.is_some() || output.to.is_some() {
                    return misfit(
                        &place,
                        "in a roster a period has `opens` and `ends`; its dates come from the lists, leave `from` and `to` out",
                    );
                }
                let constant = |value: &Value| matches!(value, Value::Constant(_));
                if !output.on_end.values().all(constant) {
                    return misfit(
                        &place,
                        "in a roster `on_end` takes constants: the list that shows an end has no row of the company",
                    );
                }
                continue;
            }
            if output.opens.is_some()
                && (output.from.is_none() || (output.to.is_some() != output.ends.is_some()))
            {
                return misfit(
                    &place,
                    "a period needs `opens` with `from`, and `ends` together with `to`",
                );
            }
        }
        for (place, value) in self.values() {
            if let Value::Cells(cells) = value
                && let Err(reason) = self.check_cells(cells)
            {
                return misfit(&place, &reason);
            }
        }
        Ok(())
    }

    fn check_cells(&self, cells: &Cells) -> Result<(), String> {
        let sources = [
            cells.column.is_some(),
            cells.template.is_some(),
            cells.of.is_some(),
        ];
        if sources.iter().filter(|given| **given).count() != 1 {
            return Err(
                "a value is a constant, or has one of `column`, `template` and `of`".to_owned(),
            );
        }
        let table = cells.table.as_ref();
        if table.is_some_and(|table| !self.tables.contains_key(table)) {
            return Err("its `table` is not among [tables]".to_owned());
        }
        check_formats(&cells.formats)?;
        let fits = match cells.kind {
            Some(DateKind::Between) => cells.after.is_some(),
            Some(DateKind::Season) => cells
                .months
                .is_some_and(|months| (1..=12).contains(&months)),
            _ => cells.after.is_none() && cells.months.is_none(),
        };
        if fits {
            Ok(())
        } else {
            Err(
                "`as = \"between\"` needs `after`, `as = \"season\"` needs `months` from 1 to 12"
                    .to_owned(),
            )
        }
    }

    /// A roster has its own part, lists companies, and knows its rows by list and company.
    fn check_roster(&self) -> Result<(), MappingError> {
        let misfit = |place: &str, reason: &str| {
            Err(MappingError::Misfit {
                place: place.to_owned(),
                reason: reason.to_owned(),
            })
        };
        if (self.shape == Shape::Roster) != self.roster.is_some() {
            return misfit(
                "[roster]",
                "shape \"roster\" needs [roster] with `observed_on`, and no other shape has it",
            );
        }
        if self.shape == Shape::Roster && self.subject.kind != Subject::Company {
            return misfit("[subject]", "a roster lists companies");
        }
        if self.shape == Shape::Roster && self.row_key.is_some() {
            return misfit(
                "row_key",
                "a roster needs none: its rows are known by list and company",
            );
        }
        Ok(())
    }

    /// The columns that the mapping names: the header is the row that has them.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        self.named().map(|(column, _)| column).collect()
    }

    /// The columns that a part of the mapping names, each once: where what `part` is written stands in the place.
    #[must_use]
    pub fn columns_in(&self, part: &str) -> Vec<String> {
        let named = self.named().filter(|(_, place)| place.contains(part));
        let columns: BTreeSet<String> = named.map(|(column, _)| column).collect();
        columns.into_iter().collect()
    }

    /// Checks that a table has every column that the mapping names.
    ///
    /// # Errors
    /// [`MappingError::NoColumn`].
    pub fn check_columns(&self, header: &Header) -> Result<(), MappingError> {
        let missing = self
            .named()
            .find(|(column, _)| header.index(column).is_none());
        missing.map_or(Ok(()), |(column, place)| {
            Err(MappingError::NoColumn {
                column,
                place,
                columns: header.columns.clone(),
            })
        })
    }

    fn named(&self) -> impl Iterator<Item = (String, String)> {
        let conditions = self.outputs.iter().enumerate().flat_map(|(index, output)| {
            let place = format!("[[output]] {} when", index + 1);
            let columns = output.when.keys();
            columns.map(move |column| (column.clone(), place.clone()))
        });
        let values = self.values().into_iter().flat_map(|(place, value)| {
            let Value::Cells(cells) = value else {
                return vec![];
            };
            let templates = cells.template.iter();
            let columns = cells.column.iter().chain(&cells.after).cloned();
            let columns = columns.chain(templates.flat_map(|template| placeholders(template)));
            columns.map(|column| (column, place.clone())).collect()
        });
        conditions.chain(values)
    }

    /// Every value with the place where it stands.
    fn values(&self) -> Vec<(String, &Value)> {
        let mut values = vec![];
        for identify in &self.subject.identify {
            match identify {
                Identify::Usci { usci } => {
                    values.push(("[[subject.identify]] usci".to_owned(), usci));
                }
                Identify::External { id, scheme } => {
                    values.push((format!("[[subject.identify]] {scheme}"), id));
                }
                Identify::Security { board, code } => {
                    values.push(("[[subject.identify]] board".to_owned(), board));
                    values.push(("[[subject.identify]] code".to_owned(), code));
                }
                Identify::Record { record } => {
                    values.push(("[[subject.identify]] record".to_owned(), record));
                }
                Identify::Name { name } => {
                    values.push(("[[subject.identify]] name".to_owned(), name));
                }
            }
        }
        if let Some(register) = &self.subject.register {
            let optional = [
                &register.entity,
                &register.group,
                &register.on,
                &register.aliases,
            ];
            let named = ["entity", "group", "on", "aliases"]
                .into_iter()
                .zip(optional)
                .filter_map(|(name, value)| Some((name, value.as_ref()?)));
            values.extend(
                std::iter::once(("name", &register.name))
                    .chain(named)
                    .map(|(name, value)| (format!("[subject.register] {name}"), value)),
            );
        }
        values.extend(
            self.subject
                .code
                .iter()
                .map(|code| ("[subject] code".to_owned(), code)),
        );
        let others = [
            ("row_key", self.row_key.as_ref()),
            (
                "[roster] list",
                self.roster.as_ref().and_then(|roster| roster.list.as_ref()),
            ),
            (
                "[roster] observed_on",
                self.roster.as_ref().map(|roster| &roster.observed_on),
            ),
            (
                "[backfill] asserted",
                self.backfill.as_ref().map(|backfill| &backfill.asserted),
            ),
        ];
        let others = others.into_iter();
        values.extend(others.filter_map(|(place, value)| Some((place.to_owned(), value?))));
        for (index, output) in self.outputs.iter().enumerate() {
            let place = |name: &str| format!("[[output]] {} {name}", index + 1);
            let dates = [
                ("event", &output.event),
                ("on", &output.on),
                ("from", &output.from),
                ("to", &output.to),
            ];
            values.extend(
                dates
                    .into_iter()
                    .filter_map(|(name, value)| Some((place(name), value.as_ref()?))),
            );
            values.extend(
                output
                    .fields
                    .iter()
                    .chain(&output.on_end)
                    .map(|(name, value)| (place(name), value)),
            );
        }
        values
    }
}
