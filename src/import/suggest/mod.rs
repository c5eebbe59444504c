//! Suggesting a mapping for a file that nobody has mapped yet.

mod code;
mod column;
mod declared;
mod guess;
mod header;
mod lines;
mod meaning;
mod outputs;
mod write;

use std::cmp::Reverse;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use nianlun_aggregates::Language;

use super::mapping::{Mapping, MappingError};
use super::source::{self, FileFormat, Header, HeaderRows, Item, Row, SourceError};
use column::Column;
use guess::guesses;
use meaning::Meaning;
use write::Seen;

/// So many rows are looked at.
const ROWS: usize = 10_000;

/// Why no mapping can be suggested.
#[derive(Debug, thiserror::Error)]
pub enum SuggestError {
    /// The file cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Nothing in it looks like a table.
    #[error(
        "{file}: no header was found in the first {rows} rows of any sheet; a header is a row of different names, such as 企业名称 and 入驻时间, with rows below it",
        rows = header::WITHIN
    )]
    NoTable {
        /// The file.
        file: String,
    },
    /// Nobody can be told from its columns.
    #[error(
        "{file}: no column says which company a row is about; none is called like 企业名称 (company name) or 统一社会信用代码 (USCI) or holds such values. Its columns are: {}. Rename one, or write the mapping by hand (docs/mapping.md)",
        columns.join(", ")
    )]
    Nobody {
        /// The file.
        file: String,
        /// What its columns are called.
        columns: Vec<String>,
    },
    /// What was written does not fit together.
    #[error(transparent)]
    Mapping(#[from] MappingError),
}

/// A mapping for a file, with a comment on each of its columns: what it is taken for, how sure that is and why, what else it
/// can be. It can be imported with as it stands; what is not sure is commented out.
///
/// Of the first 10,000 rows, in memory.
///
/// # Errors
/// [`SuggestError`].
pub fn suggest(path: &Path, lang: Language) -> Result<String, SuggestError> {
    let file = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let previews = source::preview(path, &FileFormat::default(), header::WITHIN + 10)?;
    let found: Vec<_> = previews
        .iter()
        .map(|preview| (preview.sheet.as_str(), header::find(&preview.rows)))
        .collect();
    let best = found
        .iter()
        .filter_map(|(sheet, rows)| Some((*sheet, rows.as_ref()?)))
        .min_by_key(|(_, rows)| Reverse(rows.known));
    let Some((sheet, rows)) = best else {
        return Err(SuggestError::NoTable { file });
    };
    let (alike, others): (Vec<_>, Vec<_>) = found.iter().partition(|(_, other)| {
        other
            .as_ref()
            .is_some_and(|other| other.columns == rows.columns)
    });
    let names = |sheets: Vec<&(&str, Option<header::Rows>)>| -> Vec<String> {
        sheets
            .into_iter()
            .map(|(sheet, _)| (*sheet).to_owned())
            .collect()
    };
    let format = FileFormat {
        header: Some(HeaderRows::Several(vec![rows.first, rows.last])),
        sheets: Some(sheet.to_owned())
            .filter(|sheet| !sheet.is_empty())
            .into_iter()
            .collect(),
        ..FileFormat::default()
    };
    let table = read(path, &format)?;
    let Some(header) = table.header else {
        return Err(SuggestError::NoTable { file });
    };
    let mut guesses = guesses(columns(&header, &table.rows), lang);
    twice(&mut guesses, &header, lang);
    let stem = Path::new(&file)
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    let seen = Seen {
        sheet: sheet.to_owned(),
        alike: names(alike),
        others: names(others),
        title: header.title.clone(),
        header: (rows.first, rows.last),
        rows: table.rows.len(),
        more: table.more,
        code: code::code_of(&undated(&stem.unwrap_or_default()), "source"),
        guesses,
        file,
    };
    if seen
        .sure(Meaning::Name)
        .or_else(|| seen.sure(Meaning::Usci))
        .is_none()
    {
        let columns = header.columns.iter().filter(|column| !column.is_empty());
        return Err(SuggestError::Nobody {
            file: seen.file,
            columns: columns.map(|column| guess::shortened(column)).collect(),
        });
    }
    let mapping = write::mapping(&seen, lang);
    Mapping::read(&mapping)?;
    Ok(mapping)
}

/// A name without its date: next month's list is of the same source.
fn undated(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            '年' | '月' | '日' => ' ',
            c if c.is_ascii_digit() => ' ',
            c => c,
        })
        .collect()
}

/// What was read of a table.
#[derive(Default)]
struct Table {
    header: Option<Arc<Header>>,
    rows: Vec<Row>,
    more: bool,
}

fn read(path: &Path, format: &FileFormat) -> Result<Table, SourceError> {
    let mut table = Table::default();
    source::read(path, format, &[], &mut |item| {
        match item {
            Item::Table(header) => table.header = Some(header),
            Item::Row(_) if table.rows.len() == ROWS => {
                table.more = true;
                return ControlFlow::Break(());
            }
            Item::Row(row) => table.rows.push(row),
            Item::Notice(_) | Item::Error(_) => {}
        }
        ControlFlow::Continue(())
    })?;
    Ok(table)
}

/// The columns that have a name.
fn columns(header: &Header, rows: &[Row]) -> Vec<Column> {
    let named = header.columns.iter().enumerate();
    let named = named.filter(|(_, name)| !name.is_empty());
    named
        .map(|(place, name)| {
            let cells = rows
                .iter()
                .map(|row| row.cell(name).unwrap_or_default().to_owned());
            Column::new(name, place, cells)
        })
        .collect()
}

/// Columns that are called alike cannot be told apart by a mapping.
fn twice(guesses: &mut [guess::Guess], header: &Header, lang: Language) {
    for guess in guesses {
        let heading = &guess.column.heading;
        let same = header.columns.iter().filter(|column| *column == heading);
        if same.count() > 1 {
            guess.meaning = None;
            guess.sureness = guess::Sureness::Unsure;
            guess.otherwise = vec![];
            let why = match lang {
                Language::Zh => "有同名的列，请先改名",
                Language::En => "another column is called so; rename one",
            };
            guess.why = String::from(why);
        }
    }
}
