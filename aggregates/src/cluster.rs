//! The cluster (产业集群): companies of one industry, or an alliance, perhaps in tiers.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::code::Code;
use crate::history::{self, CORRECTED, History, RETRACTED};
use crate::identifier::derived_id;
use crate::quantity::Quantity;
use crate::span::Span;
use crate::text::Text;
use crate::wording::Wording;

/// A cluster as its events tell it.
pub type Cluster = History<Change>;
/// Something that happened to a cluster.
pub type Assertion = history::Assertion<Change>;
/// A cluster's event as stored.
pub type ClusterEvent = history::Event<Change>;

/// What happened to a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the fields are named by the terms that their types document"
)]
pub enum Change {
    /// The cluster is declared (设立).
    Declared { code: Code, name: Text },
    /// A new name. One cluster can be stated under two names.
    Renamed { name: Text },
    /// Another name in use (别名).
    AliasAdded { alias: Text },
    /// It is closed (撤销).
    Closed {},
    /// It has a tier with this code and name (会员级别).
    TierDeclared { tier: Code, name: Text },
    /// A tier is renamed: nobody leaves and nobody joins.
    TierRenamed { tier: Code, name: Text },
    /// A figure as reported (申报数据).
    FigureReported {
        metric: Text,
        quantity: Quantity,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        period: Option<Span>,
    },
}

/// Every type of event that a cluster can have, as stored, with its names.
pub const EVENT_TYPES: &[(&str, Wording)] = &[
    (
        "ClusterDeclared",
        Wording {
            code: "declared",
            zh: "设立",
            en: "declared",
        },
    ),
    (
        "ClusterRenamed",
        Wording {
            code: "renamed",
            zh: "更名",
            en: "renamed",
        },
    ),
    (
        "ClusterAliasAdded",
        Wording {
            code: "alias-added",
            zh: "别名",
            en: "alias added",
        },
    ),
    (
        "ClusterClosed",
        Wording {
            code: "closed",
            zh: "撤销",
            en: "closed",
        },
    ),
    (
        "ClusterTierDeclared",
        Wording {
            code: "tier-declared",
            zh: "设会员级别",
            en: "tier declared",
        },
    ),
    (
        "ClusterTierRenamed",
        Wording {
            code: "tier-renamed",
            zh: "会员级别更名",
            en: "tier renamed",
        },
    ),
    (
        "ClusterFigureReported",
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

/// The id of the cluster with this code, the same on every installation.
#[must_use]
pub fn cluster_id(code: &Code) -> Uuid {
    derived_id("cluster", code.as_str())
}

impl Change {
    const fn place(&self) -> usize {
        match self {
            Self::Declared { .. } => 0,
            Self::Renamed { .. } => 1,
            Self::AliasAdded { .. } => 2,
            Self::Closed {} => 3,
            Self::TierDeclared { .. } => 4,
            Self::TierRenamed { .. } => 5,
            Self::FigureReported { .. } => 6,
        }
    }
}

impl history::Change for Change {
    const TYPE: &'static str = "cluster";

    fn event_type(&self) -> &'static str {
        EVENT_TYPES[self.place()].0
    }

    fn wording(&self) -> Wording {
        EVENT_TYPES[self.place()].1
    }

    fn registers(&self) -> bool {
        matches!(self, Self::Declared { .. })
    }

    fn identifiers(&self) -> BTreeSet<String> {
        match self {
            Self::Declared { code, .. } => [format!("cluster:{code}")].into(),
            _ => BTreeSet::new(),
        }
    }
}
