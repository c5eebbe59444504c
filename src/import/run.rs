//! One import run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use nianlun_aggregates::decode::DecodeError;
use nianlun_aggregates::text::TextError;
use nianlun_aggregates::{Text, carrier, cluster, company};
use nianlun_projections::Subject;
use uuid::Uuid;

use super::books::{self, Answer, Run, RunKind};
use super::declare::declarations;
use super::gather::{Gathered, gather, name};
use super::identify::Finder;
use super::introduce::marks;
use super::mapping::{Mapping, MappingError};
use super::pipeline::Pipeline;
use super::plan::Planning;
use super::record;
use super::report::Report;
use super::said::read_back;
use super::source::{self, SourceError};
use super::spool::Entry;
use super::write::Sink;
use crate::service::{Metadata, survivors};
use crate::store::{Store, StoreError, StreamId};

/// Events looked through at once for the keys of earlier versions.
const PAGE: u32 = 5_000;

/// How events are appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appending {
    /// Many streams in one transaction.
    Bulk,
    /// One command, one transaction, as the service does it.
    OneByOne,
}

/// What a run is asked to do besides.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Nothing is written; the report says what would be.
    pub dry_run: bool,
    /// All or nothing: one error, and nothing is written.
    pub strict: bool,
    /// What no longer stands in a file of which an earlier version was imported is taken back.
    pub retract_missing: bool,
    /// What the files are a version of, if not their names.
    pub document: Option<String>,
    /// Answers to who rows are about; they go before those that are kept, and are kept with the run.
    pub answers: Vec<Answer>,
}

