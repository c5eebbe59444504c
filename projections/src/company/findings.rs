//! Contradictions and irregularities: what a reader should look at before believing the rest.

use nianlun_aggregates::company::{
    Change, Entity, LegalStatus, Programme, Spell, SpellKey, SpellSet,
};
use nianlun_aggregates::history::{Change as _, Contradiction, Sequence};
use nianlun_aggregates::window::{Window, point};
use nianlun_aggregates::{Day, Span, Wording};

use super::Story;
use super::pauses::{PAUSED, pauses};
use crate::fact::{FOREVER, Fact, kind};
use crate::policy::Policy;

/// A date further ahead of its recording than this is taken for a slip in the year.
const FAR_AHEAD_DAYS: i32 = 400;

/// The irregularities, with their names.
pub const IRREGULARITIES: &[Wording] = &[
    TWO_INCUBATORS,
    OVER_TENURE,
    OVER_AGE,
    GRADUATED_WITHOUT_INCUBATION,
    LISTED_WITHOUT_APPLICATION,
    SKIPPED_STAGE,
    FAR_FUTURE,
    STILL_OPEN,
    PAUSED,
    MISSING_ONCE,
    KNOWN_LATER,
];

/// Two USCIs of one company, by records that were merged all the same. A contradiction: one of them is wrong.
pub const TWO_USCIS: Wording = Wording {
    code: "two-uscis",
    zh: "两个统一代码",
    en: "two USCIs",
};

/// A row of an import of which it is open who it is about. Not a fact of anybody: it stands among the questions.
pub const UNRESOLVED_ROW: Wording = Wording {
    code: "unresolved-row",
    zh: "归属未决",
    en: "row of open identity",
};

/// Two records that may be of one company. Not a fact of either: it is found among all records when it is asked for.
pub const POSSIBLE_DUPLICATE: Wording = Wording {
    code: "possible-duplicate",
    zh: "疑似重复",
    en: "perhaps one company recorded twice",
};

const TWO_INCUBATORS: Wording = Wording {
    code: "two-incubators",
    zh: "两家同时孵化",
    en: "two incubators at once",
};
const OVER_TENURE: Wording = Wording {
    code: "over-tenure",
    zh: "超期在孵",
    en: "in incubation past the limit",
};
const OVER_AGE: Wording = Wording {
    code: "over-age-at-entry",
    zh: "入孵超龄",
    en: "over the age limit at entry",
};
const GRADUATED_WITHOUT_INCUBATION: Wording = Wording {
    code: "graduated-without-incubation",
    zh: "未孵化而毕业",
    en: "graduated without incubation",
};
const LISTED_WITHOUT_APPLICATION: Wording = Wording {
    code: "listed-without-application",
    zh: "未申请而上市",
    en: "listed without an application",
};
const SKIPPED_STAGE: Wording = Wording {
    code: "skipped-stage",
    zh: "跨级",
    en: "stage skipped",
};
const FAR_FUTURE: Wording = Wording {
    code: "far-future",
    zh: "日期过远",
    en: "more than 400 days ahead",
};
const STILL_OPEN: Wording = Wording {
    code: "closed-but-still-open",
    zh: "注销未清",
    en: "closed but still open",
};
const MISSING_ONCE: Wording = Wording {
    code: "missing-once",
    zh: "漏登一期",
    en: "missing from one list",
};
const KNOWN_LATER: Wording = Wording {
    code: "known-later-than-asserted",
    zh: "获知时间后移",
    en: "known later than its source says",
};

/// One finding.
pub(super) struct Finding {
    /// Its code.
    pub code: &'static str,
    grade: &'static str,
    /// The events that raise it.
    pub events: Vec<Sequence>,
    from: i32,
    to: i32,
    /// Whether it marks the facts of those events; one that only time brings has days of its own.
    pub marks: bool,
}

impl Finding {
    fn irregular(
        wording: Wording,
        events: impl IntoIterator<Item = Sequence>,
        from: i32,
        to: i32,
    ) -> Self {
        let mut events: Vec<_> = events.into_iter().collect();
        events.sort_unstable();
        Self {
            code: wording.code,
            grade: "irregular",
            events,
            from,
            to,
            marks: true,
        }
    }

    pub(super) fn fact(self, story: &Story<'_>) -> Fact {
        story
            .fact(kind::FINDING, self.from, self.to)
            .keyed(self.code)
            .parted(self.grade)
            .based(self.events)
    }
}

pub(super) fn find(story: &Story<'_>, policy: &Policy) -> Vec<Finding> {
    let mut found: Vec<_> = story
        .life
        .contradictions
        .iter()
        .map(|contradiction| contradicts(story, contradiction))
        .collect();
    found.extend(two_uscis(story));
    found.extend(two_incubators(story));
    found.extend(incubations(story, policy));
    found.extend(absences(story));
    found.extend(far_ahead(story));
    found.extend(still_open(story));
    found.extend(paused(story));
    found.extend(missing_once(story));
    found.extend(known_later(story));
    found
}

