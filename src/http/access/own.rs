//! What is an operator's own: events of their carriers, and of companies while these are at one of them.

use std::any::Any;

use nianlun_aggregates::company::Change as CompanyChange;
use nianlun_aggregates::history::{Assertion, Change, Command, History, Timeline};
use nianlun_projections::{Fact, Subject, kind};
use uuid::Uuid;

use super::principal::Principal;
use super::role::{Right, Role};
use crate::http::problem::{Kind, Problem};
use crate::http::service::Service;
use crate::projector::committed;
use crate::store::StreamId;

impl Principal {
    /// Whether only what is their own may be recorded by them.
    fn only_own(&self) -> bool {
        let others = |role: &&Role| **role != Role::Operator && role.brings(Right::Record);
        !self.roles.iter().any(|role| others(&role))
    }

    /// Refuses a command that concerns more than what is their own.
    ///
    /// It is decided on what is committed: the facts may be behind.
    ///
    /// # Errors
    /// [`Kind::Forbidden`], and those of the store.
    pub async fn must_own<C: Change + 'static>(
        &self,
        service: &Service,
        stream: StreamId,
        command: &Command<C>,
    ) -> Result<(), Problem> {
        if !self.only_own() {
            return Ok(());
        }
        match stream.subject {
            Subject::Cluster => Err(not_own("clusters are not an operator's")),
            Subject::Carrier if self.carriers.contains(&stream.id) => Ok(()),
            Subject::Carrier => Err(not_own("this carrier is not one of your own")),
            Subject::Company => self.must_own_at_company(service, stream, command).await,
        }
    }

    async fn must_own_at_company<C: Change + 'static>(
        &self,
        service: &Service,
        stream: StreamId,
        command: &Command<C>,
    ) -> Result<(), Problem> {
        let history: History<C> = service.commands.load(stream.id).await?;
        // What is refused anyway is refused with its own reason.
        let Ok(decided) = history.decide(command) else {
            return Ok(());
        };
        let timeline = history.timeline();
        let mut concerned: Vec<&Assertion<C>> = vec![];
        for event in &decided {
            let said = event.entry.assertion();
            // Anybody may make a company known.
            let new = timeline.last() == 0 && said.is_some_and(|said| said.change.registers());
            concerned.extend(said.filter(|_| !new));
            if let Some(target) = event.entry.target() {
                concerned.extend(replaced(timeline, target));
            }
        }
        if concerned.is_empty() {
            return Ok(());
        }
        let facts = committed(service.store.as_ref(), &service.folds, stream.id).await?;
        let today = service.today()?.number();
        for said in concerned {
            let day = said
                .on
                .latest()
                .map_or(today, nianlun_aggregates::Day::number);
            if !self.opens_at_own(said) && !self.houses(&facts, day) {
                return Err(not_own(
                    "on that day the company had no programme or space at a carrier of your own",
                )
                .of("on", said.on.to_string()));
            }
        }
        Ok(())
    }

    /// Whether it begins a programme or an occupancy at an own carrier.
    fn opens_at_own<C: Change + 'static>(&self, said: &Assertion<C>) -> bool {
        let change: &dyn Any = &said.change;
        match change.downcast_ref::<CompanyChange>() {
            Some(
                CompanyChange::ProgrammeStarted { carrier, .. }
                | CompanyChange::OccupancyStarted { carrier, .. },
            ) => self.carriers.contains(carrier),
            _ => false,
        }
    }

    /// Whether a company is at an own carrier on a day. The day of leaving counts, so that leaving can be recorded and corrected.
    fn houses(&self, facts: &[Fact], day: i32) -> bool {
        facts.iter().any(|fact| {
            let at = matches!(fact.kind.as_str(), kind::PROGRAMME | kind::OCCUPANCY);
            let own = Uuid::try_parse(&fact.key).is_ok_and(|id| self.carriers.contains(&id));
            at && own && fact.valid_from <= day && day <= fact.valid_to
        })
    }
}

/// What an event says, and what the events say that it stands against: they come back where it is taken back.
fn replaced<C: Change>(timeline: &Timeline<C>, mut target: u64) -> Vec<&Assertion<C>> {
    let mut said = vec![];
    while let Some(event) = timeline.get(target) {
        said.extend(event.entry.assertion());
        match event.entry.target().filter(|next| *next < target) {
            Some(next) => target = next,
            None => break,
        }
    }
    said
}

fn not_own(detail: &str) -> Problem {
    Problem::new(Kind::Forbidden, detail)
        .mend("ask an operator of the carrier, or an administrator")
}
