//! What can be asked on the command line.

mod access;
mod copies;
mod export;
mod import;
mod pipeline;
mod token;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use nianlun_aggregates::{Day, Span};

pub use crate::lang::Lang;
use crate::query::Dates;

pub use access::AccessArgs;
pub use copies::{BackupArgs, RestoreArgs};
pub use export::{
    ExportCommand, ExportCompanies, ExportEvents, ExportFacts, ExportForm, ExportRoster,
    HeadingsArg, Out, Whose,
};
pub use import::{ImportArgs, ImportCommand};
pub use pipeline::PipelineArgs;
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

/// Arguments of `record`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  nianlun record company usci:91330103MA2J0XYC21 registered name=某某科技有限公司 --on 2016-03-01\n  nianlun record company usci:91330103MA2J0XYC21 入驻 carrier=t-space area=120 --on 2016-04\n  nianlun record company usci:91330103MA2J0XYC21 listed board=STAR --on 2022-05-25 --correct 4 --because \"typing slip\"\n  nianlun record company usci:91330103MA2J0XYC21 --retract 3 --because \"other company\""
)]
pub struct RecordArgs {
    /// What it is about: company, carrier or cluster
    #[arg(value_enum)]
    pub subject: SubjectArg,
    /// A company by id, usci:… or scheme:id, or `new`; a carrier or cluster by code
    pub reference: String,
    /// The event, by its code or its Chinese or English name
    pub event: Option<String>,
    /// Fields of the event
    #[arg(value_name = "FIELD=VALUE")]
    pub fields: Vec<String>,
    /// When it was true: 2016-03-01, 2016-03, 2016-Q1, 2016, "by 2017-02-28", unknown … (docs/time.md) [default: unknown]
    #[arg(long, value_name = "DATE")]
    pub on: Option<Span>,
    /// The event as JSON instead: {"on": "…", "change": {…}}
    #[arg(long, conflicts_with_all = ["event", "on"])]
    pub json: Option<String>,
    /// Replace what this event says
    #[arg(long, value_name = "EVENT", conflicts_with = "retract")]
    pub correct: Option<u64>,
    /// Take this event back
    #[arg(long, value_name = "EVENT", conflicts_with_all = ["event", "json", "on"])]
    pub retract: Option<u64>,
    /// Take back what stands on it as well
    #[arg(long, requires = "retract")]
    pub with_dependents: bool,
    /// Why: needed to correct, to retract, and to record what contradicts the record
    #[arg(long, value_name = "REASON")]
    pub because: Option<String>,
    /// Record it even though it contradicts the record; needs --because
    #[arg(long, requires = "because")]
    pub despite: bool,
    /// Only if this is still the last event
    #[arg(long, value_name = "EVENT")]
    pub if_last: Option<u64>,
    /// Who records
    #[arg(long, env = "USER", default_value = "unknown")]
    pub actor: String,
}

/// A kind of subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SubjectArg {
    /// A company, team or branch
    Company,
    /// A carrier
    Carrier,
    /// A cluster
    Cluster,
}

/// Commands about companies.
#[derive(Debug, Subcommand)]
pub enum CompanyCommand {
    /// Companies with their stage
    List {
        /// Only on this stage
        #[arg(long)]
        stage: Option<String>,
        /// On which ladder
        #[arg(long, default_value = "zero-one-n")]
        ladder: String,
        /// The point in question
        #[command(flatten)]
        reading: Reading,
    },
    /// What is true of a company on a day
    Show {
        /// Its id, usci:…, scheme:id, or a name that only one has
        company: String,
        /// The point in question
        #[command(flatten)]
        reading: Reading,
    },
    /// Its events in the order recorded
    History {
        /// Its id, usci:…, scheme:id, or a name that only one has
        company: String,
        /// The point in question
        #[command(flatten)]
        reading: Reading,
    },
}

/// The length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PeriodArg {
    /// Calendar months
    Month,
    /// Calendar quarters
    Quarter,
    /// Calendar years
    Year,
}

/// Commands about clusters.
#[derive(Debug, Subcommand)]
pub enum ClusterCommand {
    /// Clusters with their members
    List {
        /// The point in question
        #[command(flatten)]
        reading: Reading,
    },
    /// What is true of it on a day, with the figures reported until then
    Show {
        /// Its code, or a name that only one has
        cluster: String,
        /// The point in question
        #[command(flatten)]
        reading: Reading,
    },
    /// Its events in the order recorded
    History {
        /// Its code, or a name that only one has
        cluster: String,
        /// The point in question
        #[command(flatten)]
        reading: Reading,
    },
    /// The members on a day
    Members {
        /// Its code, or a name that only one has
        cluster: String,
        /// How dates that leave room are taken
        #[arg(long, value_enum, default_value_t = DatesArg::Placed)]
        dates: DatesArg,
        /// The point in question
        #[command(flatten)]
        reading: Reading,
    },
    /// Members, arrivals and departures through the years
    Series {
        /// Its code, or a name that only one has
        cluster: String,
        /// Length of a period
        #[arg(long, value_enum, default_value_t = PeriodArg::Year)]
        by: PeriodArg,
        /// The first day
        #[arg(long)]
        from: Option<Day>,
        /// How dates that leave room are taken
        #[arg(long, value_enum, default_value_t = DatesArg::Placed)]
        dates: DatesArg,
        /// The point in question
        #[command(flatten)]
        reading: Reading,
    },
}