fn contradicts(story: &Story<'_>, contradiction: &Contradiction) -> Finding {
    let placed = story
        .life
        .said
        .iter()
        .filter(|said| contradiction.events.contains(&said.sequence))
        .filter_map(|said| point(said.assertion.on));
    let day = placed.max().unwrap_or(FOREVER);
    let events = contradiction.events.clone();
    Finding {
        code: contradiction.kind.code(),
        grade: "contradiction",
        events,
        from: day,
        to: day,
        marks: true,
    }
}

/// Of a record that took in another under a USCI of its own.
fn two_uscis(story: &Story<'_>) -> Option<Finding> {
    if story.parts.len() < 2 {
        return None;
    }
    let giving: Vec<(String, Sequence)> = story
        .life
        .said
        .iter()
        .flat_map(|said| {
            let keys = said.assertion.change.identifiers();
            keys.into_iter().map(|key| (key, said.sequence))
        })
        .filter(|(key, _)| key.starts_with("usci:"))
        .collect();
    let (first, _) = giving.first()?;
    giving.iter().find(|(key, _)| key != first)?;
    let mut events: Vec<_> = giving.iter().map(|(_, event)| *event).collect();
    events.sort_unstable();
    events.dedup();
    Some(Finding {
        code: TWO_USCIS.code,
        grade: "contradiction",
        events,
        from: story.begin.unwrap_or(FOREVER),
        to: FOREVER,
        marks: true,
    })
}

fn incubations_of<'a>(story: &'a Story<'a>) -> impl Iterator<Item = &'a Spell<'a>> {
    let incubation = |spell: &&Spell<'_>| {
        matches!(
            spell.key,
            SpellKey::Programme {
                programme: Programme::Incubation,
                ..
            }
        )
    };
    story.life.spells.iter().filter(incubation)
}

fn incubation_spells<'a>(story: &'a Story<'a>) -> impl Iterator<Item = (&'a Spell<'a>, i32, i32)> {
    incubations_of(story).filter_map(|spell| {
        let (from, to) = spell.placed()?;
        Some((spell, from, to.unwrap_or(FOREVER)))
    })
}

fn opener(spell: &Spell<'_>) -> Option<Sequence> {
    spell.opened.map(|edge| edge.said.sequence)
}

fn two_incubators(story: &Story<'_>) -> Vec<Finding> {
    let spells: Vec<_> = incubation_spells(story).collect();
    let mut found = vec![];
    for (index, (spell, from, to)) in spells.iter().enumerate() {
        for (other, other_from, other_to) in &spells[index + 1..] {
            let (begin, end) = (*from.max(other_from), *to.min(other_to));
            if spell.key != other.key && begin < end {
                found.push(Finding::irregular(
                    TWO_INCUBATORS,
                    opener(spell).into_iter().chain(opener(other)),
                    begin,
                    end,
                ));
            }
        }
    }
    found
}

/// Over-long tenure and age at entry, by the rule in force on the day of entry. Doubtful dates are read in the company's favour.
fn incubations(story: &Story<'_>, policy: &Policy) -> Vec<Finding> {
    let founded = founded_at_latest(story);
    let mut found = vec![];
    for (spell, from, to) in incubation_spells(story) {
        let (Some(opened), Some(limits)) = (spell.opened, policy.on(from)) else {
            continue;
        };
        let on = opened.said.assertion.on;
        let (Some(earliest), Some(latest)) = (on.earliest(), on.latest()) else {
            continue;
        };
        let deadline = limits
            .incubation_months
            .and_then(|months| latest.plus_months(months))
            .map(Day::number);
        // An end whose day is in doubt counts as early as it can be.
        let stayed = spell.closed.map_or(Some(FOREVER), |closed| {
            closed.said.assertion.on.earliest().map(Day::number)
        });
        if let Some(deadline) = deadline.filter(|deadline| Some(*deadline) < stayed) {
            found.push(Finding {
                marks: false,
                ..Finding::irregular(OVER_TENURE, opener(spell), deadline, to)
            });
        }
        let Some((founded, by)) = founded else {
            continue;
        };
        let limit = limits
            .age_at_entry_months
            .and_then(|months| founded.plus_months(months));
        if limit.is_some_and(|limit| limit < earliest) {
            found.push(Finding::irregular(
                OVER_AGE,
                opener(spell).into_iter().chain([by]),
                from,
                to,
            ));
        }
    }
    found
}

/// The last day on which the company can have been founded, and the event that says so.
fn founded_at_latest(story: &Story<'_>) -> Option<(Day, Sequence)> {
    let founding = |change: &Change| {
        matches!(
            change,
            Change::Incorporated { .. }
                | Change::Registered {
                    entity: Entity::Company | Entity::Institution,
                    ..
                }
        )
    };
    let said = story
        .life
        .said
        .iter()
        .filter(|said| founding(&said.assertion.change) && said.assertion.on.start_is_known());
    // Of two that give one day, the one that says the lesser: never the one recorded first.
    let first = said
        .filter_map(|said| Some((said.assertion.on.latest()?, said)))
        .min_by_key(|(day, said)| (*day, said.assertion));
    first.map(|(day, said)| (day, said.sequence))
}

