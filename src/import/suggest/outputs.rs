//! What rows say, as far as the columns are known.

use std::collections::BTreeSet;

use nianlun_aggregates::{Board, Language};

use super::column::{Column, Happening};
use super::declared::PLACE;
use super::guess::shortened;
use super::lines::{list, quoted};
use super::meaning::Meaning;
use super::write::{Seen, date, of};
use crate::import::dates::find_date;

/// An output of the mapping.
#[derive(Clone, Debug)]
pub struct Block {
    /// What a person should know of it.
    pub comments: Vec<String>,
    /// Its lines.
    pub lines: Vec<String>,
    /// Whether it is used, or commented out.
    pub used: bool,
}

/// The outputs and what follows from them.
#[derive(Clone, Debug)]
pub struct Outputs {
    /// The shape of the mapping.
    pub shape: &'static str,
    /// Why.
    pub shape_comments: Vec<String>,
    /// The outputs.
    pub blocks: Vec<Block>,
    /// Whether one of them needs a carrier.
    pub needs_carrier: bool,
}

struct Writing<'a> {
    seen: &'a Seen,
    lang: Language,
    blocks: Vec<Block>,
    /// When the table as a whole was true, as a value.
    observed: Option<String>,
}

/// What the rows say.
pub fn outputs(seen: &Seen, lang: Language) -> Outputs {
    let dated = [
        Meaning::MovedIn,
        Meaning::MovedOut,
        Meaning::IncubatedFrom,
        Meaning::Graduated,
        Meaning::ListedOn,
    ];
    let tells = |meaning: Meaning| seen.sure(meaning).is_some();
    let is_ledger = tells(Meaning::EventKind) && tells(Meaning::EventDay);
    let is_dated = is_ledger || dated.into_iter().any(tells);
    let observed = observed(seen);
    let mut writing = Writing {
        seen,
        lang,
        blocks: vec![],
        observed: observed
            .as_ref()
            .map(|value| format!("{value}, as = \"by\" }}")),
    };
    let is_roster = !is_dated && observed.is_some();
    let say = |zh: &str, en: &str| vec![if lang == Language::Zh { zh } else { en }.to_owned()];
    let (shape, shape_comments) = if is_roster {
        writing.roster(
            &observed
                .map(|value| format!("{value} }}"))
                .unwrap_or_default(),
        );
        (
            "roster",
            say(
                "有日期的名单：与下一期比较得出进出，见 docs/mapping.md。",
                "A dated list of who is there: the next one tells who came and went (docs/mapping.md).",
            ),
        )
    } else {
        writing.ledger();
        writing.occupancy();
        writing.programme();
        ("spells", vec![])
    };
    writing.founding();
    writing.listing();
    writing.cluster();
    writing.attributes();
    writing.unsure_dates();
    let carrier = |block: &Block| {
        block.used
            && block
                .lines
                .iter()
                .any(|line| line.starts_with("carrier = "))
    };
    let needs_carrier = writing.blocks.iter().any(carrier);
    Outputs {
        shape,
        shape_comments,
        blocks: writing.blocks,
        needs_carrier,
    }
}

/// Where the day of the table as a whole stands, as a value without its end.
fn observed(seen: &Seen) -> Option<String> {
    if let Some(column) = seen.sure(Meaning::ObservedOn) {
        let value = date(column, None);
        return Some(value.trim_end_matches('}').trim_end().to_owned());
    }
    [
        ("title", &seen.title),
        ("sheet", &seen.sheet),
        ("file", &seen.file),
    ]
    .into_iter()
    .find(|(_, text)| find_date(text).is_some())
    .map(|(place, _)| format!("{{ of = \"{place}\", within = true"))
}

