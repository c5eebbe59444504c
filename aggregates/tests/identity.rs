//! Who is one with whom: what is refused, and what a repair may do to one record.

mod support;

use std::collections::BTreeSet;

use nianlun_aggregates::company::identity::{IdentityError, Party, distinct, merge, uscis};
use nianlun_aggregates::company::{Change, Company};
use nianlun_aggregates::history::{Action, Command, Entry, Manner, Refusal, RepairError};
use support::*;
use uuid::Uuid;

const A: Uuid = Uuid::from_u128(1);
const B: Uuid = Uuid::from_u128(2);
const C: Uuid = Uuid::from_u128(3);

fn party(id: Uuid, company: &Company) -> Party<'_> {
    Party {
        id,
        company,
        survivor: None,
        uscis: uscis(company),
    }
}

fn reason() -> nianlun_aggregates::Text {
    nianlun_aggregates::Text::new("同一企业").expect("a text")
}

/// What two records come to when the first is merged into the second.
fn merged(loser: &Party<'_>, survivor: &Party<'_>) -> Result<Vec<Change>, IdentityError> {
    let (a, b) = merge(loser, survivor, &reason(), false)?;
    let said = [a, b].map(|event| match event.entry {
        Entry::Asserted(said) => said.change,
        other => panic!("{other:?}"),
    });
    Ok(said.into())
}

#[test]
fn a_merge_is_said_by_both_records() {
    let (a, b) = (company([]).company, company([]).company);
    assert_eq!(
        merged(&party(A, &a), &party(B, &b)),
        Ok(vec![
            Change::RecordMerged {
                survivor: B,
                reason: reason()
            },
            Change::RecordTakenIn {
                other: A,
                reason: reason()
            },
        ])
    );
}

#[test]
fn a_record_is_not_merged_with_itself() {
    let a = company([]).company;
    let refused = Err(IdentityError::Itself { id: A });
    assert_eq!(merged(&party(A, &a), &party(A, &a)), refused);
}

#[test]
fn what_has_no_registration_is_no_record() {
    let (a, none) = (company([]).company, nothing().company);
    let refused = Err(IdentityError::NoSuchRecord { id: B });
    assert_eq!(merged(&party(A, &a), &party(B, &none)), refused);
    assert_eq!(merged(&party(B, &none), &party(A, &a)), refused);
}

#[test]
fn a_merged_record_is_not_merged_again() {
    let (a, b) = (company([]).company, company([]).company);
    let loser = Party {
        survivor: Some(C),
        ..party(A, &a)
    };
    let refused = Err(IdentityError::AlreadyMerged { id: A, into: C });
    assert_eq!(merged(&loser, &party(B, &b)), refused);
}

#[test]
fn into_a_merged_record_nothing_is_merged() {
    let (a, b) = (company([]).company, company([]).company);
    let survivor = Party {
        survivor: Some(C),
        ..party(B, &b)
    };
    let refused = Err(IdentityError::SurvivorMerged { id: B, into: C });
    assert_eq!(merged(&party(A, &a), &survivor), refused);
}

#[test]
fn merges_make_no_ring() {
    let (a, b) = (company([]).company, company([]).company);
    let survivor = Party {
        survivor: Some(A),
        ..party(B, &b)
    };
    let refused = Err(IdentityError::Cycle {
        loser: A,
        survivor: B,
    });
    assert_eq!(merged(&party(A, &a), &survivor), refused);
}

#[test]
fn two_uscis_are_merged_only_with_a_reason_which_is_kept() {
    let (a, b) = (company([]).company, company([]).company);
    let mut loser = party(A, &a);
    loser.uscis = BTreeSet::from(["usci:91330103MA2J0XYC21".to_owned()]);
    let mut survivor = party(B, &b);
    survivor.uscis = BTreeSet::from(["usci:91130102MA08L76U1Y".to_owned()]);
    assert_eq!(
        merged(&loser, &survivor),
        Err(IdentityError::TwoUscis {
            loser: vec!["usci:91330103MA2J0XYC21".to_owned()],
            survivor: vec!["usci:91130102MA08L76U1Y".to_owned()],
        })
    );
    let (one, other) = merge(&loser, &survivor, &reason(), true).expect("recorded");
    assert_eq!(
        [one.despite, other.despite],
        [Some(reason()), Some(reason())]
    );
    // The same one in both is none.
    survivor.uscis.extend(loser.uscis.clone());
    assert!(merged(&loser, &survivor).is_ok());
}

/// A record with what another one says of it.
fn saying(change: Change) -> Company {
    use cqrs_es::Aggregate;
    let mut company = company([]).company;
    company.apply(nianlun_aggregates::company::CompanyEvent {
        entry: Entry::Asserted(on("unknown", change)),
        despite: None,
        claims: vec![],
        asserted: None,
        releases: vec![],
    });
    company
}

#[test]
fn half_a_merge_is_taken_back_first() {
    let half = saying(Change::RecordMerged {
        survivor: C,
        reason: reason(),
    });
    let b = company([]).company;
    let refused = Err(IdentityError::Half { id: A, event: 2 });
    assert_eq!(merged(&party(A, &half), &party(B, &b)), refused);
}

