//! A value for every type of cluster event.

use nianlun_aggregates::cluster::{Change, ClusterEvent};

use super::{asserted, corrected, read, retracted, text};

pub fn events() -> Vec<ClusterEvent> {
    vec![
        asserted(
            "2017",
            Change::Declared {
                code: read("modern-services"),
                name: text("现代服务"),
            },
        ),
        asserted(
            "2018-01-01",
            Change::Renamed {
                name: text("跨境电子商务"),
            },
        ),
        asserted(
            "unknown",
            Change::AliasAdded {
                alias: text("跨境电商"),
            },
        ),
        asserted("about 2022-01-01..2022-04-30", Change::Closed {}),
        asserted(
            "2018-05",
            Change::TierDeclared {
                tier: read("council"),
                name: text("理事单位"),
            },
        ),
        asserted(
            "season 2019-01-01..2019-03-31",
            Change::TierRenamed {
                tier: read("council"),
                name: text("常务理事单位"),
            },
        ),
        asserted(
            "2020-12-31",
            Change::FigureReported {
                metric: text("产值"),
                quantity: read("~ 1200.5 CNY"),
                period: Some(read("2020-Q4")),
            },
        ),
        corrected(
            "2018-01-02",
            Change::Renamed {
                name: text("跨境电子商务"),
            },
        ),
        retracted(),
    ]
}