/// How dates are taken that are not known to the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DatesArg {
    /// As they are placed (docs/time.md)
    Placed,
    /// Only who is there wherever the dates lie
    Certain,
    /// Whoever is there if the dates lie so
    Possible,
}

impl From<DatesArg> for Dates {
    fn from(dates: DatesArg) -> Self {
        match dates {
            DatesArg::Placed => Self::Placed,
            DatesArg::Certain => Self::Certain,
            DatesArg::Possible => Self::Possible,
        }
    }
}

/// What of a carrier is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CarrierSet {
    /// Companies with space
    Occupancy,
    /// Companies in a programme
    Programme,
}

/// Commands about carriers.
#[derive(Debug, Subcommand)]
pub enum CarrierCommand {
    /// Carriers with their companies
    List {
        /// The point in question
        #[command(flatten)]
        reading: Reading,
    },
    /// What is true of it on a day, with the figures reported until then
    Show {
        /// Its code, or a name that only one has
        carrier: String,
        /// The point in question
        #[command(flatten)]
        reading: Reading,
    },
    /// Its events in the order recorded
    History {
        /// Its code, or a name that only one has
        carrier: String,
        /// The point in question
        #[command(flatten)]
        reading: Reading,
    },
    /// The companies on a day
    Members {
        /// Its code, or a name that only one has
        carrier: String,
        /// Which companies
        #[arg(long, value_enum, default_value_t = CarrierSet::Occupancy)]
        set: CarrierSet,
        /// How dates that leave room are taken
        #[arg(long, value_enum, default_value_t = DatesArg::Placed)]
        dates: DatesArg,
        /// The point in question
        #[command(flatten)]
        reading: Reading,
    },
    /// How long those stayed that have gone, by how they ended
    Stays {
        /// Its code, or a name that only one has
        carrier: String,
        /// Which companies
        #[arg(long, value_enum, default_value_t = CarrierSet::Programme)]
        set: CarrierSet,
        /// The point in question
        #[command(flatten)]
        reading: Reading,
    },
    /// Companies, arrivals and departures through the years
    Series {
        /// Its code, or a name that only one has
        carrier: String,
        /// Which companies
        #[arg(long, value_enum, default_value_t = CarrierSet::Occupancy)]
        set: CarrierSet,
        /// Length of a period
        #[arg(long, value_enum, default_value_t = PeriodArg::Year)]
        by: PeriodArg,
        /// The first day
        #[arg(long)]
        from: Option<Day>,
        /// How dates that leave room are taken
        #[arg(long, value_enum, default_value_t = DatesArg::Placed)]
        dates: DatesArg,
        /// The point in question
        #[command(flatten)]
        reading: Reading,
    },
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

/// Why, by whom, and against what is known.
#[derive(Clone, Debug, Args)]
pub struct BecauseArgs {
    /// Why
    #[arg(long, value_name = "REASON")]
    pub because: String,
    /// Record it even though the records then contradict each other
    #[arg(long)]
    pub despite: bool,
    /// Who repairs
    #[arg(long, env = "USER", default_value = "unknown")]
    pub actor: String,
}

/// Commands that repair identities.
#[derive(Debug, Subcommand)]
pub enum IdentityCommand {
    /// Merge a record into another of the same company
    Merge {
        /// The record that ends: its id, usci:…, scheme:id, or a name that only one has
        loser: String,
        /// The record that goes on
        #[arg(long, value_name = "SURVIVOR")]
        into: String,
        /// Why
        #[command(flatten)]
        because: BecauseArgs,
    },
    /// Split a record of two companies: some events go to another record, or to a new one
    Split {
        /// The record
        company: String,
        /// The events of the other company, as `company history` numbers them
        #[arg(long, value_name = "EVENTS", value_delimiter = ',', required = true)]
        events: Vec<u64>,
        /// The other company's record
        #[arg(
            long,
            value_name = "COMPANY",
            conflicts_with = "name",
            required_unless_present = "name"
        )]
        into: Option<String>,
        /// The other company's name: a new record is registered
        #[arg(long)]
        name: Option<String>,
        /// An identifier that is the other company's; may be given again
        #[arg(long, value_name = "SCHEME:ID", requires = "name")]
        identifier: Vec<String>,
        /// Why
        #[command(flatten)]
        because: BecauseArgs,
    },
    /// Move one event to the record of the company that it is about
    Move {
        /// The record in which it is
        company: String,
        /// The event, as `company history` numbers it
        event: u64,
        /// The record in which it should be
        #[arg(long, value_name = "COMPANY")]
        to: String,
        /// Why
        #[command(flatten)]
        because: BecauseArgs,
    },
    /// Say that two records are of two companies: they are not proposed again
    Distinct {
        /// One record
        a: String,
        /// The other
        b: String,
        /// Why
        #[command(flatten)]
        because: BecauseArgs,
    },
    /// Undo a repair
    Undo {
        /// Its correlation, as `identity list` shows it
        correlation: String,
        /// Why
        #[command(flatten)]
        because: BecauseArgs,
    },
    /// The repairs that were done
    List {
        /// Form of the output
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Pairs of records that may be of one company, the likeliest first
    Candidates {
        /// Only pairs with at least this score, 0 to 100
        #[arg(long, default_value_t = 60)]
        min: u8,
        /// The point in question
        #[command(flatten)]
        reading: Reading,
    },
    /// Do what a file says (docs/identity.md); what is done already is left alone
    Apply {
        /// The file
        file: PathBuf,
        /// Who repairs
        #[arg(long, env = "USER", default_value = "unknown")]
        actor: String,
    },
}
