//! Facts: what a history says, on both time axes.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which aggregate a fact or an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// A company (企业), a team (团队) or a branch (分公司).
    Company,
    /// A carrier (载体).
    Carrier,
    /// An industry cluster (产业集群) or an alliance.
    Cluster,
}

impl Subject {
    /// The name under which streams and facts are stored; equal to the aggregate's `TYPE`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Carrier => "carrier",
            Self::Cluster => "cluster",
        }
    }

    /// Reads a stored name back.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Company, Self::Carrier, Self::Cluster]
            .into_iter()
            .find(|subject| subject.as_str() == name)
    }
}

/// An instant of knowledge: when the log admitted an event, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Known {
    /// `admitted_at`, in microseconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// The log position.
    pub position: u64,
}

impl Known {
    /// Later than every instant: the fact is still believed.
    pub const OPEN: Self = Self {
        at: i64::MAX,
        position: i64::MAX as u64,
    };
}

/// The kinds of facts, by name.
pub mod kind {
    use nianlun_aggregates::Wording;

    /// Stage of a day: key ladder, part entity, value stage.
    pub const STAGE: &str = "stage";
    /// Highest stage reached so far: key ladder, part entity, value stage.
    pub const HIGHEST: &str = "highest";
    /// What the subject is: value entity.
    pub const ENTITY: &str = "entity";
    /// Its name: value name.
    pub const NAME: &str = "name";
    /// Another name: value name.
    pub const ALIAS: &str = "alias";
    /// An identifier: key scheme, value id.
    pub const IDENTIFIER: &str = "identifier";
    /// A legal status: key status.
    pub const LEGAL: &str = "legal";
    /// A programme: key carrier, part programme, value outcome.
    pub const PROGRAMME: &str = "programme";
    /// An occupancy: key carrier, part unit, value tenure.
    pub const OCCUPANCY: &str = "occupancy";
    /// A membership: key cluster, part tier, value capacity.
    pub const MEMBERSHIP: &str = "membership";
    /// The step an application has reached: key board, value step.
    pub const STEP: &str = "step";
    /// An application for listing: key board, value outcome.
    pub const APPLICATION: &str = "application";
    /// Shares on a board: key board, value reason of delisting.
    pub const SECURITY: &str = "security";
    /// The code of shares: key board, value code.
    pub const CODE: &str = "code";
    /// A recognition: key label, part level.
    pub const RECOGNITION: &str = "recognition";
    /// A link to a group: key group, value relation.
    pub const GROUP: &str = "group";
    /// An attribute: key scheme, value.
    pub const ATTRIBUTE: &str = "attribute";
    /// An observed status: key source, value status.
    pub const STATUS: &str = "status";
    /// Presence in a source: key source.
    pub const PRESENCE: &str = "presence";
    /// Graduation, from its day on: key carrier.
    pub const GRADUATED: &str = "graduated";
    /// Acquisition, from its day on: value acquirer.
    pub const ACQUIRED: &str = "acquired";
    /// Absorption or division, from its day on: key which, value other party.
    pub const SUCCESSION: &str = "succession";
    /// Funding, on its day: key round, value amount.
    pub const FUNDING: &str = "funding";
    /// A reported figure, on its day: key metric, part period, value quantity.
    pub const FIGURE: &str = "figure";
    /// Named as anchor by a source: key cluster, value source.
    pub const MENTION: &str = "mention";
    /// What a source covers: key source, part set.
    pub const COVERAGE: &str = "coverage";
    /// A contradiction or irregularity: key code, part grade, value what it touches.
    pub const FINDING: &str = "finding";
    /// A carrier's type: key type.
    pub const TYPE: &str = "type";
    /// A carrier's level: key level, value basis.
    pub const LEVEL: &str = "level";
    /// A carrier's parent: value carrier.
    pub const PARENT: &str = "parent";
    /// A carrier's jurisdiction: value.
    pub const JURISDICTION: &str = "jurisdiction";
    /// A cluster's tier: key tier, value its name.
    pub const TIER: &str = "tier";
    /// A carrier or cluster in being: key code.
    pub const BEING: &str = "being";
    /// The record is merged into another: value survivor. It has no other fact.
    pub const MERGED: &str = "merged";
    /// Said not to be one with another record: value the other record.
    pub const DISTINCT: &str = "distinct";

