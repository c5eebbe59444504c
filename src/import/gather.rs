//! From files to rows by stream: reading, finding out who each row is about, and spooling.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use nianlun_aggregates::history::Change;
use nianlun_aggregates::{Code, Day, Identifier, carrier, cluster};
use nianlun_projections::Subject;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::ImportError;
use super::books::Seen;
use super::cells::{Line, Table};
use super::declare::{CARRIERS, CLUSTERS};
use super::draft::{Draft, Reader, drafts};
use super::identify::Finder;
use super::mapping::{Mapping, Value};
use super::report::{Issue, Report, Severity};
use super::roster::{Filed, List};
use super::says::Says;
use super::source::{self, FileRead, Item, RowIssue, SourceError};
use super::spool::{Entry, Spool, SpooledRow};
use crate::store::StreamId;

/// Rows whose companies are looked up at once.
const BLOCK: usize = 4_000;

/// Blocks read ahead of those that are looked up.
const AHEAD: usize = 2;

/// What was read.
pub struct Gathered {
    /// The rows.
    pub spool: Spool,
    /// The tables that they stand in.
    pub tables: Vec<Arc<Table>>,
    /// The lists, of a roster.
    pub lists: BTreeMap<String, List>,
    /// Who is in them.
    pub seen: BTreeMap<String, BTreeMap<Uuid, Seen>>,
    /// The carriers and clusters that the rows register themselves: others may name them.
    pub brings: BTreeSet<StreamId>,
}

enum Read {
    Table(Arc<Table>),
    Block(Vec<(Line, Says)>),
    Issue(Issue),
}

/// Reads files on a thread of its own, block by block.
struct Reading {
    files: Vec<(PathBuf, String)>,
    mapping: Mapping,
    to: mpsc::Sender<Read>,
}

impl Reading {
    fn run(self) -> Result<Vec<FileRead>, ImportError> {
        let named = self.mapping.columns();
        let files = self.files.iter();
        files
            .map(|(path, digest)| self.file(path, digest, &named))
            .collect()
    }

