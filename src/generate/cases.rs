//! Histories told one by one: applications and listings, anchors, champions, the talents of the census, and deliberate trouble.

use nianlun_aggregates::Span;

use super::calendar::{census, day, exact};
use super::dice::Dice;
use super::lives::{ACCELERATOR, INCUBATORS, PARK};
use super::names::room;
use super::sheet::Subject;
use super::tenants::{CLUSTERS, Tenant};

/// Which of the steady ones are anchors of their clusters.
pub(super) const ANCHORS: std::ops::Range<usize> = 19..27;
const CHAMPIONS: std::ops::Range<usize> = 13..19;
const FILING: std::ops::Range<usize> = 0..13;
/// What S0 says of the park: more than this.
const TALENTS: i32 = 4500;

/// One line of a history: who of the steady ones, what, when, and the fields.
type Line = (
    usize,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const TUTORING: (&str, &str) = ("step", "tutoring-filed");
const ACCEPTED: (&str, &str) = ("step", "accepted");
const APPROVED: (&str, &str) = ("step", "approved");
const PAUSED: (&str, &str) = ("step", "paused");
const RESUMED: (&str, &str) = ("step", "resumed");
const CHINEXT: (&str, &str) = ("board", "ChiNext");
const STAR: (&str, &str) = ("board", "STAR");
const SSE: (&str, &str) = ("board", "SSE");
const SZSE: (&str, &str) = ("board", "SZSE");
const BSE: (&str, &str) = ("board", "BSE");
const NEEQ: (&str, &str) = ("board", "NEEQ");

/// Four applications, those of the first four, are open on the day of the census.
const FILINGS: &[Line] = &[
    (
        0,
        "application-advanced",
        "2015-06-18",
        &[CHINEXT, TUTORING],
    ),
    (
        0,
        "application-advanced",
        "2016-09-02",
        &[CHINEXT, ACCEPTED],
    ),
    (
        0,
        "application-advanced",
        "2017-08-15",
        &[CHINEXT, APPROVED],
    ),
    (0, "listed", "2017-11-09", &[CHINEXT]),
    (1, "application-advanced", "2016-03-21", &[SSE, TUTORING]),
    (1, "application-advanced", "2017-06-13", &[SSE, ACCEPTED]),
    (1, "listed", "2018-10-24", &[SSE]),
    (2, "application-advanced", "2016-05-09", &[SZSE, TUTORING]),
    (2, "application-advanced", "2016-12-20", &[SZSE, ACCEPTED]),
    (2, "application-advanced", "2017-04-28", &[SZSE, PAUSED]),
    (
        2,
        "application-ended",
        "2018-03-16",
        &[SZSE, ("outcome", "withdrawn")],
    ),
    (
        3,
        "application-advanced",
        "2016-11-14",
        &[CHINEXT, TUTORING],
    ),
    (
        3,
        "application-ended",
        "2019-01-31",
        &[CHINEXT, ("outcome", "terminated")],
    ),
    (
        4,
        "application-advanced",
        "2013-12-11",
        &[CHINEXT, TUTORING],
    ),
    (
        4,
        "application-ended",
        "2014-09-25",
        &[CHINEXT, ("outcome", "withdrawn")],
    ),
    (4, "application-advanced", "2019-05-20", &[STAR, TUTORING]),
    (4, "application-advanced", "2019-09-27", &[STAR, ACCEPTED]),
    (4, "listed", "2020-07-16", &[STAR]),
    (5, "application-advanced", "2014-10-08", &[SZSE, TUTORING]),
    (5, "application-advanced", "2015-05-22", &[SZSE, ACCEPTED]),
    (
        5,
        "application-ended",
        "2016-06-17",
        &[SZSE, ("outcome", "rejected")],
    ),
    (
        6,
        "application-advanced",
        "2018-05-30",
        &[CHINEXT, TUTORING],
    ),
    (
        6,
        "application-advanced",
        "2020-07-03",
        &[CHINEXT, ACCEPTED],
    ),
    (6, "listed", "2021-03-25", &[CHINEXT]),
    (7, "application-advanced", "2018-02-07", &[SSE, TUTORING]),
    (7, "application-advanced", "2018-12-19", &[SSE, ACCEPTED]),
    (7, "listed", "2019-12-05", &[SSE]),
    (7, "delisted", "2024-07-10", &[SSE, ("reason", "forced")]),
    (8, "application-advanced", "2016-04-12", &[NEEQ, ACCEPTED]),
    (8, "listed", "2016-08-18", &[NEEQ]),
    (8, "application-advanced", "2021-12-06", &[BSE, TUTORING]),
    (8, "application-advanced", "2022-06-29", &[BSE, ACCEPTED]),
    (8, "delisted", "2023-02-17", &[NEEQ, ("reason", "transfer")]),
    (8, "listed", "2023-02-17", &[BSE]),
    (9, "application-advanced", "2022-09-14", &[BSE, TUTORING]),
    (
        9,
        "application-ended",
        "2024-05-31",
        &[BSE, ("outcome", "lapsed")],
    ),
    (
        10,
        "application-advanced",
        "2023-06-27",
        &[CHINEXT, ACCEPTED],
    ),
    (10, "application-advanced", "2023-10-08", &[CHINEXT, PAUSED]),
    (
        10,
        "application-advanced",
        "2024-01-12",
        &[CHINEXT, RESUMED],
    ),
    (
        10,
        "application-ended",
        "2024-07-26",
        &[CHINEXT, ("outcome", "withdrawn")],
    ),
    (11, "application-advanced", "2025-04-21", &[BSE, TUTORING]),
    (12, "application-advanced", "2020-11-03", &[STAR, TUTORING]),
    (12, "application-advanced", "2021-06-24", &[STAR, ACCEPTED]),
    (
        12,
        "application-ended",
        "2022-01-19",
        &[STAR, ("outcome", "withdrawn")],
    ),
];

const INCUBATION: (&str, &str) = ("programme", "incubation");
const ACCELERATION: (&str, &str) = ("programme", "acceleration");
const AT_CLOUD: (&str, &str) = ("carrier", INCUBATORS[0]);
const AT_TRADE: (&str, &str) = ("carrier", INCUBATORS[1]);
const AT_BEIDOU: (&str, &str) = ("carrier", INCUBATORS[2]);
const AT_PARK: (&str, &str) = ("carrier", PARK);
const COMPLETED: (&str, &str) = ("outcome", "completed");

/// What findings are made of. Each group says which.
const TROUBLE: &[Line] = &[
    // Two incubators at once.
    (
        28,
        "programme-started",
        "2014-05-06",
        &[INCUBATION, AT_CLOUD],
    ),
    (
        28,
        "programme-started",
        "2015-02-02",
        &[INCUBATION, AT_BEIDOU],
    ),
    (
        28,
        "programme-ended",
        "2015-12-31",
        &[INCUBATION, AT_BEIDOU, ("outcome", "left")],
    ),
    (28, "graduated", "2016-03-31", &[AT_CLOUD]),
    // Too old at entry for the rule of 2019.
    (
        29,
        "programme-started",
        "2019-04-08",
        &[INCUBATION, AT_TRADE],
    ),
    (
        29,
        "programme-ended",
        "2021-03-31",
        &[INCUBATION, AT_TRADE, COMPLETED],
    ),
    // Too long in incubation: one has left, one is still in it.
    (
        30,
        "programme-started",
        "2013-07-01",
        &[INCUBATION, AT_BEIDOU],
    ),
    (
        30,
        "programme-ended",
        "2018-09-30",
        &[INCUBATION, AT_BEIDOU, COMPLETED],
    ),
    (
        31,
        "programme-started",
        "2015-06-10",
        &[INCUBATION, AT_CLOUD],
    ),
    // Graduated without incubation, once with a carrier, once without.
    (32, "graduated", "2016-06-20", &[AT_BEIDOU]),
    (33, "graduated", "2018-12-31", &[]),
    // Accelerated without incubation.
    (
        34,
        "programme-started",
        "2016-04-01",
        &[ACCELERATION, ("carrier", ACCELERATOR)],
    ),
    (
        34,
        "programme-ended",
        "2017-12-31",
        &[ACCELERATION, ("carrier", ACCELERATOR), COMPLETED],
    ),
    // The area of a room that it never had.
    (
        36,
        "occupancy-area-changed",
        "2019-07-01",
        &[AT_PARK, ("unit", "Z座999"), ("area", "300 m2")],
    ),
    // Deregistered, with its room still open, and then a new membership.
    (
        37,
        "legal-status-entered",
        "2023-08-15",
        &[("status", "deregistered")],
    ),
    (
        37,
        "membership-started",
        "2024-02-01",
        &[("cluster", CLUSTERS[1]), ("capacity", "member")],
    ),
    // A typed year.
    (
        38,
        "occupancy-started",
        "2061-05-12",
        &[AT_PARK, ("unit", "G座301"), ("tenure", "lease")],
    ),
    // Listed without an application.
    (39, "listed", "2022-07-08", &[("board", "HKEX")]),
    // Somebody knows that it had money, and not when.
    (
        26,
        "funding-received",
        "unknown",
        &[("round", "A轮"), ("investor", "合成产业引导基金")],
    ),
    // Abnormal for a while, which is no trouble.
    (
        27,
        "legal-status-entered",
        "2018-07-09",
        &[("status", "abnormal")],
    ),
    (
        27,
        "legal-status-lifted",
        "2018-11-02",
        &[("status", "abnormal")],
    ),
];

/// Tells what is told one by one.
pub(super) fn tell(dice: &mut Dice, tenants: &[Tenant], subjects: &mut [Subject]) {
    for (tenant, subject) in tenants.iter().zip(subjects.iter_mut()) {
        let Some(place) = tenant.steady else { continue };
        for (_, event, on, fields) in lines(place) {
            let on = on.parse().unwrap_or(Span::Unknown);
            subject.say(event, on, fields);
        }
        if FILING.contains(&place) {
            revenue(dice, subject);
        }
        if CHAMPIONS.contains(&place) {
            let claimed = exact(dice.between(day(2015, 6, 1), day(2016, 12, 20)));
            let fields = [("scheme", "media-claim"), ("value", "隐形冠军")];
            subject.say("attribute-stated", claimed, &fields);
        }
        if ANCHORS.contains(&place) {
            let joined = exact(dice.between(day(2015, 4, 1), day(2016, 11, 30)));
            let fields = [
                ("cluster", CLUSTERS[tenant.industry]),
                ("capacity", "anchor"),
            ];
            subject.say("membership-started", joined, &fields);
        }
        if place == 35 {
            // It moves in where it is already.
            let fields = [AT_PARK, ("unit", &room(tenant.number)), ("tenure", "lease")];
            subject.say("occupancy-started", exact(day(2018, 5, 3)), &fields);
        }
    }
    talents(dice, tenants, subjects);
}

fn lines(place: usize) -> impl Iterator<Item = &'static Line> {
    FILINGS
        .iter()
        .chain(TROUBLE)
        .filter(move |(of, ..)| *of == place)
}

