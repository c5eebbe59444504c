//! Two records of one company become one, and come apart again.

use std::collections::BTreeSet;

use nianlun::identity::{RepairKind, RepairRefusal, candidates};
use nianlun::projector::rebuild;
use nianlun::query::Point;
use nianlun::service::{CommandError, Metadata, survivors};
use nianlun::store::{FactQuery, KnownAt};
use nianlun_aggregates::company::Change;
use nianlun_aggregates::company::identity::IdentityError;
use nianlun_aggregates::history::{Action, Command, Manner, Refusal};
use nianlun_projections::{Subject, kind};
use uuid::Uuid;

use super::{Park, attribute, because, folds, now, text};
use crate::contract;
use crate::support::database::Harness;
use crate::support::facts::everything;

contract!(
    a_merge_is_one_transaction_and_leads_on,
    a_merged_record_is_recorded_on_no_more,
    a_merge_undone_leaves_the_facts_as_they_were,
    an_undoing_can_be_undone,
    a_pair_said_to_be_two_is_not_proposed_again,
    merged_records_are_rebuilt_as_they_were_folded,
);

async fn a_merge_is_one_transaction_and_leads_on(harness: &Harness) {
    let park = Park::open(harness).await;
    let survivor = park.registered("甲科技有限公司", &["park:1"]).await;
    let loser = park.registered("甲科技", &["park:2"]).await;
    park.record(loser, "2017-01-01", attribute("医药")).await;
    park.fold().await;
    let repair = park
        .repairs
        .merge(loser, survivor, &because("同一企业"))
        .await;
    let repair = repair.expect("merged");

    park.fold().await;
    let admitted = park
        .store
        .correlated(Some(&repair.correlation.to_string()))
        .await
        .expect("read");
    let streams: Vec<_> = admitted.iter().map(|event| event.stream.id).collect();
    assert_eq!(streams, [loser, survivor]);
    assert_eq!(admitted[0].known.at, admitted[1].known.at, "one round");
    assert_eq!(park.values(survivor, kind::ATTRIBUTE).await, ["医药"]);
    assert_eq!(park.values(survivor, kind::ALIAS).await, ["甲科技"]);
    assert_eq!(
        park.values(loser, kind::MERGED).await,
        [survivor.to_string()]
    );
    assert_eq!(park.values(loser, kind::NAME).await, [] as [String; 0]);
    // The register still says who held it, and the way goes on from there.
    assert_eq!(park.holder("park:2").await, Some(loser));
    let store = park.store.as_ref();
    let led = survivors(store, &[loser, survivor, Uuid::nil()])
        .await
        .expect("led on");
    assert_eq!(led, [(loser, survivor)].into());

    let listed = park.repairs.list().await.expect("listed");
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].kind, listed[0].because.as_str()),
        (RepairKind::Merge, "同一企业")
    );
    assert_eq!(
        (listed[0].actor.as_str(), listed[0].undone_by.as_deref()),
        ("tester", None)
    );
    assert_eq!(listed[0].records, [loser, survivor]);
}

async fn a_merged_record_is_recorded_on_no_more(harness: &Harness) {
    let park = Park::open(harness).await;
    let survivor = park.registered("甲", &["park:1"]).await;
    let loser = park.registered("乙", &["park:2"]).await;
    park.repairs
        .merge(loser, survivor, &because("同一企业"))
        .await
        .expect("merged");
    let refused = park
        .try_record(loser, "2018-01-01", attribute("电子"))
        .await;
    assert!(
        matches!(refused, Err(CommandError::Refused(Refusal::Merged { into })) if into == survivor),
        "{refused:?}"
    );
    for (loser, survivor, error) in [
        (
            loser,
            survivor,
            IdentityError::AlreadyMerged {
                id: loser,
                into: survivor,
            },
        ),
        (
            survivor,
            loser,
            IdentityError::Cycle {
                loser: survivor,
                survivor: loser,
            },
        ),
        (survivor, survivor, IdentityError::Itself { id: survivor }),
        (
            Uuid::nil(),
            survivor,
            IdentityError::NoSuchRecord { id: Uuid::nil() },
        ),
    ] {
        match park
            .repairs
            .merge(loser, survivor, &because("又一次"))
            .await
        {
            Err(RepairRefusal::Identity(refused)) => assert_eq!(refused, error),
            other => panic!("{other:?}"),
        }
    }
    // Neither half can be taken back alone.
    for id in [loser, survivor] {
        let command = Command::<Change> {
            action: Action::Retract {
                target: 2,
                reason: text("误"),
                with_dependents: true,
            },
            manner: Manner::Live,
        };
        let refused = park
            .commands
            .execute(id, &command, None, &Metadata::by("tester"))
            .await;
        assert!(
            matches!(refused, Err(CommandError::Half { event: 2, .. })),
            "{refused:?}"
        );
    }
}

