//! Repairs of identities, on both stores: each is one transaction, known at once, and can be undone.

use std::collections::BTreeSet;
use std::sync::Arc;

use cqrs_es::DomainEvent;
use cqrs_es::persist::SerializedEvent;
use jiff::tz::TimeZone;
use nianlun::identity::{Because, Part, RepairKind, RepairRefusal, Repairs, candidates};
use nianlun::projector::{Folds, catch_up, rebuild};
use nianlun::query::Point;
use nianlun::service::{CommandError, Commands, Metadata, company, survivors};
use nianlun::store::{FactQuery, KnownAt, Store, StoreError};
use nianlun_aggregates::company::identity::IdentityError;
use nianlun_aggregates::company::{Assertion, Change, CompanyEvent, Entity};
use nianlun_aggregates::history::{Action, Command, Entry, Event, Manner, Refusal, RepairError};
use nianlun_aggregates::{Day, Identifier, Span, Text};
use nianlun_projections::{Subject, kind};
use uuid::Uuid;

use crate::contract;
use crate::support::database::Harness;
use crate::support::facts::everything;

contract!(
    a_merge_is_one_transaction_and_leads_on,
    a_merged_record_is_recorded_on_no_more,
    a_merge_undone_leaves_the_facts_as_they_were,
    an_undoing_can_be_undone,
    a_part_takes_its_events_and_identifiers_along_and_gives_them_back,
    an_event_goes_to_the_company_that_it_is_about,
    an_event_that_others_stand_on_goes_only_with_a_reason,
    what_was_changed_since_is_undone_first,
    half_a_repair_is_listed_and_changes_nothing,
    a_pair_said_to_be_two_is_not_proposed_again,
    merged_records_are_rebuilt_as_they_were_folded,
);

fn text(raw: &str) -> Text {
    Text::new(raw).expect("a text")
}

fn because(reason: &str) -> Because {
    Because {
        reason: text(reason),
        despite: false,
    }
}

fn id_of(key: &str) -> Identifier {
    nianlun::intake::identifier(key).expect("an identifier")
}

fn said(on: &str, change: Change) -> Assertion {
    let on: Span = on.parse().expect("a date");
    Assertion { on, change }
}

fn folds() -> Folds {
    Folds::shipped(TimeZone::get("Asia/Shanghai").expect("the zone")).expect("what ships")
}

fn now() -> Point {
    Point {
        day: "2026-01-01".parse::<Day>().expect("a day"),
        known: KnownAt::Latest,
    }
}

/// A store with what is needed to write to it.
struct Park {
    store: Arc<dyn Store>,
    commands: Commands,
    repairs: Repairs,
}

impl Park {
    async fn open(harness: &Harness) -> Self {
        let store = harness.open().await;
        Self {
            commands: Commands::new(Arc::clone(&store)),
            repairs: Repairs::new(Arc::clone(&store), "tester"),
            store,
        }
    }

    async fn record(&self, id: Uuid, on: &str, change: Change) {
        let recorded = self.try_record(id, on, change).await;
        recorded.expect("recorded");
    }

    async fn try_record(&self, id: Uuid, on: &str, change: Change) -> Result<(), CommandError> {
        let command = Command {
            action: Action::Record(vec![said(on, change)]),
            manner: Manner::Live,
        };
        let metadata = Metadata {
            source: Some("list".to_owned()),
            row: Some("7".to_owned()),
            run: Some("a run".to_owned()),
            ..Metadata::by("tester")
        };
        self.commands.execute(id, &command, None, &metadata).await?;
        Ok(())
    }

    /// A company under identifiers; its id.
    async fn registered(&self, name: &str, identifiers: &[&str]) -> Uuid {
        let identifiers: Vec<_> = identifiers.iter().map(|key| id_of(key)).collect();
        let id = identifiers[0].company_id();
        let change = Change::Registered {
            entity: Entity::Company,
            name: text(name),
            identifiers,
        };
        self.record(id, "2015-01-01", change).await;
        id
    }

    async fn fold(&self) {
        catch_up(&self.store, &folds(), |_, _| ())
            .await
            .expect("folded");
    }

    /// All that is believed now, without since when.
    async fn believed(&self) -> BTreeSet<String> {
        self.fold().await;
        let facts = self.store.facts(&everything()).await.expect("facts");
        let line = |fact: nianlun_projections::Fact| {
            let events: Vec<_> = fact.events().collect();
            format!(
                "{} {} {} {} {} {}..{} {events:?} {:?}",
                fact.id,
                fact.kind,
                fact.key,
                fact.part,
                fact.value,
                fact.valid_from,
                fact.valid_to,
                fact.flags
            )
        };
        facts.into_iter().map(line).collect()
    }

    async fn values(&self, id: Uuid, kind: &str) -> Vec<String> {
        self.fold().await;
        let query = FactQuery {
            id: Some(id),
            kinds: vec![kind.to_owned()],
            ..everything()
        };
        let facts = self.store.facts(&query).await.expect("facts");
        facts.into_iter().map(|fact| fact.value).collect()
    }

    async fn holder(&self, key: &str) -> Option<Uuid> {
        let keys = [id_of(key).key()];
        let holders = self.store.holders(&keys).await.expect("holders");
        holders.into_values().next().map(|holder| holder.id)
    }
}

fn attribute(value: &str) -> Change {
    Change::AttributeStated {
        scheme: text("行业"),
        value: text(value),
    }
}

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
    let part = Part {
        name: text("乙"),
        identifiers: vec![id_of("park:1"), id_of("list:9")],
    };
    let split = park
        .repairs
        .split(both, &[3], &part, &because("两家企业"))
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
        .split(both, &[1], &part, &because("两家"))
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
    let refused = park.repairs.split(both, &[], &part, &because("两家")).await;
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
