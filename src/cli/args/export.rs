//! What can be asked of `export`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use nianlun_aggregates::Day;

use super::{CarrierSet, PeriodArg};

/// What can be exported.
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// Every event as stored, in the order of the log
    Events(ExportEvents),
    /// Facts, with the names of what they are about
    Facts(ExportFacts),
    /// Companies on a day, one row each
    Companies(ExportCompanies),
    /// Who is there on a day, or at the end of each period
    Roster(ExportRoster),
}

/// Where an export goes and in which form.
#[derive(Clone, Debug, Args)]
pub struct Out {
    /// The file to write [default: standard output]
    #[arg(long = "out", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Write over a file that exists
    #[arg(long, requires = "file")]
    pub force: bool,
    /// Form of the file [default: by the ending of --out; csv on standard output]
    #[arg(long, value_enum)]
    pub format: Option<ExportForm>,
    /// Headings of CSV and XLSX: codes for programs, or names for people
    #[arg(long, value_enum, default_value_t = HeadingsArg::Code)]
    pub headings: HeadingsArg,
    /// CSV without the mark by which Excel knows UTF-8
    #[arg(long)]
    pub no_bom: bool,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportForm {
    /// RFC 4180, UTF-8
    Csv,
    /// A workbook
    Xlsx,
    /// JSON lines: an object a line
    Jsonl,
}

/// Which headings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HeadingsArg {
    /// Codes, stable
    Code,
    /// 中文
    Zh,
    /// English
    En,
}

/// The point in question.
#[derive(Clone, Debug, Args)]
pub struct When {
    /// The day in question [default: today]
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<Day>,
    /// As known when: a day (its end), a time, or a log position [default: now]
    #[arg(long, value_name = "TIME|POSITION")]
    pub known_at: Option<String>,
}

/// Whose events or facts.
#[derive(Clone, Debug, Args)]
pub struct Whose {
    /// Only of this company: its id, usci:…, scheme:id, or a name that only one has; may be given again
    #[arg(long)]
    pub company: Vec<String>,
    /// Only of this carrier: its code, or a name that only one has; may be given again
    #[arg(long)]
    pub carrier: Vec<String>,
    /// Only of this cluster: its code, or a name that only one has; may be given again
    #[arg(long)]
    pub cluster: Vec<String>,
}

/// Arguments of `export events`.
#[derive(Debug, Args)]
pub struct ExportEvents {
    /// Whose
    #[command(flatten)]
    pub whose: Whose,
    /// Only of this type: as stored, or the event's code or name; may be given again
    #[arg(long = "type", value_name = "EVENT")]
    pub types: Vec<String>,
    /// Only those that this import run recorded
    #[arg(long)]
    pub run: Option<String>,
    /// Only those that this source states
    #[arg(long)]
    pub source: Option<String>,
    /// As known when: a day (its end), a time, or a log position [default: now]
    #[arg(long, value_name = "TIME|POSITION")]
    pub known_at: Option<String>,
    /// Where to
    #[command(flatten)]
    pub out: Out,
}

/// Arguments of `export facts`.
#[derive(Debug, Args)]
pub struct ExportFacts {
    /// Whose
    #[command(flatten)]
    pub whose: Whose,
    /// Only of this kind, by code or name (docs/facts.md); may be given again
    #[arg(long)]
    pub kind: Vec<String>,
    /// The point in question; with --as-of only facts that hold on that day
    #[command(flatten)]
    pub when: When,
    /// Where to
    #[command(flatten)]
    pub out: Out,
}

/// Arguments of `export companies`.
#[derive(Debug, Args)]
pub struct ExportCompanies {
    /// On which ladder
    #[arg(long, default_value = "zero-one-n")]
    pub ladder: String,
    /// The point in question
    #[command(flatten)]
    pub when: When,
    /// Where to
    #[command(flatten)]
    pub out: Out,
}

/// Arguments of `export roster`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("listed").required(true).args(["carrier", "cluster", "source"])))]
pub struct ExportRoster {
    /// Those at this carrier: its code, or a name that only one has
    #[arg(long)]
    pub carrier: Option<String>,
    /// Which companies of the carrier
    #[arg(long, value_enum, default_value_t = CarrierSet::Occupancy, conflicts_with_all = ["cluster", "source"])]
    pub set: CarrierSet,
    /// The members of this cluster: its code, or a name that only one has
    #[arg(long)]
    pub cluster: Option<String>,
    /// Those whom this source lists
    #[arg(long)]
    pub source: Option<String>,
    /// A roster for the end of each period up to the day
    #[arg(long, value_enum, requires = "from")]
    pub every: Option<PeriodArg>,
    /// The first day of the periods
    #[arg(long, value_name = "DAY", requires = "every")]
    pub from: Option<Day>,
    /// XLSX: each roster on a sheet of its own
    #[arg(long, requires = "every")]
    pub sheets: bool,
    /// Write the mapping by which the file can be imported again
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// The point in question
    #[command(flatten)]
    pub when: When,
    /// Where to
    #[command(flatten)]
    pub out: Out,
}
