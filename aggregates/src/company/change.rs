//! What can happen to a company, and when it did.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::terms::{
    ApplicationOutcome, ApplicationStep, Capacity, DelistingReason, LegalStatus, Programme,
    ProgrammeOutcome, RecognitionLevel, SpaceRole, SpellSet, Tenure,
};
use crate::board::Board;
use crate::code::Code;
use crate::identifier::{Identifier, SecurityCode};
use crate::quantity::{Area, Quantity};
use crate::span::Span;
use crate::text::Text;

/// What a record is about: teams, companies and persons are three units; a branch never counts as a company.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Entity {
    /// A founding team without a company yet (创业团队).
    Team,
    /// A company (企业).
    Company,
    /// A branch (分公司).
    Branch,
    /// A sole proprietorship (个体工商户).
    SoleProprietorship,
    /// An institution (机构).
    Institution,
    /// A company that came, whose name the source does not give: an unnamed local entity of a group.
    UnnamedLocalEntity {
        /// The group.
        group: Text,
    },
}

impl Entity {
    /// Its code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Company => "company",
            Self::Branch => "branch",
            Self::SoleProprietorship => "sole_proprietorship",
            Self::Institution => "institution",
            Self::UnnamedLocalEntity { .. } => "unnamed_local_entity",
        }
    }

    /// Whether it can have shares on a board.
    #[must_use]
    pub const fn can_be_listed(&self) -> bool {
        !matches!(self, Self::Team | Self::Branch | Self::SoleProprietorship)
    }
}

/// What happened. Absent fields are what the source does not say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the fields are named by the terms that their types document"
)]
pub enum Change {
    /// The record begins (登记). Its date is when the subject is known to have existed.
    Registered {
        entity: Entity,
        name: Text,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        identifiers: Vec<Identifier>,
    },
    /// Legally formed (成立); a team becomes a company.
    Incorporated {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<Text>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        identifiers: Vec<Identifier>,
    },
    /// A new name (更名); the former one stays an alias.
    Renamed { name: Text },
    /// Another name in use (别名).
    AliasAdded { alias: Text },
    /// An identifier becomes known.
    IdentifierAdded { identifier: Identifier },
    /// The register gives it a status (歇业, 经营异常, 吊销, 清算, 注销).
    LegalStatusEntered { status: LegalStatus },
    /// A status is lifted (恢复); all of them if none is named.
    LegalStatusLifted {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<LegalStatus>,
    },
    /// Absorbed by another real company (吸收合并).
    Absorbed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Text>,
    },
    /// Divided (分立).
    Divided {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        into: Vec<Text>,
    },
    /// A programme at a carrier starts (入孵, 进入苗圃, 进入加速).
    ProgrammeStarted { programme: Programme, carrier: Uuid },
    /// It ends without graduation.
    ProgrammeEnded {
        programme: Programme,
        carrier: Uuid,
        outcome: ProgrammeOutcome,
    },
    /// Graduates from incubation (毕业); closes the incubation at the carrier named, not the occupancy.
    Graduated {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        carrier: Option<Uuid>,
    },
    /// Moves in (入驻).
    OccupancyStarted {
        carrier: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tenure: Option<Tenure>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        area: Option<Area>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<SpaceRole>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        planned_end: Option<Span>,
    },
    /// Takes more or less space.
    OccupancyAreaChanged {
        carrier: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<Text>,
        area: Area,
    },
    /// Moves within the carrier.
    OccupancyMoved {
        carrier: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Text>,
        to: Text,
    },
    /// Moves out (迁出): of the unit named, or of every unit at the carrier.
    OccupancyEnded {
        carrier: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<Text>,
    },
    /// Joins a cluster (加入集群), in a tier of it if it has tiers.
    MembershipStarted {
        cluster: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tier: Option<Code>,
        capacity: Capacity,
    },
    /// Changes its tier.
    MembershipTierChanged {
        cluster: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Code>,
        to: Code,
        capacity: Capacity,
    },
    /// Leaves a cluster: the tier named, or every tier.
    MembershipEnded {
        cluster: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tier: Option<Code>,
    },
    /// A source names it as an anchor: a mention, no membership.
    NamedAsAnchor { cluster: Uuid, source: Text },
    /// An application for listing takes a step.
    ApplicationAdvanced { board: Board, step: ApplicationStep },
    /// It ends without a listing.
    ApplicationEnded {
        board: Board,
        outcome: ApplicationOutcome,
    },
    /// Shares are listed (上市) or quoted (挂牌); ends the application for the board.
    Listed {
        board: Board,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<SecurityCode>,
    },
    /// The code of its shares becomes this one.
    SecurityCodeChanged { board: Board, code: SecurityCode },
    /// Shares move from board to board on one day (转板).
    SecurityTransferred {
        from: Board,
        to: Board,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<SecurityCode>,
    },
    /// Shares leave the board (退市).
    Delisted {
        board: Board,
        reason: DelistingReason,
    },
    /// A label is granted (认定), or put on a reserve list.
    RecognitionGranted {
        label: Text,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<RecognitionLevel>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        valid_until: Option<Span>,
    },
    /// It is renewed (复审).
    RecognitionRenewed {
        label: Text,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<RecognitionLevel>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        valid_until: Option<Span>,
    },
    /// It is revoked (撤销).
    RecognitionRevoked {
        label: Text,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<RecognitionLevel>,
    },
    /// Funding received (融资).
    FundingReceived {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        round: Option<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Quantity>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        investor: Option<Text>,
    },
    /// Acquired (被收购): a fact, not a stage.
    Acquired {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Text>,
    },
    /// A figure as reported (申报数据), for a period if one is stated.
    FigureReported {
        metric: Text,
        quantity: Quantity,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        period: Option<Span>,
    },
    /// Belongs to a group (所属集团). A group's listing never lifts its local entity.
    GroupLinked { group: Text, relation: Text },
    /// Belongs to it no longer.
    GroupUnlinked { group: Text },
    /// An attribute has this value from then on (属性): area, industry, address.
    AttributeStated { scheme: Text, value: Text },
    /// A source shows this status (观察状态).
    StatusObserved { source: Text, value: Text },
    /// A source lists it, or lists it no longer (在册).
    PresenceObserved { source: Text, present: bool },
    /// Missing from one list of a source and back in the next (漏登): it counts as there throughout.
    AbsenceNoted { source: Text },
    /// What a source says of this company is complete for these sets over this period: only then is silence a finding.
    CoverageDeclared {
        source: Text,
        sets: Vec<SpellSet>,
        period: Span,
    },
    /// This record and another are of one company, and the other one goes on (并入记录). Half of a merge: the survivor's
    /// record says [`Change::RecordTakenIn`]. Two real companies that become one are [`Change::Absorbed`].
    RecordMerged { survivor: Uuid, reason: Text },
    /// The record of the same company that this one has taken in (接收记录): the other half.
    RecordTakenIn { other: Uuid, reason: Text },
    /// This record and another are of two companies (确认非同一企业), whatever speaks for one. Both records say it.
    RecordDistinct { other: Uuid, reason: Text },
}
