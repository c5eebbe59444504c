//! What must change so that the stored facts of some streams say what was folded.

use std::collections::BTreeMap;

use nianlun_projections::{Fact, Known};

/// The smallest change from the stored facts to the folded ones.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// New facts.
    pub(super) insert: Vec<Fact>,
    /// Stored facts, by row, that are now believed until another instant.
    pub(super) close: Vec<(i64, Known)>,
    /// Rows that are no longer said.
    pub(super) delete: Vec<i64>,
}

/// Compares; facts that differ in nothing but `known_to` are the same fact. Equal facts are matched one to one.
pub(super) fn difference<'a>(
    stored: impl IntoIterator<Item = (i64, Fact)>,
    folded: impl IntoIterator<Item = &'a Fact>,
) -> Difference {
    let mut rows: BTreeMap<Fact, Vec<(i64, Known)>> = BTreeMap::new();
    for (row, mut fact) in stored {
        let known_to = std::mem::replace(&mut fact.known_to, Known::OPEN);
        rows.entry(fact).or_default().push((row, known_to));
    }

    let mut difference = Difference::default();
    for fact in folded {
        let key = Fact {
            known_to: Known::OPEN,
            ..fact.clone()
        };
        let same = rows.get_mut(&key);
        // A row that already ends alike is taken first, so that equal facts do not swap their ends.
        let matched = same.and_then(|rows| {
            let place = rows
                .iter()
                .position(|(_, known_to)| *known_to == fact.known_to);
            place
                .map(|place| rows.swap_remove(place))
                .or_else(|| rows.pop())
        });
        match matched {
            None => difference.insert.push(fact.clone()),
            Some((row, known_to)) if known_to != fact.known_to => {
                difference.close.push((row, fact.known_to));
            }
            Some(_) => {}
        }
    }
    difference.delete = rows.into_values().flatten().map(|(row, _)| row).collect();
    difference.delete.sort_unstable();
    difference
}

#[cfg(test)]
mod tests {
    use nianlun_projections::Subject;
    use uuid::Uuid;

    use super::*;

    fn fact(value: &str, known_to: Known) -> Fact {
        Fact {
            subject: Subject::Company,
            id: Uuid::from_u128(1),
            kind: "stage".to_owned(),
            key: "ladder".to_owned(),
            part: String::new(),
            value: value.to_owned(),
            valid_from: 0,
            valid_to: 10,
            known_from: Known { at: 5, position: 1 },
            known_to,
            from_stated: String::new(),
            to_stated: String::new(),
            basis: vec![1],
            elsewhere: vec![],
            flags: Vec::new(),
            detail: BTreeMap::new(),
        }
    }

    #[test]
    fn what_stays_is_left_alone_and_the_rest_is_closed_inserted_or_deleted() {
        let closed = Known { at: 9, position: 2 };
        let stored = [
            (10, fact("a", Known::OPEN)),
            (11, fact("b", Known::OPEN)),
            (12, fact("c", Known::OPEN)),
        ];
        let folded = [
            fact("a", Known::OPEN),
            fact("b", closed),
            fact("d", Known::OPEN),
        ];
        assert_eq!(
            difference(stored, &folded),
            Difference {
                insert: vec![fact("d", Known::OPEN)],
                close: vec![(11, closed)],
                delete: vec![12]
            }
        );
    }

    #[test]
    fn another_basis_is_another_fact() {
        let folded = Fact {
            basis: vec![1, 2],
            ..fact("a", Known::OPEN)
        };
        let difference = difference([(10, fact("a", Known::OPEN))], [&folded]);
        assert_eq!(
            difference,
            Difference {
                insert: vec![folded],
                close: Vec::new(),
                delete: vec![10]
            }
        );
    }

    #[test]
    fn equal_facts_are_matched_one_to_one() {
        let closed = Known { at: 9, position: 2 };
        let stored = [(10, fact("a", closed)), (11, fact("a", Known::OPEN))];
        let folded = [fact("a", Known::OPEN), fact("a", closed)];
        assert_eq!(difference(stored, &folded), Difference::default());
    }
}
