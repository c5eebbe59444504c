//! The mapping file (docs/mapping.md).

mod check;
mod schema;

pub use schema::mapping_schema;

use std::collections::BTreeMap;

use nianlun_aggregates::Code;
use nianlun_projections::Subject;
use schemars::JsonSchema;
use serde::Deserialize;

use super::source::FileFormat;

/// A mapping.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Code of the source: lower-case letters, digits, hyphens.
    #[schemars(with = "String", regex(pattern = "^[a-z][a-z0-9-]{0,59}$"))]
    pub name: Code,
    /// What it is, for people.
    pub title: String,
    /// What a row is.
    pub shape: Shape,
    /// Whether its companies were made by a generator.
    #[serde(default)]
    pub synthetic: bool,
    /// What to do with periods that touch.
    #[serde(default)]
    pub touching: Touching,
    /// How to read the file.
    #[serde(default)]
    pub file: FileFormat,
    /// What tells a row from the others of its source for ever: a row of this key that says something else is an edit.
    #[serde(default)]
    pub row_key: Option<Value>,
    /// Of shape `roster`.
    #[serde(default)]
    pub roster: Option<Roster>,
    /// Declares an archive.
    #[serde(default)]
    pub backfill: Option<Backfill>,
    /// Who a row is about.
    pub subject: SubjectMapping,
    /// Carriers recorded before the first row.
    #[serde(default, rename = "carrier")]
    pub carriers: Vec<CarrierDeclaration>,
    /// Clusters recorded before the first row.
    #[serde(default, rename = "cluster")]
    pub clusters: Vec<ClusterDeclaration>,
    /// Other events of carriers and clusters, recorded before the first row.
    #[serde(default, rename = "event")]
    pub events: Vec<BTreeMap<String, String>>,
    /// Value tables: what a cell says, and what that is here.
    #[serde(default)]
    pub tables: BTreeMap<String, BTreeMap<String, String>>,
    /// What a row says.
    #[serde(default, rename = "output")]
    pub outputs: Vec<Output>,
    /// What the source covers.
    #[serde(default)]
    pub covers: Option<Covers>,
    /// As it was written; kept with every run.
    #[serde(skip)]
    pub text: String,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// One or more events.
    Events,
    /// One or more periods.
    Spells,
    /// Somebody who is there on the day of the list.
    Roster,
}

/// What to do with periods of one company and key where one ends on the day on which the next starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Touching {
    /// They are two.
    #[default]
    Apart,
    /// They are one.
    Join,
}

/// When the source said so, by row (补录): see docs/time.md, known time.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Backfill {
    /// A date, meaning the end of that day in the installation's zone, or a time with its offset.
    pub asserted: Value,
}

/// How a dated list of who is there (花名册) is read.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Roster {
    /// Which list a row belongs to: consecutive ones of a list are compared. One list if absent.
    #[serde(default)]
    pub list: Option<Value>,
    /// The day of the list. A month means its last day.
    pub observed_on: Value,
    /// What it means to be missing from one list and back in the next.
    #[serde(default)]
    pub missing_once: MissingOnce,
}

/// What it means to be missing from one list and back in the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MissingOnce {
    /// Gone and come again.
    #[default]
    Exit,
    /// Forgotten in the list: a finding.
    Finding,
}

/// Who a row is about.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectMapping {
    /// Which aggregate.
    #[serde(default = "company")]
    #[schemars(with = "String", extend("enum" = ["company", "carrier", "cluster"]))]
    pub kind: Subject,
    /// Of a company: its identifiers, in the order in which they decide.
    #[serde(default)]
    pub identify: Vec<Identify>,
    /// Of a company: how a new one is registered.
    #[serde(default)]
    pub register: Option<Register>,
    /// Of a carrier or cluster: its code.
    #[serde(default)]
    pub code: Option<Value>,
}

const fn company() -> Subject {
    Subject::Company
}

