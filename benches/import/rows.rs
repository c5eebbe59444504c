//! A ledger of made-up companies: one row, one event, in the order of time, so that the rows of a company lie far apart.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Workbook, Worksheet};

/// How the ledger is read.
pub const MAPPING: &str = r#"
name = "bench-ledger"
title = "入驻企业台账"
shape = "events"

[[subject.identify]]
usci = { column = "统一社会信用代码" }
[[subject.identify]]
scheme = "bench-park"
id = { column = "编号" }

[subject.register]
name = { column = "企业名称" }
on = { column = "成立日期" }

[[carrier]]
code = "bench-nursery"
name = "苗圃"
[[carrier]]
code = "bench-incubator"
name = "孵化器"
[[carrier]]
code = "bench-accelerator"
name = "加速器"
[[cluster]]
code = "bench-medicine"
name = "精准医疗"

[tables.carriers]
"苗圃" = "bench-nursery"
"孵化器" = "bench-incubator"
"加速器" = "bench-accelerator"

[[output]]
event = { column = "事项" }
on = { column = "日期" }
carrier = { column = "载体", table = "carriers" }
programme = { column = "阶段" }
unit = { column = "房号" }
area = { column = "面积(平方米)" }
cluster = { column = "集群" }
metric = { column = "指标" }
quantity = { column = "数值" }
period = { column = "期间" }
scheme = { column = "属性" }
value = { column = "内容" }
"#;

const HEADER: [&str; 16] = [
    "统一社会信用代码",
    "编号",
    "企业名称",
    "成立日期",
    "事项",
    "日期",
    "载体",
    "阶段",
    "房号",
    "面积(平方米)",
    "集群",
    "指标",
    "数值",
    "期间",
    "属性",
    "内容",
];

/// Rows of a company; with its registration these are `EVENTS` events.
const ROWS: u64 = 7;
/// Events of a company.
pub const EVENTS: u64 = ROWS + 1;

/// A ledger of whole companies.
pub struct Ledger {
    companies: u64,
}

impl Ledger {
    /// One that makes so many events, or a few more.
    pub const fn of_events(events: u64) -> Self {
        Self {
            companies: events.div_ceil(EVENTS),
        }
    }

    /// One of so many rows, or a few less.
    pub const fn of_rows(rows: u64) -> Self {
        Self {
            companies: rows / ROWS,
        }
    }

    /// How many events it makes of companies.
    pub const fn events(&self) -> u64 {
        self.companies * EVENTS
    }

    /// How many rows it has.
    pub const fn len(&self) -> u64 {
        self.companies * ROWS
    }

    fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        let companies = self.companies;
        (0..ROWS).flat_map(move |year| (0..companies).map(move |company| row(company, year)))
    }

    /// Writes it as CSV.
    pub fn csv(&self, folder: &Path) -> PathBuf {
        let path = folder.join(format!("ledger-{}.csv", self.len()));
        let mut file = BufWriter::new(File::create(&path).expect("a file"));
        let mut write = |cells: &[String]| {
            file.write_all(cells.join(",").as_bytes()).expect("written");
            file.write_all(b"\n").expect("written");
        };
        write(&HEADER.map(str::to_owned));
        for row in self.rows() {
            write(&row);
        }
        file.flush().expect("written");
        path
    }

    /// Writes it as a workbook with a table of shared strings, as programs write them.
    pub fn xlsx(&self, folder: &Path) -> PathBuf {
        let mut workbook = Workbook::new();
        self.fill(workbook.add_worksheet_with_low_memory().expect("a sheet"));
        let path = folder.join(format!("ledger-{}.xlsx", self.len()));
        workbook.save(&path).expect("a workbook");
        path
    }

    /// Writes it as a workbook whose strings stand in their cells.
    pub fn inline_xlsx(&self, folder: &Path) -> PathBuf {
        let mut workbook = Workbook::new();
        self.fill(
            workbook
                .add_worksheet_with_constant_memory()
                .expect("a sheet"),
        );
        let path = folder.join(format!("inline-{}.xlsx", self.len()));
        workbook.save(&path).expect("a workbook");
        path
    }

    fn fill(&self, sheet: &mut Worksheet) {
        sheet.write_row(0, 0, HEADER).expect("a header");
        for (number, cells) in (1..).zip(self.rows()) {
            for (column, cell) in (0..).zip(&cells) {
                if cell.is_empty() {
                    continue;
                }
                let written = match (column, cell.parse::<f64>()) {
                    (9, Ok(area)) => sheet.write_number(number, column, area),
                    _ => sheet.write_string(number, column, cell),
                };
                written.expect("a cell");
            }
        }
    }
}

/// What happened to a company in a year.
fn row(company: u64, year: u64) -> Vec<String> {
    let carriers = ["苗圃", "孵化器", "加速器"];
    let carrier = carriers[(company % 3) as usize];
    let (month, day) = (1 + company % 12, 1 + company * 7 % 28);
    let on = format!("{}-{month:02}-{day:02}", 2012 + year);
    let area = 30 + company * 13 % 1_900;
    let mut row = vec![String::new(); HEADER.len()];
    let mut set = |column: &str, value: String| {
        let place = HEADER.iter().position(|name| *name == column);
        row[place.expect("a column")] = value;
    };
    set("统一社会信用代码", usci(company));
    set("编号", format!("P{company:07}"));
    set("企业名称", format!("合成{company}号生物科技有限公司"));
    set("成立日期", format!("2011-{month:02}-{day:02}"));
    set("日期", on);
    match year {
        0 => {
            set("事项", "occupancy-started".to_owned());
            set("载体", carrier.to_owned());
            set("房号", format!("A座{}", 100 + company % 1_900));
            set("面积(平方米)", area.to_string());
        }
        1 => {
            set("事项", "programme-started".to_owned());
            set("载体", carrier.to_owned());
            set("阶段", "incubation".to_owned());
        }
        2 | 4 => {
            set("事项", "figure-reported".to_owned());
            set("指标", "营业收入".to_owned());
            set("数值", format!("{} 万元", 10 + company * 17 % 90_000));
            set("期间", (2011 + year).to_string());
        }
        3 => {
            set("事项", "membership-started".to_owned());
            set("集群", "bench-medicine".to_owned());
        }
        5 => {
            set("事项", "graduated".to_owned());
            set("载体", carrier.to_owned());
        }
        _ => {
            set("事项", "attribute-stated".to_owned());
            set("属性", "industry".to_owned());
            set("内容", "体外诊断试剂研发".to_owned());
        }
    }
    row
}

/// A well-formed USCI (GB 32100-2015).
fn usci(company: u64) -> String {
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let mut code = format!("91500104{company:09}");
    let (mut sum, mut weight) = (0, 1);
    for character in code.bytes() {
        let value = ALPHABET.iter().position(|one| *one == character);
        sum += value.expect("a character of the code") * weight;
        weight = weight * 3 % 31;
    }
    code.push(char::from(ALPHABET[(31 - sum % 31) % 31]));
    code
}
