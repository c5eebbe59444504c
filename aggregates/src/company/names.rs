//! What the types of events are called.

use super::change::Change;
use crate::history::{CORRECTED, RETRACTED};
use crate::wording::Wording;

macro_rules! change_names {
    ($($variant:ident = $type:literal, $code:literal, $zh:literal, $en:literal;)*) => {
        impl Change {
            /// The event type as stored.
            #[must_use]
            pub const fn type_name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $type,)* }
            }

            /// The code used in files and on the command line, and the Chinese and English names.
            #[must_use]
            pub const fn words(&self) -> Wording {
                match self { $(Self::$variant { .. } => Wording { code: $code, zh: $zh, en: $en },)* }
            }
        }

        /// Every type of event that a company can have, as stored, with its names.
        pub const EVENT_TYPES: &[(&str, Wording)] = &[
            $(($type, Wording { code: $code, zh: $zh, en: $en }),)*
            (CORRECTED, Wording { code: "corrected", zh: "更正", en: "corrected" }),
            (RETRACTED, Wording { code: "retracted", zh: "撤销记录", en: "retracted" }),
        ];
    };
}

change_names! {
    Registered = "Registered", "registered", "登记", "registered";
    Incorporated = "Incorporated", "incorporated", "成立", "incorporated";
    Renamed = "Renamed", "renamed", "更名", "renamed";
    AliasAdded = "AliasAdded", "alias-added", "别名", "alias added";
    IdentifierAdded = "IdentifierAdded", "identifier-added", "补充标识", "identifier added";
    LegalStatusEntered = "LegalStatusEntered", "legal-status-entered", "主体状态", "legal status entered";
    LegalStatusLifted = "LegalStatusLifted", "legal-status-lifted", "状态恢复", "legal status lifted";
    Absorbed = "Absorbed", "absorbed", "吸收合并", "absorbed";
    Divided = "Divided", "divided", "分立", "divided";
    ProgrammeStarted = "ProgrammeStarted", "programme-started", "进入培育", "programme started";
    ProgrammeEnded = "ProgrammeEnded", "programme-ended", "结束培育", "programme ended";
    Graduated = "Graduated", "graduated", "毕业", "graduated";
    OccupancyStarted = "OccupancyStarted", "occupancy-started", "入驻", "moved in";
    OccupancyAreaChanged = "OccupancyAreaChanged", "occupancy-area-changed", "面积变更", "area changed";
    OccupancyMoved = "OccupancyMoved", "occupancy-moved", "园内搬迁", "moved within";
    OccupancyEnded = "OccupancyEnded", "occupancy-ended", "迁出", "moved out";
    MembershipStarted = "MembershipStarted", "membership-started", "加入集群", "joined cluster";
    MembershipTierChanged = "MembershipTierChanged", "membership-tier-changed", "会员级别变更", "changed tier";
    MembershipEnded = "MembershipEnded", "membership-ended", "退出集群", "left cluster";
    NamedAsAnchor = "NamedAsAnchor", "named-as-anchor", "被称链主", "named as anchor";
    ApplicationAdvanced = "ApplicationAdvanced", "application-advanced", "上市进程", "application step";
    ApplicationEnded = "ApplicationEnded", "application-ended", "上市申请结束", "application ended";
    Listed = "Listed", "listed", "上市", "listed";
    SecurityCodeChanged = "SecurityCodeChanged", "security-code-changed", "证券代码变更", "security code changed";
    SecurityTransferred = "SecurityTransferred", "security-transferred", "转板", "transferred";
    Delisted = "Delisted", "delisted", "退市", "delisted";
    RecognitionGranted = "RecognitionGranted", "recognition-granted", "认定", "recognised";
    RecognitionRenewed = "RecognitionRenewed", "recognition-renewed", "复审通过", "recognition renewed";
    RecognitionRevoked = "RecognitionRevoked", "recognition-revoked", "撤销认定", "recognition revoked";
    FundingReceived = "FundingReceived", "funding-received", "融资", "funding received";
    Acquired = "Acquired", "acquired", "被收购", "acquired";
    FigureReported = "FigureReported", "figure-reported", "申报数据", "figure reported";
    GroupLinked = "GroupLinked", "group-linked", "所属集团", "linked to group";
    GroupUnlinked = "GroupUnlinked", "group-unlinked", "脱离集团", "unlinked from group";
    AttributeStated = "AttributeStated", "attribute-stated", "属性", "attribute stated";
    StatusObserved = "StatusObserved", "status-observed", "观察状态", "status observed";
    PresenceObserved = "PresenceObserved", "presence-observed", "在册观察", "presence observed";
    AbsenceNoted = "AbsenceNoted", "absence-noted", "漏登", "absence noted";
    CoverageDeclared = "CoverageDeclared", "coverage-declared", "来源覆盖", "coverage declared";
    RecordMerged = "RecordMerged", "record-merged", "并入记录", "record merged into another";
    RecordTakenIn = "RecordTakenIn", "record-taken-in", "接收记录", "record taken in";
    RecordDistinct = "RecordDistinct", "record-distinct", "确认非同一企业", "said to be another company";
}
