//! Repairing who is who.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Format, Reading};

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