/// Why an import could not run. Nothing was recorded, unless the store failed on the way: then importing again goes on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file cannot be used.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A file cannot be used.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The mapping cannot be used.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// A run over the same lists was broken off.
    #[error(
        "import {run} of {document} was broken off, and its lists are half recorded; import {document} again first"
    )]
    Unfinished {
        /// The run.
        run: String,
        /// What it imported.
        document: String,
    },
    /// What the files are called cannot be kept.
    #[error("the name of the document: {0}; give a shorter one")]
    Document(#[from] TextError),
    /// Temporary files cannot be written.
    #[error("rows cannot be set aside on disk: {0}; make room or set TMPDIR to another folder")]
    Disk(#[from] std::io::Error),
    /// A stored event cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many rows are read.
    Reading(u64),
    /// Of so many rows, so many are recorded.
    Recording(u64, u64),
}

/// Imports files into a store.
pub struct Importer {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Bulk, unless a comparison wants otherwise.
    pub appending: Appending,
    /// Who imports.
    pub actor: String,
    /// The id of the API token by which they came.
    pub token: Option<String>,
    /// The zone in which days are counted.
    pub zone: TimeZone,
}

impl Importer {
    /// Imports files by a mapping. Where the mapping finds companies by name, the facts must be current.
    ///
    /// # Errors
    /// [`ImportError`]. What single rows get wrong is in the report instead.
    pub async fn import(
        &self,
        files: &[PathBuf],
        mapping: &Mapping,
        options: &Options,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<Report, ImportError> {
        let files: Vec<(PathBuf, String)> = files
            .iter()
            .map(|path| Ok((path.clone(), source::digest(path)?)))
            .collect::<Result<_, SourceError>>()?;
        let declared = declarations(mapping)?;
        let marks = marks(mapping)?;
        let runs = books::runs(self.store.as_ref()).await?;
        let kept = self.begin(&files, mapping, options, &runs).await?;
        let mut report = Report {
            run: kept.run.clone(),
            files: kept.files.clone(),
            nothing_written: options.dry_run,
            ..Report::default()
        };

        let answers = self.answers(mapping, options).await?;
        let store = self.store.as_ref();
        let mut finder = Finder::new(store, mapping, &kept.run, answers).await?;
        let mut gathered = gather(
            &files,
            mapping,
            &self.zone,
            &mut finder,
            &mut report,
            &mut |rows| progress(Progress::Reading(rows)),
        )
        .await?;
        let questions = std::mem::take(&mut finder.questions).into_values();
        report.questions = questions.collect();
        drop(finder);
        self.recall(&mut gathered, mapping, &kept, &runs).await?;

        if options.strict && report.error_count > 0 {
            report.nothing_written = true;
            return Ok(finished(report));
        }
        if !options.dry_run {
            books::keep_run(store, &kept).await?;
            if !options.strict {
                books::answer(store, &options.answers).await?;
            }
            self.keep_lists(&gathered, mapping, &kept.run).await?;
        }
        let metadata = self.metadata(&kept);
        let reason = reason(&kept)?;
        let run = record::Run {
            metadata: &metadata,
            retract_missing: options.retract_missing,
            reason: &reason,
        };
        let sink = self.sink(options).await?;
        let mut brings = gathered.brings.clone();
        brings.extend(declared.carriers.keys().chain(declared.clusters.keys()));
        let mut pipeline = Pipeline::new(Arc::clone(&self.store), &run, brings, report, sink);
        pipeline.declare(declared.carriers).await?;
        pipeline.declare(declared.clusters).await?;
        let planning = Planning {
            mapping,
            lists: &gathered.lists,
            marks: &marks,
        };
        let total = gathered.spool.len();
        let mut tell = |done| progress(Progress::Recording(done, total));
        let parts = read_back(gathered.spool, &gathered.tables);
        match mapping.subject.kind {
            Subject::Company => {
                pipeline
                    .record::<company::Change>(Subject::Company, &planning, parts, &mut tell)
                    .await?;
            }
            Subject::Carrier => {
                pipeline
                    .record::<carrier::Change>(Subject::Carrier, &planning, parts, &mut tell)
                    .await?;
            }
            Subject::Cluster => {
                pipeline
                    .record::<cluster::Change>(Subject::Cluster, &planning, parts, &mut tell)
                    .await?;
            }
        }
        let mut report = finished(pipeline.finish().await?);
        for question in &mut report.questions {
            question.run.clone_from(&kept.run);
        }
        if !options.dry_run {
            self.close(kept, options, &report).await?;
        }
        Ok(report)
    }

    /// What every event of a run remembers.
    fn metadata(&self, kept: &Run) -> Metadata {
        Metadata {
            actor: Some(self.actor.clone()),
            run: Some(kept.run.clone()),
            source: Some(kept.source.clone()),
            token: self.token.clone(),
            ..Metadata::default()
        }
    }

    /// The answers for the mapping's source, led on to the records that go on.
    async fn answers(
        &self,
        mapping: &Mapping,
        options: &Options,
    ) -> Result<Vec<Answer>, StoreError> {
        let mut answers = options.answers.clone();
        answers.extend(books::answers(self.store.as_ref(), mapping.name.as_str()).await?);
        let companies: Vec<_> = answers.iter().filter_map(|answer| answer.company).collect();
        let survivors = survivors(self.store.as_ref(), &companies).await?;
        let companies = answers
            .iter_mut()
            .filter_map(|answer| answer.company.as_mut());
        for company in companies {
            *company = survivors.get(company).copied().unwrap_or(*company);
        }
        Ok(answers)
    }

    async fn sink(&self, options: &Options) -> Result<Sink, StoreError> {
        Ok(if options.dry_run {
            Sink::Nowhere
        } else if options.strict {
            Sink::Whole(self.store.bulk().await?)
        } else {
            Sink::new(&self.store, self.appending)
        })
    }

    /// Keeps what the run came to. A strict one that wrote nothing is forgotten.
    async fn close(&self, kept: Run, options: &Options, report: &Report) -> Result<(), StoreError> {
        let store = self.store.as_ref();
        if report.nothing_written {
            return books::forget(store, &kept).await;
        }
        books::ask(store, &report.questions).await?;
        books::answer(store, &options.answers).await?;
        crate::telemetry::metrics::imported(report.rows, report.events);
        let ended = Run {
            ended: Some(Timestamp::now().to_string()),
            counts: counts(report),
            ..kept
        };
        books::keep_run(store, &ended).await
    }

    /// Imports a file's bytes; `name` is what the file is called.
    ///
    /// # Errors
    /// [`ImportError`].
    pub async fn import_bytes(
        &self,
        name: &str,
        bytes: &[u8],
        mapping: &Mapping,
        options: &Options,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<Report, ImportError> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join(name);
        std::fs::write(&path, bytes)?;
        self.import(&[path], mapping, options, progress).await
    }

    /// The run as it begins.
    async fn begin(
        &self,
        files: &[(PathBuf, String)],
        mapping: &Mapping,
        options: &Options,
        runs: &[Run],
    ) -> Result<Run, ImportError> {
        let names: Vec<_> = files
            .iter()
            .map(|(path, digest)| (name(path), digest.clone()))
            .collect();
        let document = options.document.clone().unwrap_or_else(|| {
            let names: Vec<_> = names.iter().map(|(name, _)| name.as_str()).collect();
            names.join(", ")
        });
        // The comparison with the next list needs the one before whole.
        let broken = runs.iter().find(|run| {
            mapping.roster.is_some()
                && run.kind == RunKind::Import
                && run.source == mapping.name.as_str()
                && run.ended.is_none()
                && run.undone_by.is_none()
                && run.files != names
                && !runs.iter().any(|again| {
                    again.source == run.source && again.ended.is_some() && again.files == run.files
                })
        });
        if let Some(broken) = broken {
            return Err(ImportError::Unfinished {
                run: broken.run.clone(),
                document: broken.document.clone(),
            });
        }
        Ok(Run {
            run: Uuid::now_v7().to_string(),
            kind: RunKind::Import,
            source: mapping.name.to_string(),
            document,
            files: names,
            mapping: mapping.text.clone(),
            actor: self.actor.clone(),
            began: Timestamp::now().to_string(),
            ended: None,
            mark: self.store.mark().await?,
            counts: BTreeMap::new(),
            undone_by: None,
        })
    }

    /// Looks up what earlier imports have read that these files bear on: keys of earlier versions of the same document, and who was
    /// in earlier lists.
    async fn recall(
        &self,
        gathered: &mut Gathered,
        mapping: &Mapping,
        kept: &Run,
        runs: &[Run],
    ) -> Result<(), ImportError> {
        if mapping.row_key.is_some() {
            let earlier = runs.iter().filter(|run| {
                run.kind == RunKind::Import
                    && (run.source.as_str(), run.document.as_str())
                        == (mapping.name.as_str(), kept.document.as_str())
                    && run.files != kept.files
            });
            let earlier: Vec<_> = earlier.collect();
            if let Some(first) = earlier.first() {
                let digests = earlier.iter().flat_map(|run| &run.files);
                let digests = digests.map(|(_, digest)| digest.as_str()).collect();
                self.recall_keys(gathered, mapping, &first.mark, &digests)
                    .await?;
            }
        }
        if mapping.roster.is_none() {
            return Ok(());
        }
        let broken_off = runs.iter().filter(|run| run.ended.is_none());
        let broken_off = broken_off.map(|run| run.run.as_str()).collect();
        let (store, source) = (self.store.as_ref(), mapping.name.as_str());
        let stored = books::lists(store, source, &broken_off).await?;
        for (name, list) in &mut gathered.lists {
            list.before = stored.0.get(name).cloned().unwrap_or_default();
            let (Some((first, _)), Some((last, _))) =
                (list.now.first_key_value(), list.now.last_key_value())
            else {
                continue;
            };
            // Whoever was in the lists next to these may come out differently now.
            let from = list.before.range(..*first).next_back().copied();
            let to = list
                .before
                .range((std::ops::Bound::Excluded(*last), std::ops::Bound::Unbounded))
                .next()
                .copied();
            let (from, to) = (from.unwrap_or(*first), to.unwrap_or(*last));
            let seen = gathered.seen.entry(name.clone()).or_default();
            for before in books::listed(store, source, name).await? {
                if before.first <= to && before.last >= from {
                    let entry = Entry::Listed(name.clone());
                    gathered.spool.add(before.company, &entry)?;
                }
                let both = seen.entry(before.company).or_insert(before);
                both.first = both.first.min(before.first);
                both.last = both.last.max(before.last);
            }
        }
        Ok(())
    }

    async fn recall_keys(
        &self,
        gathered: &mut Gathered,
        mapping: &Mapping,
        mark: &str,
        digests: &BTreeSet<&str>,
    ) -> Result<(), ImportError> {
        let saying = BTreeMap::from([("source".to_owned(), mapping.name.to_string())]);
        let mut after = None;
        loop {
            let page = self.store.written(mark, &saying, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = StreamId::of(last).map(|stream| (stream, last.sequence as u64));
            for event in &page {
                let text = |name: &str| event.metadata.get(name)?.as_str();
                let (Some(key), Some(file), Some(stream)) =
                    (text("key"), text("file"), StreamId::of(event))
                else {
                    continue;
                };
                if digests.contains(file) && stream.subject == mapping.subject.kind {
                    let entry = Entry::Earlier(key.to_owned());
                    gathered.spool.add(stream.id, &entry)?;
                }
            }
        }
    }

    /// Keeps which lists there are and who is in them before anything of them is recorded: then a run that is broken off is known
    /// to be one, and nobody is forgotten.
    async fn keep_lists(
        &self,
        gathered: &Gathered,
        mapping: &Mapping,
        run: &str,
    ) -> Result<(), StoreError> {
        let (store, source) = (self.store.as_ref(), mapping.name.as_str());
        let mut lists = books::Lists::default();
        for (name, list) in &gathered.lists {
            let days = list.now.keys().filter(|day| !list.before.contains(day));
            lists.0.insert(name.clone(), days.copied().collect());
        }
        books::keep_lists(store, source, &lists, run).await?;
        for (name, seen) in &gathered.seen {
            let seen: Vec<_> = seen.values().copied().collect();
            books::keep_listed(store, source, name, &seen).await?;
        }
        Ok(())
    }
}

/// Why a run corrects or takes back.
fn reason(run: &Run) -> Result<Text, TextError> {
    Text::new(&format!("{} ({})", run.document, run.source))
}

fn counts(report: &Report) -> BTreeMap<String, u64> {
    let counts = [
        ("rows", report.rows),
        ("events", report.events),
        ("corrected", report.corrected),
        ("retracted", report.retracted),
        ("new", report.new_subjects),
        ("already", report.already),
        ("errors", report.error_count),
        ("notices", report.notice_count),
        ("contradictions", report.contradictions.values().sum()),
        ("clamped", report.clamped),
    ];
    counts.map(|(name, count)| (name.to_owned(), count)).into()
}

fn finished(mut report: Report) -> Report {
    report.issues.sort();
    report
}
