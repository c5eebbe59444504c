//! Ladders: ordered stages as data. The stage of a day is the first whose rule holds.

use nianlun_aggregates::BoardKind;
use nianlun_aggregates::company::{LegalStatus, Programme, SpaceRole};
use serde::Deserialize;

/// The ladders that ship, as written.
pub const SHIPPED: &[&str] = &[
    include_str!("../ladders/zero-one-n.toml"),
    include_str!("../ladders/carrier-roles.toml"),
    include_str!("../ladders/listing-only.toml"),
];

/// A ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// Its code.
    pub code: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// The kinds of boards on which shares count as listed.
    pub counted_boards: Vec<BoardKind>,
    /// For how many months after a delisting for transfer the company still counts as listed.
    pub transfer_gap_months: i32,
    /// The stages, the first that holds first.
    pub stages: Vec<Stage>,
}

impl Ladder {
    /// The stage that is called so: by its code or its Chinese or English name.
    #[must_use]
    pub fn stage_called(&self, word: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| {
            stage.code.eq_ignore_ascii_case(word)
                || stage.zh == word
                || stage.en.eq_ignore_ascii_case(word)
        })
    }
}

/// A stage of a ladder.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its code.
    pub code: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// The band of the pipeline it belongs to; none for stages outside it.
    #[serde(default)]
    pub band: Option<String>,
    /// Its rank among the stages that can be the highest reached.
    #[serde(default)]
    pub rank: Option<u8>,
    /// When it holds.
    pub when: Rule,
}

/// When a stage holds, over the spells open on a day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// One of these legal statuses.
    Legal(Vec<LegalStatus>),
    /// Shares on a counted board, or between boards within the transfer gap.
    Listed,
    /// An application for listing is open.
    Applying,
    /// Had counted shares, has none, and nothing has begun since.
    Delisted,
    /// This programme is open.
    Programme(Programme),
    /// A cluster membership is open.
    Member,
    /// Graduated, whatever has closed since.
    Graduated,
    /// An occupancy is open.
    Occupant,
    /// An occupancy in this role is open.
    Space(SpaceRole),
    /// Something has ended, nothing is open, never graduated.
    Ended,
    /// Always.
    Always,
}

/// Why ladders cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LadderError {
    /// Not in the format.
    #[error("a ladder cannot be read: {0}")]
    Unreadable(String),
    /// Extends one that is not there.
    #[error("ladder {code} extends {base}, which comes later or not at all")]
    NoBase {
        /// The ladder.
        code: String,
        /// What it names.
        base: String,
    },
    /// No last rule.
    #[error("ladder {0} needs a last stage with `when = \"always\"`: every day has a stage")]
    NotTotal(String),
    /// A code twice.
    #[error("ladder {ladder} has {code} twice")]
    Twice {
        /// The ladder.
        ladder: String,
        /// The code.
        code: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    code: String,
    zh: String,
    en: String,
    counted_boards: Vec<BoardKind>,
    #[serde(default)]
    transfer_gap_months: Option<i32>,
    #[serde(default)]
    extends: Option<String>,
    #[serde(default, rename = "stage")]
    stages: Vec<Stage>,
}

/// Every ladder of an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladders(Vec<Ladder>);

impl Ladders {
    /// Reads ladders in order; one may extend an earlier one.
    ///
    /// # Errors
    /// [`LadderError`], naming the ladder.
    pub fn read(texts: &[&str]) -> Result<Self, LadderError> {
        let mut ladders: Vec<Ladder> = vec![];
        for text in texts {
            let written: Written =
                toml::from_str(text).map_err(|error| LadderError::Unreadable(error.to_string()))?;
            let ladder = finish(written, &ladders)?;
            ladders.push(ladder);
        }
        Ok(Self(ladders))
    }

    /// The ladders that ship.
    ///
    /// # Errors
    /// [`LadderError`] if one is broken; a test reads them.
    pub fn shipped() -> Result<Self, LadderError> {
        Self::read(SHIPPED)
    }

    /// All, the default first.
    #[must_use]
    pub fn all(&self) -> &[Ladder] {
        &self.0
    }

    /// One by its code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Ladder> {
        self.0.iter().find(|ladder| ladder.code == code)
    }
}

fn finish(written: Written, earlier: &[Ladder]) -> Result<Ladder, LadderError> {
    let base = match &written.extends {
        None => None,
        Some(base) => Some(
            earlier
                .iter()
                .find(|ladder| ladder.code == *base)
                .ok_or_else(|| LadderError::NoBase {
                    code: written.code.clone(),
                    base: base.clone(),
                })?,
        ),
    };
    let mut stages = base.map(|base| base.stages.clone()).unwrap_or_default();
    stages.extend(written.stages);
    if stages.last().is_none_or(|stage| stage.when != Rule::Always) {
        return Err(LadderError::NotTotal(written.code));
    }
    for (index, stage) in stages.iter().enumerate() {
        if stages[..index].iter().any(|other| other.code == stage.code) {
            return Err(LadderError::Twice {
                ladder: written.code,
                code: stage.code.clone(),
            });
        }
    }
    let gap = written
        .transfer_gap_months
        .or(base.map(|base| base.transfer_gap_months));
    Ok(Ladder {
        code: written.code,
        zh: written.zh,
        en: written.en,
        counted_boards: written.counted_boards,
        transfer_gap_months: gap.unwrap_or(0),
        stages,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_ladders_are_whole() {
        let ladders = Ladders::shipped().unwrap();
        let codes: Vec<_> = ladders
            .all()
            .iter()
            .map(|ladder| (ladder.code.as_str(), ladder.stages.len()))
            .collect();
        assert_eq!(
            codes,
            [
                ("zero-one-n", 12),
                ("carrier-roles", 8),
                ("listing-only", 12)
            ]
        );
    }

    #[test]
    fn a_ladder_without_a_last_stage_is_refused() {
        let text = "code='x'\nzh='x'\nen='x'\ncounted_boards=[]\n[[stage]]\ncode='A'\nzh='a'\nen='a'\nwhen='member'";
        assert_eq!(
            Ladders::read(&[text]),
            Err(LadderError::NotTotal("x".into()))
        );
    }

    #[test]
    fn a_ladder_that_extends_nothing_is_refused() {
        let text = "code='x'\nzh='x'\nen='x'\ncounted_boards=[]\nextends='y'";
        assert_eq!(
            Ladders::read(&[text]),
            Err(LadderError::NoBase {
                code: "x".into(),
                base: "y".into()
            })
        );
    }

    #[test]
    fn a_stage_with_an_unknown_rule_is_refused() {
        let text = "code='x'\nzh='x'\nen='x'\ncounted_boards=[]\n[[stage]]\ncode='A'\nzh='a'\nen='a'\nwhen='rich'";
        assert!(matches!(
            Ladders::read(&[text]),
            Err(LadderError::Unreadable(_))
        ));
    }

    #[test]
    fn a_stage_twice_is_refused() {
        let stage = "[[stage]]\ncode='A'\nzh='a'\nen='a'\nwhen='always'\n";
        let text = format!("code='x'\nzh='x'\nen='x'\ncounted_boards=[]\n{stage}{stage}");
        assert_eq!(
            Ladders::read(&[&text]),
            Err(LadderError::Twice {
                ladder: "x".into(),
                code: "A".into()
            })
        );
    }
}
