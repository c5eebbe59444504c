//! The law, on both stores: facts selected at a day and a time of knowledge are those of the history as it was known then,
//! whoever wrote it and however often it was folded in between.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cqrs_es::Aggregate;
use cqrs_es::DomainEvent;
use cqrs_es::persist::SerializedEvent;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use nianlun::identity::{Because, RepairRefusal, Repairs};
use nianlun::projector::{Folds, catch_up, rebuild};
use nianlun::service::{CommandError, Commands, Metadata};
use nianlun::store::{AdmittedEvent, FactQuery, KnownAt, Store, StoreError, StreamId, Valid};
use nianlun_aggregates::company::{Assertion, Change, Company};
use nianlun_aggregates::decode::decode;
use nianlun_aggregates::history::{self, Action, Command, Manner};
use nianlun_aggregates::{Code, Text, carrier, cluster};
use nianlun_projections::{Fact, Known, Subject, known};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use uuid::Uuid;

use crate::contract;
use crate::support::any::{Step, Trial, command, decided, record};
use crate::support::database::{Dialect, Harness};
use crate::support::facts::everything;

contract!(
    facts_at_a_point_are_those_of_the_history_known_then,
    folding_after_every_round_and_once_at_the_end_leave_the_same_facts,
    a_rebuild_leaves_the_same_facts,
);

const COMPANIES: usize = 12;
/// The last company that is merged with another.
const MERGED: usize = 7;
/// Two carriers and a cluster.
const PLACES: usize = 3;

fn folds() -> Folds {
    let zone = TimeZone::get("Asia/Shanghai").expect("the zone is known");
    Folds::shipped(zone).expect("what ships can be read")
}

/// A company's record, with the steps that are still to be tried.
struct Record {
    stream: StreamId,
    registration: Assertion,
    steps: Vec<Step>,
}

/// Random records; printed when a case fails, since they are not made smaller.
fn records() -> Vec<Record> {
    let mut runner = TestRunner::default();
    let mut record = |number: usize| {
        let drawn = record(4..12).new_tree(&mut runner).expect("a record");
        let (registration, steps) = drawn.current();
        println!("{number}: {registration:?}\n{steps:#?}");
        let stream = StreamId {
            subject: Subject::Company,
            id: Uuid::from_u128(number as u128),
        };
        Record {
            stream,
            registration,
            steps,
        }
    };
    (1..=COMPANIES).map(&mut record).collect()
}