impl Writing<'_> {
    fn say(&self, zh: &str, en: &str) -> String {
        if self.lang == Language::Zh { zh } else { en }.to_owned()
    }

    fn push(&mut self, comments: Vec<String>, lines: Vec<String>, used: bool) {
        self.blocks.push(Block {
            comments,
            lines,
            used,
        });
    }

    fn column(&self, meaning: Meaning) -> Option<&Column> {
        self.seen.sure(meaning)
    }

    fn carrier(&self) -> String {
        let table = self.column(Meaning::Carrier).map(|column| {
            format!(
                "carrier = {{ column = {}, table = \"carrier\" }}",
                quoted(&column.heading)
            )
        });
        table.unwrap_or_else(|| format!("carrier = {}", quoted(PLACE)))
    }

    /// The fields of a tenancy.
    fn room(&self) -> Vec<String> {
        let fields = [
            ("unit", Meaning::Unit),
            ("area", Meaning::Area),
            ("planned_end", Meaning::PlannedEnd),
        ];
        let named = fields.into_iter().filter_map(|(field, meaning)| {
            let column = self.column(meaning)?;
            Some(match meaning {
                Meaning::PlannedEnd => format!("{field} = {}", date(column, None)),
                _ => format!("{field} = {}", of(column)),
            })
        });
        std::iter::once(self.carrier()).chain(named).collect()
    }

    fn roster(&mut self, observed: &str) {
        self.push(
            vec![],
            vec!["[roster]".to_owned(), format!("observed_on = {observed}")],
            true,
        );
        let mut lines = vec![
            "[[output]]".to_owned(),
            "opens = \"occupancy-started\"".to_owned(),
            "ends = \"occupancy-ended\"".to_owned(),
        ];
        lines.extend(self.room());
        let comment = self.say(
            "在名单上即在园。如果名单是在孵企业，改为 programme-started 和 programme-ended。",
            "To be on the list is to be a tenant. If it lists companies in incubation, use programme-started and programme-ended.",
        );
        self.push(vec![comment], lines, true);
    }

    /// Rows that name their event.
    fn ledger(&mut self) {
        let (Some(kind), Some(day)) = (
            self.column(Meaning::EventKind),
            self.column(Meaning::EventDay),
        ) else {
            return;
        };
        let (kind, day) = (kind.clone(), day.clone());
        let words: Vec<_> = kind.distinct().into_keys().map(str::to_owned).collect();
        let happenings: BTreeSet<_> = words
            .iter()
            .filter_map(|word| Happening::of(word))
            .collect();
        for happening in happenings {
            let words = words
                .iter()
                .filter(|word| Happening::of(word) == Some(happening));
            let when = list(words.map(String::as_str));
            let mut lines = vec![
                "[[output]]".to_owned(),
                format!("when = {{ {} = {when} }}", quoted(&kind.heading)),
            ];
            let (event, fields) = match happening {
                Happening::MovedIn => ("occupancy-started", self.room()),
                Happening::MovedOut => {
                    let room = self.room();
                    let of_end =
                        |line: &String| line.starts_with("carrier") || line.starts_with("unit");
                    ("occupancy-ended", room.into_iter().filter(of_end).collect())
                }
                Happening::Incubated => (
                    "programme-started",
                    vec![self.carrier(), "programme = \"incubation\"".to_owned()],
                ),
                Happening::Graduated => ("graduated", vec![self.carrier()]),
            };
            lines.push(format!("opens = \"{event}\""));
            lines.push(format!("from = {}", date(&day, None)));
            lines.extend(fields);
            self.push(vec![], lines, true);
        }
        let unknown: Vec<_> = words
            .iter()
            .filter(|word| Happening::of(word).is_none())
            .map(String::as_str)
            .collect();
        if !unknown.is_empty() {
            let comment = self.say(
                "这些事项不认识；填上事件（nianlun events 列出全部）后启用：",
                "These words are not known; fill in an event (nianlun events lists them) and use it:",
            );
            let lines = vec![
                "[[output]]".to_owned(),
                format!("when = {{ {} = {} }}", quoted(&kind.heading), list(unknown)),
                "opens = \"\"".to_owned(),
                format!("from = {}", date(&day, None)),
            ];
            self.push(vec![comment], lines, false);
        }
    }

    /// A tenancy with its dates in columns of their own.
    fn occupancy(&mut self) {
        let from = self
            .column(Meaning::MovedIn)
            .map(|column| date(column, None));
        let to = self
            .column(Meaning::MovedOut)
            .map(|column| date(column, None));
        let mut lines = vec!["[[output]]".to_owned()];
        match (from, to) {
            (Some(from), to) => {
                lines.push("opens = \"occupancy-started\"".to_owned());
                lines.push(format!("from = {from}"));
                if let Some(to) = to {
                    lines.push("ends = \"occupancy-ended\"".to_owned());
                    lines.push(format!("to = {to}"));
                }
                lines.extend(self.room());
            }
            (None, Some(to)) => {
                lines.push("opens = \"occupancy-ended\"".to_owned());
                lines.push(format!("from = {to}"));
                lines.push(self.carrier());
                if let Some(unit) = self.column(Meaning::Unit) {
                    lines.push(format!("unit = {}", of(unit)));
                }
            }
            (None, None) => return,
        }
        self.push(vec![], lines, true);
    }

    fn programme(&mut self) {
        let from = self
            .column(Meaning::IncubatedFrom)
            .map(|column| date(column, None));
        let to = self
            .column(Meaning::Graduated)
            .map(|column| date(column, None));
        let mut lines = vec!["[[output]]".to_owned()];
        match (from, to) {
            (Some(from), to) => {
                lines.push("opens = \"programme-started\"".to_owned());
                lines.push(format!("from = {from}"));
                if let Some(to) = to {
                    lines.push("ends = \"graduated\"".to_owned());
                    lines.push(format!("to = {to}"));
                }
                lines.push(self.carrier());
                lines.push("programme = \"incubation\"".to_owned());
            }
            (None, Some(to)) => {
                lines.push("opens = \"graduated\"".to_owned());
                lines.push(format!("from = {to}"));
                lines.push(self.carrier());
            }
            (None, None) => return,
        }
        self.push(vec![], lines, true);
    }

    fn founding(&mut self) {
        let Some(founded) = self.column(Meaning::Founded) else {
            return;
        };
        let day = date(founded, None);
        let lines = if self.is_roster() {
            vec![
                format!("when = {{ {} = \"*\" }}", quoted(&founded.heading)),
                "event = \"incorporated\"".to_owned(),
                format!("on = {day}"),
            ]
        } else {
            vec![
                "opens = \"incorporated\"".to_owned(),
                format!("from = {day}"),
            ]
        };
        let lines = std::iter::once("[[output]]".to_owned())
            .chain(lines)
            .collect();
        self.push(vec![], lines, true);
    }

    fn is_roster(&self) -> bool {
        self.blocks
            .iter()
            .any(|block| block.lines.iter().any(|line| line == "[roster]"))
    }

    fn listing(&mut self) {
        let Some(board) = self.column(Meaning::ListingBoard) else {
            return;
        };
        let known = board
            .distinct()
            .into_keys()
            .any(|word| word.parse::<Board>().is_ok());
        let day = self
            .column(Meaning::ListedOn)
            .map(|column| date(column, None));
        let mut lines = vec![
            "[[output]]".to_owned(),
            "opens = \"listed\"".to_owned(),
            format!(
                "from = {}",
                day.clone().unwrap_or_else(|| "\"\"".to_owned())
            ),
            format!(
                "board = {{ column = {}, table = \"board\" }}",
                quoted(&board.heading)
            ),
        ];
        if let Some(code) = self.column(Meaning::SecurityCode) {
            lines.push(format!("code = {}", of(code)));
        }
        let used = known && day.is_some() && !self.is_roster();
        let comments = if used {
            vec![]
        } else {
            vec![self.say(
                "缺上市日期，或没有认识的板块：补上后启用。",
                "The day of listing is missing, or no board is known: add it and use it.",
            )]
        };
        self.push(comments, lines, used);
    }

    fn cluster(&mut self) {
        let Some(cluster) = self.column(Meaning::Cluster) else {
            return;
        };
        let mut lines = vec![
            "[[output]]".to_owned(),
            format!("when = {{ {} = \"*\" }}", quoted(&cluster.heading)),
        ];
        if self.is_roster() {
            lines.push("opens = \"membership-started\"".to_owned());
            lines.push("ends = \"membership-ended\"".to_owned());
        } else {
            lines.push("event = \"membership-started\"".to_owned());
            lines.push(format!("on = {}", self.day()));
        }
        let named = quoted(&cluster.heading);
        lines.push(format!(
            "cluster = {{ column = {named}, table = \"cluster\" }}"
        ));
        let used = self.observed.is_some();
        let comments = self.undated(used);
        self.push(comments, lines, used);
    }

    /// The day of the table, or what has to be filled in.
    fn day(&self) -> String {
        self.observed
            .clone()
            .unwrap_or_else(|| "\"by YYYY-MM-DD\"".to_owned())
    }

    fn undated(&self, used: bool) -> Vec<String> {
        if used {
            return vec![];
        }
        vec![self.say(
            "表中没有说从哪天起；写上名单的日期后启用：",
            "The table does not say since when; write the day of the list and use it:",
        )]
    }

    fn attributes(&mut self) {
        for (meaning, scheme) in [
            (Meaning::Industry, "industry"),
            (Meaning::Address, "address"),
        ] {
            if let Some(column) = self.column(meaning).cloned() {
                let fields = [
                    format!("scheme = \"{scheme}\""),
                    format!("value = {}", of(&column)),
                ];
                self.statement(&column, "attribute-stated", &fields, true);
            }
        }
        if let Some(column) = self.column(Meaning::Capital).cloned() {
            let fields = [
                "metric = \"registered-capital\"".to_owned(),
                format!("quantity = {}", of(&column)),
            ];
            self.statement(&column, "figure-reported", &fields, true);
        }
        let status = self.column(Meaning::Status).map(|column| (column, true));
        let status = status.or_else(|| Some((self.seen.unsure(Meaning::Status)?, false)));
        if let Some((column, sure)) = status.map(|(column, sure)| (column.clone(), sure)) {
            let named = quoted(&column.heading);
            let fields = [
                format!("source = {}", quoted(&self.seen.code)),
                format!("value = {{ column = {named}, table = \"status\" }}"),
            ];
            self.statement(&column, "status-observed", &fields, sure);
        }
    }

    /// What a column states of its company on the day of the table; in a roster the lists date it.
    fn statement(&mut self, column: &Column, event: &str, fields: &[String], sure: bool) {
        let mut lines = vec![
            "[[output]]".to_owned(),
            format!("when = {{ {} = \"*\" }}", quoted(&column.heading)),
            format!("event = \"{event}\""),
        ];
        if !self.is_roster() {
            lines.push(format!("on = {}", self.day()));
        }
        lines.extend(fields.iter().cloned());
        let dated = self.observed.is_some();
        self.push(self.undated(dated), lines, dated && sure);
    }

    /// Dates of which it is not sure what they are.
    fn unsure_dates(&mut self) {
        for (meaning, event) in [
            (Meaning::MovedIn, "occupancy-started"),
            (Meaning::MovedOut, "occupancy-ended"),
            (Meaning::IncubatedFrom, "programme-started"),
            (Meaning::Graduated, "graduated"),
            (Meaning::EventDay, "occupancy-started"),
        ] {
            // A date without a word for what happened then is no more sure.
            let alone = meaning == Meaning::EventDay && self.column(Meaning::EventKind).is_none();
            let column = self.seen.unsure(meaning);
            let column = column.or_else(|| self.column(meaning).filter(|_| alone));
            let Some(column) = column else {
                continue;
            };
            let either = column.dates().either;
            let heading = shortened(&column.heading);
            let mut comments = vec![match self.lang {
                Language::Zh => format!("不确定：{heading:?} 列若是{}：", meaning.wording().zh),
                Language::En => {
                    format!("Unsure: if column {heading:?} is {}:", meaning.wording().en)
                }
            }];
            let mut value = date(column, None);
            if !either.is_empty() {
                let formats = list(either.iter().copied());
                comments.push(match self.lang {
                    Language::Zh => format!("日和月的先后无法断定，从 {formats} 中选一个；"),
                    Language::En => format!(
                        "whether day or month comes first cannot be told: choose one of {formats};"
                    ),
                });
                let first = either.first().copied().unwrap_or_default();
                value = format!(
                    "{{ column = {}, formats = [{}] }}",
                    quoted(&column.heading),
                    quoted(first)
                );
            }
            let mut lines = vec![
                "[[output]]".to_owned(),
                format!("opens = \"{event}\""),
                format!("from = {value}"),
                self.carrier(),
            ];
            if event == "programme-started" {
                lines.push("programme = \"incubation\"".to_owned());
            }
            self.push(comments, lines, false);
        }
    }
}