    /// The names of the kinds.
    pub const WORDINGS: &[Wording] = &[
        Wording {
            code: STAGE,
            zh: "阶段",
            en: "stage",
        },
        Wording {
            code: HIGHEST,
            zh: "最高阶段",
            en: "highest stage",
        },
        Wording {
            code: ENTITY,
            zh: "主体",
            en: "entity",
        },
        Wording {
            code: NAME,
            zh: "名称",
            en: "name",
        },
        Wording {
            code: ALIAS,
            zh: "别名",
            en: "alias",
        },
        Wording {
            code: IDENTIFIER,
            zh: "标识",
            en: "identifier",
        },
        Wording {
            code: LEGAL,
            zh: "主体状态",
            en: "legal status",
        },
        Wording {
            code: PROGRAMME,
            zh: "培育",
            en: "programme",
        },
        Wording {
            code: OCCUPANCY,
            zh: "入驻",
            en: "occupancy",
        },
        Wording {
            code: MEMBERSHIP,
            zh: "集群成员",
            en: "membership",
        },
        Wording {
            code: STEP,
            zh: "上市进程",
            en: "application step",
        },
        Wording {
            code: APPLICATION,
            zh: "拟上市",
            en: "application",
        },
        Wording {
            code: SECURITY,
            zh: "上市挂牌",
            en: "security",
        },
        Wording {
            code: CODE,
            zh: "证券代码",
            en: "security code",
        },
        Wording {
            code: RECOGNITION,
            zh: "认定",
            en: "recognition",
        },
        Wording {
            code: GROUP,
            zh: "所属集团",
            en: "group",
        },
        Wording {
            code: ATTRIBUTE,
            zh: "属性",
            en: "attribute",
        },
        Wording {
            code: STATUS,
            zh: "观察状态",
            en: "observed status",
        },
        Wording {
            code: PRESENCE,
            zh: "在册",
            en: "presence",
        },
        Wording {
            code: GRADUATED,
            zh: "毕业",
            en: "graduated",
        },
        Wording {
            code: ACQUIRED,
            zh: "被收购",
            en: "acquired",
        },
        Wording {
            code: SUCCESSION,
            zh: "合并分立",
            en: "succession",
        },
        Wording {
            code: FUNDING,
            zh: "融资",
            en: "funding",
        },
        Wording {
            code: FIGURE,
            zh: "申报数据",
            en: "figure",
        },
        Wording {
            code: MENTION,
            zh: "被称链主",
            en: "named as anchor",
        },
        Wording {
            code: COVERAGE,
            zh: "来源覆盖",
            en: "coverage",
        },
        Wording {
            code: FINDING,
            zh: "发现",
            en: "finding",
        },
        Wording {
            code: TYPE,
            zh: "载体类型",
            en: "type",
        },
        Wording {
            code: LEVEL,
            zh: "级别",
            en: "level",
        },
        Wording {
            code: PARENT,
            zh: "所属载体",
            en: "parent",
        },
        Wording {
            code: JURISDICTION,
            zh: "辖区",
            en: "jurisdiction",
        },
        Wording {
            code: TIER,
            zh: "会员级别",
            en: "tier",
        },
        Wording {
            code: BEING,
            zh: "存续",
            en: "in being",
        },
        Wording {
            code: MERGED,
            zh: "已并入",
            en: "merged into",
        },
        Wording {
            code: DISTINCT,
            zh: "非同一企业",
            en: "not one with",
        },
    ];
}

/// A day count since 1970-01-01. [`FOREVER`] as an end means "still true".
pub type DayNumber = i32;

/// The end of an interval that has not ended.
pub const FOREVER: DayNumber = i32::MAX;

