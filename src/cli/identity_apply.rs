//! `nianlun identity apply`: what a file says, but for what is done already.

use std::path::Path;
use std::sync::Arc;

use nianlun_aggregates::Text;
use nianlun_aggregates::company::identity::IdentityError;

use super::app::App;
use super::error::CliError;
use super::identity::{going_on, itself, part, told};
use super::sheet::say;
use crate::identity::file::{
    Answer, Answered, DistinctOf, MergeOf, MoveOf, PartOf, Resolutions, SplitOf,
};
use crate::identity::{Because, RepairRefusal, Repairs, Went};
use crate::import::books;

pub async fn run(app: &App, file: &Path, actor: &str) -> Result<(), CliError> {
    let resolutions = read(file)?;
    if !resolutions.is_only_answers() {
        repair(app, &resolutions, actor).await?;
    }
    if !resolutions.answers.is_empty() {
        let answers = answers(app, &resolutions.answers, actor).await?;
        books::answer(app.store.as_ref(), &answers).await?;
        let count = answers.len();
        say(match app.lang {
            super::args::Lang::Zh => format!("记下 {count} 条来源解答，供以后导入使用"),
            super::args::Lang::En => format!("{count} answers kept for imports of their sources"),
        })?;
    }
    Ok(())
}

/// Reads a file of resolutions.
pub fn read(file: &Path) -> Result<Resolutions, CliError> {
    let text = std::fs::read_to_string(file).map_err(|error| CliError::File {
        path: file.display().to_string(),
        reason: error.to_string(),
    })?;
    Resolutions::read(&text)
        .map_err(|error| CliError::Usage(format!("{}: {error}", file.display())))
}

/// Does the repairs of a file.
pub async fn repair(app: &App, resolutions: &Resolutions, actor: &str) -> Result<(), CliError> {
    let mut applied = Applied {
        app,
        repairs: Repairs::new(Arc::clone(&app.store), actor),
        done: 0,
        before: 0,
    };
    // Apart first: what was thrown together is not to be merged into anything.
    for (number, split) in (1..).zip(&resolutions.splits) {
        let done = applied.split(split).await;
        done.map_err(|error| at("split", number, error))?;
    }
    for (number, moved) in (1..).zip(&resolutions.moves) {
        let done = applied.moved(moved).await;
        done.map_err(|error| at("move", number, error))?;
    }
    for (number, distinct) in (1..).zip(&resolutions.distinct) {
        let done = applied.distinct(distinct).await;
        done.map_err(|error| at("distinct", number, error))?;
    }
    for (number, merge) in (1..).zip(&resolutions.merges) {
        let done = applied.merge(merge).await;
        done.map_err(|error| at("merge", number, error))?;
    }
    let (done, before) = (applied.done, applied.before);
    Ok(say(match app.lang {
        super::args::Lang::Zh => format!("完成 {done} 项；此前已完成 {before} 项"),
        super::args::Lang::En => format!("{done} done; {before} were done before"),
    })?)
}

/// Answers, with the companies that they name; these must be recorded.
pub async fn answers(
    app: &App,
    given: &[Answer],
    actor: &str,
) -> Result<Vec<books::Answer>, CliError> {
    let mut answers = vec![];
    for (number, answer) in (1..).zip(given) {
        let company = match &answer.company {
            Answered::New => None,
            Answered::Company(word) => {
                let company = going_on(app, word).await;
                Some(company.map_err(|error| at("answer", number, error))?)
            }
        };
        answers.push(books::Answer {
            source: answer.source.to_string(),
            says: answer.says.clone(),
            company,
            because: answer.because.to_string(),
            actor: actor.to_owned(),
        });
    }
    Ok(answers)
}

/// What came before an entry that fails stays done: the file can be mended and applied again.
fn at(table: &str, number: usize, error: CliError) -> CliError {
    let place = format!("[[{table}]] {number}");
    match error {
        CliError::Usage(text) => CliError::Usage(format!("{place}: {text}")),
        CliError::Refused(text) => CliError::Refused(format!("{place}: {text}")),
        CliError::Repair(refusal) if !matches!(refusal, RepairRefusal::Store(_)) => {
            CliError::Refused(format!("{place}: {refusal}"))
        }
        other => other,
    }
}

struct Applied<'a> {
    app: &'a App,
    repairs: Repairs,
    done: usize,
    before: usize,
}

impl Applied<'_> {
    async fn merge(&mut self, merge: &MergeOf) -> Result<(), CliError> {
        let loser = itself(self.app, &merge.loser).await?;
        let survivor = itself(self.app, &merge.survivor).await?;
        if self
            .repairs
            .are_one(loser, survivor)
            .await
            .map_err(RepairRefusal::from)?
        {
            self.before += 1;
            return Ok(());
        }
        let because = because(&merge.because, merge.despite);
        let done = self.repairs.merge(loser, survivor, &because).await;
        self.tell(done).await
    }

    async fn distinct(&mut self, distinct: &DistinctOf) -> Result<(), CliError> {
        let [a, b] = &distinct.companies;
        let (a, b) = (itself(self.app, a).await?, itself(self.app, b).await?);
        let because = because(&distinct.because, false);
        match self.repairs.distinct(a, b, &because).await {
            Err(RepairRefusal::Identity(IdentityError::SaidDistinct { .. })) => {
                self.before += 1;
                Ok(())
            }
            done => self.tell(done).await,
        }
    }

    async fn split(&mut self, split: &SplitOf) -> Result<(), CliError> {
        let from = itself(self.app, &split.company).await?;
        let because = because(&split.because, split.despite);
        match &split.part {
            PartOf::Into(into) => {
                let to = going_on(self.app, into).await?;
                if self.went(from, &split.events, Went::To(to)).await? {
                    return Ok(());
                }
                let done = self.repairs.reattribute(from, &split.events, to, &because);
                let done = done.await;
                self.tell(done).await
            }
            PartOf::New { name, identifiers } => {
                if self
                    .went(from, &split.events, Went::Registered(name))
                    .await?
                {
                    return Ok(());
                }
                let part = part(name.as_str(), identifiers)?;
                let done = self
                    .repairs
                    .split(from, &split.events, &part, &because)
                    .await;
                self.tell(done).await
            }
        }
    }

    async fn moved(&mut self, moved: &MoveOf) -> Result<(), CliError> {
        let from = itself(self.app, &moved.company).await?;
        let to = going_on(self.app, &moved.to).await?;
        if self.went(from, &[moved.event], Went::To(to)).await? {
            return Ok(());
        }
        let because = because(&moved.because, moved.despite);
        let done = self
            .repairs
            .reattribute(from, &[moved.event], to, &because)
            .await;
        self.tell(done).await
    }

    async fn went(
        &mut self,
        from: uuid::Uuid,
        events: &[u64],
        went: Went<'_>,
    ) -> Result<bool, CliError> {
        let before = self.repairs.went(from, events, went).await;
        let before = before.map_err(RepairRefusal::from)?;
        self.before += usize::from(before);
        Ok(before)
    }

    async fn tell(
        &mut self,
        done: Result<crate::identity::Repair, RepairRefusal>,
    ) -> Result<(), CliError> {
        told(self.app, done).await?;
        self.done += 1;
        Ok(())
    }
}

fn because(reason: &Text, despite: bool) -> Because {
    Because {
        reason: reason.clone(),
        despite,
    }
}
