//! The closed lists that a company's events draw on.

use crate::wording::terms;

terms! {
    /// The status that a company's register can give it besides plainly existing (存续).
    pub enum LegalStatus as "legal status" {
        /// Dormant.
        Dormant = "dormant", "歇业", "dormant";
        /// Listed as abnormal.
        Abnormal = "abnormal", "经营异常", "abnormal operations";
        /// Licence revoked.
        Revoked = "revoked", "吊销", "licence revoked";
        /// In liquidation.
        Liquidating = "liquidating", "清算", "in liquidation";
        /// Deregistered.
        Deregistered = "deregistered", "注销", "deregistered";
    }
}

terms! {
    /// A programme that a carrier runs. It stands on the event and is never derived from the carrier's type.
    pub enum Programme as "programme" {
        /// Seed nursery, 0→1.
        Seed = "seed", "苗圃", "seed nursery";
        /// Incubation.
        Incubation = "incubation", "孵化", "incubation";
        /// Acceleration, 1→N.
        Acceleration = "acceleration", "加速", "acceleration";
    }
}

terms! {
    /// How a programme ended without graduation (毕业).
    pub enum ProgrammeOutcome as "programme outcome" {
        /// Went through to its planned end.
        Completed = "completed", "期满", "completed";
        /// Left before it.
        Left = "left", "退出", "left";
        /// Was made to leave.
        Expelled = "expelled", "清退", "expelled";
        /// Ended, the source does not say how.
        Unknown = "unknown", "不详", "unknown";
    }
}

terms! {
    /// By what right a company uses its space.
    pub enum Tenure as "tenure" {
        /// Lease.
        Lease = "lease", "租赁", "lease";
        /// Purchase.
        Purchase = "purchase", "购置", "purchase";
        /// Co-working.
        Cowork = "cowork", "联合办公", "co-working";
        /// Registered without a desk.
        Virtual = "virtual", "虚拟入驻", "virtual";
    }
}

terms! {
    /// The role that a space plays in the second ladder (孵化器→加速器→特色产业园→总部基地).
    pub enum SpaceRole as "space role" {
        /// Incubator.
        Incubator = "incubator", "孵化器", "incubator";
        /// Accelerator.
        Accelerator = "accelerator", "加速器", "accelerator";
        /// Themed industry park.
        IndustryPark = "industry-park", "特色产业园", "themed industry park";
        /// Headquarters base.
        Headquarters = "headquarters", "总部基地", "headquarters base";
    }
}

terms! {
    /// What a company is in its cluster.
    pub enum Capacity as "capacity" {
        /// Member.
        Member = "member", "成员", "member";
        /// Anchor company.
        Anchor = "anchor", "链主", "anchor";
    }
}

terms! {
    /// A step of an application for listing (拟上市).
    pub enum ApplicationStep as "application step" {
        /// Tutoring filed.
        TutoringFiled = "tutoring-filed", "辅导备案", "tutoring filed";
        /// Accepted for review.
        Accepted = "accepted", "受理", "accepted";
        /// Review paused.
        Paused = "paused", "中止", "paused";
        /// Review resumed.
        Resumed = "resumed", "恢复审核", "resumed";
        /// Passed by the committee or registered.
        Approved = "approved", "过会", "approved";
    }
}

terms! {
    /// How an application ended without a listing.
    pub enum ApplicationOutcome as "application outcome" {
        /// Withdrawn by the company.
        Withdrawn = "withdrawn", "撤回", "withdrawn";
        /// Rejected.
        Rejected = "rejected", "否决", "rejected";
        /// Terminated.
        Terminated = "terminated", "终止", "terminated";
        /// Lapsed.
        Lapsed = "lapsed", "失效", "lapsed";
    }
}

terms! {
    /// Why a security left its board (退市).
    pub enum DelistingReason as "delisting reason" {
        /// By the exchange.
        Forced = "forced", "强制退市", "forced";
        /// By the company.
        Voluntary = "voluntary", "主动退市", "voluntary";
        /// Absorbed by another company.
        Merger = "merger", "吸收合并", "merger";
        /// To another board (转板).
        Transfer = "transfer", "转板", "transfer";
        /// The source does not say.
        Unknown = "unknown", "不详", "unknown";
    }
}

terms! {
    /// Who gave a recognition, and so what it weighs.
    pub enum RecognitionLevel as "recognition level" {
        /// District.
        District = "district", "区级", "district";
        /// Municipal or provincial.
        Municipal = "municipal", "市级", "municipal";
        /// National.
        National = "national", "国家级", "national";
    }
}

terms! {
    /// A set of spells, as a source can declare that it covers it.
    pub enum SpellSet as "set of spells" {
        /// Seed, incubation, acceleration.
        Programme = "programme", "培育", "programme";
        /// Space.
        Occupancy = "occupancy", "入驻", "occupancy";
        /// Clusters.
        Membership = "membership", "集群成员", "membership";
        /// Applications for listing.
        Application = "application", "拟上市", "application";
        /// Listings and quotations.
        Security = "security", "上市挂牌", "security";
        /// Labels.
        Recognition = "recognition", "认定", "recognition";
    }
}
