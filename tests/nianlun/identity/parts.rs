//! Events go to the record of the company that they are about.

use cqrs_es::DomainEvent;
use cqrs_es::persist::SerializedEvent;
use nianlun::identity::{Because, Part, RepairKind, RepairRefusal};
use nianlun::service::{Metadata, company, survivors};
use nianlun::store::StoreError;
use nianlun_aggregates::company::identity::IdentityError;
use nianlun_aggregates::company::{Change, CompanyEvent};
use nianlun_aggregates::history::{Action, Command, Entry, Event, Manner, RepairError};
use nianlun_projections::kind;

use super::{Park, attribute, because, id_of, said, text};
use crate::contract;
use crate::support::database::Harness;

contract!(
    a_part_takes_its_events_and_identifiers_along_and_gives_them_back,
    an_event_goes_to_the_company_that_it_is_about,
    an_event_that_others_stand_on_goes_only_with_a_reason,
    what_was_changed_since_is_undone_first,
    half_a_repair_is_listed_and_changes_nothing,
);

async fn a_part_takes_its_events_and_identifiers_along_and_gives_them_back(harness: &Harness) {
    let park = Park::open(harness).await;
    let usci = "usci:91330103MA2J0XYC21";
    let both = park.registered("甲", &["park:1", usci]).await;
    let added = Change::IdentifierAdded {
        identifier: id_of("list:9"),
    };
    park.record(both, "unknown", added).await;
    park.record(both, "2017-01-01", attribute("医药")).await;
    let before = park.believed().await;
    let beside = Part {
        name: text("乙"),
        identifiers: vec![id_of("park:1"), id_of("list:9")],
    };
    let split = park
        .repairs
        .split(both, &[3], &beside, &because("两家企业"))
        .await
        .expect("split");
    let other = park.holder("park:1").await.expect("held");
    assert_ne!(other, both, "its derived id has a record already");
    assert_eq!(park.holder("list:9").await, Some(other));
    assert_eq!(park.holder(usci).await, Some(both));
    assert_eq!(park.values(other, kind::ATTRIBUTE).await, ["医药"]);
    assert_eq!(park.values(both, kind::ATTRIBUTE).await, [] as [String; 0]);
    assert_eq!(
        park.values(both, kind::IDENTIFIER).await,
        ["91330103MA2J0XYC21"]
    );
    let moved = park.store.stream(company(other)).await.expect("read");
    assert_eq!(
        moved[1].metadata["row"], "7",
        "where it came from goes along"
    );
    assert_eq!(moved[1].metadata.get("run"), None);
    assert_eq!(
        park.repairs.list().await.expect("listed")[0].kind,
        RepairKind::Split
    );

    park.repairs
        .undo(&split.correlation.to_string(), &because("一家"))
        .await
        .expect("undone");
    assert_eq!(park.believed().await, before);
    assert_eq!(park.holder("park:1").await, Some(both));
    assert_eq!(park.holder("list:9").await, Some(both));
    let refused = park
        .repairs
        .split(both, &[1], &beside, &because("两家"))
        .await;
    assert!(
        matches!(
            &refused,
            Err(RepairRefusal::Record {
                error: RepairError::Registration { target: 1 },
                ..
            })
        ),
        "{refused:?}"
    );
    let refused = park
        .repairs
        .split(both, &[], &beside, &because("两家"))
        .await;
    assert!(
        matches!(refused, Err(RepairRefusal::NoEvents)),
        "{refused:?}"
    );
    let taken = Part {
        name: text("丙"),
        identifiers: vec![id_of("park:5")],
    };
    park.registered("丁", &["park:5"]).await;
    let refused = park
        .repairs
        .split(both, &[3], &taken, &because("两家"))
        .await;
    assert!(
        matches!(
            &refused,
            Err(RepairRefusal::Store(StoreError::IdentifierTaken { .. }))
        ),
        "{refused:?}"
    );
}

async fn an_event_goes_to_the_company_that_it_is_about(harness: &Harness) {
    let park = Park::open(harness).await;
    let wrong = park.registered("甲", &["park:1"]).await;
    let right = park.registered("乙", &["park:2"]).await;
    let added = Change::IdentifierAdded {
        identifier: id_of("list:9"),
    };
    park.record(wrong, "unknown", added).await;
    // Corrected once before: the correction goes, and what it corrected does not return.
    park.record(wrong, "2017-01-01", attribute("医药")).await;
    let correction = Command {
        action: Action::Correct {
            target: 3,
            replacement: said("2017-01-01", attribute("电子")),
            reason: text("抄录有误"),
        },
        manner: Manner::Live,
    };
    park.commands
        .execute(wrong, &correction, None, &Metadata::by("tester"))
        .await
        .expect("corrected");
    let before = park.believed().await;
    let moved = park
        .repairs
        .reattribute(wrong, &[2, 4], right, &because("记错企业"))
        .await
        .expect("moved");
    assert_eq!(park.holder("list:9").await, Some(right));
    assert_eq!(park.values(right, kind::ATTRIBUTE).await, ["电子"]);
    assert_eq!(park.values(wrong, kind::ATTRIBUTE).await, [] as [String; 0]);
    assert_eq!(
        park.repairs.list().await.expect("listed")[0].kind,
        RepairKind::Move
    );
    let again = park
        .repairs
        .reattribute(wrong, &[4], right, &because("记错企业"))
        .await;
    assert!(
        matches!(
            &again,
            Err(RepairRefusal::Record {
                error: RepairError::Superseded { target: 4, .. },
                ..
            })
        ),
        "{again:?}"
    );
    park.repairs
        .undo(&moved.correlation.to_string(), &because("没有记错"))
        .await
        .expect("undone");
    assert_eq!(park.believed().await, before);
    assert_eq!(park.holder("list:9").await, Some(wrong));
}