/// One way to identify a company.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "write `usci = VALUE`, `scheme = \"…\"` with `id = VALUE`, `board = VALUE` with `code = VALUE`, `record = VALUE`, or `name = VALUE`"
)]
pub enum Identify {
    /// By its unified social credit identifier.
    Usci {
        /// Where it stands.
        usci: Value,
    },
    /// By an id in a source's scheme.
    External {
        /// The scheme.
        scheme: String,
        /// Where it stands.
        id: Value,
    },
    /// By the code of its shares. It finds a company; it never makes one.
    Security {
        /// The board.
        board: Value,
        /// The code.
        code: Value,
    },
    /// By the id of its record, as exports give it. It finds a company of this installation; it never makes one.
    Record {
        /// Where it stands.
        record: Value,
    },
    /// By its name or another name of it, if only one company has it.
    Name {
        /// Where it stands.
        name: Value,
    },
}

/// How a new company is registered.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// Its name.
    pub name: Value,
    /// What it is.
    #[serde(default)]
    pub entity: Option<Value>,
    /// The group of an unnamed local entity.
    #[serde(default)]
    pub group: Option<Value>,
    /// Since when it is known to exist.
    #[serde(default)]
    pub on: Option<Value>,
    /// Other names.
    #[serde(default)]
    pub aliases: Option<Value>,
}

/// A carrier recorded before the first row.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CarrierDeclaration {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub types: Vec<String>,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Within which carrier it lies.
    #[serde(default)]
    pub parent: Option<String>,
    /// Its jurisdiction.
    #[serde(default)]
    pub jurisdiction: Option<String>,
    /// Since when it is known.
    #[serde(default = "unknown")]
    pub on: String,
}

/// A cluster recorded before the first row.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterDeclaration {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Since when it is known.
    #[serde(default = "unknown")]
    pub on: String,
    /// Its tiers.
    #[serde(default, rename = "tier")]
    pub tiers: Vec<TierDeclaration>,
}

/// A tier of a declared cluster.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TierDeclaration {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

fn unknown() -> String {
    "unknown".to_owned()
}

/// What the source covers, completely.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Covers {
    /// Which sets of spells.
    pub sets: Vec<String>,
    /// Over which period.
    pub period: String,
}

/// One event or one period of a row.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Output {
    /// Only of rows whose cells are like this.
    #[serde(default)]
    pub when: BTreeMap<String, Condition>,
    /// The event.
    #[serde(default)]
    pub event: Option<Value>,
    /// Its date; `unknown` if absent or empty.
    #[serde(default)]
    pub on: Option<Value>,
    /// How the period opens.
    #[serde(default)]
    pub opens: Option<String>,
    /// From when; if empty, only the end is recorded.
    #[serde(default)]
    pub from: Option<Value>,
    /// How it ends.
    #[serde(default)]
    pub ends: Option<String>,
    /// Until when; if empty, the period is open.
    #[serde(default)]
    pub to: Option<Value>,
    /// Fields of the end only, such as `outcome` or `reason`.
    #[serde(default)]
    pub on_end: BTreeMap<String, Value>,
    /// The fields of the events.
    #[serde(flatten)]
    pub fields: BTreeMap<String, Value>,
}

/// What a cell must be.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Condition {
    /// This: `""` empty, `"*"` not empty, `"60*"` beginning so, `"*.BJ"` ending so.
    One(String),
    /// Any of these.
    Any(Vec<String>),
}

/// A value of a row.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Value {
    /// The same on every row.
    Constant(String),
    /// From the row's cells.
    Cells(Box<Cells>),
}

