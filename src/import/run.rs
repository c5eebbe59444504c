//! One import run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use nianlun_aggregates::decode::DecodeError;
use nianlun_aggregates::history::{Action, Change, History};
use nianlun_aggregates::{carrier, cluster};
use nianlun_projections::Subject;
use uuid::Uuid;

use super::batch::{Appender, Plan};
use super::coded::CodePlan;
use super::companies::{CompanyPlan, marks};
use super::declare::{CARRIERS, CLUSTERS, declarations};
use super::draft::Draft;
use super::grouped::Plans;
use super::mapping::{Mapping, MappingError};
use super::report::Report;
use super::{read, resolve};
use crate::service::{Metadata, Places};
use crate::store::{Store, StoreError, StreamId};

/// Streams decided at once.
const BATCH: usize = 500;

/// How events are appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appending {
    /// Many streams in one transaction.
    Bulk,
    /// One command, one transaction, as the service does it.
    OneByOne,
}

/// Why an import could not run. Rows that could be used before it stay recorded.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be used.
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
    /// A stored event cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Imports files into a store.
pub struct Importer {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Bulk, unless a comparison wants otherwise.
    pub appending: Appending,
    /// Who imports.
    pub actor: String,
}

impl Importer {
    /// Imports a file by a mapping. Tells `progress` the rows done and all rows.
    ///
    /// # Errors
    /// [`ImportError`]. What single rows get wrong is in the report instead.
    pub async fn import(
        &self,
        path: &Path,
        mapping: &Mapping,
        progress: impl FnMut(u64, u64),
    ) -> Result<Report, ImportError> {
        let bytes = read::bytes(path)?;
        self.import_bytes(&path.display().to_string(), &bytes, mapping, progress)
            .await
    }

    /// Imports a file's bytes; `name` is what to call it in errors.
    ///
    /// # Errors
    /// [`ImportError`].
    pub async fn import_bytes(
        &self,
        name: &str,
        bytes: &[u8],
        mapping: &Mapping,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Report, ImportError> {
        let table = read::table(name, bytes, &mapping.file)?;
        mapping.check_columns(&table.columns)?;
        let declared = declarations(mapping)?;
        let marks = marks(mapping)?;
        let run = Uuid::now_v7().to_string();
        let total = table.rows.len() as u64;
        let mut report = Report {
            run: run.clone(),
            digest: table.digest.clone(),
            rows: total,
            issues: table.issues,
            ..Report::default()
        };
        let metadata = Metadata {
            actor: Some(self.actor.clone()),
            run: Some(run),
            source: Some(mapping.name.to_string()),
            file: Some(table.digest),
            ..Metadata::default()
        };
        let appender = Appender {
            store: &self.store,
            appending: self.appending,
            metadata: &metadata,
            places: Places::default(),
        };
        append_declared(&appender, declared.carriers, &mut report).await?;
        append_declared(&appender, declared.clusters, &mut report).await?;
        match mapping.subject.kind {
            Subject::Company => {
                let resolved =
                    resolve::companies(&self.store, mapping, table.rows, &mut report.issues)
                        .await?;
                let plan = CompanyPlan::new(mapping, marks, resolved, &mut report.issues);
                append_all(&appender, &plan, &mut report, &mut progress).await?;
            }
            Subject::Carrier => {
                let plan = CodePlan::new(
                    mapping,
                    table.rows,
                    carrier::carrier_id,
                    CARRIERS,
                    &mut report.issues,
                );
                append_all(&appender, &plan, &mut report, &mut progress).await?;
            }
            Subject::Cluster => {
                let plan = CodePlan::new(
                    mapping,
                    table.rows,
                    cluster::cluster_id,
                    CLUSTERS,
                    &mut report.issues,
                );
                append_all(&appender, &plan, &mut report, &mut progress).await?;
            }
        }
        progress(total, total);
        report.issues.sort();
        report.issues.dedup();
        Ok(report)
    }
}

async fn append_declared<C: Change + 'static>(
    appender: &Appender<'_>,
    declared: BTreeMap<StreamId, Vec<Draft<C>>>,
    report: &mut Report,
) -> Result<(), ImportError> {
    let streams: Vec<_> = declared.keys().copied().collect();
    appender.append(&streams, &Declared(declared), report).await
}

struct Declared<C>(BTreeMap<StreamId, Vec<Draft<C>>>);

impl<C: Change> Plan<C> for Declared<C> {
    fn brings(&self) -> BTreeSet<StreamId> {
        self.0.keys().copied().collect()
    }

    fn drafts(&self, stream: StreamId, history: &History<C>) -> Vec<Draft<C>> {
        let drafts = self.0.get(&stream).cloned().unwrap_or_default();
        // Declared before, perhaps by another mapping in other words: what stands stays.
        drafts
            .into_iter()
            .filter(|draft| history.registration().is_none() || !registers(draft))
            .collect()
    }
}

fn registers<C: Change>(draft: &Draft<C>) -> bool {
    matches!(&draft.action, Action::Record(assertions) if assertions.iter().any(|assertion| assertion.change.registers()))
}

async fn append_all<C: Change + 'static, P: Plans<C>>(
    appender: &Appender<'_>,
    plan: &P,
    report: &mut Report,
    progress: &mut impl FnMut(u64, u64),
) -> Result<(), ImportError> {
    let streams = plan.streams();
    let mut done = 0;
    for batch in streams.chunks(BATCH) {
        let ids: Vec<_> = batch.iter().map(|(stream, _)| *stream).collect();
        appender.append(&ids, plan, report).await?;
        done += batch.iter().map(|(_, rows)| rows).sum::<u64>();
        progress(done, report.rows);
    }
    Ok(())
}