impl Fact {
    /// A fact of a kind that holds on `[from, to)`; the rest is filled in by what makes it.
    #[must_use]
    pub fn new(subject: Subject, id: Uuid, kind: &str, from: DayNumber, to: DayNumber) -> Self {
        Self {
            subject,
            id,
            kind: kind.to_owned(),
            key: String::new(),
            part: String::new(),
            value: String::new(),
            valid_from: from,
            valid_to: to,
            known_from: Known::OPEN,
            known_to: Known::OPEN,
            from_stated: String::new(),
            to_stated: String::new(),
            basis: vec![],
            elsewhere: vec![],
            flags: vec![],
            detail: std::collections::BTreeMap::new(),
        }
    }

    /// A fact whose day is unknown.
    #[must_use]
    pub fn unplaced(subject: Subject, id: Uuid, kind: &str) -> Self {
        Self::new(subject, id, kind, FOREVER, FOREVER)
    }

    /// With its key.
    #[must_use]
    pub fn keyed(self, key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            ..self
        }
    }

    /// With the second part of its key.
    #[must_use]
    pub fn parted(self, part: impl Into<String>) -> Self {
        Self {
            part: part.into(),
            ..self
        }
    }

    /// With its value.
    #[must_use]
    pub fn valued(self, value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            ..self
        }
    }

    /// With the events that it stands on, ascending and each once.
    #[must_use]
    pub fn based(self, basis: impl IntoIterator<Item = u64>) -> Self {
        let mut basis: Vec<_> = basis.into_iter().collect();
        basis.sort_unstable();
        basis.dedup();
        Self { basis, ..self }
    }

    /// The events that it stands on as they are shown: `#3`, those of a record taken in as `#UUID/3`.
    pub fn events(&self) -> impl Iterator<Item = String> {
        let own = self.basis.iter().map(|sequence| format!("#{sequence}"));
        own.chain(self.elsewhere.iter().map(|event| format!("#{event}")))
    }

    /// With something else that the events said.
    #[must_use]
    pub fn with(mut self, name: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.detail.insert(name.to_owned(), value.to_string());
        }
        self
    }
}

/// An event of another stream, written `UUID/SEQUENCE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventOf {
    /// The stream's id.
    pub id: Uuid,
    /// The event's sequence in it.
    pub sequence: u64,
}

impl fmt::Display for EventOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.id, self.sequence)
    }
}

impl EventOf {
    /// Reads `UUID/SEQUENCE`.
    #[must_use]
    pub fn parse(written: &str) -> Option<Self> {
        let (id, sequence) = written.split_once('/')?;
        Some(Self {
            id: Uuid::try_parse(id).ok()?,
            sequence: sequence.parse().ok()?,
        })
    }
}

/// One thing that a subject's history says: true on the days `[valid_from, valid_to)`,
/// believed during `[known_from, known_to)`.
///
/// What `key`, `part` and `value` hold depends on `kind`; see `docs/facts.md`.
/// A fact that cannot be placed on the day axis (its date is unknown) has `valid_from = valid_to = FOREVER`:
/// it is in no stock of any day and is listed apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fact {
    /// What the fact is about.
    pub subject: Subject,
    /// The stream's id.
    pub id: Uuid,
    /// What sort of fact, such as `stage` or `membership`.
    pub kind: String,
    /// What it is keyed by: a ladder, a carrier's id, a board, a scheme.
    pub key: String,
    /// A second part of the key: a tier, a unit, a programme; empty where the kind has none.
    pub part: String,
    /// The value.
    pub value: String,
    /// First day on which it holds.
    pub valid_from: DayNumber,
    /// First day on which it no longer holds.
    pub valid_to: DayNumber,
    /// When it came to be believed.
    pub known_from: Known,
    /// When it ceased to be believed.
    pub known_to: Known,
    /// The opening date as stated, in the grammar of dates; empty for derived facts.
    pub from_stated: String,
    /// The closing date as stated; empty while open.
    pub to_stated: String,
    /// Sequences, in the subject's stream, of the events it stands on.
    pub basis: Vec<u64>,
    /// The events that it stands on in streams of records that this one has taken in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<EventOf>,
    /// Codes of the irregularities and contradictions that touch it.
    pub flags: Vec<String>,
    /// What else the events said, by name.
    pub detail: std::collections::BTreeMap<String, String>,
}
