//! What a stream's rows say, read back from the disk on a thread of its own.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use nianlun_aggregates::{Day, Identifier};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::cells::{Line, Table};
use super::source::Row;
use super::spool::{Entry, Spool, SpooledRow};
use crate::intake;

/// Parts read ahead of the one that is decided.
const AHEAD: usize = 1;

/// A row that is about a stream.
pub struct Told {
    /// When the source said so, in microseconds.
    pub asserted: Option<i64>,
    /// In a roster: its list, with the list's day.
    pub listed: Option<(Day, String)>,
    /// The row.
    pub line: Line,
    /// The code that it names its carrier or cluster by; `None` of a company.
    pub code: Option<String>,
    /// The identifiers that it gives of its company, the deciding one first.
    pub identifiers: Vec<Identifier>,
}

/// What there is to say of one stream.
pub struct Said {
    /// Rows, in the order in which they were said.
    pub rows: Vec<Told>,
    /// Keys that earlier versions of the files had rows of.
    pub earlier: BTreeSet<String>,
    /// Lists that it may have been in before.
    pub listed: BTreeSet<String>,
    /// How many entries of the spool it is made of.
    pub entries: usize,
}

/// Streams of one part, in the order of their ids, with what there is to say of each.
pub type Part = Vec<(Uuid, Said)>;

/// Reads what was spooled back, part by part.
pub fn read_back(spool: Spool, tables: &[Arc<Table>]) -> mpsc::Receiver<io::Result<Part>> {
    let (to, from) = mpsc::channel(AHEAD);
    let tables = tables.to_vec();
    tokio::task::spawn_blocking(move || {
        for part in spool.parts() {
            let part = part.map(|part| {
                let streams = part.into_iter();
                streams
                    .map(|(stream, entries)| (stream, said(entries, &tables)))
                    .collect()
            });
            // Nobody waits for more once a run has failed.
            if to.blocking_send(part).is_err() {
                return;
            }
        }
    });
    from
}

fn said(entries: Vec<Entry>, tables: &[Arc<Table>]) -> Said {
    let count = entries.len();
    let (mut rows, mut earlier, mut listed) = (vec![], BTreeSet::new(), BTreeSet::new());
    for entry in entries {
        match entry {
            Entry::Row(row) => rows.push(row),
            Entry::Earlier(key) => {
                earlier.insert(key);
            }
            Entry::Listed(list) => {
                listed.insert(list);
            }
        }
    }
    // Whatever order the lists come in, the earliest says first who a company is.
    rows.sort_by(|a, b| order(a).cmp(&order(b)));
    Said {
        rows: rows
            .into_iter()
            .filter_map(|row| told(row, tables))
            .collect(),
        earlier,
        listed,
        entries: count,
    }
}

fn order(row: &SpooledRow) -> impl Ord {
    (row.asserted, &row.listed, row.table, row.number)
}

fn told(row: SpooledRow, tables: &[Arc<Table>]) -> Option<Told> {
    let table = tables.get(usize::try_from(row.table).ok()?)?;
    let identifiers = row.identifiers.iter();
    Some(Told {
        asserted: row.asserted,
        listed: row.listed,
        line: Line {
            table: Arc::clone(table),
            row: Row::from_cells(
                Arc::clone(&table.header),
                row.number,
                row.cells,
                row.computed,
            ),
        },
        code: row.code,
        identifiers: identifiers
            .filter_map(|key| intake::identifier(key).ok())
            .collect(),
    })
}
