//! A value for every type of company event.

use nianlun_aggregates::Board;
use nianlun_aggregates::Identifier;
use nianlun_aggregates::company::{
    ApplicationOutcome, ApplicationStep, Capacity, Change, CompanyEvent, DelistingReason, Entity,
    LegalStatus, Programme, ProgrammeOutcome, RecognitionLevel, SpaceRole, SpellSet, Tenure,
};
use nianlun_aggregates::identifier::ExternalId;
use nianlun_aggregates::{Quantity, quantity::Area};

use super::{PLACE, asserted, corrected, read, retracted, text};

fn identifiers() -> Vec<Identifier> {
    vec![
        Identifier::Usci(read("91330103MA2J0XYC21")),
        Identifier::External(ExternalId::new(read("park"), "17").expect("an id")),
    ]
}

fn area(written: &str) -> Area {
    read::<Quantity>(written).try_into().expect(written)
}

pub fn events() -> Vec<CompanyEvent> {
    let mut events = existence();
    events.extend(places());
    events.extend(shares());
    events.extend(statements());
    events.extend(sources());
    events.extend(identity());
    events.push(corrected(
        "2016-03-02",
        Change::Renamed {
            name: text("观典防务技术股份有限公司"),
        },
    ));
    events.push(retracted());
    events
}

fn existence() -> Vec<CompanyEvent> {
    vec![
        asserted(
            "2014",
            Change::Registered {
                entity: Entity::UnnamedLocalEntity {
                    group: text("达安基因"),
                },
                name: text("达安基因本地公司"),
                identifiers: identifiers(),
            },
        ),
        asserted(
            "2015-06-01",
            Change::Incorporated {
                name: Some(text("观典防务")),
                identifiers: identifiers(),
            },
        ),
        asserted(
            "2016-03-01",
            Change::Renamed {
                name: text("观典防务技术股份有限公司"),
            },
        ),
        asserted(
            "unknown",
            Change::AliasAdded {
                alias: text("观典"),
            },
        ),
        asserted(
            "by 2017-02-28",
            Change::IdentifierAdded {
                identifier: Identifier::Usci(read("91130102MA08L76U1Y")),
            },
        ),
        asserted(
            "2018-05",
            Change::LegalStatusEntered {
                status: LegalStatus::Deregistered,
            },
        ),
        asserted(
            "2019-Q1",
            Change::LegalStatusLifted {
                status: Some(LegalStatus::Abnormal),
            },
        ),
        asserted(
            "2006-10-26",
            Change::Absorbed {
                by: Some(text("上港集团")),
            },
        ),
        asserted(
            "2020-01-01",
            Change::Divided {
                into: vec![text("甲公司"), text("乙公司")],
            },
        ),
    ]
}

fn places() -> Vec<CompanyEvent> {
    vec![
        asserted(
            "season 2012-01-01..2012-03-31",
            Change::ProgrammeStarted {
                programme: Programme::Incubation,
                carrier: PLACE,
            },
        ),
        asserted(
            "about 2016-01-01..2016-04-30",
            Change::ProgrammeEnded {
                programme: Programme::Acceleration,
                carrier: PLACE,
                outcome: ProgrammeOutcome::Completed,
            },
        ),
        asserted(
            "2017",
            Change::Graduated {
                carrier: Some(PLACE),
            },
        ),
        asserted(
            "between 2016-01-31..2016-02-29",
            Change::OccupancyStarted {
                carrier: PLACE,
                unit: Some(text("A座101")),
                tenure: Some(Tenure::Lease),
                area: Some(area("300 m2")),
                role: Some(SpaceRole::IndustryPark),
                planned_end: Some(read("2019-02-28")),
            },
        ),
        asserted(
            "2016-06-01",
            Change::OccupancyAreaChanged {
                carrier: PLACE,
                unit: Some(text("A座101")),
                area: area("~ 450.5 m2"),
            },
        ),
        asserted(
            "2017-06-01",
            Change::OccupancyMoved {
                carrier: PLACE,
                from: Some(text("A座101")),
                to: text("B座201"),
            },
        ),
        asserted(
            "about ..2018-04-30",
            Change::OccupancyEnded {
                carrier: PLACE,
                unit: Some(text("B座201")),
            },
        ),
        asserted(
            "2016-03-01",
            Change::MembershipStarted {
                cluster: PLACE,
                tier: Some(read("gold")),
                capacity: Capacity::Member,
            },
        ),
        asserted(
            "2018-01-01",
            Change::MembershipTierChanged {
                cluster: PLACE,
                from: Some(read("gold")),
                to: read("council"),
                capacity: Capacity::Anchor,
            },
        ),
        asserted(
            "about 2019-01-01..",
            Change::MembershipEnded {
                cluster: PLACE,
                tier: Some(read("council")),
            },
        ),
        asserted(
            "2020-01-01",
            Change::NamedAsAnchor {
                cluster: PLACE,
                source: text("2020年工作报告"),
            },
        ),
    ]
}

