//! What can be asked of `import`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Format;

/// Arguments of `import`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct ImportArgs {
    /// What to do with earlier imports
    #[command(subcommand)]
    pub command: Option<ImportCommand>,
    /// The files: CSV, XLSX or XLS
    #[arg(required_unless_present_any = ["suggest_mapping", "mapping_schema"])]
    pub files: Vec<PathBuf>,
    /// The mapping
    #[arg(long, short, required_unless_present_any = ["suggest_mapping", "mapping_schema"])]
    pub mapping: Option<PathBuf>,
    /// Import nothing; suggest a mapping for this file, with a comment on each column
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "mapping", "mapping_schema"])]
    pub suggest_mapping: Option<PathBuf>,
    /// Write the suggested mapping to this file, which must not exist yet
    #[arg(long, value_name = "MAPPING", requires = "suggest_mapping")]
    pub out: Option<PathBuf>,
    /// Import nothing; print the JSON Schema of mappings
    #[arg(long, conflicts_with_all = ["files", "mapping"])]
    pub mapping_schema: bool,
    /// Write nothing; show what would be recorded, refused and flagged
    #[arg(long)]
    pub dry_run: bool,
    /// All or nothing: one row error, and nothing is written
    #[arg(long)]
    pub strict: bool,
    /// Take back what no longer stands in a file of which an earlier version was imported
    #[arg(long)]
    pub retract_missing: bool,
    /// What the files are a version of [default: their names]
    #[arg(long, value_name = "NAME")]
    pub document: Option<String>,
    /// Answers to who rows are about (docs/identity.md); they are kept
    #[arg(long, value_name = "FILE")]
    pub resolve: Option<PathBuf>,
    /// Write row errors and notices to a file: .jsonl, .csv, or .xlsx with the bad cells marked
    #[arg(long, value_name = "FILE")]
    pub errors: Option<PathBuf>,
    /// Who imports
    #[arg(long, env = "USER", default_value = "unknown")]
    pub actor: String,
    /// Show at most so many row errors, notices and previewed events (all: 0)
    #[arg(long, default_value_t = 20)]
    pub show: usize,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

/// Commands about earlier imports.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// All imports
    List {
        /// Form of the output
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// One import: its files, its mapping, its counts
    Show {
        /// The run
        run: String,
        /// Form of the output
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Take back all that an import recorded, or nothing
    Undo {
        /// The run
        run: String,
        /// Why
        #[arg(long, value_name = "REASON")]
        because: String,
        /// Who takes it back
        #[arg(long, env = "USER", default_value = "unknown")]
        actor: String,
    },
    /// Rows of which it is open who they are about, with the candidates
    Questions {
        /// Form of the output
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
}