    fn file(&self, path: &Path, digest: &str, named: &[String]) -> Result<FileRead, ImportError> {
        let file = name(path);
        let mut table: Option<Arc<Table>> = None;
        let mut block = vec![];
        let of_companies = self.mapping.subject.kind == Subject::Company;
        let mut misfit = None;
        let mut sink = |item: Item| {
            let sent = match item {
                Item::Table(header) => {
                    if let Err(error) = self.mapping.check_columns(&header) {
                        misfit = Some(error);
                        return ControlFlow::Break(());
                    }
                    let whole = self.flush(&mut block);
                    let next = Arc::new(Table {
                        file: file.clone(),
                        digest: digest.to_owned(),
                        header,
                    });
                    table = Some(Arc::clone(&next));
                    whole && self.to.blocking_send(Read::Table(next)).is_ok()
                }
                Item::Row(row) => match &table {
                    Some(table) => {
                        let line = Line {
                            table: Arc::clone(table),
                            row,
                        };
                        let (mut says, mut issues) = (Says::default(), vec![]);
                        if of_companies {
                            says = Says::read(&line, &self.mapping, &mut issues);
                        }
                        block.push((line, says));
                        let mut issues = issues.into_iter();
                        issues.all(|issue| self.to.blocking_send(Read::Issue(issue)).is_ok())
                            && (block.len() < BLOCK || self.flush(&mut block))
                    }
                    None => true,
                },
                Item::Notice(issue) => self.tell(&file, issue, Severity::Notice),
                Item::Error(issue) => self.tell(&file, issue, Severity::Error),
            };
            if sent {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        let read = source::read(path, &self.mapping.file, named, &mut sink);
        if let Some(error) = misfit {
            return Err(error.into());
        }
        let read = read?;
        if read.digest != digest {
            let path = path.display().to_string();
            return Err(SourceError::Changed { path }.into());
        }
        self.flush(&mut block);
        Ok(read)
    }

    fn flush(&self, block: &mut Vec<(Line, Says)>) -> bool {
        block.is_empty()
            || self
                .to
                .blocking_send(Read::Block(std::mem::take(block)))
                .is_ok()
    }

    fn tell(&self, file: &str, issue: RowIssue, severity: Severity) -> bool {
        let issue = Issue {
            file: file.into(),
            sheet: issue.sheet.into(),
            row: issue.row,
            severity,
            column: issue.column,
            value: issue.value,
            reason: issue.reason,
        };
        self.to.blocking_send(Read::Issue(issue)).is_ok()
    }
}

/// A file's name without its folder.
pub fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// Reads files, finds out who their rows are about, and spools them. Nothing is recorded meanwhile, so that a file that turns out to
/// be broken, or changes while it is read, leaves nothing.
///
/// # Errors
/// [`ImportError`].
pub async fn gather(
    files: &[(PathBuf, String)],
    mapping: &Mapping,
    zone: &TimeZone,
    finder: &mut Finder<'_>,
    report: &mut Report,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<Gathered, ImportError> {
    let (to, mut from) = mpsc::channel(AHEAD);
    let reading = Reading {
        files: files.to_vec(),
        mapping: mapping.clone(),
        to,
    };
    let reading = tokio::task::spawn_blocking(move || reading.run());
    let mut gathered = Gathered {
        spool: Spool::default(),
        tables: vec![],
        lists: BTreeMap::new(),
        seen: BTreeMap::new(),
        brings: BTreeSet::new(),
    };
    let gathering = Gathering { mapping, zone };
    while let Some(read) = from.recv().await {
        match read {
            Read::Table(table) => gathered.tables.push(table),
            Read::Issue(issue) => report.tell(issue),
            Read::Block(lines) => {
                report.rows += lines.len() as u64;
                let mut issues = vec![];
                if mapping.subject.kind == Subject::Company {
                    for found in finder.find(lines, &mut issues).await? {
                        let identifiers = found.identifiers.iter().map(Identifier::key).collect();
                        gathering.take(
                            &mut gathered,
                            found.line,
                            found.company,
                            About {
                                code: None,
                                identifiers,
                            },
                            &mut issues,
                        )?;
                    }
                } else {
                    gathering.coded(&mut gathered, lines, &mut issues)?;
                }
                for issue in issues {
                    report.tell(issue);
                }
                progress(report.rows);
            }
        }
    }
    match reading.await {
        Ok(read) => read?,
        Err(error) => {
            return Err(ImportError::File {
                path: String::new(),
                reason: format!("reading it failed: {error}"),
            });
        }
    };
    Ok(gathered)
}

/// How a row names what it is about.
struct About {
    code: Option<String>,
    identifiers: Vec<String>,
}

/// What rows are about and when they were said.
struct Gathering<'a> {
    mapping: &'a Mapping,
    zone: &'a TimeZone,
}

impl Gathering<'_> {
    /// Rows about carriers or clusters, which are known by their codes.
    fn coded(
        &self,
        gathered: &mut Gathered,
        lines: Vec<(Line, Says)>,
        issues: &mut Vec<Issue>,
    ) -> Result<(), ImportError> {
        for (line, _) in lines {
            let code = match self.code(&line) {
                Ok(code) => code,
                Err(issue) => {
                    issues.push(issue);
                    continue;
                }
            };
            let (id, registers) = match self.mapping.subject.kind {
                Subject::Cluster => (
                    cluster::cluster_id(&code),
                    self.registers(&line, &code, CLUSTERS),
                ),
                _ => (
                    carrier::carrier_id(&code),
                    self.registers(&line, &code, CARRIERS),
                ),
            };
            if registers {
                gathered.brings.insert(StreamId {
                    subject: self.mapping.subject.kind,
                    id,
                });
            }
            let about = About {
                code: Some(code.to_string()),
                identifiers: vec![],
            };
            self.take(gathered, line, id, about, issues)?;
        }
        Ok(())
    }

    fn code(&self, line: &Line) -> Result<Code, Issue> {
        let value = self.mapping.subject.code.as_ref();
        let code = value.map_or(Ok(None), |value| line.value(value, &self.mapping.tables))?;
        let code = code.ok_or_else(|| {
            line.error(
                "code",
                "",
                "missing; every row names its carrier or cluster",
            )
        })?;
        code.parse::<Code>()
            .map_err(|error| line.error("code", &code, error.to_string()))
    }

    fn registers<C: Change>(&self, line: &Line, code: &Code, reader: Reader<C>) -> bool {
        let implied = Some(("code", code.as_str()));
        let drafts = drafts(self.mapping, &[(line, implied)], reader, &mut vec![]);
        drafts.iter().any(Draft::registers)
    }

    /// Spools a row.
    fn take(
        &self,
        gathered: &mut Gathered,
        line: Line,
        stream: Uuid,
        about: About,
        issues: &mut Vec<Issue>,
    ) -> Result<(), ImportError> {
        let said = self.asserted(&line).and_then(|asserted| {
            let roster = self.mapping.roster.as_ref();
            let listed = roster.map(|_| list_of(self.mapping, &line)).transpose()?;
            Ok((asserted, listed))
        });
        let (asserted, listed) = match said {
            Ok(said) => said,
            Err(issue) => {
                issues.push(issue);
                return Ok(());
            }
        };
        if let Some((day, list)) = &listed {
            note(gathered, &line, stream, list, *day, asserted);
        }
        let table = gathered
            .tables
            .iter()
            .rposition(|table| Arc::ptr_eq(table, &line.table));
        let (_, number, cells, computed) = line.row.into_parts();
        let row = SpooledRow {
            asserted,
            listed,
            table: u32::try_from(table.unwrap_or_default()).unwrap_or(u32::MAX),
            number,
            code: about.code,
            identifiers: about.identifiers,
            cells,
            computed,
        };
        Ok(gathered.spool.add(stream, &Entry::Row(row))?)
    }

    /// When the source said so, in microseconds.
    fn asserted(&self, line: &Line) -> Result<Option<i64>, Issue> {
        let Some(backfill) = &self.mapping.backfill else {
            return Ok(None);
        };
        let told = line.value(&backfill.asserted, &self.mapping.tables)?;
        let text = told.ok_or_else(|| {
            line.error(
                "asserted",
                "",
                "missing; every row of an archive says when its source said so",
            )
        })?;
        if let Ok(time) = text.parse::<Timestamp>() {
            return Ok(Some(time.as_microsecond()));
        }
        let date = line.date(&backfill.asserted, &self.mapping.tables)?;
        let day = date.and_then(nianlun_aggregates::Span::latest);
        let time = day.and_then(|day| end_of_day(day, self.zone));
        time.map(Some).ok_or_else(|| {
            line.error(
                "asserted",
                &text,
                "not known to any day; write 2016-03-31 or a time with its offset",
            )
        })
    }
}

/// The list that a row belongs to, and its day.
///
/// # Errors
/// An [`Issue`] if the row does not say.
fn list_of(mapping: &Mapping, line: &Line) -> Result<(Day, String), Issue> {
    let Some(roster) = &mapping.roster else {
        return Err(line.error("observed_on", "", "the mapping has no [roster]"));
    };
    let value = |value: &Value| line.value(value, &mapping.tables);
    let list = roster.list.as_ref().map_or(Ok(None), value)?;
    let date = line.date(&roster.observed_on, &mapping.tables)?;
    let day = date
        .and_then(nianlun_aggregates::Span::latest)
        .ok_or_else(|| {
            line.error(
                "observed_on",
                "",
                "the list has no day; every row of a roster belongs to a dated list",
            )
        })?;
    Ok((day, list.unwrap_or_else(|| mapping.name.to_string())))
}

/// The end of a civil day, in microseconds.
fn end_of_day(day: Day, zone: &TimeZone) -> Option<i64> {
    let next = day.date().tomorrow().ok()?.at(0, 0, 0, 0);
    Some(zone.to_timestamp(next).ok()?.as_microsecond() - 1)
}

/// Notes the list of a row, and that the company is in it.
fn note(
    gathered: &mut Gathered,
    line: &Line,
    company: Uuid,
    list: &str,
    day: Day,
    asserted: Option<i64>,
) {
    let lists = gathered.lists.entry(list.to_owned()).or_default();
    let filed = lists.now.entry(day).or_insert_with(|| Filed {
        asserted,
        table: Arc::clone(&line.table),
    });
    filed.asserted = filed.asserted.max(asserted);
    let seen = gathered.seen.entry(list.to_owned()).or_default();
    let seen = seen.entry(company).or_insert(Seen {
        company,
        first: day,
        last: day,
    });
    seen.first = seen.first.min(day);
    seen.last = seen.last.max(day);
}
