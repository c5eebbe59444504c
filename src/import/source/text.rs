//! Which encoding a text is in, and its bytes as UTF-8.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult};
use sha2::{Digest, Sha256};

use super::error::SourceError;
use super::format::{Encoding, FileFormat};
use crate::hex::hex;

const CHUNK: usize = 256 << 10;
/// Characters of UTF-8 of three bytes that a line of GB18030 never has by chance.
const TELLING: usize = 3;

/// What system errors of an open file mean.
pub(super) fn failed(path: &str, error: &io::Error) -> SourceError {
    SourceError::Open {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

/// Calls for every chunk of a file, from its beginning.
pub(super) fn chunks(
    path: &str,
    file: &mut File,
    mut each: impl FnMut(&[u8]) -> bool,
) -> Result<(), SourceError> {
    file.seek(SeekFrom::Start(0))
        .map_err(|error| failed(path, &error))?;
    let mut buffer = vec![0; CHUNK];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => {
                if !each(buffer.get(..read).unwrap_or_default()) {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(path, &error)),
        }
    }
}

/// SHA-256 and size of a file.
pub(super) fn hash(path: &str, file: &mut File) -> Result<(String, u64), SourceError> {
    let (mut hasher, mut bytes) = (Sha256::new(), 0);
    chunks(path, file, |chunk| {
        hasher.update(chunk);
        bytes += chunk.len() as u64;
        true
    })?;
    Ok((hex(&hasher.finalize()), bytes))
}

/// What a first reading of a text says.
pub(super) struct Examined {
    pub(super) digest: String,
    pub(super) bytes: u64,
    pub(super) encoding: Encoding,
    /// Something a person should know of the choice.
    pub(super) doubt: Option<String>,
}

/// Reads a text once: its digest, and its encoding, every byte of which has been decoded.
///
/// # Errors
/// [`SourceError::NotText`] and [`SourceError::MixedEncodings`].
pub(super) fn examine(
    path: &str,
    file: &mut File,
    format: &FileFormat,
) -> Result<Examined, SourceError> {
    let mut hasher = Sha256::new();
    let mut bytes = 0_u64;
    let mut encoding = format.encoding;
    let mut check: Option<Check> = None;
    chunks(path, file, |chunk| {
        if check.is_none() {
            let found = *encoding.get_or_insert_with(|| marked(chunk));
            check = Some(Check::new(found));
        }
        hasher.update(chunk);
        bytes += chunk.len() as u64;
        if let Some(check) = &mut check {
            check.feed(chunk, false);
        }
        true
    })?;
    let encoding = encoding.unwrap_or(Encoding::Utf8);
    let wrong = check.and_then(|mut check| {
        check.feed(&[], true);
        check.wrong
    });
    let mut examined = Examined {
        digest: hex(&hasher.finalize()),
        bytes,
        encoding,
        doubt: None,
    };
    let Some(line) = wrong else {
        return Ok(examined);
    };
    if format.encoding.is_none() && encoding == Encoding::Utf8 {
        examined.encoding = Encoding::Gb18030;
        examined.doubt = chinese(path, file, line)?;
        return Ok(examined);
    }
    Err(SourceError::NotText {
        path: path.to_owned(),
        line,
        encoding: encoding.name(),
    })
}

/// What the byte order mark says; UTF-8 without one.
fn marked(start: &[u8]) -> Encoding {
    match start {
        [0xFF, 0xFE, ..] => Encoding::Utf16Le,
        [0xFE, 0xFF, ..] => Encoding::Utf16Be,
        _ => Encoding::Utf8,
    }
}

/// Checks that a text that is not UTF-8 is GB18030; answers what to doubt about it.
fn chinese(path: &str, file: &mut File, not_utf8: u64) -> Result<Option<String>, SourceError> {
    let mut check = Check::new(Encoding::Gb18030);
    let mut lines = Lines::default();
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    chunks(path, file, |chunk| {
        check.feed(chunk, false);
        lines.feed(chunk);
        detector.feed(chunk, false);
        true
    })?;
    check.feed(&[], true);
    lines.end();
    detector.feed(&[], true);
    if let (Some(utf8), Some(other)) = (lines.utf8, lines.other) {
        return Err(SourceError::MixedEncodings {
            path: path.to_owned(),
            utf8,
            other,
        });
    }
    if let Some(line) = check.wrong {
        return Err(SourceError::NotText {
            path: path.to_owned(),
            line: line.max(not_utf8),
            encoding: "UTF-8 nor GB18030",
        });
    }
    let guess = detector.guess(Some(b"cn"), Utf8Detection::Deny);
    let expected = [encoding_rs::GBK, encoding_rs::GB18030];
    Ok((!expected.contains(&guess)).then(|| {
        format!(
            "read as GB18030, but it may be {}; if names look wrong, save the file as CSV UTF-8",
            guess.name()
        )
    }))
}

/// Decodes without keeping anything, to find the first line that is wrong.
struct Check {
    decoder: Decoder,
    out: Vec<u8>,
    lines: u64,
    wrong: Option<u64>,
}

impl Check {
    fn new(encoding: Encoding) -> Self {
        Self {
            decoder: encoding.table().new_decoder_with_bom_removal(),
            out: vec![0; CHUNK],
            lines: 0,
            wrong: None,
        }
    }

    fn feed(&mut self, mut chunk: &[u8], last: bool) {
        while self.wrong.is_none() {
            let (result, read, written) =
                self.decoder
                    .decode_to_utf8_without_replacement(chunk, &mut self.out, last);
            let out = self.out.get(..written).unwrap_or_default();
            // A text has no zero bytes; what has some is something else, or UTF-16 without its mark.
            if let Some(zero) = out
                .contains(&0)
                .then(|| out.iter().position(|byte| *byte == 0))
            {
                self.lines += newlines(out.get(..zero.unwrap_or(0)).unwrap_or_default());
                self.wrong = Some(self.lines + 1);
                return;
            }
            self.lines += newlines(out);
            chunk = chunk.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.wrong = Some(self.lines + 1),
            }
        }
    }
}