/// Writes the records, a step of each in turn; after every round the log is made longer and folded.
async fn written(store: &Arc<dyn Store>) {
    let records = records();
    let commands = Commands::new(Arc::clone(store));
    for [carrier, name] in [["t-space", "T+SPACE"], ["tianan", "天安"]] {
        let code: Code = carrier.parse().expect("a code");
        let id = carrier::carrier_id(&code);
        let name = text(name);
        let (types, parent, jurisdiction) = (vec![], None, None);
        let registered = carrier::Change::Registered {
            code,
            name,
            types,
            parent,
            jurisdiction,
        };
        say(&commands, id, "2015-05", registered).await;
    }
    let code: Code = "medicine".parse().expect("a code");
    let (id, name) = (cluster::cluster_id(&code), text("医药"));
    say(
        &commands,
        id,
        "unknown",
        cluster::Change::Declared { code, name },
    )
    .await;
    for record in &records {
        let registration = Trial::Record(vec![record.registration.clone()]);
        in_bulk(&**store, record.stream, &registration, Some(700)).await;
        // Unless another company has its identifiers, that registers it.
        let mut plain = record.registration.clone();
        if let Change::Registered { identifiers, .. } = &mut plain.change {
            identifiers.clear();
        }
        in_bulk(&**store, record.stream, &Trial::Record(vec![plain]), None).await;
    }
    let repairs = Repairs::new(Arc::clone(store), "tester");
    let because = Because {
        reason: text("同一企业"),
        despite: true,
    };
    let longest = records
        .iter()
        .map(|record| record.steps.len())
        .max()
        .unwrap_or(0);
    for turn in 0..longest {
        let mut ends_round = false;
        for (number, record) in records.iter().enumerate() {
            let Some(step) = record.steps.get(turn) else {
                continue;
            };
            if (turn + number) % 2 == 0 {
                // Records that are merged have no archives: an archive's place among other records' events is by time alone.
                let archived = step.archived.filter(|_| number > MERGED);
                in_bulk(&**store, record.stream, &step.trial, archived).await;
            } else {
                by_command(&commands, record.stream, &step.trial).await;
            }
            ends_round |= step.ends_round && number % 4 == 0;
        }
        // Records are merged on the way, one of them into one that was merged itself, and one merge is undone.
        let ids = |place: usize| records[place].stream.id;
        let merges: &[(usize, usize)] = match turn {
            1 => &[(1, 0), (4, 5)],
            3 => &[(0, 2), (7, 6)],
            _ => &[],
        };
        for (loser, survivor) in merges {
            match repairs.merge(ids(*loser), ids(*survivor), &because).await {
                Ok(_) | Err(RepairRefusal::Identity(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        if let (4, Some(first)) = (turn, repairs.list().await.expect("listed").first()) {
            match repairs.undo(&first.correlation, &because).await {
                Ok(_)
                | Err(RepairRefusal::ChangedSince { .. } | RepairRefusal::AlreadyUndone { .. }) => {
                }
                Err(error) => panic!("{error}"),
            }
        }
        if turn == 1 {
            let id = carrier::carrier_id(&"t-space".parse().expect("a code"));
            let name = text("天安T+SPACE");
            say(&commands, id, "2017", carrier::Change::Renamed { name }).await;
        }
        if ends_round {
            store.sequence().await.expect("a round");
            catch_up(store, &folds(), |_, _| ()).await.expect("folded");
        }
    }
    catch_up(store, &folds(), |_, _| ()).await.expect("folded");
}

fn text(raw: &str) -> Text {
    Text::new(raw).expect("a text")
}

/// Records of a carrier or cluster.
async fn say<C: history::Change + 'static>(commands: &Commands, id: Uuid, on: &str, change: C) {
    let on = on.parse().expect("a date");
    let action = Action::Record(vec![history::Assertion { on, change }]);
    let command = Command {
        action,
        manner: Manner::Live,
    };
    commands
        .execute(id, &command, None, &Metadata::by("tester"))
        .await
        .expect("recorded");
}

/// A step as a command; another company may hold its identifier, or the decision may be no.
async fn by_command(commands: &Commands, stream: StreamId, trial: &Trial) {
    let company: Company = commands.load(stream.id).await.expect("loaded");
    if company.registration().is_none() {
        return;
    }
    let command = command(&company, trial);
    match commands
        .execute(stream.id, &command, None, &Metadata::by("tester"))
        .await
    {
        Ok(_)
        | Err(
            CommandError::Refused(_)
            | CommandError::Half { .. }
            | CommandError::Store(StoreError::IdentifierTaken { .. }),
        ) => {}
        Err(error) => panic!("{command:?}: {error}"),
    }
}

/// The same as an import does it, perhaps of an archive that says that it was known so many days ago.
async fn in_bulk(store: &dyn Store, stream: StreamId, trial: &Trial, archived: Option<i32>) {
    let asserted =
        archived.map(|days| Timestamp::now() - SignedDuration::from_hours(24 * i64::from(days)));
    let mut company = Company::default();
    for event in store.stream(stream).await.expect("read") {
        company.apply(decode(&event).expect("an event"));
    }
    let events: Vec<_> = (company.timeline().last() + 1..)
        .zip(decided(&company, trial))
        .map(|(sequence, mut event)| {
            event.asserted = asserted;
            SerializedEvent::new(
                stream.id.to_string(),
                usize::try_from(sequence).expect("small"),
                stream.subject.as_str().to_owned(),
                event.event_type(),
                event.event_version(),
                serde_json::json!(event),
                serde_json::json!({"actor": "tester"}),
            )
        })
        .collect();
    match store.append_bulk(&events).await {
        Ok(()) | Err(StoreError::IdentifierTaken { .. }) => {}
        Err(error) => panic!("{events:?}: {error}"),
    }
}

/// All facts as stored, but for the number of their row.
async fn stored(harness: &Harness) -> Vec<String> {
    let columns = "projection, subject, %, kind, key, part, value, valid_from, valid_to, known_from_at, known_from_position, \
                   known_to_at, known_to_position, from_stated, to_stated, CAST(basis AS TEXT), CAST(flags AS TEXT), \
                   CAST(detail AS TEXT)";
    let (id, array) = match harness.dialect {
        Dialect::Postgres => ("CAST(id AS TEXT)", "jsonb_build_array"),
        Dialect::Sqlite => ("hex(id)", "json_array"),
    };
    let row = format!("CAST({array}({}) AS TEXT)", columns.replace('%', id));
    let mut rows = harness.texts(&format!("SELECT {row} FROM facts")).await;
    rows.sort();
    rows
}

/// A fact without when it was believed.
fn said(fact: Fact) -> Fact {
    Fact {
        known_from: Known::OPEN,
        known_to: Known::OPEN,
        ..fact
    }
}

/// When each event of a history became known: when it was admitted, unless an archive says otherwise.
fn knowing(history: &[AdmittedEvent]) -> Vec<Known> {
    let mut before = None;
    let each = history.iter().map(|admitted| {
        let asserted = admitted.event.payload.get("asserted");
        let asserted = asserted.and_then(|at| at.as_str()?.parse::<Timestamp>().ok());
        let asserted = asserted.map(Timestamp::as_microsecond);
        let known = known(admitted.known, asserted, before);
        before = Some(known);
        known
    });
    each.collect()
}

/// What the histories say as far as `asked` says that they were known: what a round makes known at one time is known whole or not
/// at all.
fn folded(histories: &[AdmittedEvent], asked: impl Fn(Known) -> bool) -> BTreeSet<Fact> {
    let mut facts = BTreeSet::new();
    let mut companies = BTreeMap::new();
    let known: Vec<Vec<AdmittedEvent>> = histories
        .chunk_by(|a, b| a.stream == b.stream)
        .map(|history| {
            let known = knowing(history);
            let events: Vec<_> = history.iter().zip(known).collect();
            let at_once = |(event, known): &(&AdmittedEvent, Known)| (event.known.at, known.at);
            let moments = events.chunk_by(|a, b| at_once(a) == at_once(b));
            moments
                .filter(|moment| moment.last().is_some_and(|(_, last)| asked(*last)))
                .flatten()
                .map(|(event, _)| (*event).clone())
                .collect()
        })
        .collect();
    for history in &known {
        let Some(first) = history.first() else {
            continue;
        };
        if first.stream.subject == Subject::Company {
            companies.insert(first.stream.id, history.as_slice());
            continue;
        }
        facts.extend(folds().facts(first.stream, history).expect("a fold"));
    }
    // As if all companies might be merged with each other.
    let grouped = folds().group_facts(&companies).expect("a fold");
    facts.extend(grouped.into_values().flatten());
    let believed = facts
        .into_iter()
        .filter(|fact| fact.known_to == Known::OPEN);
    believed.map(said).collect()
}

async fn asked(store: &dyn Store, valid: Valid, known: KnownAt) -> BTreeSet<Fact> {
    let mut found = BTreeSet::new();
    for subject in [Subject::Company, Subject::Carrier, Subject::Cluster] {
        let query = FactQuery {
            subject,
            valid,
            known,
            ..everything()
        };
        for fact in store.facts(&query).await.expect("facts") {
            assert!(found.insert(said(fact)), "no fact is believed twice over");
        }
    }
    found
}

/// Whether something known then counts.
type Asked = Box<dyn Fn(Known) -> bool>;

async fn facts_at_a_point_are_those_of_the_history_known_then(harness: &Harness) {
    let store = harness.open().await;
    written(&store).await;
    let streams = store.stream_ids(None, 1_000).await.expect("streams");
    assert_eq!(streams.len(), COMPANIES + PLACES);
    let histories = store
        .histories(&streams, i64::MAX)
        .await
        .expect("histories");
    let positions: BTreeSet<u64> = histories.iter().map(|event| event.known.position).collect();
    let streams = histories.chunk_by(|a, b| a.stream == b.stream);
    let times: BTreeSet<i64> = streams.flat_map(knowing).map(|known| known.at).collect();
    let rounds: BTreeSet<i64> = histories.iter().map(|event| event.known.at).collect();
    assert!(times.difference(&rounds).count() > 2, "archives: {times:?}");
    assert!(times.len() > 2, "several rounds: {times:?}");
    let days: BTreeSet<i32> = folded(&histories, |_| true)
        .iter()
        .flat_map(|fact| [fact.valid_from - 1, fact.valid_from])
        .collect();
    let days: Vec<_> = days.into_iter().step_by(5).collect();

    let mut points: Vec<(KnownAt, Asked)> = vec![
        (KnownAt::Latest, Box::new(|_| true)),
        (KnownAt::Position(0), Box::new(|_| false)),
    ];
    for &time in &times {
        points.push((KnownAt::Time(time), Box::new(move |known| known.at <= time)));
        points.push((
            KnownAt::Time(time - 1),
            Box::new(move |known| known.at < time),
        ));
    }
    for &position in positions.iter().step_by(3) {
        points.push((
            KnownAt::Position(position),
            Box::new(move |known| known.position <= position),
        ));
    }
    for (turn, (known, is_known)) in points.iter().enumerate() {
        let then = folded(&histories, is_known);
        assert_eq!(asked(&*store, Valid::Any, *known).await, then, "{known:?}");
        // Every day follows from that; that the store reads days as the fold means them, a few of them show.
        for &day in days.iter().skip(turn % 3).step_by(3) {
            let on_day = |fact: &&Fact| fact.valid_from <= day && day < fact.valid_to;
            let then: BTreeSet<_> = then.iter().filter(on_day).cloned().collect();
            assert_eq!(
                asked(&*store, Valid::On(day), *known).await,
                then,
                "{day}, {known:?}"
            );
        }
    }
}

async fn folding_after_every_round_and_once_at_the_end_leave_the_same_facts(harness: &Harness) {
    let store = harness.open().await;
    written(&store).await;
    let round_by_round = stored(harness).await;
    assert!(round_by_round.len() > COMPANIES, "{}", round_by_round.len());
    harness.execute("DELETE FROM facts").await;
    harness.execute("DELETE FROM checkpoints").await;
    catch_up(&store, &folds(), |_, _| ()).await.expect("folded");
    assert_eq!(stored(harness).await, round_by_round);
    // Nothing is left to do, and doing it changes nothing.
    catch_up(&store, &folds(), |_, _| ()).await.expect("folded");
    assert_eq!(stored(harness).await, round_by_round);
}

async fn a_rebuild_leaves_the_same_facts(harness: &Harness) {
    let store = harness.open().await;
    written(&store).await;
    let before = stored(harness).await;
    let streams = rebuild(&store, &folds(), |_| ()).await.expect("rebuilt");
    assert_eq!(streams, (COMPANIES + PLACES) as u64);
    assert_eq!(stored(harness).await, before);
    // And it goes on from there.
    let renamed = Change::Renamed { name: text("戊") };
    let on = "2020-01-01".parse().expect("a date");
    let step = Trial::Record(vec![Assertion {
        on,
        change: renamed,
    }]);
    let registered: Vec<_> = streams_with_registration(&*store).await;
    let mut stream = None;
    for id in registered {
        // One half of whose merge was taken back stands by itself, and takes nothing all the same.
        let mut company = Company::default();
        for event in store.stream(id).await.expect("read") {
            company.apply(decode(&event).expect("an event"));
        }
        stream = stream.or(Some(id).filter(|_| company.merged_into().is_none()));
    }
    let stream = stream.expect("a registered company");
    in_bulk(&*store, stream, &step, None).await;
    catch_up(&store, &folds(), |_, _| ()).await.expect("folded");
    let later = stored(harness).await;
    assert_ne!(later, before);
    rebuild(&store, &folds(), |_| ()).await.expect("rebuilt");
    assert_eq!(stored(harness).await, later);
}

async fn streams_with_registration(store: &dyn Store) -> Vec<StreamId> {
    let facts = store.facts(&everything()).await.expect("facts");
    // A record that was merged has a fact, and no registration that counts.
    let named = facts.iter().filter(|fact| fact.kind == "name");
    let ids: BTreeSet<Uuid> = named.map(|fact| fact.id).collect();
    ids.into_iter()
        .map(|id| StreamId {
            subject: Subject::Company,
            id,
        })
        .collect()
}
