//! Rows by stream, in bounded memory: parted by the stream's id into files on disk, of which one at a time is read and sorted.
//! Streams come out in the order of their ids, so that the database's index of streams grows at one place at a time.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, Write};

use nianlun_aggregates::Day;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::source::Cells;

/// Parts, one for each first byte of an id. Ids are spread evenly, so a part holds about this fraction of the rows.
const PARTS: usize = 256;

/// What is held in memory before the parts are written out, in bytes.
const HELD: usize = 8 << 20;

/// Something to be looked at when a stream is decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Entry {
    /// A row that is about it.
    Row(SpooledRow),
    /// A key that an earlier version of the file had a row of.
    Earlier(String),
    /// A list that it may have been in before.
    Listed(String),
}

/// A row, by the number of its table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpooledRow {
    /// When the source said so, in microseconds, if the mapping declares a backfill.
    pub asserted: Option<i64>,
    /// Its list with the list's day, in a roster.
    pub listed: Option<(Day, String)>,
    /// The number of its table.
    pub table: u32,
    /// Its number in the table.
    pub number: u64,
    /// The code that it names its carrier or cluster by.
    pub code: Option<String>,
    /// The identifiers that it gives of its company, the deciding one first, as `scheme:value`.
    pub identifiers: Vec<String>,
    /// Its cells.
    pub cells: Cells,
    /// The places of those that a formula computed.
    pub computed: Vec<u32>,
}

/// Entries by stream.
pub struct Spool {
    held: Vec<Vec<u8>>,
    bytes: usize,
    files: BTreeMap<usize, File>,
    entries: u64,
}

impl Default for Spool {
    fn default() -> Self {
        Self {
            held: vec![vec![]; PARTS],
            bytes: 0,
            files: BTreeMap::new(),
            entries: 0,
        }
    }
}

impl Spool {
    /// Adds an entry of a stream.
    ///
    /// # Errors
    /// Those of the disk on which temporary files lie.
    pub fn add(&mut self, stream: Uuid, entry: &Entry) -> io::Result<()> {
        let part = usize::from(stream.as_bytes()[0]) % PARTS;
        let held = &mut self.held[part];
        let before = held.len();
        postcard::to_io(&(stream, entry), &mut *held).map_err(io::Error::other)?;
        self.bytes += held.len() - before;
        self.entries += 1;
        if self.bytes > HELD {
            self.write_out()?;
        }
        Ok(())
    }

    /// How many there are.
    pub const fn len(&self) -> u64 {
        self.entries
    }

    fn write_out(&mut self) -> io::Result<()> {
        for (part, held) in self.held.iter_mut().enumerate() {
            if held.is_empty() {
                continue;
            }
            let file = match self.files.entry(part) {
                std::collections::btree_map::Entry::Occupied(file) => file.into_mut(),
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(tempfile::tempfile()?)
                }
            };
            file.write_all(held)?;
            held.clear();
        }
        self.bytes = 0;
        Ok(())
    }

    /// Takes out the entries part by part: streams in the order of their ids, the entries of each in the order in which they
    /// were added.
    pub fn parts(mut self) -> impl Iterator<Item = io::Result<BTreeMap<Uuid, Vec<Entry>>>> {
        (0..PARTS).map(move |part| {
            let mut entries: BTreeMap<Uuid, Vec<Entry>> = BTreeMap::new();
            let mut spooled = vec![];
            if let Some(mut file) = self.files.remove(&part) {
                file.rewind()?;
                file.read_to_end(&mut spooled)?;
            }
            spooled.append(&mut self.held[part]);
            let mut rest = spooled.as_slice();
            while !rest.is_empty() {
                let ((stream, entry), after) =
                    postcard::take_from_bytes(rest).map_err(io::Error::other)?;
                rest = after;
                entries.entry(stream).or_default().push(entry);
            }
            Ok(entries)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::source::{Header, Row};
    use super::*;

    fn entry(number: u64, text: &str) -> Entry {
        Entry::Row(SpooledRow {
            asserted: None,
            listed: None,
            table: 0,
            number,
            code: None,
            identifiers: vec![],
            cells: Row::new(
                Arc::new(Header::new("", vec!["x".to_owned()], "")),
                1,
                [text],
                vec![],
            )
            .into_parts()
            .2,
            computed: vec![],
        })
    }

    #[test]
    fn what_went_in_comes_out_by_stream_in_its_order_also_from_disk() {
        let mut spool = Spool::default();
        let streams: Vec<_> = (0..600_u128)
            .map(|n| Uuid::from_u128(n.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)))
            .collect();
        let long = "行\n\"".repeat(400);
        for (number, stream) in (0..30_000).zip(streams.iter().cycle()) {
            spool.add(*stream, &entry(number, &long)).unwrap();
        }
        assert!(!spool.files.is_empty(), "more than is held in memory");
        assert_eq!(spool.len(), 30_000);
        let mut seen = 0;
        for part in spool.parts() {
            for (stream, entries) in part.unwrap() {
                let place = streams.iter().position(|one| *one == stream).unwrap();
                let numbers = (0..50).map(|round| (round * streams.len() + place) as u64);
                let expected: Vec<_> = numbers.map(|number| entry(number, &long)).collect();
                assert_eq!(entries, expected);
                seen += 1;
            }
        }
        assert_eq!(seen, streams.len());
    }
}
