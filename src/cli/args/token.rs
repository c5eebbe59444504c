//! What can be asked of `token`.

use clap::Subcommand;
use nianlun_aggregates::Code;
use uuid::Uuid;

use super::Format;
use crate::http::access::{MOST_DAYS, Role};

/// Commands about API tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token; its secret is shown now and never again
    Create {
        /// By what name events remember whoever comes by it
        actor: String,
        /// A role of it
        #[arg(long = "role", value_enum, required = true)]
        roles: Vec<Role>,
        /// A carrier that an operator runs, by its code
        #[arg(long = "carrier", value_name = "CODE")]
        carriers: Vec<Code>,
        /// It only reads, whatever its roles
        #[arg(long)]
        read_only: bool,
        /// For how many days
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=i64::from(MOST_DAYS)))]
        days: u16,
        /// Who makes it
        #[arg(long, env = "USER", default_value = "unknown")]
        by: String,
    },
    /// All tokens, also those that no longer count, without their secrets
    List {
        /// Form of the output
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Revoke a token: within seconds nobody comes by it any longer
    Revoke {
        /// Its id
        id: Uuid,
    },
}
