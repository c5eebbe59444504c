//! Files that are broken, or meant to break the program.

use encoding_rs::GB18030;
use rust_xlsxwriter::Workbook;

use super::*;

fn message(name: &str, bytes: &[u8]) -> String {
    says(&refusal(name, bytes, &["名称"]))
}

#[test]
fn what_is_no_file_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let none = all_of(&folder.path().join("no.csv"), &FileFormat::default(), &[]).unwrap_err();
    assert!(matches!(&none, SourceError::Open { reason, .. } if reason.contains("No such file")));
    let directory = all_of(folder.path(), &FileFormat::default(), &[]).unwrap_err();
    assert_eq!(says(&directory), "is no file; name the file itself");
}

#[test]
fn a_text_in_no_encoding_names_its_line() {
    let mut bytes = "名称\n甲\n".as_bytes().to_vec();
    bytes.extend(b"\xff\xff\n");
    assert_eq!(
        message("t.csv", &bytes),
        "line 3 is not UTF-8 nor GB18030; save the file as CSV UTF-8, or say its `encoding` in [file]"
    );
    let made = file("t.csv", &GB18030.encode("名称\n甲\n").0);
    let format = FileFormat {
        encoding: Some(Encoding::Utf8),
        ..FileFormat::default()
    };
    let error = all_of(&made.path, &format, &[]).unwrap_err();
    assert!(says(&error).starts_with("line 1 is not utf-8;"), "{error}");
}

#[test]
fn mixed_encodings_name_a_line_of_each() {
    let mut bytes = "名称,日期\n甲科技有限公司,2016\n".as_bytes().to_vec();
    bytes.extend(GB18030.encode("乙科技有限公司,2017\n").0.iter());
    assert_eq!(
        message("t.csv", &bytes),
        "mixed encodings: line 1 is UTF-8, line 3 is not; save all parts in one encoding before they are put together"
    );
}

#[test]
fn a_text_that_ends_within_a_quoted_cell_is_cut_off() {
    assert_eq!(
        message(
            "t.csv",
            "名称,日期\n甲,2016\n\"乙,2017\n丙,2018\n".as_bytes()
        ),
        "is cut off: row 3 ends within a quoted cell, or its closing quotation mark is missing; get the whole file again"
    );
}

#[test]
fn a_cell_over_the_limit_is_refused_and_a_huge_one_is_never_held() {
    let text = format!("名称\n{}\n", "x".repeat((1 << 20) + 1));
    assert_eq!(
        message("t.csv", text.as_bytes()),
        "row 2: a cell holds more than 1048576 bytes; shorten it, close its quotation mark, or raise `cell_limit` in [file]"
    );
    let text = format!("名称\n\"{}\"\n", "x\n".repeat(20 << 20));
    assert_eq!(
        message("t.csv", text.as_bytes()),
        "row 2: the row holds more than 16777216 bytes; check for a quotation mark that is not closed"
    );
}

fn plain() -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet()
        .write(0, 0, "名称")
        .unwrap()
        .write(1, 0, "甲")
        .unwrap();
    book.save_to_buffer().unwrap()
}

fn with_sheet(sheet: &str) -> Vec<u8> {
    rezipped(&plain(), |name, content| match name {
        "xl/worksheets/sheet1.xml" => sheet.as_bytes().to_vec(),
        _ => content,
    })
}

#[test]
fn a_huge_cell_of_a_workbook_is_found_before_it_is_read() {
    let huge = "x".repeat(20 << 20);
    let sheet = format!(
        "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{huge}</t></is></c></row></sheetData></worksheet>"
    );
    let error = refusal("t.xlsx", &with_sheet(&sheet), &["名称"]);
    assert!(
        matches!(error, SourceError::CellTooLong { row: 0, .. }),
        "{error}"
    );
    let strings = rezipped(&plain(), |name, content| match name {
        "xl/sharedStrings.xml" => format!("<sst><si><t>{huge}</t></si></sst>").into_bytes(),
        _ => content,
    });
    let error = refusal("t.xlsx", &strings, &["名称"]);
    assert!(matches!(error, SourceError::CellTooLong { .. }), "{error}");
}

#[test]
fn strings_that_are_not_there_get_no_room() {
    let lying = rezipped(&plain(), |name, content| match name {
        "xl/sharedStrings.xml" => {
            b"<sst uniqueCount=\"4000000000\"><si><t>x</t></si></sst>".to_vec()
        }
        _ => content,
    });
    assert_eq!(
        message("t.xlsx", &lying),
        "is damaged: xl/sharedStrings.xml says that it has more strings than it has room for; open it in a spreadsheet program and save it anew"
    );
}

