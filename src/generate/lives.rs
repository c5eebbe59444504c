//! The usual histories: nursery, incubator, graduation, acceleration, cluster, and the ways out.

use super::calendar::{by, census, close, day, exact, last_day, month_after, rough};
use super::cases::ANCHORS;
use super::dice::Dice;
use super::names::{key, name, room};
use super::sheet::Subject;
use super::tenants::{CLUSTERS, INDUSTRIES, Tenant, Way};

/// The carrier in which everybody has space.
pub(super) const PARK: &str = "synthetic-park";
/// The seed nursery.
pub(super) const NURSERY: &str = "synthetic-nursery";
/// The accelerator.
pub(super) const ACCELERATOR: &str = "synthetic-accelerator";
/// The themed incubators.
pub(super) const INCUBATORS: [&str; 3] = [
    "synthetic-incubator-cloud",
    "synthetic-incubator-trade",
    "synthetic-incubator-beidou",
];

const TRADE: [&str; 4] = ["生物科技", "电子技术", "环保科技", "电子商务"];

/// The usual history of a tenant.
pub(super) fn tell(dice: &mut Dice, tenant: &Tenant) -> Subject {
    let mut subject = begin(dice, tenant);
    subject.say(
        "attribute-stated",
        exact(tenant.arrival),
        &[
            ("scheme", "industry"),
            ("value", INDUSTRIES[tenant.industry]),
        ],
    );
    occupy(dice, tenant, &mut subject);
    let graduated = match tenant.way {
        Way::Nursery | Way::Incubated => incubate(dice, tenant, &mut subject),
        Way::Direct | Way::Headquarters => None,
    };
    let accelerated = graduated.and_then(|from| accelerate(dice, tenant, &mut subject, from));
    join_cluster(dice, tenant, &mut subject, graduated, accelerated);
    recognise(dice, tenant, &mut subject);
    fund(dice, tenant, &mut subject);
    if tenant.exit.is_some() && tenant.back.is_none() {
        end(dice, tenant, &mut subject);
    }
    subject
}

fn begin(dice: &mut Dice, tenant: &Tenant) -> Subject {
    let (key, stem) = (key(tenant.number), name(tenant.number));
    let company = format!("{stem}{}有限公司", TRADE[tenant.industry]);
    match tenant.way {
        Way::Nursery => {
            let entry = (tenant.arrival - dice.between(90, 420)).max(day(2011, 6, 1));
            let known = close(dice, entry);
            let mut subject = Subject::new(key, format!("{stem}创业团队"), "team", known);
            let programme = [("programme", "seed"), ("carrier", NURSERY)];
            let formed = (tenant.arrival - dice.between(1, 30)).max(entry + 20);
            subject.say("programme-started", known, &programme);
            subject.say("incorporated", exact(formed), &[("new_name", &company)]);
            let [programme, carrier] = programme;
            let outcome = ("outcome", "completed");
            subject.say(
                "programme-ended",
                exact(formed),
                &[programme, carrier, outcome],
            );
            subject
        }
        Way::Incubated => {
            let founded = tenant.arrival - dice.between(20, 560);
            Subject::new(key, company, "company", close(dice, founded))
        }
        Way::Direct => {
            let met = tenant.arrival - dice.between(5, 240);
            Subject::new(key, company, "company", rough(dice, met))
        }
        Way::Headquarters => {
            let group = format!("{stem}控股集团");
            let name = format!("{group}西部总部");
            let existed = exact(tenant.arrival);
            let mut subject =
                Subject::new(key, name, "unnamed_local_entity", existed).of_group(&group);
            let linked = [("group_linked", group.as_str()), ("relation", "西部总部")];
            subject.say("group-linked", existed, &linked);
            let status = [("scheme", "group-status"), ("value", "上市公司")];
            subject.say("attribute-stated", existed, &status);
            subject
        }
    }
}

