//! Contradictions and irregularities.

use nianlun_aggregates::Wording;
use nianlun_aggregates::history::ContradictionKind;
use nianlun_projections::company::{IRREGULARITIES, POSSIBLE_DUPLICATE, TWO_USCIS, UNRESOLVED_ROW};
use nianlun_projections::{Fact, Subject, kind};

use super::company::{Candidate, names};
use super::point::Point;
use crate::identity::{LIKELY, Pair, candidates};
use crate::import::books::{Question, questions};
use crate::store::{FactQuery, Store, StoreError, Valid};

/// A finding and the company that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingLine {
    /// The company.
    pub company: Candidate,
    /// The finding: key its code, part its grade, basis its events.
    pub fact: Fact,
}

/// All findings that there can be.
pub fn known_findings() -> impl Iterator<Item = Wording> {
    let contradictions = ContradictionKind::ALL.iter().map(|kind| kind.wording());
    contradictions
        .chain([TWO_USCIS])
        .chain(IRREGULARITIES.iter().copied())
        .chain([POSSIBLE_DUPLICATE, UNRESOLVED_ROW])
}

/// The names of a finding.
#[must_use]
pub fn wording_of_finding(code: &str) -> Option<Wording> {
    known_findings().find(|wording| wording.code == code)
}

/// The finding that is called so: by its code or its Chinese or English name.
#[must_use]
pub fn finding_called(word: &str) -> Option<Wording> {
    known_findings().find(|wording| wording.is_called(word))
}

/// A pair of records that may be of one company, as a finding of the first: value the other with its score. It is of no day.
fn possible_duplicate(pair: Pair) -> FindingLine {
    let fact = Fact::unplaced(Subject::Company, pair.a, kind::FINDING)
        .keyed(POSSIBLE_DUPLICATE.code)
        .parted("irregular")
        .valued(format!("{} {} ({})", pair.b, pair.b_name, pair.score));
    FindingLine {
        company: Candidate {
            name: pair.a_name,
            id: pair.a,
        },
        fact,
    }
}

/// A row of which it is open who it is about, as a finding of the first company that it may be about.
fn unresolved_row(question: &Question) -> FindingLine {
    let says = question.says.iter();
    let says: Vec<_> = says.map(|(scheme, id)| format!("{scheme}={id}")).collect();
    let candidates = question.candidates.iter();
    let id = candidates.clone().map(|candidate| candidate.company).next();
    let id = id.unwrap_or_default();
    let named: Vec<_> = candidates
        .map(|candidate| format!("{} ({})", candidate.company, candidate.reason))
        .collect();
    let (file, sheet, row) = &question.place;
    let place = [file.as_str(), sheet, &row.to_string()];
    let place: Vec<_> = place.into_iter().filter(|part| !part.is_empty()).collect();
    let fact = Fact::unplaced(Subject::Company, id, kind::FINDING)
        .keyed(UNRESOLVED_ROW.code)
        .parted("open")
        .valued(format!(
            "{}: {}: {}",
            place.join(" "),
            question.reason,
            named.join(", ")
        ));
    FindingLine {
        company: Candidate {
            name: says.join(", "),
            id,
        },
        fact,
    }
}

/// Which findings are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked<'a> {
    /// Only those of this code.
    pub code: Option<&'a str>,
    /// Only what a reader of the day must know: what runs on it, and what lay at one moment on or before it, as contradictions do.
    pub of_the_day: bool,
    /// With the rows of imports of which it is open who they are about. They are open now: they have no history.
    pub open: bool,
}

/// Findings as known at a time. Pairs that may be one company are found among all records anew.
///
/// # Errors
/// Those of the store.
pub async fn findings(
    store: &dyn Store,
    asked: Asked<'_>,
    point: Point,
) -> Result<Vec<FindingLine>, StoreError> {
    let Asked {
        code,
        of_the_day,
        open,
    } = asked;
    let query = FactQuery {
        keys: code.map(str::to_owned).into_iter().collect(),
        ..point.asking(Subject::Company, &[kind::FINDING], Valid::Any)
    };
    let day = point.day.number();
    let concerns = |fact: &Fact| {
        let momentary = fact.valid_from == fact.valid_to;
        !of_the_day || fact.valid_from <= day && (momentary || day < fact.valid_to)
    };
    let names = names(store, point).await?;
    let mut lines: Vec<_> = store
        .facts(&query)
        .await?
        .into_iter()
        .filter(concerns)
        .map(|fact| FindingLine {
            company: Candidate {
                name: names.get(&fact.id).cloned().unwrap_or_default(),
                id: fact.id,
            },
            fact,
        })
        .collect();
    if code.is_none_or(|code| code == POSSIBLE_DUPLICATE.code) {
        for pair in candidates(store, point, LIKELY).await? {
            lines.push(possible_duplicate(pair));
        }
    }
    if open && code.is_none_or(|code| code == UNRESOLVED_ROW.code) {
        let questions = questions(store, None).await?;
        lines.extend(questions.iter().map(unresolved_row));
    }
    lines.sort_by(|a, b| {
        let fact = &a.fact;
        (&fact.key, &a.company, &fact.basis, &fact.elsewhere).cmp(&(
            &b.fact.key,
            &b.company,
            &b.fact.basis,
            &b.fact.elsewhere,
        ))
    });
    Ok(lines)
}