/// The revenue of each year, reported in the next.
fn revenue(dice: &mut Dice, subject: &mut Subject) {
    let mut thousands = dice.between(8_000, 60_000);
    for year in 2014..=2020 {
        thousands += thousands / 100 * dice.between(-12, 38);
        let quantity = format!("{} CNY", i64::from(thousands) * 1_000);
        let period = year.to_string();
        let fields = [
            ("metric", "营业收入"),
            ("quantity", &quantity),
            ("period", &period),
        ];
        subject.say("figure-reported", exact(day(year + 1, 4, 30)), &fields);
    }
}

/// How many talents each company of the census has; the largest takes what may be missing to more than were said.
fn talents(dice: &mut Dice, tenants: &[Tenant], subjects: &mut [Subject]) {
    let mut counts: Vec<_> = tenants
        .iter()
        .filter(|tenant| tenant.present(census()))
        .map(|tenant| {
            let (least, most) = dice.weighted(
                &[(60, (2, 9)), (30, (10, 24)), (9, (25, 70)), (1, (90, 200))],
                (2, 9),
            );
            (dice.between(least, most), tenant.number)
        })
        .collect();
    let missing = TALENTS + 1 - counts.iter().map(|(count, _)| count).sum::<i32>();
    if let Some((count, _)) = counts.iter_mut().max() {
        *count += missing.max(0);
    }
    for (count, number) in counts {
        let quantity = format!("{count} persons");
        let fields = [("metric", "talents"), ("quantity", quantity.as_str())];
        subjects[number].say("figure-reported", exact(census()), &fields);
    }
}
