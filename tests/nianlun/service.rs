//! The command service: decided by the aggregate, committed through cqrs-es, on both stores.

use std::sync::Arc;

use cqrs_es::CqrsFramework;
use cqrs_es::persist::PersistedEventStore;
use nianlun::service::{CommandError, Commands, Metadata};
use nianlun::store::{Repository, StoreError, StreamId};
use nianlun_aggregates::company::{Assertion, Change, Company, Entity};
use nianlun_aggregates::history::{Action, Command, Manner, RecordError, Refusal};
use nianlun_aggregates::{Identifier, Span, Text};
use nianlun_projections::Subject;
use uuid::Uuid;

use crate::contract;
use crate::support::database::Harness;

contract!(
    a_command_is_recorded_as_the_framework_would,
    a_refused_command_records_nothing,
    a_caller_that_saw_another_state_is_told,
    writers_on_one_company_all_get_through,
    a_held_identifier_names_its_holder,
    commands_that_come_together_are_recorded_or_refused_each_by_itself,
);

fn name(raw: &str) -> Text {
    Text::new(raw).expect("a name")
}

fn say(on: &str, change: Change) -> Command<Change> {
    let on: Span = on.parse().expect("a date");
    Command {
        action: Action::Record(vec![Assertion { on, change }]),
        manner: Manner::Live,
    }
}

fn registered(usci: &str) -> Command<Change> {
    let identifiers = vec![Identifier::Usci(usci.parse().expect("a code"))];
    say(
        "2016-03-01",
        Change::Registered {
            entity: Entity::Company,
            name: name("甲"),
            identifiers,
        },
    )
}

fn renamed(to: &str) -> Command<Change> {
    say("2017-05", Change::Renamed { name: name(to) })
}

const USCI: &str = "91330103MA2J0XYC21";

async fn a_command_is_recorded_as_the_framework_would(harness: &Harness) {
    let store = harness.open().await;
    let (ours, theirs) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let plain = || {
        say(
            "2016-03-01",
            Change::Registered {
                entity: Entity::Company,
                name: name("甲"),
                identifiers: vec![],
            },
        )
    };
    let commands = Commands::new(Arc::clone(&store));
    let events = PersistedEventStore::<Repository, Company>::new_event_store(store.repository());
    let framework = CqrsFramework::new(events, vec![], ());
    for command in [plain(), renamed("乙"), renamed("丙")] {
        let metadata = Metadata::by("tester");
        commands
            .execute(ours, &command, None, &metadata)
            .await
            .expect("recorded");
        framework
            .execute_with_metadata(&theirs.to_string(), command, metadata.to_map())
            .await
            .expect("recorded");
    }
    let stream = async |id| {
        let events = store
            .stream(StreamId {
                subject: Subject::Company,
                id,
            })
            .await
            .expect("read");
        events
            .into_iter()
            .map(|event| {
                (
                    event.sequence,
                    event.event_type,
                    event.event_version,
                    event.payload,
                    event.metadata,
                )
            })
            .collect::<Vec<_>>()
    };
    let recorded = stream(ours).await;
    assert_eq!(recorded.len(), 3);
    assert_eq!(recorded, stream(theirs).await);
}

async fn a_refused_command_records_nothing(harness: &Harness) {
    let store = harness.open().await;
    let commands = Commands::new(Arc::clone(&store));
    let id = Uuid::from_u128(1);
    let refused = commands
        .execute(id, &renamed("乙"), None, &Metadata::default())
        .await;
    assert!(
        matches!(
            refused,
            Err(CommandError::Refused(Refusal::Record(
                RecordError::NotRegistered
            )))
        ),
        "{refused:?}"
    );
    assert_eq!(
        store
            .stream(StreamId {
                subject: Subject::Company,
                id
            })
            .await
            .expect("read"),
        []
    );
}

