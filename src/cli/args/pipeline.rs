//! What `pipeline` takes.

use clap::Args;
use nianlun_aggregates::Day;

use super::{PeriodArg, Reading};

/// Arguments of `pipeline`.
#[derive(Debug, Args)]
pub struct PipelineArgs {
    /// On which ladder
    #[arg(long, default_value = "zero-one-n")]
    pub ladder: String,
    /// Show the ladders there are
    #[arg(long)]
    pub ladders: bool,
    /// Only companies with this attribute on the day, such as area=重庆; may be given again
    #[arg(long = "where", value_name = "SCHEME=VALUE")]
    pub attributes: Vec<String>,
    /// Only companies that a source shows with this status on the day, such as yc-directory=Active
    #[arg(long, value_name = "SOURCE=STATUS")]
    pub observed: Vec<String>,
    /// Only companies that this source lists on the day
    #[arg(long, value_name = "SOURCE")]
    pub present: Vec<String>,
    /// Only companies with space at this carrier on the day
    #[arg(long)]
    pub carrier: Option<String>,
    /// Only members of this cluster on the day
    #[arg(long)]
    pub cluster: Option<String>,
    /// A series up to the day instead
    #[arg(long, value_enum)]
    pub series: Option<PeriodArg>,
    /// The first day of the series
    #[arg(long, requires = "series")]
    pub from: Option<Day>,
    /// The point in question
    #[command(flatten)]
    pub reading: Reading,
}
