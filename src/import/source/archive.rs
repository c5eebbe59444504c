//! What a workbook unpacks to, looked at before it is unpacked.

use std::fs::File;
use std::io::{BufReader, Read};

use memchr::memmem;
use quick_xml::events::Event;
use zip::ZipArchive;
use zip::result::ZipError;

use super::error::SourceError;
use super::row::Merged;

/// How many parts a workbook has at most.
const PARTS: usize = 10_000;
/// To how many bytes all parts, the shared strings, and any part but these and the sheets may unpack.
const ALL: u64 = 8 << 30;
const STRINGS: u64 = 1 << 30;
const OTHER: u64 = 64 << 20;
/// How many times its packed size a part may be, if it is larger than [`OTHER`].
const RATIO: u64 = 250;
/// How much is kept of what follows the cells of a sheet.
const AFTER: u64 = 16 << 20;

/// A workbook's parts.
pub(super) struct Archive<'a> {
    path: &'a str,
    zip: ZipArchive<BufReader<File>>,
}

impl<'a> Archive<'a> {
    /// Opens a workbook and checks its directory. A part that unpacks to more than the directory says is stopped by the
    /// unpacking itself, so that the directory's sizes are the limits.
    ///
    /// # Errors
    /// [`SourceError::Bomb`], [`SourceError::Truncated`], [`SourceError::NoWorkbook`].
    pub(super) fn open(path: &'a str, file: File) -> Result<Self, SourceError> {
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|error| match error {
            ZipError::Io(error) => super::text::failed(path, &error),
            error => SourceError::Truncated {
                path: path.to_owned(),
                reason: format!("it begins as a workbook, but its directory is missing ({error})"),
            },
        })?;
        let bomb = |reason: String| SourceError::Bomb {
            path: path.to_owned(),
            reason,
        };
        if zip.len() > PARTS {
            return Err(bomb(format!("{} parts, {PARTS} are allowed", zip.len())));
        }
        let (mut all, mut workbook) = (0_u64, false);
        for index in 0..zip.len() {
            let part = zip
                .by_index_raw(index)
                .map_err(|error| damaged(path, &error))?;
            let name = part
                .name()
                .map_err(|error| damaged(path, &error))?
                .into_owned();
            let (size, packed) = (part.size(), part.compressed_size());
            workbook |= name.to_ascii_lowercase().ends_with("workbook.xml");
            if part.encrypted() {
                return Err(SourceError::Encrypted {
                    path: path.to_owned(),
                });
            }
            all = all.saturating_add(size);
            let limit = match name.to_ascii_lowercase().as_str() {
                name if name.contains("worksheets/") => ALL,
                name if name.ends_with("sharedstrings.xml") => STRINGS,
                // Pictures and the like are never unpacked.
                name if !is_xml(name) => ALL,
                _ => OTHER,
            };
            if size > limit {
                return Err(bomb(format!(
                    "part {name} has {size} bytes, {limit} are allowed"
                )));
            }
            if size > OTHER && size / RATIO > packed {
                return Err(bomb(format!(
                    "part {name} has {size} bytes in {packed} packed ones, {RATIO} times as many are allowed"
                )));
            }
        }
        if all > ALL {
            return Err(bomb(format!("{all} bytes in all, {ALL} are allowed")));
        }
        if !workbook {
            return Err(SourceError::NoWorkbook {
                path: path.to_owned(),
                reason: "it is a zip archive without a workbook in it".to_owned(),
            });
        }
        Ok(Self { path, zip })
    }

    /// Checks the shared strings: that none is too long, and that there are as many as they say or fewer.
    ///
    /// # Errors
    /// [`SourceError`].
    pub(super) fn check_strings(&mut self, limit: usize) -> Result<(), SourceError> {
        let Some(name) = self.find(|name| name.ends_with("sharedstrings.xml")) else {
            return Ok(());
        };
        let mut head = vec![];
        let size = self.scan(&name, limit, Some(b"si>"), &mut |chunk, _| {
            if head.len() < 4096 {
                head.extend_from_slice(chunk.get(..4096.min(chunk.len())).unwrap_or_default());
            }
        })?;
        let declared = after(&head, b"uniqueCount=")
            .and_then(|rest| rest.split(|byte| *byte == b'"' || *byte == b'\'').nth(1))
            .map(|digits| {
                std::str::from_utf8(digits)
                    .ok()
                    .and_then(|digits| digits.parse::<u64>().ok())
            });
        // The reader makes room for as many before it reads one; each takes five bytes at least.
        match declared {
            None => Ok(()),
            Some(Some(count)) if count <= size / 5 => Ok(()),
            Some(_) => Err(SourceError::Damaged {
                path: self.path.to_owned(),
                reason: format!("{name} says that it has more strings than it has room for"),
            }),
        }
    }

    /// Checks a sheet's part and finds its merged regions in one go; `None` if the sheet's part is not found. Unpacking is
    /// a tenth of the work of reading the cells, which must not begin before.
    ///
    /// # Errors
    /// [`SourceError::CellTooLong`], [`SourceError::Damaged`].
    pub(super) fn check_sheet(
        &mut self,
        sheet: usize,
        limit: usize,
    ) -> Result<Option<Vec<Merged>>, SourceError> {
        let Some(part) = self.part_of(sheet) else {
            return Ok(None);
        };
        let mut tail: Vec<u8> = vec![];
        let mut found = false;
        self.scan(&part, limit, None, &mut |chunk, before| {
            const MARK: &[u8] = b"mergeCells";
            if found {
                if (tail.len() as u64) < AFTER {
                    tail.extend_from_slice(chunk);
                }
            } else if let Some(at) = position(chunk, MARK) {
                found = true;
                tail.extend_from_slice(chunk.get(at..).unwrap_or_default());
            } else if !before.is_empty() {
                // The mark may be cut in two.
                let start = chunk.get(..MARK.len().min(chunk.len())).unwrap_or_default();
                let seam = [before, start].concat();
                if let Some(at) = position(&seam, MARK) {
                    found = true;
                    tail.extend_from_slice(seam.get(at..).unwrap_or_default());
                    tail.extend_from_slice(chunk.get(start.len()..).unwrap_or_default());
                }
            }
        })?;
        Ok(Some(regions(&tail)))
    }

    fn find(&self, is: impl Fn(&str) -> bool) -> Option<String> {
        self.zip
            .file_names()
            .filter_map(Result::ok)
            .find(|name| is(&name.to_ascii_lowercase().replace('\\', "/")))
            .map(std::borrow::Cow::into_owned)
    }

    /// The part of the sheet that stands at a place among the workbook's sheets.
    fn part_of(&mut self, sheet: usize) -> Option<String> {
        let workbook = self.find(|name| name == "xl/workbook.xml")?;
        let links = self.find(|name| name == "xl/_rels/workbook.xml.rels")?;
        let ids = self.attributes(&workbook, "sheet", ["id", "id"])?;
        let id = ids.get(sheet)?.0.clone();
        let links = self.attributes(&links, "Relationship", ["Id", "Target"])?;
        let target = links.into_iter().find(|link| link.0 == id)?.1;
        let target = match target.strip_prefix('/') {
            Some(absolute) => absolute.to_owned(),
            None => format!("xl/{target}"),
        }
        .to_ascii_lowercase();
        self.find(|name| name == target)
    }

    /// Two attributes of every element of a name in a small part.
    fn attributes(
        &mut self,
        part: &str,
        element: &str,
        names: [&str; 2],
    ) -> Option<Vec<(String, String)>> {
        let part = self.zip.by_name(part).ok()?;
        let mut xml = quick_xml::Reader::from_reader(BufReader::new(part));
        let (mut buffer, mut found) = (vec![], vec![]);
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer).ok()? {
                Event::Eof => return Some(found),
                Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == element => {
                    let value = |name: &str| {
                        tag.attributes().flatten().find_map(|attribute| {
                            (attribute.key.local_name().as_ref() == name)
                                .then(|| attribute.value.to_string())
                        })
                    };
                    found.push((value(names[0])?, value(names[1])?));
                }
                _ => {}
            }
        }
    }

    /// Unpacks a part without keeping it; its size. A stretch without a tag (or without `mark`) that is longer than a cell
    /// may be is a cell that is too long.
    fn scan(
        &mut self,
        name: &str,
        limit: usize,
        mark: Option<&[u8]>,
        each: &mut dyn FnMut(&[u8], &[u8]),
    ) -> Result<u64, SourceError> {
        let path = self.path;
        let mut part = self
            .zip
            .by_name(name)
            .map_err(|error| damaged(path, &error))?;
        let mut buffer = vec![0; 64 << 10];
        let (mut size, mut stretch) = (0_u64, 0_usize);
        let mut before: Vec<u8> = vec![];
        loop {
            let read = part
                .read(&mut buffer)
                .map_err(|error| damaged(path, &error))?;
            if read == 0 {
                return Ok(size);
            }
            let chunk = buffer.get(..read).unwrap_or_default();
            let last = match mark {
                None => memchr::memrchr(b'<', chunk),
                Some(mark) => memmem::rfind(chunk, mark),
            };
            stretch = match last {
                Some(at) => read - at,
                None => stretch + read,
            };
            // Characters may be written as entities, six times as long and more; tags take some room too.
            if stretch > limit.saturating_mul(8).saturating_add(1 << 16) {
                return Err(SourceError::CellTooLong {
                    path: path.to_owned(),
                    sheet: String::new(),
                    row: 0,
                    limit,
                });
            }
            each(chunk, &before);
            before.clear();
            before.extend_from_slice(chunk.get(read.saturating_sub(16)..).unwrap_or_default());
            size += read as u64;
        }
    }
}