fn occupy(dice: &mut Dice, tenant: &Tenant, subject: &mut Subject) {
    let room = room(tenant.number);
    let young = matches!(tenant.way, Way::Nursery | Way::Incubated);
    let role = match tenant.way {
        Way::Nursery | Way::Incubated => "incubator",
        Way::Headquarters => "headquarters",
        Way::Direct if tenant.number.is_multiple_of(3) => "industry-park",
        Way::Direct => "",
    };
    let tenure = match tenant.way {
        Way::Headquarters => "purchase",
        _ if young => dice.weighted(&[(70, "lease"), (26, "cowork"), (4, "virtual")], "lease"),
        _ => dice.weighted(&[(78, "lease"), (17, "purchase"), (5, "virtual")], "lease"),
    };
    let square_metres = match tenure {
        "purchase" => dice.between(420, 2600),
        "cowork" => dice.between(8, 60),
        "virtual" => 0,
        _ if young => dice.between(35, 240),
        _ => dice.between(80, 900),
    };
    let area = if square_metres == 0 {
        String::new()
    } else {
        format!("{square_metres} m2")
    };
    let planned = if tenure == "lease" && dice.chance(30) {
        month_after(tenant.arrival, 36).to_string()
    } else {
        String::new()
    };
    let moved_in = if young {
        close(dice, tenant.arrival)
    } else {
        rough(dice, tenant.arrival)
    };
    let moved_in = match tenant.steady {
        // Of some of the first, only that they were there when the list was made is known.
        Some(20..24) if tenant.arrival <= day(2013, 6, 30) => by(day(2013, 6, 30)),
        _ => moved_in,
    };
    let fields = [
        ("carrier", PARK),
        ("unit", &room),
        ("tenure", tenure),
        ("area", &area),
        ("role", role),
        ("planned_end", &planned),
    ];
    subject.say("occupancy-started", moved_in, &fields);
    if let Some(exit) = tenant.exit {
        let left = if tenant.back.is_some() {
            exact(exit)
        } else {
            rough(dice, exit)
        };
        subject.say(
            "occupancy-ended",
            left,
            &[("carrier", PARK), ("unit", &room)],
        );
    } else if !area.is_empty() && dice.chance(9) {
        let changed = dice.between(day(2018, 1, 1), last_day());
        if changed > tenant.arrival + 300 {
            let area = format!("{} m2", square_metres + dice.between(20, 200));
            let fields = [("carrier", PARK), ("unit", &room), ("area", &area)];
            subject.say("occupancy-area-changed", exact(changed), &fields);
        }
    }
    if let Some(back) = tenant.back {
        let fields = [
            ("carrier", PARK),
            ("unit", "E座201"),
            ("tenure", "lease"),
            ("area", "120 m2"),
        ];
        subject.say("occupancy-started", exact(back), &fields);
    }
}

/// The incubation; the day of graduation if it came to that.
fn incubate(dice: &mut Dice, tenant: &Tenant, subject: &mut Subject) -> Option<i32> {
    let carrier = INCUBATORS[match tenant.industry {
        0 | 2 => dice.weighted(&[(5, 0), (2, 2)], 0),
        1 => dice.weighted(&[(2, 0), (3, 2)], 2),
        _ => 1,
    }];
    let start = tenant.arrival + dice.between(0, 40);
    let end = start + dice.between(330, 1250);
    let programme = [("programme", "incubation"), ("carrier", carrier)];
    subject.say("programme-started", close(dice, start), &programme);
    let [kind, carrier] = programme;
    if end >= tenant.until() {
        if tenant.exit.is_some() {
            let outcome = dice.weighted(&[(60, "left"), (25, "expelled"), (15, "unknown")], "left");
            let left = exact(tenant.until());
            subject.say(
                "programme-ended",
                left,
                &[kind, carrier, ("outcome", outcome)],
            );
        }
        return None;
    }
    let ended = close(dice, end);
    if dice.chance(66) {
        subject.say("graduated", ended, &[carrier]);
        return Some(end);
    }
    let ways = [
        (45, "completed"),
        (30, "left"),
        (12, "expelled"),
        (13, "unknown"),
    ];
    let outcome = dice.weighted(&ways, "unknown");
    subject.say(
        "programme-ended",
        ended,
        &[kind, carrier, ("outcome", outcome)],
    );
    None
}

/// The acceleration; the day on which it began, if it did.
fn accelerate(dice: &mut Dice, tenant: &Tenant, subject: &mut Subject, from: i32) -> Option<i32> {
    let start = from + dice.between(40, 420);
    if !dice.chance(44) || start + 60 >= tenant.until() {
        return None;
    }
    let programme = [("programme", "acceleration"), ("carrier", ACCELERATOR)];
    subject.say("programme-started", exact(start), &programme);
    let end = start + dice.between(300, 900);
    let [kind, carrier] = programme;
    if end < tenant.until() {
        let outcome = dice.weighted(
            &[(75, "completed"), (15, "left"), (10, "unknown")],
            "completed",
        );
        let ended = rough(dice, end);
        subject.say(
            "programme-ended",
            ended,
            &[kind, carrier, ("outcome", outcome)],
        );
    } else if tenant.exit.is_some() {
        let left = exact(tenant.until());
        subject.say(
            "programme-ended",
            left,
            &[kind, carrier, ("outcome", "left")],
        );
    }
    // Some take a larger room for it. Never around the census, where a move would look like an arrival.
    if start > census() && dice.chance(45) {
        let room = format!("F座{}", 100 + tenant.number);
        let area = format!("{} m2", dice.between(200, 800));
        let fields = [
            ("carrier", PARK),
            ("unit", &room),
            ("tenure", "lease"),
            ("area", &area),
            ("role", "accelerator"),
        ];
        subject.say("occupancy-started", exact(start), &fields);
        if tenant.exit.is_some() {
            let left = exact(tenant.until());
            subject.say(
                "occupancy-ended",
                left,
                &[("carrier", PARK), ("unit", &room)],
            );
        }
    }
    Some(start)
}

