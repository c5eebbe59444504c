//! Asking about companies, carriers and clusters.

use clap::{Subcommand, ValueEnum};
use nianlun_aggregates::Day;

use super::Reading;
use crate::query::Dates;

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
