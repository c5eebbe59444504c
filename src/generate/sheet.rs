//! The rows of the file, and how they are written.

use std::collections::BTreeMap;

use nianlun_aggregates::Span;
use nianlun_aggregates::window::point;

/// The columns, in their order.
pub(super) const COLUMNS: [&str; 36] = [
    "company",
    "name",
    "entity",
    "group",
    "existed",
    "event",
    "on",
    "carrier",
    "programme",
    "outcome",
    "unit",
    "tenure",
    "area",
    "role",
    "planned_end",
    "cluster",
    "capacity",
    "board",
    "step",
    "reason",
    "status",
    "label",
    "level",
    "valid_until",
    "round",
    "amount",
    "investor",
    "metric",
    "quantity",
    "period",
    "scheme",
    "value",
    "new_name",
    "group_linked",
    "relation",
    "by",
];

/// Somebody whose history the file tells.
pub(super) struct Subject {
    key: String,
    name: String,
    entity: &'static str,
    group: String,
    existed: Span,
    rows: Vec<(i32, BTreeMap<&'static str, String>)>,
}

impl Subject {
    /// Somebody of whom nothing is told yet.
    pub fn new(key: String, name: String, entity: &'static str, existed: Span) -> Self {
        Self {
            key,
            name,
            entity,
            group: String::new(),
            existed,
            rows: vec![],
        }
    }

    /// A company without a name of its own, of this group.
    pub fn of_group(mut self, group: &str) -> Self {
        self.entity = "unnamed_local_entity";
        group.clone_into(&mut self.group);
        self
    }

    /// Tells an event.
    pub fn say(&mut self, event: &str, on: Span, fields: &[(&'static str, &str)]) {
        let mut cells: BTreeMap<_, _> = fields
            .iter()
            .map(|(column, cell)| (*column, (*cell).to_owned()))
            .collect();
        cells.insert("event", event.to_owned());
        cells.insert("on", on.to_string());
        self.rows.push((point(on).unwrap_or(i32::MAX), cells));
    }

    fn cell(&self, column: &str, cells: &BTreeMap<&'static str, String>) -> String {
        match column {
            "company" => self.key.clone(),
            "name" => self.name.clone(),
            "entity" => self.entity.to_owned(),
            "group" => self.group.clone(),
            "existed" => self.existed.to_string(),
            _ => cells.get(column).cloned().unwrap_or_default(),
        }
    }
}

/// The file: the subjects in their order, the rows of each by date.
pub(super) fn csv(subjects: &[Subject]) -> String {
    let mut text = COLUMNS.join(",");
    text.push('\n');
    for subject in subjects {
        let mut rows: Vec<_> = subject.rows.iter().collect();
        rows.sort_by_key(|(day, _)| *day);
        for (_, cells) in rows {
            let line: Vec<_> = COLUMNS
                .iter()
                .map(|column| quoted(subject.cell(column, cells)))
                .collect();
            text.push_str(&line.join(","));
            text.push('\n');
        }
    }
    text
}

fn quoted(cell: String) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be() {
        assert_eq!(quoted("合成".to_owned()), "合成");
        assert_eq!(quoted("a,\"b\"".to_owned()), "\"a,\"\"b\"\"\"");
    }

    #[test]
    fn rows_stand_by_date_and_every_row_names_its_subject() {
        let mut subject = Subject::new(
            "park-1".to_owned(),
            "合成甲".to_owned(),
            "company",
            Span::Unknown,
        );
        subject.say("acquired", "2016".parse().unwrap(), &[]);
        subject.say("renamed", "2015-03".parse().unwrap(), &[("new_name", "乙")]);
        let text = csv(&[subject]);
        let lines: Vec<_> = text.lines().skip(1).collect();
        assert!(lines[0].starts_with("park-1,合成甲,company,,unknown,renamed,2015-03,"));
        assert!(lines[1].starts_with("park-1,合成甲,company,,unknown,acquired,2016,"));
    }
}