fn newlines(text: &[u8]) -> u64 {
    text.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// Sorts lines by whether they can be UTF-8.
#[derive(Default)]
struct Lines {
    number: u64,
    line: Vec<u8>,
    /// The first line that is surely UTF-8, and the first that is surely not.
    utf8: Option<u64>,
    other: Option<u64>,
}

impl Lines {
    /// So much of a line is looked at.
    const ENOUGH: usize = 64 << 10;

    fn feed(&mut self, chunk: &[u8]) {
        for part in chunk.split_inclusive(|byte| *byte == b'\n') {
            if self.line.len() < Self::ENOUGH {
                self.line.extend_from_slice(part);
            }
            if part.ends_with(b"\n") {
                self.end();
            }
        }
    }

    fn end(&mut self) {
        self.number += 1;
        match std::str::from_utf8(&self.line) {
            // A long line is cut, perhaps within a character.
            Err(error) if error.error_len().is_some() || self.line.len() < Self::ENOUGH => {
                self.other.get_or_insert(self.number);
            }
            Ok(line)
                if !line.is_ascii()
                    && line.chars().filter(|c| c.len_utf8() == 3).count() >= TELLING =>
            {
                self.utf8.get_or_insert(self.number);
            }
            _ => {}
        }
        self.line.clear();
    }
}

/// Why a text could not be read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// No more bytes were allowed.
    Exhausted,
    /// A byte is not text any more.
    Wrong,
}

/// The bytes of a text as UTF-8, without byte order mark, hashed as they are read.
pub(super) struct Decoded {
    file: File,
    hasher: Sha256,
    decoder: Decoder,
    raw: Vec<u8>,
    /// What of `raw` is still to be decoded.
    rest: std::ops::Range<usize>,
    last: bool,
    done: bool,
    /// Bytes that may still be handed on; the reader raises it as it gets on.
    pub(super) allowance: usize,
    /// Why reading ended before the end of the file.
    pub(super) failure: Option<Failure>,
}

impl Decoded {
    pub(super) fn new(path: &str, mut file: File, encoding: Encoding) -> Result<Self, SourceError> {
        file.seek(SeekFrom::Start(0))
            .map_err(|error| failed(path, &error))?;
        Ok(Self {
            file,
            hasher: Sha256::new(),
            decoder: encoding.table().new_decoder_with_bom_removal(),
            raw: vec![0; CHUNK],
            rest: 0..0,
            last: false,
            done: false,
            allowance: usize::MAX,
            failure: None,
        })
    }

    /// SHA-256 of what was read.
    pub(super) fn digest(self) -> String {
        hex(&self.hasher.finalize())
    }
}

impl Read for Decoded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.done {
                return Ok(0);
            }
            if self.allowance == 0 {
                self.failure = Some(Failure::Exhausted);
                return Err(io::Error::other("a row is too long"));
            }
            if self.rest.is_empty() && !self.last {
                let read = self.file.read(&mut self.raw)?;
                self.hasher.update(self.raw.get(..read).unwrap_or_default());
                self.rest = 0..read;
                self.last = read == 0;
            }
            let raw = self.raw.get(self.rest.clone()).unwrap_or_default();
            let (result, read, written) = self
                .decoder
                .decode_to_utf8_without_replacement(raw, out, self.last);
            self.rest.start += read;
            match result {
                DecoderResult::Malformed(..) => {
                    self.failure = Some(Failure::Wrong);
                    return Err(io::Error::other("no text"));
                }
                DecoderResult::InputEmpty if self.last => self.done = true,
                // Fewer than four bytes of room hold no character.
                DecoderResult::OutputFull if written == 0 => {
                    return Err(io::Error::other("no room for a character"));
                }
                _ => {}
            }
            if written > 0 {
                self.allowance = self.allowance.saturating_sub(written);
                return Ok(written);
            }
        }
    }
}