#[test]
fn records_said_to_be_two_are_not_merged_and_not_said_to_be_two_again() {
    let (a, b) = (
        saying(Change::RecordDistinct {
            other: B,
            reason: reason(),
        }),
        company([]).company,
    );
    let refused = IdentityError::SaidDistinct { id: A, event: 2 };
    assert_eq!(merged(&party(A, &a), &party(B, &b)), Err(refused.clone()));
    assert_eq!(merged(&party(B, &b), &party(A, &a)), Err(refused.clone()));
    assert_eq!(
        distinct(&party(B, &b), &party(A, &a), &reason()),
        Err(refused)
    );
    let c = company([]).company;
    assert!(distinct(&party(A, &a), &party(C, &c), &reason()).is_ok());
}

#[test]
fn a_merged_record_is_not_said_to_be_another() {
    let (a, b) = (company([]).company, company([]).company);
    let ended = Party {
        survivor: Some(C),
        ..party(A, &a)
    };
    let refused = Err(IdentityError::AlreadyMerged { id: A, into: C });
    assert_eq!(distinct(&party(B, &b), &ended, &reason()), refused);
}

#[test]
fn a_command_says_nothing_of_identities() {
    let half = Change::RecordTakenIn {
        other: B,
        reason: reason(),
    };
    for action in [
        Action::Record(vec![on("unknown", half.clone())]),
        correction(1, on("unknown", half.clone())),
    ] {
        let command = Command {
            action,
            manner: Manner::Import,
        };
        assert_eq!(
            company([]).company.decide(&command),
            Err(Refusal::Counterpart)
        );
    }
    let command = Command {
        action: correction(2, registration()),
        manner: Manner::Live,
    };
    assert_eq!(saying(half).decide(&command), Err(Refusal::Counterpart));
}

#[test]
fn on_a_merged_record_nothing_is_recorded_but_the_way_back() {
    let ended = saying(Change::RecordMerged {
        survivor: B,
        reason: reason(),
    });
    for manner in [Manner::Live, Manner::Import, Manner::Despite(reason())] {
        for action in [
            Action::Record(vec![registration()]),
            correction(1, registration()),
            retraction(1),
        ] {
            let command = Command {
                action,
                manner: manner.clone(),
            };
            assert_eq!(ended.decide(&command), Err(Refusal::Merged { into: B }));
        }
        let command = Command {
            action: retraction(2),
            manner,
        };
        assert!(ended.decide(&command).is_ok());
    }
}

#[test]
fn what_stays_with_its_record_cannot_be_moved() {
    let given = company([on("2018-06-01", entered("101"))])
        .and_corrected(2, on("2018-07-01", entered("101")));
    let company = given.company;
    assert_eq!(
        company.movable(9).err(),
        Some(RepairError::NoSuchEvent { target: 9, last: 3 })
    );
    assert_eq!(
        company.movable(2).err(),
        Some(RepairError::Superseded { target: 2, by: 3 })
    );
    assert_eq!(
        company.movable(1).err(),
        Some(RepairError::Registration { target: 1 })
    );
    // With a correction goes what it corrected, which would return otherwise.
    let (said, chain) = company.movable(3).expect("movable");
    assert_eq!(
        (said, chain),
        (&on("2018-07-01", entered("101")), vec![3, 2])
    );
    let half = saying(Change::RecordDistinct {
        other: B,
        reason: reason(),
    });
    assert_eq!(
        half.movable(2).err(),
        Some(RepairError::Counterpart { target: 2 })
    );
    let retracted = support::company([on("2018-06-01", entered("101"))])
        .and_retracted(2)
        .company;
    assert_eq!(
        retracted.movable(3).err(),
        Some(RepairError::IsRetraction { target: 3 })
    );
}

#[test]
fn a_repair_leaves_a_record_that_can_stand() {
    let entry = on("2018-06-01", entered("101"));
    let company = company([entry.clone(), on("2019-06-01", left("101"))]).company;
    let take_back = |target| Entry::Retracted {
        target,
        reason: reason(),
    };
    let said = |entry| Entry::Asserted(entry);
    assert_eq!(
        company.repaired(vec![said(entry)], &Manner::Live),
        Err(RepairError::Repeats { event: 4 })
    );
    assert_eq!(
        company.repaired(vec![take_back(1)], &Manner::Live),
        Err(RepairError::NotRegistered)
    );
    assert_eq!(
        company.repaired(vec![take_back(2), take_back(2)], &Manner::Live),
        Err(RepairError::Superseded { target: 2, by: 4 })
    );
    let refused = company.repaired(vec![take_back(2)], &Manner::Live);
    assert!(
        matches!(&refused, Err(RepairError::Contradicts { contradictions }) if contradictions[0].events == [3]),
        "{refused:?}"
    );
    let flagged = company.repaired(vec![take_back(2)], &Manner::Despite(reason()));
    assert_eq!(flagged.expect("recorded")[0].despite, Some(reason()));
}