#[test]
fn a_zip_bomb_is_not_unpacked() {
    let bomb = with_sheet(&" ".repeat(65 << 20));
    let text = message("t.xlsx", &bomb);
    assert!(
        text.starts_with(
            "would unpack to too much: part xl/worksheets/sheet1.xml has 68157440 bytes"
        ),
        "{text}"
    );
    let mut many = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    for part in 0..10_001 {
        many.start_file(part.to_string(), zip::write::SimpleFileOptions::default())
            .unwrap();
    }
    let many = many.finish().unwrap().into_inner();
    assert!(message("t.xlsx", &many).contains("10001 parts, 10000 are allowed"));
}

#[test]
fn a_part_that_lies_about_its_size_is_stopped() {
    let size: u32 = 9 << 20;
    let mut bytes = with_sheet(&" ".repeat(9 << 20));
    let (from, to) = (size.to_le_bytes(), 1000_u32.to_le_bytes());
    let places: Vec<_> = (0..bytes.len() - 4)
        .filter(|at| bytes[*at..at + 4] == from)
        .collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + 4].copy_from_slice(&to);
    }
    let error = refusal("t.xlsx", &bytes, &["名称"]);
    assert!(matches!(error, SourceError::Damaged { .. }), "{error}");
}

#[test]
fn what_is_called_a_workbook_and_is_none_is_refused() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    zip.start_file("a.txt", zip::write::SimpleFileOptions::default())
        .unwrap();
    let zip = zip.finish().unwrap().into_inner();
    assert!(
        message("t.xlsx", &zip)
            .starts_with("is no workbook: it is a zip archive without a workbook in it;")
    );
    assert!(
        message("t.xlsx", b"\x01\x00\x02\xff").starts_with("is no workbook: its bytes are neither")
    );
    assert!(
        message("t.xls", b"<html><table></table></html>")
            .starts_with("is no workbook: it is a web page or XML;")
    );
    assert!(message("t.xlsx", b"").starts_with("is no workbook: it is empty;"));
}

#[test]
fn an_encrypted_workbook_wants_its_password_removed() {
    let mut container = cfb::CompoundFile::create(std::io::Cursor::new(vec![])).unwrap();
    container
        .create_stream("/EncryptedPackage")
        .unwrap()
        .write_all(&[7; 5000])
        .unwrap();
    container.flush().unwrap();
    let newer = container.into_inner().into_inner();
    let older = super::xls::with_book(|book| {
        let after = 4 + usize::from(u16::from_le_bytes([book[2], book[3]]));
        let (begin, rest) = book.split_at(after);
        [begin, &[0x2F, 0, 6, 0, 1, 0, 1, 0, 1, 0], rest].concat()
    });
    for (name, bytes) in [("t.xlsx", newer), ("t.xls", older)] {
        assert_eq!(
            message(name, &bytes),
            "is encrypted; open it with its password and save it without one"
        );
    }
}

#[test]
fn a_workbook_that_is_cut_off_or_impossible_is_refused() {
    let bytes = plain();
    assert!(
        message("t.xlsx", &bytes[..bytes.len() / 2])
            .starts_with("is cut off: it begins as a workbook")
    );
    let old = super::xls::ROSTER;
    assert!(read_as("t.xls", &old[..old.len() / 2], &["名称"]).is_err());
    let far = super::xls::with_book(|mut book| {
        let number = book
            .windows(4)
            .position(|head| head == [0x7E, 0x02, 10, 0])
            .unwrap();
        book[number + 6..number + 8].copy_from_slice(&[0xFF, 0xFF]);
        book
    });
    assert_eq!(
        message("t.xls", &far),
        "is damaged: record 0x027e names a cell that no sheet has; open it in a spreadsheet program and save it anew"
    );
    let back = "<worksheet><sheetData><row r=\"2\"><c r=\"B2\"><v>1</v></c><c r=\"A1\"><v>1</v></c></row></sheetData></worksheet>";
    assert!(message("t.xlsx", &with_sheet(back)).contains("row 1, column 1 stands where none can"));
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let mut text = "名称\n".to_owned();
    text.push_str(&"甲\n".repeat(300_000));
    for (name, bytes) in [("t.csv", text.into_bytes()), ("t.xlsx", plain())] {
        let made = file(name, &bytes);
        let mut changed = false;
        let done = read(
            &made.path,
            &FileFormat::default(),
            &names(&["名称"]),
            &mut |_| {
                if !changed {
                    let mut more = std::fs::OpenOptions::new()
                        .append(true)
                        .open(&made.path)
                        .unwrap();
                    more.write_all("乙\n".as_bytes()).unwrap();
                    changed = true;
                }
                ControlFlow::Continue(())
            },
        );
        assert!(
            matches!(done, Err(SourceError::Changed { .. })),
            "{name}: {done:?}"
        );
    }
}