async fn a_merge_undone_leaves_the_facts_as_they_were(harness: &Harness) {
    let park = Park::open(harness).await;
    let survivor = park.registered("甲", &["park:1"]).await;
    let loser = park.registered("乙", &["park:2"]).await;
    park.record(loser, "2017-01-01", attribute("医药")).await;
    let before = park.believed().await;
    let merged = park
        .repairs
        .merge(loser, survivor, &because("同一企业"))
        .await
        .expect("merged");
    let head = park.store.sequence().await.expect("a round").head;
    assert_ne!(park.believed().await, before);
    let correlation = merged.correlation.to_string();
    let undone = park
        .repairs
        .undo(&correlation, &because("不是"))
        .await
        .expect("undone");
    assert_eq!(park.believed().await, before);
    // As known before the undoing, they are still merged.
    let query = FactQuery {
        id: Some(loser),
        known: KnownAt::Position(head.position),
        ..everything()
    };
    let then = park.store.facts(&query).await.expect("facts");
    assert_eq!(
        then.iter()
            .map(|fact| fact.kind.as_str())
            .collect::<Vec<_>>(),
        [kind::MERGED]
    );
    let listed = park.repairs.list().await.expect("listed");
    assert_eq!(listed[0].undone_by, Some(undone.correlation.to_string()));
    assert_eq!(listed[1].kind, RepairKind::Undo);
    let again = park.repairs.undo(&correlation, &because("不是")).await;
    assert!(
        matches!(again, Err(RepairRefusal::AlreadyUndone { .. })),
        "{again:?}"
    );
    let unknown = park.repairs.undo("none", &because("不是")).await;
    assert!(
        matches!(unknown, Err(RepairRefusal::NoSuchRepair { .. })),
        "{unknown:?}"
    );
}

async fn an_undoing_can_be_undone(harness: &Harness) {
    let park = Park::open(harness).await;
    let survivor = park.registered("甲", &["park:1"]).await;
    let loser = park.registered("乙", &["park:2"]).await;
    let merged = park
        .repairs
        .merge(loser, survivor, &because("同一企业"))
        .await
        .expect("merged");
    let once = park.believed().await;
    let undone = park
        .repairs
        .undo(&merged.correlation.to_string(), &because("不是"))
        .await
        .expect("undone");
    park.repairs
        .undo(&undone.correlation.to_string(), &because("还是"))
        .await
        .expect("stands again");
    assert_eq!(park.believed().await, once);
    let listed = park.repairs.list().await.expect("listed");
    assert_eq!(listed[0].undone_by, None);
    assert!(listed[1].undone_by.is_some());
}

async fn a_pair_said_to_be_two_is_not_proposed_again(harness: &Harness) {
    let park = Park::open(harness).await;
    let a = park
        .registered("重庆示例生物科技有限公司", &["park:1"])
        .await;
    let b = park
        .registered("示例生物科技（重庆）有限公司", &["list:2"])
        .await;
    park.registered("另一家电子有限公司", &["list:3"]).await;
    park.fold().await;
    let store = park.store.as_ref();
    let proposed = candidates(store, now(), 60).await.expect("candidates");
    let pair: BTreeSet<_> = proposed.iter().flat_map(|pair| [pair.a, pair.b]).collect();
    assert_eq!((proposed.len(), pair), (1, [a, b].into()));
    assert_eq!(proposed[0].score, 75);
    let before = park.store.head().await.expect("the head");
    let said = park
        .repairs
        .distinct(a, b, &because("同名"))
        .await
        .expect("said");
    park.fold().await;
    assert_eq!(candidates(store, now(), 60).await.expect("candidates"), []);
    let then = Point {
        known: KnownAt::Position(before.position),
        ..now()
    };
    assert_eq!(
        candidates(store, then, 60).await.expect("candidates").len(),
        1,
        "as known before"
    );
    let refused = park.repairs.merge(a, b, &because("同一企业")).await;
    assert!(
        matches!(
            &refused,
            Err(RepairRefusal::Identity(IdentityError::SaidDistinct {
                event: 2,
                ..
            }))
        ),
        "{refused:?}"
    );
    park.repairs
        .undo(&said.correlation.to_string(), &because("是一家"))
        .await
        .expect("undone");
    park.fold().await;
    assert_eq!(
        candidates(store, now(), 60)
            .await
            .expect("candidates")
            .len(),
        1
    );
    park.repairs
        .merge(a, b, &because("同一企业"))
        .await
        .expect("merged");
    park.fold().await;
    assert_eq!(candidates(store, now(), 60).await.expect("candidates"), []);
}

async fn merged_records_are_rebuilt_as_they_were_folded(harness: &Harness) {
    let park = Park::open(harness).await;
    let mut ids = vec![];
    for number in 0..6 {
        let id = park
            .registered(&format!("企业{number}"), &[&format!("park:{number}")])
            .await;
        park.record(id, "2017-01-01", attribute(&format!("行业{number}")))
            .await;
        ids.push(id);
    }
    park.fold().await;
    park.repairs
        .merge(ids[0], ids[1], &because("同一企业"))
        .await
        .expect("merged");
    park.fold().await;
    park.repairs
        .merge(ids[1], ids[2], &because("同一企业"))
        .await
        .expect("merged");
    park.repairs
        .merge(ids[3], ids[4], &because("同一企业"))
        .await
        .expect("merged");
    let folded = park.believed().await;
    // What becomes known of one that was taken in shows in the one that goes on.
    assert_eq!(park.values(ids[2], kind::ATTRIBUTE).await.len(), 3);
    rebuild(&park.store, &folds(), |_| ())
        .await
        .expect("rebuilt");
    assert_eq!(park.believed().await, folded);
    let subjects = park.store.stream_ids(None, 100).await.expect("streams");
    assert!(
        subjects
            .iter()
            .all(|stream| stream.subject == Subject::Company)
    );
}