fn shares() -> Vec<CompanyEvent> {
    vec![
        asserted(
            "2019-01-10",
            Change::ApplicationAdvanced {
                board: Board::Star,
                step: ApplicationStep::TutoringFiled,
            },
        ),
        asserted(
            "2020-01-10",
            Change::ApplicationEnded {
                board: Board::ChiNext,
                outcome: ApplicationOutcome::Withdrawn,
            },
        ),
        asserted(
            "2020-07-27",
            Change::Listed {
                board: Board::Bse,
                code: Some(read("832317")),
            },
        ),
        asserted(
            "2025-10-09",
            Change::SecurityCodeChanged {
                board: Board::Bse,
                code: read("920017"),
            },
        ),
        asserted(
            "2022-05-25",
            Change::SecurityTransferred {
                from: Board::Bse,
                to: Board::Star,
                code: Some(read("688287")),
            },
        ),
        asserted(
            "2022-04-26",
            Change::Delisted {
                board: Board::Bse,
                reason: DelistingReason::Transfer,
            },
        ),
    ]
}

fn statements() -> Vec<CompanyEvent> {
    vec![
        asserted(
            "2016-12-05",
            Change::RecognitionGranted {
                label: text("高新技术企业"),
                level: Some(RecognitionLevel::National),
                valid_until: Some(read("2019-12-04")),
            },
        ),
        asserted(
            "2019-12-02",
            Change::RecognitionRenewed {
                label: text("高新技术企业"),
                level: Some(RecognitionLevel::National),
                valid_until: Some(read("2022-12")),
            },
        ),
        asserted(
            "2021",
            Change::RecognitionRevoked {
                label: text("专精特新"),
                level: Some(RecognitionLevel::Municipal),
            },
        ),
        asserted(
            "2018-Q3",
            Change::FundingReceived {
                round: Some(text("A轮")),
                amount: Some(read("> 5000000 CNY")),
                investor: Some(text("某创投")),
            },
        ),
        asserted(
            "2020-11-11",
            Change::Acquired {
                by: Some(text("某集团")),
            },
        ),
        asserted(
            "2019-12-31",
            Change::FigureReported {
                metric: text("营业收入"),
                quantity: read("< 10000000.25 CNY"),
                period: Some(read("2019")),
            },
        ),
        asserted(
            "2016",
            Change::GroupLinked {
                group: text("达安基因"),
                relation: text("子公司"),
            },
        ),
        asserted(
            "2020",
            Change::GroupUnlinked {
                group: text("达安基因"),
            },
        ),
        asserted(
            "2016",
            Change::AttributeStated {
                scheme: text("行业"),
                value: text("生物医药"),
            },
        ),
    ]
}

/// What sources show.
fn sources() -> Vec<CompanyEvent> {
    vec![
        asserted(
            "2016-12-31",
            Change::StatusObserved {
                source: text("孵化器名录"),
                value: text("在孵"),
            },
        ),
        asserted(
            "2017-12-31",
            Change::PresenceObserved {
                source: text("孵化器名录"),
                present: false,
            },
        ),
        asserted(
            "2018-01-31",
            Change::AbsenceNoted {
                source: text("在孵企业名单"),
            },
        ),
        asserted(
            "2018-01-31",
            Change::CoverageDeclared {
                source: text("孵化器名录"),
                sets: vec![
                    SpellSet::Programme,
                    SpellSet::Occupancy,
                    SpellSet::Membership,
                    SpellSet::Application,
                    SpellSet::Security,
                    SpellSet::Recognition,
                ],
                period: read("2017"),
            },
        ),
    ]
}

fn identity() -> Vec<CompanyEvent> {
    vec![
        asserted(
            "unknown",
            Change::RecordMerged {
                survivor: PLACE,
                reason: text("同一企业登记两次"),
            },
        ),
        asserted(
            "unknown",
            Change::RecordTakenIn {
                other: PLACE,
                reason: text("同一企业登记两次"),
            },
        ),
        asserted(
            "unknown",
            Change::RecordDistinct {
                other: PLACE,
                reason: text("同名不同企业"),
            },
        ),
    ]
}
