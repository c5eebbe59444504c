//! Repairs of identities, on both stores: each is one transaction, known at once, and can be undone.

mod merges;
mod parts;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;
use nianlun::identity::{Because, Repairs};
use nianlun::projector::{Folds, catch_up};
use nianlun::query::Point;
use nianlun::service::{CommandError, Commands, Metadata};
use nianlun::store::{FactQuery, KnownAt, Store};
use nianlun_aggregates::company::{Assertion, Change, Entity};
use nianlun_aggregates::history::{Action, Command, Manner};
use nianlun_aggregates::{Day, Identifier, Span, Text};
use uuid::Uuid;

use crate::support::database::Harness;
use crate::support::facts::everything;

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
