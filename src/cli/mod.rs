//! The command line.

mod app;
mod args;
mod carrier;
mod cluster;
mod company;
mod demo;
mod doctor;
mod error;
mod events;
mod export;
mod findings;
mod generate;
mod history;
mod identity;
mod identity_apply;
mod import;
mod import_mapping;
mod import_runs;
mod pipeline;
mod progress;
mod rebuild;
mod record;
mod series;
mod serve;
mod sheet;
mod state;
mod token;

use std::io::Write;

use clap::{CommandFactory, Parser};

pub use args::Cli;
pub use error::CliError;

use args::Command;

/// Runs the program with its arguments and says how it ended (docs/cli.md lists the exit codes).
pub async fn run() -> std::process::ExitCode {
    let cli = Cli::parse();
    match dispatch(cli).await {
        Ok(code) => code,
        Err(error) if error.reader_gone() => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            error.exit_code()
        }
    }
}

async fn dispatch(cli: Cli) -> Result<std::process::ExitCode, CliError> {
    let done = std::process::ExitCode::SUCCESS;
    match cli.command {
        Command::Completions { shell } => {
            let mut script = vec![];
            clap_complete::generate(shell, &mut Cli::command(), "nianlun", &mut script);
            std::io::stdout().write_all(&script)?;
        }
        Command::Demo(args) => demo::run(&cli.global, args).await?,
        Command::Generate(args) => generate::run(&args)?,
        Command::Import(args) => return import::run(&cli.global, args).await,
        Command::Record(args) => record::run(&cli.global, args).await?,
        Command::Company(command) => company::run(&cli.global, command).await?,
        Command::Pipeline(args) => pipeline::run(&cli.global, args).await?,
        Command::Cluster(command) => cluster::run(&cli.global, command).await?,
        Command::Carrier(command) => carrier::run(&cli.global, command).await?,
        Command::Events { subject, format } => events::run(&cli.global, subject, format)?,
        Command::Findings(args) => findings::run(&cli.global, args).await?,
        Command::Export(command) => export::run(&cli.global, command).await?,
        Command::Identity(command) => identity::run(&cli.global, command).await?,
        Command::Serve(args) => serve::run(&cli.global, &args).await?,
        Command::Token(command) => token::run(&cli.global, command).await?,
        Command::Rebuild => rebuild::run(&cli.global).await?,
        Command::Doctor => doctor::run(&cli.global).await?,
    }
    Ok(done)
}
