//! The command line.

mod app;
mod args;
mod backup;
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
mod openapi;
mod pipeline;
mod progress;
mod project;
mod rebuild;
mod record;
mod series;
mod serve;
mod sheet;
mod signals;
mod state;
mod token;

use std::io::Write;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

pub use args::Cli;
pub use error::CliError;

use args::Command;

use crate::config::{self, ConfigError};

/// Runs the program with its arguments and says how it ended (docs/cli.md lists the exit codes).
pub async fn run() -> std::process::ExitCode {
    // Whoever speaks TLS does so by this; nobody can have chosen another before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let matches = Cli::command().get_matches();
    let mut cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let done = match configure(&mut cli, &matches) {
        Ok(()) => dispatch(cli).await,
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(code) => code,
        Err(error) if error.reader_gone() => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            error.exit_code()
        }
    }
}

/// Reads what is set. A flag wins over what it says.
fn configure(cli: &mut Cli, matches: &ArgMatches) -> Result<(), ConfigError> {
    let global = &mut cli.global;
    // Variables that are not text mean nothing to this program.
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    global.settings = config::load(global.config.as_deref(), environment)?;
    let settings = &mut global.settings;
    if matches.value_source("store") == Some(ValueSource::CommandLine) {
        let url = global.store.clone();
        settings.flag("store.url", "--store", |config| config.store.url = url);
    } else {
        global.store.clone_from(&settings.config.store.url);
    }
    Ok(())
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
        Command::Openapi => openapi::run()?,
        Command::Token(command) => token::run(&cli.global, command).await?,
        Command::Project => project::run(&cli.global).await?,
        Command::Backup(args) => backup::run(&cli.global, &args.file).await?,
        Command::Restore(args) => backup::run_restore(&cli.global, &args).await?,
        Command::Rebuild => rebuild::run(&cli.global).await?,
        Command::Doctor => doctor::run(&cli.global).await?,
    }
    Ok(done)
}