async fn a_caller_that_saw_another_state_is_told(harness: &Harness) {
    let commands = Commands::new(harness.open().await);
    let id = Uuid::from_u128(1);
    let metadata = Metadata::default();
    commands
        .execute(id, &registered(USCI), Some(0), &metadata)
        .await
        .expect("recorded");
    commands
        .execute(id, &renamed("乙"), Some(1), &metadata)
        .await
        .expect("recorded");
    let moved = commands
        .execute(id, &renamed("丙"), Some(1), &metadata)
        .await;
    assert!(
        matches!(
            moved,
            Err(CommandError::Moved {
                expected: 1,
                last: 2
            })
        ),
        "{moved:?}"
    );
}

async fn writers_on_one_company_all_get_through(harness: &Harness) {
    let store = harness.open().await;
    let commands = Commands::new(Arc::clone(&store));
    let id = Uuid::from_u128(1);
    commands
        .execute(id, &registered(USCI), None, &Metadata::default())
        .await
        .expect("recorded");
    let writers = (0..4).map(|writer| {
        let commands = commands.clone();
        tokio::spawn(async move {
            commands
                .execute(
                    id,
                    &renamed(&format!("名 {writer}")),
                    None,
                    &Metadata::default(),
                )
                .await
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("no panic").expect("recorded");
    }
    let events = store
        .stream(StreamId {
            subject: Subject::Company,
            id,
        })
        .await
        .expect("read");
    assert_eq!(
        events
            .iter()
            .map(|event| event.sequence)
            .collect::<Vec<_>>(),
        [1, 2, 3, 4, 5]
    );
}

async fn a_held_identifier_names_its_holder(harness: &Harness) {
    let store = harness.open().await;
    let commands = Commands::new(Arc::clone(&store));
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
    commands
        .execute(first, &registered(USCI), None, &Metadata::default())
        .await
        .expect("recorded");
    let taken = commands
        .execute(second, &registered(USCI), None, &Metadata::default())
        .await;
    match taken {
        Err(CommandError::Store(StoreError::IdentifierTaken { identifier, holder })) => {
            assert_eq!(
                (identifier.as_str(), holder.id),
                ("usci:91330103MA2J0XYC21", first)
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        store
            .stream(StreamId {
                subject: Subject::Company,
                id: second
            })
            .await
            .expect("read"),
        []
    );
}

/// Forty commands at once, of which every two claim one identifier.
async fn commands_that_come_together_are_recorded_or_refused_each_by_itself(harness: &Harness) {
    let store = harness.open().await;
    let commands = Commands::new(Arc::clone(&store));
    let sent: Vec<_> = (0..40_u128)
        .map(|number| {
            let commands = commands.clone();
            let identifier = nianlun::intake::identifier(&format!("park:{}", number % 20));
            let command = say(
                "2016-03-01",
                Change::Registered {
                    entity: Entity::Company,
                    name: name("甲"),
                    identifiers: vec![identifier.expect("an identifier")],
                },
            );
            tokio::spawn(async move {
                let id = Uuid::from_u128(1_000 + number);
                let metadata = Metadata::by("tester");
                commands.execute(id, &command, None, &metadata).await
            })
        })
        .collect();
    let mut recorded = vec![];
    for (number, sent) in sent.into_iter().enumerate() {
        match sent.await.expect("executed") {
            Ok(done) => recorded.push((number % 20, done.id)),
            Err(CommandError::Store(StoreError::IdentifierTaken { identifier, .. })) => {
                assert_eq!(identifier, format!("park:{}", number % 20));
            }
            Err(error) => panic!("{number}: {error}"),
        }
    }
    recorded.sort_unstable();
    let claimed: Vec<_> = recorded.iter().map(|(claim, _)| *claim).collect();
    assert_eq!(claimed, (0..20).collect::<Vec<_>>(), "each has one holder");
    for (claim, id) in recorded {
        let key = format!("park:{claim}");
        let holders = store.holders(std::slice::from_ref(&key)).await;
        assert_eq!(holders.expect("holders")[&key].id, id);
    }
    assert_eq!(store.sequence().await.expect("a round").admitted, 20);
}
