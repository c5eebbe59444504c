//! What holds of every file.

use encoding_rs::GB18030;
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

use super::*;

/// Reads bytes under the names that a kind can have; what comes of it does not matter, that it comes back does.
fn comes_back(name: &str, bytes: &[u8]) {
    let made = file(name, bytes);
    let format = FileFormat::default();
    let _ = all_of(&made.path, &format, &names(&["企业名称", "面积"]));
    let _ = preview(&made.path, &format, 10);
}

/// Bytes with some of them changed, cut out or cut off.
fn mutated(mut bytes: Vec<u8>, changes: &[(usize, u8)], cut: usize) -> Vec<u8> {
    let length = bytes.len().max(1);
    for (at, byte) in changes {
        if let Some(place) = bytes.get_mut(at % length) {
            *place = *byte;
        }
    }
    if cut.is_multiple_of(4) {
        bytes.truncate(cut % length);
    }
    bytes
}

/// Cells that begin as no total or note does, with all that a CSV file must quote.
fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    let cell = "[甲乙丙园区科技公司0-9xyz,;\"\t ]{0,12}";
    (1..6_usize).prop_flat_map(move |width| {
        prop::collection::vec(prop::collection::vec(cell, width), 0..12)
    })
}

fn cells(table: &[Vec<String>]) -> Vec<(u64, Vec<(String, String)>)> {
    let filled = |row: &Vec<String>| {
        let named = row
            .iter()
            .enumerate()
            .map(|(at, cell)| (format!("列{at}"), cell.trim().to_owned()));
        named
            .filter(|(_, cell)| !cell.is_empty())
            .collect::<Vec<_>>()
    };
    (2..)
        .zip(table.iter().map(filled))
        .filter(|(_, row)| !row.is_empty())
        .collect()
}

fn back(all: &All) -> Vec<(u64, Vec<(String, String)>)> {
    let own = |(column, cell): (&str, &str)| (column.to_owned(), cell.to_owned());
    all.rows
        .iter()
        .map(|row| (row.number, row.cells().map(own).collect()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0..4_usize) {
        let start: [&[u8]; 4] = [b"", b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"\xFF\xFE"];
        comes_back("t.csv", &[start[kind], &bytes].concat());
    }

    #[test]
    fn a_changed_csv_comes_back(changes in prop::collection::vec((any::<usize>(), any::<u8>()), 0..6), cut in any::<usize>()) {
        let text = "企业名称,面积\n\"甲,\n乙\",120\n丙,\"80\"\"\"\n合计,200\n".repeat(3);
        comes_back("t.csv", &mutated(text.into_bytes(), &changes, cut));
    }

    #[test]
    fn a_changed_xls_comes_back(changes in prop::collection::vec((any::<usize>(), any::<u8>()), 0..6), cut in any::<usize>(), within in any::<bool>()) {
        let bytes = if within {
            super::xls::with_book(|book| mutated(book, &changes, cut))
        } else {
            mutated(super::xls::ROSTER.to_vec(), &changes, cut)
        };
        comes_back("t.xls", &bytes);
    }

    #[test]
    fn a_changed_xlsx_comes_back(changes in prop::collection::vec((any::<usize>(), any::<u8>()), 0..6), cut in any::<usize>(), part in 0..5_usize) {
        let whole = super::xlsx::roster();
        let parts = ["xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"];
        let bytes = match parts.get(part) {
            Some(part) => rezipped(&whole, |name, content| {
                if name == *part { mutated(content, &changes, cut) } else { content }
            }),
            None => mutated(whole, &changes, cut),
        };
        comes_back("t.xlsx", &bytes);
    }

    #[test]
    fn a_table_reads_back_from_every_encoding_and_delimiter(table in table(), encoding in 0..4_usize, delimiter in 0..3_usize) {
        let delimiter = [b',', b';', b'\t'][delimiter];
        let width = table.first().map_or(1, Vec::len);
        let mut writer = ::csv::WriterBuilder::new().delimiter(delimiter).quote_style(::csv::QuoteStyle::Always).from_writer(vec![]);
        writer.write_record((0..width).map(|at| format!("列{at}"))).unwrap();
        for row in &table {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let bytes = match encoding {
            0 => text.into_bytes(),
            1 => format!("\u{feff}{text}").into_bytes(),
            2 => GB18030.encode(&text).0.into_owned(),
            _ => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
        };
        let made = file("t.csv", &bytes);
        let format = FileFormat {
            delimiter: (width == 1).then_some(char::from(delimiter)),
            ..FileFormat::default()
        };
        let (_, all) = all_of(&made.path, &format, &names(&["列0"])).unwrap();
        prop_assert_eq!(back(&all), cells(&table));
    }

    #[test]
    fn a_table_reads_back_from_a_workbook(table in table()) {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let width = table.first().map_or(1, Vec::len);
        for column in 0..width {
            sheet.write(0, u16::try_from(column).unwrap(), format!("列{column}")).unwrap();
        }
        for (row, cells) in (1..).zip(&table) {
            for (column, cell) in (0..).zip(cells) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
        let bytes = book.save_to_buffer().unwrap();
        let (_, all) = read_as("t.xlsx", &bytes, &["列0"]).unwrap();
        prop_assert_eq!(back(&all), cells(&table));
    }
}
