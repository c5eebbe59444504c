//! Those beside the companies of the park: teams that never became one, branches, prospects, and histories with a hole.

use super::calendar::{close, day, exact, last_day};
use super::dice::Dice;
use super::lives::{NURSERY, PARK};
use super::names::{key, name, room};
use super::sheet::Subject;

const TEAMS: usize = 58;

/// Their histories, numbered on from the companies of the park.
pub(super) fn tell(dice: &mut Dice, first: usize) -> Vec<Subject> {
    let mut subjects = vec![];
    for place in 0..TEAMS {
        subjects.push(team(dice, first + place));
    }
    let mut next = first + TEAMS;
    let mut add = |entity, suffix: &str, events: &[Event]| {
        subjects.push(told(next, entity, suffix, events));
        next += 1;
    };
    let park = ("carrier", PARK);
    let lease = ("tenure", "lease");
    // Left, and nobody wrote down that they came.
    add(
        "company",
        "生物科技有限公司",
        &[("occupancy-ended", (2013, 8, 30), &[park])],
    );
    add(
        "company",
        "电子技术有限公司",
        &[("occupancy-ended", (2016, 5, 31), &[park])],
    );
    let left = [
        ("programme", "seed"),
        ("carrier", NURSERY),
        ("outcome", "left"),
    ];
    add(
        "team",
        "创业团队",
        &[("programme-ended", (2014, 10, 17), &left)],
    );
    // A team with shares on a board.
    add(
        "team",
        "创业团队",
        &[("listed", (2019, 9, 9), &[("board", "OTC")])],
    );
    // Neither of these counts as a company.
    add(
        "branch",
        "电子技术有限公司合成分公司",
        &[("occupancy-started", (2019, 3, 4), &[park, lease])],
    );
    add(
        "branch",
        "环保科技有限公司合成分公司",
        &[("occupancy-started", (2019, 10, 21), &[park, lease])],
    );
    add(
        "sole_proprietorship",
        "网店",
        &[(
            "occupancy-started",
            (2020, 6, 15),
            &[park, ("tenure", "cowork")],
        )],
    );
    add(
        "sole_proprietorship",
        "商行",
        &[(
            "occupancy-started",
            (2021, 4, 12),
            &[park, ("tenure", "virtual")],
        )],
    );
    add(
        "institution",
        "技术研究院",
        &[("occupancy-started", (2018, 9, 1), &[park, lease])],
    );
    // Interested, no more.
    for month in [2, 4, 5, 8, 9, 11] {
        let intent = [("scheme", "intent"), ("value", "意向入驻")];
        add(
            "company",
            "生物科技有限公司",
            &[("attribute-stated", (2025, month, 18), &intent)],
        );
    }
    subjects
}

type Event<'a> = (&'a str, (i16, i8, i8), &'a [(&'static str, &'a str)]);

fn told(number: usize, entity: &'static str, suffix: &str, events: &[Event]) -> Subject {
    let existed = events.first().map_or((2011, 1, 1), |(_, on, _)| *on);
    let existed = exact(day(existed.0, existed.1, existed.2));
    let name = format!("{}{suffix}", name(number));
    let mut subject = Subject::new(key(number), name, entity, existed);
    for (event, on, fields) in events {
        let room = room(number);
        let mut fields = fields.to_vec();
        if *event == "occupancy-started" {
            fields.push(("unit", &room));
        }
        subject.say(event, exact(day(on.0, on.1, on.2)), &fields);
    }
    subject
}

fn team(dice: &mut Dice, number: usize) -> Subject {
    let entry = dice.between(day(2012, 3, 1), day(2025, 9, 30));
    let known = close(dice, entry);
    let name = format!("{}创业团队", name(number));
    let mut subject = Subject::new(key(number), name, "team", known);
    let programme = ("programme", "seed");
    let carrier = ("carrier", NURSERY);
    subject.say("programme-started", known, &[programme, carrier]);
    let end = entry + dice.between(100, 720);
    let ways = [
        (44, "left"),
        (30, "completed"),
        (16, "unknown"),
        (10, "expelled"),
    ];
    let outcome = ("outcome", dice.weighted(&ways, "left"));
    if end <= last_day() {
        let ended = close(dice, end);
        subject.say("programme-ended", ended, &[programme, carrier, outcome]);
    }
    subject
}
