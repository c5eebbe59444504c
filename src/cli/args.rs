//! What can be asked on the command line.

mod access;
mod copies;
mod export;
mod identity;
mod import;
mod pipeline;
mod record;
mod subjects;
mod token;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use nianlun_aggregates::Day;

pub use crate::lang::Lang;

pub use access::AccessArgs;
pub use copies::{BackupArgs, RestoreArgs};
pub use export::{
    ExportCommand, ExportCompanies, ExportEvents, ExportFacts, ExportForm, ExportRoster,
    HeadingsArg, Out, Whose,
};
pub use identity::{BecauseArgs, IdentityCommand};
pub use import::{ImportArgs, ImportCommand};
pub use pipeline::PipelineArgs;
pub use record::{RecordArgs, SubjectArg};
pub use subjects::{CarrierCommand, CarrierSet, ClusterCommand, CompanyCommand, PeriodArg};
pub use token::TokenCommand;

/// Nianlun (年轮): the record of how enterprises grow.
#[derive(Debug, Parser)]
#[command(name = "nianlun", version, about, long_about = None)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What holds for every command.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Where events are kept: sqlite:FILE, or <postgres://user@host/database>
    #[arg(
        long,
        global = true,
        env = "NIANLUN_STORE",
        default_value = "sqlite:nianlun.db",
        hide_env_values = true
    )]
    pub store: String,
    /// Language of names and headings
    #[arg(long, global = true, env = "NIANLUN_LANG", value_enum, default_value_t = Lang::Zh)]
    pub lang: Lang,
    /// Zone in which days are counted; set once, when the store is made [default: Asia/Shanghai]
    #[arg(long, global = true, env = "NIANLUN_ZONE", value_name = "ZONE")]
    pub zone: Option<String>,
    /// No progress bars
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// A file of settings (docs/running.md)
    #[arg(long, global = true, env = "NIANLUN_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What is set, by the file and otherwise.
    #[arg(skip)]
    pub settings: crate::config::Loaded,
}

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For reading
    Table,
    /// An array of objects
    Json,
    /// RFC 4180
    Csv,
}

/// What every reading command takes.
#[derive(Clone, Debug, Args)]
pub struct Reading {
    /// The day in question [default: today]
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<Day>,
    /// As known when: a day (its end), a time, or a log position [default: now]
    #[arg(long, value_name = "TIME|POSITION")]
    pub known_at: Option<String>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Load the bundled examples into a file of their own and show what they say
    Demo(DemoArgs),
    /// Import files by a mapping, or look at and take back earlier imports (docs/import.md)
    Import(ImportArgs),
    /// Record one event, correct one or take one back
    Record(RecordArgs),
    /// Companies: list, state, history
    #[command(subcommand)]
    Company(CompanyCommand),
    /// The 0→1→N pipeline: how many stand on each stage
    Pipeline(PipelineArgs),
    /// Clusters: list, show, history, members, series
    #[command(subcommand)]
    Cluster(ClusterCommand),
    /// Carriers: list, show, history, members, stays, series
    #[command(subcommand)]
    Carrier(CarrierCommand),
    /// The events that can be recorded, with their fields
    Events {
        /// Of what
        #[arg(value_enum, default_value_t = SubjectArg::Company)]
        subject: SubjectArg,
        /// Form of the output
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Contradictions and irregularities
    Findings(FindingsArgs),
    /// Write events, facts, companies or rosters to a file: CSV, XLSX, JSON lines (docs/export.md)
    #[command(subcommand)]
    Export(ExportCommand),
    /// Two records of one company, one record of two, events in the wrong record
    #[command(subcommand)]
    Identity(IdentityCommand),
    /// Serve the HTTP API (docs/api.md)
    Serve(Box<ServeArgs>),
    /// Print the contract of the HTTP API, from which clients are generated (docs/api.md)
    Openapi,
    /// API tokens: make, list, revoke (docs/access.md)
    #[command(subcommand)]
    Token(TokenCommand),
    /// Admit and fold what other processes record, until a signal ends it
    Project,
    /// Copy the store to a file, while it is in use (SQLite)
    Backup(BackupArgs),
    /// Make a copy the store again (SQLite)
    Restore(RestoreArgs),
    /// Write all facts anew from the events
    Rebuild,
    /// Say how the installation is
    Doctor,
    /// Write made-up data, the same from the same seed
    Generate(GenerateArgs),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen [default: 127.0.0.1:7316]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<std::net::SocketAddr>,
    /// Leave sequencing and folding to another process
    #[arg(long)]
    pub no_projector: bool,
    /// Who is let in
    #[command(flatten)]
    pub access: AccessArgs,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The file to load the examples into; it must not exist yet
    #[arg(long, default_value = "demo.db")]
    pub file: PathBuf,
    /// Write over a file that exists
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `generate`.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// What to make up
    #[arg(value_enum)]
    pub what: Generated,
    /// Where chance starts
    #[arg(long, default_value_t = 2017)]
    pub seed: u64,
    /// The folder to write to
    #[arg(long, default_value = ".")]
    pub out: PathBuf,
}

/// What can be made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Generated {
    /// A park from 2011 to 2025, with its mapping
    Park,
}

/// Arguments of `findings`.
#[derive(Debug, Args)]
pub struct FindingsArgs {
    /// Only of this code
    #[arg(long)]
    pub code: Option<String>,
    /// The point in question; with --as-of only findings of that day
    #[command(flatten)]
    pub reading: Reading,
}