/// A value from cells.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Cells {
    /// A cell, trimmed; empty means absent.
    pub column: Option<String>,
    /// What stands around the row, instead of a cell.
    pub of: Option<Around>,
    /// Cells joined, such as `{X} {Y}`; absent if all are empty.
    pub template: Option<String>,
    /// Only what stands before the first of these.
    pub until: Option<String>,
    /// Looked up in this table of `tables`: exact, or the longest key that begins or ends with `*`.
    pub table: Option<String>,
    /// Instead of an absent cell; used as it is, not looked up.
    pub default: Option<String>,
    /// Several values in one cell, between these.
    pub split: Option<String>,
    /// Of a date: what kind it is.
    #[serde(rename = "as")]
    pub kind: Option<DateKind>,
    /// Of a date between observations: the column of the earlier one.
    pub after: Option<String>,
    /// Of a season: its length in months.
    pub months: Option<i32>,
    /// Of a date: how it is written, tried before the usual forms (strptime: `%d.%m.%Y`).
    pub formats: Vec<String>,
    /// Of a date: the first date that stands somewhere in the text.
    pub within: bool,
}

/// What stands around a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Around {
    /// The name of the sheet.
    Sheet,
    /// The name of the file.
    File,
    /// The lines above the header.
    Title,
}

/// What kind of date a cell holds, where it does not say so itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DateKind {
    /// True by then.
    By,
    /// Between the observation before and this one.
    Between,
    /// A season that begins then.
    Season,
}

/// Why a mapping cannot be used. Nothing was read of the file then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// Not in the format: with line and column.
    #[error("the mapping cannot be read: {0}")]
    Unreadable(String),
    /// A part that does not fit the rest.
    #[error("the mapping does not fit together: {place}: {reason}")]
    Misfit {
        /// Where.
        place: String,
        /// What and how to mend it.
        reason: String,
    },
    /// It names a column that the file does not have.
    #[error("the mapping names column {column:?} ({place}), which the file does not have; its columns are: {}", columns.join(", "))]
    NoColumn {
        /// The column.
        column: String,
        /// Where the mapping names it.
        place: String,
        /// What there is.
        columns: Vec<String>,
    },
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// [`MappingError`].
    pub fn read(text: &str) -> Result<Self, MappingError> {
        let mut mapping: Self =
            toml::from_str(text).map_err(|error| MappingError::Unreadable(error.to_string()))?;
        mapping.check()?;
        text.clone_into(&mut mapping.text);
        Ok(mapping)
    }
}

/// The columns that a template names.
pub(super) fn placeholders(template: &str) -> Vec<String> {
    template
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EXAMPLES: [&str; 4] = [
        include_str!("../../../examples/mappings/cncf-rosters.toml"),
        include_str!("../../../examples/mappings/a-share-listings.toml"),
        include_str!("../../../examples/mappings/yc-changes.toml"),
        include_str!("../../../examples/seeds/companies.toml"),
    ];

    /// A mapping with a part cut out and something put in its place.
    fn changed() -> impl Strategy<Value = String> {
        let cut = (0..EXAMPLES.len(), any::<prop::sample::Index>(), 0..40_usize);
        let put = prop_oneof![
            "\\PC{0,12}",
            prop::sample::select(vec![
                "{",
                "}",
                "[[output]]",
                "= \"",
                "column = ",
                "\n",
                "[roster]",
                "shape = \"roster\"",
                "{}{"
            ])
            .prop_map(str::to_owned),
        ];
        (cut, put).prop_map(|((example, at, length), put)| {
            let mut text: Vec<char> = EXAMPLES[example].chars().collect();
            let at = at.index(text.len());
            let end = text.len().min(at + length);
            text.splice(at..end, put.chars());
            text.into_iter().collect()
        })
    }

    proptest! {
        #[test]
        fn whatever_a_mapping_says_it_is_read_or_refused_with_a_reason(text in changed()) {
            match Mapping::read(&text) {
                Ok(mapping) => {
                    for column in mapping.columns() {
                        prop_assert!(text.contains(&column) || text.contains('\\'), "{column}");
                    }
                }
                Err(error) => prop_assert!(error.to_string().starts_with("the mapping ")),
            }
        }
    }
}
