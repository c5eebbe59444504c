//! A file of resolutions: what a person decided about who is who. TOML; docs/identity.md describes it field by field.

use std::collections::BTreeMap;

use nianlun_aggregates::Text;
use nianlun_aggregates::history::Sequence;
use serde::Deserialize;

/// Everything that a file decides. A company is named as on the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolutions {
    /// Records of one company.
    #[serde(default, rename = "merge")]
    pub merges: Vec<MergeOf>,
    /// Records of two companies.
    #[serde(default, rename = "distinct")]
    pub distinct: Vec<DistinctOf>,
    /// Records with two companies in them.
    #[serde(default, rename = "split")]
    pub splits: Vec<SplitOf>,
    /// Events in the wrong record.
    #[serde(default, rename = "move")]
    pub moves: Vec<MoveOf>,
    /// Whom rows of a source are about, where an import could not decide.
    #[serde(default, rename = "answer")]
    pub answers: Vec<Answer>,
}

/// `[[merge]]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeOf {
    /// The record that ends.
    pub loser: String,
    /// The record that goes on.
    pub survivor: String,
    /// Why.
    pub because: Text,
    /// Though each has a USCI of its own.
    #[serde(default)]
    pub despite: bool,
}

/// `[[distinct]]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistinctOf {
    /// The two records.
    pub companies: [String; 2],
    /// Why.
    pub because: Text,
}

/// `[[split]]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WrittenSplit")]
pub struct SplitOf {
    /// The record.
    pub company: String,
    /// The events of the other company.
    pub events: Vec<Sequence>,
    /// The other company.
    pub part: PartOf,
    /// Why.
    pub because: Text,
    /// Though a record then contradicts itself.
    pub despite: bool,
}

/// The company whose events are in another's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartOf {
    /// It has a record.
    Into(String),
    /// It gets one.
    New {
        /// Its name.
        name: Text,
        /// Its identifiers, as `usci:…` or `scheme:id`.
        identifiers: Vec<String>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSplit {
    company: String,
    events: Vec<Sequence>,
    into: Option<String>,
    name: Option<Text>,
    #[serde(default)]
    identifiers: Vec<String>,
    because: Text,
    #[serde(default)]
    despite: bool,
}

impl TryFrom<WrittenSplit> for SplitOf {
    type Error = &'static str;

    fn try_from(written: WrittenSplit) -> Result<Self, Self::Error> {
        let WrittenSplit {
            company,
            events,
            into,
            name,
            identifiers,
            because,
            despite,
        } = written;
        let part = match (into, name) {
            (Some(into), None) if identifiers.is_empty() => PartOf::Into(into),
            (None, Some(name)) => PartOf::New { name, identifiers },
            _ => {
                return Err(
                    "a split goes either `into` a company that has a record, or to a new one with `name` and perhaps `identifiers`",
                );
            }
        };
        if events.is_empty() {
            return Err("a split names at least one event");
        }
        Ok(Self {
            company,
            events,
            part,
            because,
            despite,
        })
    }
}

/// `[[move]]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveOf {
    /// The record in which it is.
    pub company: String,
    /// The event.
    pub event: Sequence,
    /// The record in which it should be.
    pub to: String,
    /// Why.
    pub because: Text,
    /// Though a record then contradicts itself.
    #[serde(default)]
    pub despite: bool,
}

/// `[[answer]]`: whom the rows of a source are about that say these things.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The source, by its mapping's name.
    pub source: Text,
    /// What such a row says: columns, or schemes of identifiers, with their values. All of it must be so.
    #[serde(deserialize_with = "something")]
    pub says: BTreeMap<String, String>,
    /// Whom it is about.
    pub company: Answered,
    /// Why.
    pub because: Text,
}

/// Whom rows are about.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Answered {
    /// A company that no record is of yet, written `new`.
    New,
    /// This company, named as on the command line.
    Company(String),
}

impl From<String> for Answered {
    fn from(word: String) -> Self {
        if word == "new" {
            Self::New
        } else {
            Self::Company(word)
        }
    }
}

fn something<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let says = BTreeMap::deserialize(from)?;
    if says.is_empty() {
        return Err(serde::de::Error::custom(
            "an answer says by which column or identifier its rows are known",
        ));
    }
    Ok(says)
}

/// A file that cannot be read, with line and column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the resolutions cannot be read: {0}")]
pub struct FileError(String);

impl Resolutions {
    /// Reads a file's text.
    ///
    /// # Errors
    /// [`FileError`] with line and column.
    pub fn read(text: &str) -> Result<Self, FileError> {
        toml::from_str(text).map_err(|error| FileError(error.to_string()))
    }

    /// Whether it repairs nothing, and only answers what imports ask.
    #[must_use]
    pub fn is_only_answers(&self) -> bool {
        !self.answers.is_empty()
            && self.merges.is_empty()
            && self.distinct.is_empty()
            && self.splits.is_empty()
            && self.moves.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_file_is_read() {
        let text = "\
            [[merge]]\nloser = \"park:2\"\nsurvivor = \"park:1\"\nbecause = \"同一企业\"\n\
            [[distinct]]\ncompanies = [\"park:3\", \"park:4\"]\nbecause = \"同名\"\n\
            [[split]]\ncompany = \"park:5\"\nevents = [3, 4]\nname = \"乙\"\nidentifiers = [\"park:6\"]\nbecause = \"两家\"\n\
            [[move]]\ncompany = \"park:7\"\nevent = 3\nto = \"park:8\"\nbecause = \"错记\"\n\
            [[answer]]\nsource = \"roster\"\nsays = { \"名称\" = \"甲\" }\ncompany = \"new\"\nbecause = \"新企业\"\n";
        let read = Resolutions::read(text).expect("well formed");
        assert_eq!(read.merges[0].survivor, "park:1");
        assert_eq!(read.distinct[0].companies[1], "park:4");
        assert_eq!(
            read.splits[0].part,
            PartOf::New {
                name: Text::new("乙").unwrap(),
                identifiers: vec!["park:6".to_owned()],
            }
        );
        assert_eq!(read.moves[0].event, 3);
        assert_eq!(read.answers[0].company, Answered::New);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, line, word) in [
            (
                "[[merge]]\nloser = \"a\"\nsurvivor = \"b\"\nbecause = \"c\"\ncolour = 1\n",
                "line 5",
                "colour",
            ),
            (
                "[[merge]]\nloser = \"a\"\nbecause = \"c\"\n",
                "line 1",
                "survivor",
            ),
            (
                "[[merge]]\nloser = \"a\"\nsurvivor = \"b\"\nbecause = \" \"\n",
                "line 4",
                "empty",
            ),
            (
                "[[distinct]]\ncompanies = [\"a\"]\nbecause = \"c\"\n",
                "line 2",
                "2",
            ),
            (
                "\n[[split]]\ncompany = \"a\"\nevents = [1]\nbecause = \"c\"\n",
                "line 2",
                "into",
            ),
            (
                "\n[[split]]\ncompany = \"a\"\nevents = []\nname = \"n\"\nbecause = \"c\"\n",
                "line 2",
                "at least one event",
            ),
            (
                "[[answer]]\nsource = \"s\"\nsays = {}\ncompany = \"new\"\nbecause = \"c\"\n",
                "line 3",
                "by which column",
            ),
            ("[[merge]\n", "line 1", ""),
        ] {
            let error = Resolutions::read(text).expect_err(text).to_string();
            assert!(
                error.contains(line) && error.contains("column") && error.contains(word),
                "{text}: {error}"
            );
        }
    }
}
