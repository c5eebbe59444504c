//! A value for every type of carrier event.

use nianlun_aggregates::carrier::{CarrierEvent, CarrierType, Change, LevelBasis};
use nianlun_aggregates::company::RecognitionLevel;

use super::{PLACE, asserted, corrected, read, retracted, text};

pub fn events() -> Vec<CarrierEvent> {
    vec![
        asserted(
            "2015",
            Change::Registered {
                code: read("t-space"),
                name: text("T+SPACE"),
                types: vec![CarrierType::MakerSpace, CarrierType::Incubator],
                parent: Some(PLACE),
                jurisdiction: Some(text("重庆两江新区")),
            },
        ),
        asserted(
            "2016-03-01",
            Change::Renamed {
                name: text("T+SPACE众创空间"),
            },
        ),
        asserted(
            "unknown",
            Change::AliasAdded {
                alias: text("T空间"),
            },
        ),
        asserted(
            "2016-Q2",
            Change::TypesStated {
                types: vec![CarrierType::Accelerator],
            },
        ),
        asserted(
            "2016-09",
            Change::LevelGranted {
                level: RecognitionLevel::National,
                basis: LevelBasis::Filed,
                label: Some(text("国家级众创空间")),
            },
        ),
        asserted(
            "2020-12-31",
            Change::LevelRevoked {
                level: RecognitionLevel::Municipal,
            },
        ),
        asserted(
            "by 2018-02-28",
            Change::ParentStated {
                parent: Some(PLACE),
            },
        ),
        asserted(
            "2019-12-31",
            Change::FigureReported {
                metric: text("在孵企业"),
                quantity: read(">= 50 companies"),
                period: Some(read("2019")),
            },
        ),
        corrected(
            "2016-03-02",
            Change::Renamed {
                name: text("T+SPACE众创空间"),
            },
        ),
        retracted(),
    ]
}