async fn an_event_that_others_stand_on_goes_only_with_a_reason(harness: &Harness) {
    let park = Park::open(harness).await;
    let wrong = park.registered("甲", &["park:1"]).await;
    let right = park.registered("乙", &["park:2"]).await;
    let board = "STAR".parse().expect("a board");
    park.record(wrong, "2020-01-01", Change::Listed { board, code: None })
        .await;
    let ended = Change::Delisted {
        board,
        reason: nianlun_aggregates::company::DelistingReason::Voluntary,
    };
    park.record(wrong, "2021-01-01", ended).await;
    let refused = park
        .repairs
        .reattribute(wrong, &[2], right, &because("记错"))
        .await;
    let refused = refused.expect_err("refused");
    let (id, found) = refused.contradictions().expect("contradictions");
    assert_eq!((id, found[0].events.as_slice()), (wrong, &[3][..]));
    let insisting = Because {
        despite: true,
        ..because("记错")
    };
    park.repairs
        .reattribute(wrong, &[2], right, &insisting)
        .await
        .expect("moved all the same");
    assert_eq!(park.values(wrong, kind::FINDING).await.len(), 1);
}

async fn what_was_changed_since_is_undone_first(harness: &Harness) {
    let park = Park::open(harness).await;
    let wrong = park.registered("甲", &["park:1"]).await;
    let right = park.registered("乙", &["park:2"]).await;
    park.record(wrong, "2017-01-01", attribute("医药")).await;
    let moved = park
        .repairs
        .reattribute(wrong, &[2], right, &because("记错"))
        .await
        .expect("moved");
    let back = park
        .repairs
        .reattribute(right, &[2], wrong, &because("又记错"))
        .await
        .expect("moved back");
    let refused = park
        .repairs
        .undo(&moved.correlation.to_string(), &because("误"))
        .await;
    assert!(
        matches!(&refused, Err(RepairRefusal::ChangedSince { event, by }) if event.id == right && by.sequence == 3),
        "{refused:?}"
    );
    park.repairs
        .undo(&back.correlation.to_string(), &because("误"))
        .await
        .expect("undone");
    park.repairs
        .undo(&moved.correlation.to_string(), &because("误"))
        .await
        .expect("undone");
    assert_eq!(park.values(wrong, kind::ATTRIBUTE).await, ["医药"]);
}

async fn half_a_repair_is_listed_and_changes_nothing(harness: &Harness) {
    let park = Park::open(harness).await;
    let a = park.registered("甲", &["park:1"]).await;
    let b = park.registered("乙", &["park:2"]).await;
    let before = park.believed().await;
    let event: CompanyEvent = Event {
        entry: Entry::Asserted(said(
            "unknown",
            Change::RecordMerged {
                survivor: a,
                reason: text("同一企业"),
            },
        )),
        despite: None,
        claims: vec![],
        asserted: None,
        releases: vec![],
    };
    let written = SerializedEvent::new(
        b.to_string(),
        2,
        "company".to_owned(),
        event.event_type(),
        event.event_version(),
        serde_json::json!(event),
        serde_json::json!({}),
    );
    park.store.append_bulk(&[written]).await.expect("written");
    assert_eq!(park.believed().await, before);
    let halves = park.repairs.halves().await.expect("listed");
    assert_eq!(halves.len(), 1);
    assert_eq!(
        (
            halves[0].event.id,
            halves[0].event.sequence,
            halves[0].other
        ),
        (b, 2, a)
    );
    assert_eq!(
        survivors(park.store.as_ref(), &[b]).await.expect("led on"),
        [].into()
    );
    let refused = park.repairs.merge(b, a, &because("同一企业")).await;
    assert!(
        matches!(
            &refused,
            Err(RepairRefusal::Identity(IdentityError::Half {
                event: 2,
                ..
            }))
        ),
        "{refused:?}"
    );
    let command = Command::<Change> {
        action: Action::Retract {
            target: 2,
            reason: text("只有一半"),
            with_dependents: false,
        },
        manner: Manner::Live,
    };
    park.commands
        .execute(b, &command, None, &Metadata::by("tester"))
        .await
        .expect("taken back");
    assert_eq!(park.repairs.halves().await.expect("listed"), []);
    park.repairs
        .merge(b, a, &because("同一企业"))
        .await
        .expect("merged");
    assert_eq!(park.repairs.halves().await.expect("listed"), []);
}
