//! What is recorded of made-up companies, as the service takes it and as cqrs-es does: the same commands.

use std::collections::BTreeMap;

use hyper::body::Bytes;
use nianlun::intake::Fields;
use nianlun::record::{COMPANY, assertion};
use nianlun_aggregates::Span;
use nianlun_aggregates::company::Change;
use nianlun_aggregates::history::{Action, Command, Manner};
use serde_json::json;
use uuid::Uuid;

/// The carriers, with their types.
pub const CARRIERS: [(&str, &str); 3] = [
    ("bench-nursery", "seed-nursery"),
    ("bench-incubator", "incubator"),
    ("bench-accelerator", "accelerator"),
];
/// The cluster.
pub const CLUSTER: &str = "bench-medicine";

/// One event.
#[derive(Clone)]
pub struct Step {
    event: &'static str,
    on: String,
    fields: BTreeMap<&'static str, String>,
}

/// A company and what happens to it.
#[derive(Clone)]
pub struct Story {
    pub id: Uuid,
    pub steps: Vec<Step>,
}

impl Step {
    /// As the service takes it.
    pub fn body(&self) -> Bytes {
        let body = json!({"event": self.event, "on": self.on, "fields": self.fields});
        Bytes::from(body.to_string())
    }

    /// As the aggregate takes it.
    pub fn command(&self) -> Command<Change> {
        let mut fields = Fields::default();
        for (name, value) in &self.fields {
            fields.add(*name, value);
        }
        let on: Span = self.on.parse().expect("a date");
        let said = assertion(&COMPANY, self.event, fields, on, None).expect("an event");
        Command {
            action: Action::Record(vec![said]),
            manner: Manner::Live,
        }
    }
}

/// Stories of so many companies.
pub fn stories(companies: u64) -> Vec<Story> {
    (0..companies).map(story).collect()
}

/// How many events a story has.
pub const EVENTS: u64 = 8;

fn story(company: u64) -> Story {
    let (carrier, _) = CARRIERS[usize::try_from(company % 3).expect("small")];
    let (month, day) = (1 + company % 12, 1 + company * 7 % 28);
    let mut year = 2011;
    let mut step = |event: &'static str, fields: &[(&'static str, &str)]| {
        year += 1;
        Step {
            event,
            on: format!("{year}-{month:02}-{day:02}"),
            fields: fields
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect(),
        }
    };
    let revenue = format!("{} 万元", 10 + company * 17 % 90_000);
    let steps = vec![
        step(
            "registered",
            &[
                ("name", &format!("合成{company}号生物科技有限公司")),
                ("identifier", &format!("bench-park:P{company:07}")),
            ],
        ),
        step(
            "occupancy-started",
            &[
                ("carrier", carrier),
                ("unit", &format!("A座{}", 100 + company % 1_900)),
                ("area", &(30 + company * 13 % 1_900).to_string()),
            ],
        ),
        step(
            "programme-started",
            &[("carrier", carrier), ("programme", "incubation")],
        ),
        step(
            "figure-reported",
            &[
                ("metric", "营业收入"),
                ("quantity", &revenue),
                ("period", "2013"),
            ],
        ),
        step("membership-started", &[("cluster", CLUSTER)]),
        step(
            "figure-reported",
            &[
                ("metric", "营业收入"),
                ("quantity", &revenue),
                ("period", "2015"),
            ],
        ),
        step("graduated", &[("carrier", carrier)]),
        step(
            "attribute-stated",
            &[("scheme", "industry"), ("value", "体外诊断试剂研发")],
        ),
    ];
    Story {
        id: Uuid::new_v4(),
        steps,
    }
}