fn is_xml(name: &str) -> bool {
    [".xml", ".rels", ".vml"]
        .iter()
        .any(|end| name.ends_with(end))
}

fn damaged(path: &str, error: &impl ToString) -> SourceError {
    SourceError::Damaged {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

fn position(text: &[u8], mark: &[u8]) -> Option<usize> {
    memmem::find(text, mark)
}

fn after<'t>(text: &'t [u8], mark: &[u8]) -> Option<&'t [u8]> {
    text.get(position(text, mark)? + mark.len()..)
}

/// The merged regions of `<mergeCell ref="A1:B2"/>` elements.
fn regions(text: &[u8]) -> Vec<Merged> {
    let text = String::from_utf8_lossy(text);
    let text = text.split("/mergeCells").next().unwrap_or_default();
    text.split("ref=")
        .skip(1)
        .filter_map(|rest| {
            let mut parts = rest.split(['"', '\'']);
            let (start, end) = parts.nth(1)?.split_once(':')?;
            Some(Merged {
                start: place(start)?,
                end: place(end)?,
            })
        })
        .collect()
}

/// `B3` as row and column from 0.
fn place(name: &str) -> Option<(u32, u32)> {
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = name.split_at_checked(digits)?;
    let column = letters.bytes().try_fold(0_u32, |column, letter| {
        let letter = u32::from(letter.to_ascii_uppercase()).checked_sub(64)?;
        column.checked_mul(26)?.checked_add(letter)
    })?;
    Some((
        row.parse::<u32>().ok()?.checked_sub(1)?,
        column.checked_sub(1)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_read_from_the_end_of_a_sheet() {
        let text = br#"mergeCells count="2"><mergeCell ref="A1:C1"/><mergeCell ref='B2:AA3'/></mergeCells><x ref="A9:A9"/>"#;
        let merged = |start, end| Merged { start, end };
        assert_eq!(
            regions(text),
            [merged((0, 0), (0, 2)), merged((1, 1), (2, 26))]
        );
        assert_eq!(place("A0"), None);
    }
}
