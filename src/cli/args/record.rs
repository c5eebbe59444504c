//! Recording, correcting, taking back.

use clap::{Args, ValueEnum};
use nianlun_aggregates::Span;

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
