//! The carrier (载体): a place that raises companies.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::code::Code;
use crate::company::RecognitionLevel;
use crate::history::{self, CORRECTED, History, RETRACTED};
use crate::identifier::derived_id;
use crate::quantity::Quantity;
use crate::span::Span;
use crate::text::Text;
use crate::wording::{Wording, terms};

/// A carrier as its events tell it.
pub type Carrier = History<Change>;
/// Something that happened to a carrier.
pub type Assertion = history::Assertion<Change>;
/// A carrier's event as stored.
pub type CarrierEvent = history::Event<Change>;

terms! {
    /// What a carrier is; several at once are normal, and the level is another matter.
    pub enum CarrierType as "carrier type" {
        /// Seed nursery.
        SeedNursery = "seed-nursery", "创业苗圃", "seed nursery";
        /// Maker space.
        MakerSpace = "maker-space", "众创空间", "maker space";
        /// Incubator.
        Incubator = "incubator", "孵化器", "incubator";
        /// Accelerator.
        Accelerator = "accelerator", "加速器", "accelerator";
        /// Themed industry park.
        IndustryPark = "industry-park", "特色产业园", "themed industry park";
        /// Headquarters base.
        Headquarters = "headquarters", "总部基地", "headquarters base";
        /// Large innovation and incubation community.
        Community = "community", "大型创新创业孵化社区", "innovation and incubation community";
        /// Innovation ring around a university.
        UniversityRing = "university-ring", "环大学创新生态圈", "innovation ring around a university";
        /// Incubation cluster.
        IncubationCluster = "incubation-cluster", "孵化集群", "incubation cluster";
        /// Specialised carrier.
        Specialised = "specialised", "特色孵化载体", "specialised carrier";
        /// University science park.
        UniversityPark = "university-park", "大学科技园", "university science park";
        /// Enclave park.
        Enclave = "enclave", "飞地园区", "enclave park";
        /// Park as a whole.
        Park = "park", "园区", "park";
        /// A building.
        Building = "building", "楼宇", "building";
    }
}

terms! {
    /// By what act a carrier has its level.
    pub enum LevelBasis as "basis of a level" {
        /// Recognised.
        Recognised = "recognised", "认定", "recognised";
        /// Filed.
        Filed = "filed", "备案", "filed";
    }
}

/// What happened to a carrier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the fields are named by the terms that their types document"
)]
pub enum Change {
    /// The record begins (登记).
    Registered {
        code: Code,
        name: Text,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        types: Vec<CarrierType>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<Uuid>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        jurisdiction: Option<Text>,
    },
    /// A new name.
    Renamed { name: Text },
    /// Another name in use (别名).
    AliasAdded { alias: Text },
    /// What it is from then on.
    TypesStated { types: Vec<CarrierType> },
    /// A level is given, under a label if the source names one (国家级众创空间).
    LevelGranted {
        level: RecognitionLevel,
        basis: LevelBasis,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<Text>,
    },
    /// A level is lost: its plaque is revoked (摘牌). Never a delisting.
    LevelRevoked { level: RecognitionLevel },
    /// It lies within this carrier from then on; within none if absent.
    ParentStated {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<Uuid>,
    },
    /// A figure as reported (申报数据).
    FigureReported {
        metric: Text,
        quantity: Quantity,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        period: Option<Span>,
    },
}

/// Every type of event that a carrier can have, as stored, with its names.
pub const EVENT_TYPES: &[(&str, Wording)] = &[
    (
        "CarrierRegistered",
        Wording {
            code: "registered",
            zh: "登记",
            en: "registered",
        },
    ),
    (
        "CarrierRenamed",
        Wording {
            code: "renamed",
            zh: "更名",
            en: "renamed",
        },
    ),
    (
        "CarrierAliasAdded",
        Wording {
            code: "alias-added",
            zh: "别名",
            en: "alias added",
        },
    ),
    (
        "CarrierTypesStated",
        Wording {
            code: "types-stated",
            zh: "载体类型",
            en: "types stated",
        },
    ),
    (
        "CarrierLevelGranted",
        Wording {
            code: "level-granted",
            zh: "授级",
            en: "level granted",
        },
    ),
    (
        "CarrierLevelRevoked",
        Wording {
            code: "level-revoked",
            zh: "摘牌",
            en: "plaque revoked",
        },
    ),
    (
        "CarrierParentStated",
        Wording {
            code: "parent-stated",
            zh: "所属载体",
            en: "parent stated",
        },
    ),
    (
        "CarrierFigureReported",
        Wording {
            code: "figure-reported",
            zh: "申报数据",
            en: "figure reported",
        },
    ),
    (
        CORRECTED,
        Wording {
            code: "corrected",
            zh: "更正",
            en: "corrected",
        },
    ),
    (
        RETRACTED,
        Wording {
            code: "retracted",
            zh: "撤销记录",
            en: "retracted",
        },
    ),
];

/// The id of the carrier with this code, the same on every installation.
#[must_use]
pub fn carrier_id(code: &Code) -> Uuid {
    derived_id("carrier", code.as_str())
}

impl Change {
    const fn place(&self) -> usize {
        match self {
            Self::Registered { .. } => 0,
            Self::Renamed { .. } => 1,
            Self::AliasAdded { .. } => 2,
            Self::TypesStated { .. } => 3,
            Self::LevelGranted { .. } => 4,
            Self::LevelRevoked { .. } => 5,
            Self::ParentStated { .. } => 6,
            Self::FigureReported { .. } => 7,
        }
    }
}

impl history::Change for Change {
    const TYPE: &'static str = "carrier";

    fn event_type(&self) -> &'static str {
        EVENT_TYPES[self.place()].0
    }

    fn wording(&self) -> Wording {
        EVENT_TYPES[self.place()].1
    }

    fn registers(&self) -> bool {
        matches!(self, Self::Registered { .. })
    }

    fn names(&self) -> Vec<(&'static str, Uuid)> {
        match self {
            Self::Registered {
                parent: Some(parent),
                ..
            }
            | Self::ParentStated {
                parent: Some(parent),
            } => vec![(Self::TYPE, *parent)],
            _ => vec![],
        }
    }

    fn identifiers(&self) -> BTreeSet<String> {
        match self {
            Self::Registered { code, .. } => [format!("carrier:{code}")].into(),
            _ => BTreeSet::new(),
        }
    }
}
