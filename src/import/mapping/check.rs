//! What a mapping must be, beyond its shape: its parts fit together, and the file has its columns.

use nianlun_projections::Subject;

use super::{DateKind, Identify, Mapping, MappingError, Shape, Value, placeholders};

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
        for (index, output) in self.outputs.iter().enumerate() {
            let place = format!("[[output]] {}", index + 1);
            match (self.shape, &output.event, &output.opens) {
                // A source of periods may also say single things.
                (Shape::Events | Shape::Spells, Some(_), None) | (Shape::Spells, None, Some(_)) => {
                }
                _ => {
                    return misfit(
                        &place,
                        "give `event` and `on`; or, in shape \"spells\", `opens`, `from`, `ends` and `to`",
                    );
                }
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
            let Value::Cells(cells) = value else { continue };
            if cells.column.is_some() == cells.template.is_some() {
                return misfit(
                    &place,
                    "a value is a constant, or has either `column` or `template`",
                );
            }
            if cells
                .table
                .as_ref()
                .is_some_and(|table| !self.tables.contains_key(table))
            {
                return misfit(&place, "its `table` is not among [tables]");
            }
            let fits = match cells.kind {
                Some(DateKind::Between) => cells.after.is_some(),
                Some(DateKind::Season) => cells
                    .months
                    .is_some_and(|months| (1..=12).contains(&months)),
                _ => cells.after.is_none() && cells.months.is_none(),
            };
            if !fits {
                return misfit(
                    &place,
                    "`as = \"between\"` needs `after`, `as = \"season\"` needs `months` from 1 to 12",
                );
            }
        }
        Ok(())
    }

    /// Checks that the file has every column that the mapping names.
    ///
    /// # Errors
    /// [`MappingError::NoColumn`].
    pub fn check_columns(&self, columns: &[String]) -> Result<(), MappingError> {
        let missing = |column: &String, place: &str| MappingError::NoColumn {
            column: column.clone(),
            place: place.to_owned(),
            columns: columns.to_vec(),
        };
        for (index, output) in self.outputs.iter().enumerate() {
            if let Some(column) = output.when.keys().find(|column| !columns.contains(column)) {
                return Err(missing(column, &format!("[[output]] {} when", index + 1)));
            }
        }
        for (place, value) in self.values() {
            let Value::Cells(cells) = value else { continue };
            let named = cells.column.iter().chain(&cells.after).cloned().chain(
                cells
                    .template
                    .iter()
                    .flat_map(|template| placeholders(template)),
            );
            for column in named {
                if !columns.contains(&column) {
                    return Err(missing(&column, &place));
                }
            }
        }
        Ok(())
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