fn join_cluster(
    dice: &mut Dice,
    tenant: &Tenant,
    subject: &mut Subject,
    graduated: Option<i32>,
    accelerated: Option<i32>,
) {
    let (after, percent) = match (tenant.way, accelerated, graduated) {
        (_, Some(start), _) => (start, 85),
        (_, None, Some(end)) => (end, 34),
        (Way::Headquarters, ..) => (tenant.arrival, 100),
        (Way::Direct, ..) => (tenant.arrival, 58),
        _ => (tenant.arrival, 4),
    };
    if tenant.steady.is_some_and(|place| ANCHORS.contains(&place)) {
        return;
    }
    // A cluster takes members from the year in which it was set up.
    let opened = day([2014, 2013, 2013, 2015][tenant.industry], 3, 1);
    let joined = (after + dice.between(30, 700)).max(opened + dice.between(0, 200));
    if !dice.chance(percent) || joined >= tenant.until().min(last_day()) {
        return;
    }
    let cluster = ("cluster", CLUSTERS[tenant.industry]);
    let when = rough(dice, joined);
    subject.say(
        "membership-started",
        when,
        &[cluster, ("capacity", "member")],
    );
    if tenant.exit.is_some() && dice.chance(75) {
        subject.say("membership-ended", exact(tenant.until()), &[cluster]);
    }
}

fn recognise(dice: &mut Dice, tenant: &Tenant, subject: &mut Subject) {
    let labels = [
        (14, "科技型中小企业", "municipal", 12),
        (18, "高新技术企业", "national", 36),
        (7, "专精特新中小企业", "municipal", 36),
        (2, "专精特新小巨人企业", "national", 36),
    ];
    for (percent, label, level, months) in labels {
        let granted = tenant.arrival + dice.between(200, 1300);
        if !dice.chance(percent) || granted >= tenant.until().min(last_day()) {
            continue;
        }
        let valid = month_after(granted, months).to_string();
        let when = rough(dice, granted);
        let fields = [("label", label), ("level", level), ("valid_until", &valid)];
        subject.say("recognition-granted", when, &fields);
        let again = granted + months * 30;
        if months == 36 && again < tenant.until().min(last_day()) && dice.chance(55) {
            let valid = month_after(again, months).to_string();
            let fields = [("label", label), ("level", level), ("valid_until", &valid)];
            subject.say("recognition-renewed", exact(again), &fields);
        } else if dice.chance(5) && again < last_day() {
            let revoked = exact(granted + dice.between(200, 330));
            subject.say(
                "recognition-revoked",
                revoked,
                &[("label", label), ("level", level)],
            );
        }
    }
}

fn fund(dice: &mut Dice, tenant: &Tenant, subject: &mut Subject) {
    let rounds = [("天使轮", 1, 8), ("A轮", 8, 40), ("B轮", 30, 120)];
    let investors = ["合成创业投资基金", "合成产业引导基金", "合成种子基金", ""];
    let mut when = tenant.arrival;
    for (round, least, most) in rounds {
        when += dice.between(120, 700);
        if !dice.chance(22) || when >= tenant.until().min(last_day()) {
            return;
        }
        let amount = format!("{} CNY", i64::from(dice.between(least, most)) * 1_000_000);
        let investor = investors[dice.below(investors.len())];
        let received = rough(dice, when);
        let fields = [
            ("round", round),
            ("amount", &amount),
            ("investor", investor),
        ];
        subject.say("funding-received", received, &fields);
    }
}

/// What becomes of those who left for good.
fn end(dice: &mut Dice, tenant: &Tenant, subject: &mut Subject) {
    let later = tenant.until() + dice.between(20, 500);
    match dice.below(100) {
        0..34 if later < last_day() => {
            let status = dice.weighted(&[(80, "deregistered"), (20, "revoked")], "deregistered");
            subject.say("legal-status-entered", exact(later), &[("status", status)]);
        }
        34..64 => {
            let place = ["合成市东区", "合成市南区", "合成省会", "合成自贸区"][dice.below(4)];
            let fields = [("scheme", "relocated-to"), ("value", place)];
            subject.say("attribute-stated", exact(tenant.until()), &fields);
        }
        64..69 if later < last_day() => {
            let by = format!("{}集团", name(719 - tenant.number % 60));
            subject.say("acquired", rough(dice, later), &[("by", &by)]);
        }
        _ => {}
    }
}