/// What is irregular because a record is missing: only where a source has declared that it would have it.
fn absences(story: &Story<'_>) -> Vec<Finding> {
    let mut found = vec![];
    for said in &story.life.said {
        let Some(day) = point(said.assertion.on) else {
            continue;
        };
        let closes = || {
            story.life.spells.iter().any(|spell| {
                spell
                    .closed
                    .is_some_and(|edge| edge.said.sequence == said.sequence)
            })
        };
        let wording = match &said.assertion.change {
            Change::Graduated { .. } if covered(story, SpellSet::Programme, day) && !closes() => {
                GRADUATED_WITHOUT_INCUBATION
            }
            Change::Listed { .. } if covered(story, SpellSet::Application, day) && !closes() => {
                LISTED_WITHOUT_APPLICATION
            }
            Change::ProgrammeStarted {
                programme: Programme::Acceleration,
                ..
            } if covered(story, SpellSet::Programme, day) && !incubated(story, day) => {
                SKIPPED_STAGE
            }
            _ => continue,
        };
        found.push(Finding::irregular(wording, [said.sequence], day, day));
    }
    found
}

fn incubated(story: &Story<'_>, by: i32) -> bool {
    let graduated = story
        .life
        .said
        .iter()
        .any(|said| matches!(said.assertion.change, Change::Graduated { .. }));
    let begun = |spell: &Spell<'_>| spell.opened.and_then(|opened| opened.day);
    // One whose beginning is not known may have begun in time.
    graduated || incubations_of(story).any(|spell| begun(spell).is_none_or(|from| from <= by))
}

fn covered(story: &Story<'_>, set: SpellSet, day: i32) -> bool {
    story
        .life
        .said
        .iter()
        .any(|said| match &said.assertion.change {
            Change::CoverageDeclared { sets, period, .. } => {
                let window = (
                    period.earliest().map(Day::number),
                    period.latest().map(Day::number),
                );
                sets.contains(&set)
                    && *period != Span::Unknown
                    && window.0.is_none_or(|first| first <= day)
                    && window.1.is_none_or(|last| day <= last)
            }
            _ => false,
        })
}

fn far_ahead(story: &Story<'_>) -> Vec<Finding> {
    let mut found = vec![];
    for said in &story.life.said {
        let (Some(window), Some(known)) = (
            Window::of_point(said.assertion.on),
            story.known_on(said.sequence),
        ) else {
            continue;
        };
        if window.first.saturating_sub(known) > FAR_AHEAD_DAYS {
            found.push(Finding::irregular(
                FAR_FUTURE,
                [said.sequence],
                window.first,
                window.first,
            ));
        }
    }
    found
}

/// A list that forgot somebody: it touches no fact, since a company missing once counts as there.
fn missing_once(story: &Story<'_>) -> Vec<Finding> {
    let said = story.life.said.iter();
    let noted = said.filter(|said| matches!(said.assertion.change, Change::AbsenceNoted { .. }));
    let found = noted.map(|said| {
        let day = point(said.assertion.on).unwrap_or(FOREVER);
        Finding {
            marks: false,
            ..Finding::irregular(MISSING_ONCE, [said.sequence], day, day)
        }
    });
    found.collect()
}

/// An archive that came in after something later: what it says counts as known only from then on.
fn known_later(story: &Story<'_>) -> Vec<Finding> {
    let said = story.life.said.iter();
    let late = said.filter(|said| story.known_late(said.sequence));
    let found = late.map(|said| {
        let day = point(said.assertion.on).unwrap_or(FOREVER);
        Finding::irregular(KNOWN_LATER, [said.sequence], day, day)
    });
    found.collect()
}

/// What deregistration leaves open is shown, never closed silently.
fn still_open(story: &Story<'_>) -> Vec<Finding> {
    let mut found = vec![];
    let spells = &story.life.spells;
    for closed in spells
        .iter()
        .filter(|spell| spell.key == SpellKey::Legal(LegalStatus::Deregistered))
    {
        let Some((from, to)) = closed.placed() else {
            continue;
        };
        let to = to.unwrap_or(FOREVER);
        for spell in spells.iter().filter(|spell| {
            spell
                .key
                .set()
                .is_some_and(|set| set != SpellSet::Recognition)
        }) {
            let Some((begun, ended)) = spell.placed() else {
                continue;
            };
            let (first, last) = (begun.max(from), ended.unwrap_or(FOREVER).min(to));
            if first < last {
                let events = opener(closed).into_iter().chain(opener(spell));
                found.push(Finding {
                    marks: false,
                    ..Finding::irregular(STILL_OPEN, events, first, last)
                });
            }
        }
    }
    found
}

fn paused(story: &Story<'_>) -> Vec<Finding> {
    let spells = story.life.spells.iter();
    spells
        .flat_map(pauses)
        .map(|pause| Finding {
            marks: false,
            ..Finding::irregular(PAUSED, pause.events, pause.from, pause.to)
        })
        .collect()
}
