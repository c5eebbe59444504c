//! Row errors and notices as files: for programs (JSON lines, CSV) and for those who mend the workbook (XLSX).

use std::io::Write;
use std::path::Path;

use rust_xlsxwriter::{Color, Format, Note, Workbook, XlsxError};

use super::report::{Issue, Severity};

/// Why issues could not be written.
#[derive(Debug, thiserror::Error)]
pub enum IssuesError {
    /// The file's name has another ending.
    #[error("its ending is none of .jsonl, .csv and .xlsx")]
    Ending,
    /// The file cannot be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A line cannot be written.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// The workbook cannot be written.
    #[error(transparent)]
    Xlsx(#[from] XlsxError),
}

const COLUMNS: [&str; 7] = [
    "file", "sheet", "row", "severity", "column", "value", "reason",
];

/// Writes issues to a file; its ending says in which form. In a workbook each bad value is coloured and has the reason as its
/// comment.
///
/// # Errors
/// [`IssuesError`].
pub fn write_issues(path: &Path, issues: &[Issue]) -> Result<(), IssuesError> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("jsonl") => {
            let mut out = std::io::BufWriter::new(std::fs::File::create(path)?);
            for issue in issues {
                serde_json::to_writer(&mut out, issue).map_err(std::io::Error::from)?;
                out.write_all(b"\n")?;
            }
            Ok(out.flush()?)
        }
        Some("csv") => {
            let mut out = csv::Writer::from_path(path)?;
            out.write_record(COLUMNS)?;
            for issue in issues {
                out.write_record(cells(issue))?;
            }
            Ok(out.flush()?)
        }
        Some("xlsx") => workbook(path, issues),
        _ => Err(IssuesError::Ending),
    }
}

fn cells(issue: &Issue) -> [String; 7] {
    let severity = match issue.severity {
        Severity::Error => "error",
        Severity::Notice => "notice",
    };
    [
        issue.file.clone(),
        issue.sheet.clone(),
        issue.row.to_string(),
        severity.to_owned(),
        issue.column.clone(),
        issue.value.clone(),
        issue.reason.clone(),
    ]
}

fn workbook(path: &Path, issues: &[Issue]) -> Result<(), IssuesError> {
    const VALUE: u16 = 5;
    const WIDTHS: [f64; 7] = [24.0, 14.0, 8.0, 10.0, 18.0, 28.0, 80.0];
    // A cell of a workbook holds no more, and a sheet no more rows.
    const LONGEST: usize = 32_000;
    const ROWS: usize = 1_048_575;
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    let bad = Format::new().set_background_color(Color::RGB(0x00FF_C7CE));
    let odd = Format::new().set_background_color(Color::RGB(0x00FF_EB9C));
    for (place, issues) in issues.chunks(ROWS).enumerate() {
        let sheet = workbook.add_worksheet();
        sheet.set_name(format!("issues {}", place + 1))?;
        sheet.set_freeze_panes(1, 0)?;
        for ((column, name), width) in (0..).zip(COLUMNS).zip(WIDTHS) {
            sheet.write_string_with_format(0, column, name, &bold)?;
            sheet.set_column_width(column, width)?;
        }
        for (row, issue) in (1..).zip(issues) {
            let colour = match issue.severity {
                Severity::Error => &bad,
                Severity::Notice => &odd,
            };
            for (column, text) in (0..).zip(cells(issue)) {
                let text: String = text.chars().take(LONGEST).collect();
                match (column, text.parse::<u32>()) {
                    (2, Ok(number)) => sheet.write_number(row, column, number)?,
                    (VALUE, _) => sheet.write_string_with_format(row, column, text, colour)?,
                    _ => sheet.write_string(row, column, text)?,
                };
            }
            let reason: String = issue.reason.chars().take(LONGEST).collect();
            sheet.insert_note(row, VALUE, &Note::new(reason))?;
        }
    }
    Ok(workbook.save(path)?)
}
