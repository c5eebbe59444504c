//! `nianlun export`

use std::ffi::OsStr;
use std::io::IsTerminal;

use nianlun_projections::Subject;
use uuid::Uuid;

use super::app::{App, noted};
use super::args::{
    CarrierSet, ExportCommand, ExportCompanies, ExportEvents, ExportFacts, ExportForm,
    ExportRoster, Global, HeadingsArg, Out, Whose,
};
use super::error::CliError;
use super::pipeline::refused;
use super::progress;
use super::series::period;
use crate::export::{
    EventsWanted, FactsWanted, FileForm, Headings, Listed, RosterWanted, Target, Writer, companies,
    event_types, events, fact_kind, facts, roster, roster_mapping, unplaced,
};
use crate::query::{Directory, FilterPart, Group, Point, made_up, periods};
use crate::store::{KnownAt, StreamId};

pub async fn run(global: &Global, command: ExportCommand) -> Result<(), CliError> {
    // What cannot be written is refused before the store is asked.
    let out = match &command {
        ExportCommand::Events(args) => &args.out,
        ExportCommand::Facts(args) => &args.out,
        ExportCommand::Companies(args) => &args.out,
        ExportCommand::Roster(args) => &args.out,
    };
    let form = form(out)?;
    if matches!(&command, ExportCommand::Roster(args) if args.sheets)
        && !matches!(form, FileForm::Xlsx { .. })
    {
        return Err(CliError::Usage(
            "--sheets: only a workbook has sheets; add --format xlsx, or leave --sheets out for one list with the column observed_on".to_owned(),
        ));
    }
    let writer = Writer::open(form, target(out))?;
    let app = App::open_current(global).await?;
    match &command {
        ExportCommand::Events(args) => export_events(&app, args, writer).await,
        ExportCommand::Facts(args) => export_facts(&app, args, writer).await,
        ExportCommand::Companies(args) => export_companies(&app, args, writer).await,
        ExportCommand::Roster(args) => export_roster(&app, args, writer).await,
    }
}

async fn export_events(app: &App, args: &ExportEvents, mut writer: Writer) -> Result<(), CliError> {
    let types = args.types.iter().map(|word| types(word));
    let types: Vec<_> = types.collect::<Result<Vec<_>, _>>()?.concat();
    let point = pinned(app, app.point_at(None, args.known_at.as_deref())?).await?;
    let wanted = EventsWanted {
        known: point.known,
        streams: streams(app, &args.whose, point).await?,
        types,
        run: args.run.clone(),
        source: args.source.clone(),
    };
    // A bar between the lines of standard output would only be in the way.
    let bar = progress::bar(
        app.quiet() || args.out.file.is_none(),
        app.pick("导出", "exporting"),
        app.pick("条日志", "log entries"),
    );
    events(
        app.store.as_ref(),
        &app.zone,
        &wanted,
        &mut writer,
        |done, all| progress::set(&bar, done, all),
    )
    .await?;
    bar.finish_and_clear();
    finish(app, writer, &args.out, vec![])
}

async fn export_facts(app: &App, args: &ExportFacts, mut writer: Writer) -> Result<(), CliError> {
    let kinds = args.kind.iter().map(|word| kind_called(word));
    let kinds = kinds.collect::<Result<_, _>>()?;
    let asked = app.point_at(args.when.as_of, args.when.known_at.as_deref())?;
    let point = pinned(app, asked).await?;
    let wanted = FactsWanted {
        point,
        of_the_day: args.when.as_of.is_some(),
        streams: streams(app, &args.whose, point).await?,
        kinds,
    };
    facts(app.store.as_ref(), &app.zone, &wanted, &mut writer).await?;
    finish(app, writer, &args.out, vec![])
}

async fn export_companies(
    app: &App,
    args: &ExportCompanies,
    mut writer: Writer,
) -> Result<(), CliError> {
    let ladder = app.ladder(&args.ladder)?;
    let asked = app.point_at(args.when.as_of, args.when.known_at.as_deref())?;
    let point = pinned(app, asked).await?;
    companies(app.store.as_ref(), ladder, point, &mut writer).await?;
    let left_out = unplaced(app.store.as_ref(), ladder, point).await?;
    let what = app.pick(
        "家日期全部不详，不在任何一天，未列出。",
        "with no known date stand on no day and are left out.",
    );
    let notes = (left_out > 0).then(|| format!("{left_out} {what}"));
    finish(app, writer, &args.out, notes.into_iter().collect())
}

async fn export_roster(app: &App, args: &ExportRoster, mut writer: Writer) -> Result<(), CliError> {
    let asked = app.point_at(args.when.as_of, args.when.known_at.as_deref())?;
    let point = pinned(app, asked).await?;
    let days = match (args.every, args.from) {
        (Some(every), Some(from)) if from <= point.day => {
            let ends = periods(from, point.day, period(every)).into_iter();
            ends.map(|(_, last)| last).collect()
        }
        (Some(_), Some(from)) => {
            return Err(CliError::Usage(format!(
                "--from {from} lies after --as-of {}; give the earlier day as --from",
                point.day
            )));
        }
        _ => vec![point.day],
    };
    let wanted = RosterWanted {
        listed: listed(app, args, point).await?,
        point,
        days,
        sheets: args.sheets,
    };
    if let Some(path) = args
        .mapping
        .as_ref()
        .filter(|path| path.exists() && !args.out.force)
    {
        return Err(CliError::Usage(format!(
            "{} exists; name another with --mapping, or write over it with --force",
            path.display()
        )));
    }
    let written = roster(app.store.as_ref(), &wanted, &mut writer).await?;
    if let Some(path) = &args.mapping {
        let code = code_of(app, &wanted.listed, point).await?;
        let mapping = roster_mapping(&wanted.listed, &code, &written.schemes);
        std::fs::write(path, mapping).map_err(|error| CliError::File {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?;
    }
    let nobody = app.pick("名单为空，无行", "nobody was there, so there is no row");
    let mut notes: Vec<_> = written
        .empty
        .iter()
        .map(|day| format!("{day}: {nobody}"))
        .collect();
    notes.extend(made_up(app.lang, written.made_up).map(noted));
    finish(app, writer, &args.out, notes)
}

/// The code of the carrier or cluster, or the source.
async fn code_of(app: &App, listed: &Listed, point: Point) -> Result<String, CliError> {
    let directory = Directory::load(app.store.as_ref(), point).await?;
    let place = match listed {
        Listed::Source(source) => return Ok(source.clone()),
        Listed::Group(Group::Cluster(id)) => directory.clusters.get(id),
        Listed::Group(Group::Occupancy(id) | Group::Programme(id)) => directory.carriers.get(id),
    };
    Ok(place.map_or_else(String::new, |place| place.code.clone()))
}

async fn listed(app: &App, args: &ExportRoster, point: Point) -> Result<Listed, CliError> {
    if let Some(source) = &args.source {
        let (store, latest) = (app.store.as_ref(), app.latest()?);
        FilterPart::Present
            .must_be_known(store, latest, std::slice::from_ref(source))
            .await
            .map_err(|error| refused(|_| "--source", error))?;
        return Ok(Listed::Source(source.clone()));
    }
    let directory = Directory::load(app.store.as_ref(), point).await?;
    Ok(Listed::Group(match (&args.carrier, &args.cluster) {
        (_, Some(word)) => Group::Cluster(App::place(&directory, Subject::Cluster, word)?),
        (carrier, None) => {
            let word = carrier.as_deref().unwrap_or_default();
            let id = App::place(&directory, Subject::Carrier, word)?;
            match args.set {
                CarrierSet::Occupancy => Group::Occupancy(id),
                CarrierSet::Programme => Group::Programme(id),
            }
        }
    }))
}

/// Ends the export and says how many rows it has; on standard error, since the output may be the export.
fn finish(app: &App, writer: Writer, out: &Out, notes: Vec<String>) -> Result<(), CliError> {
    let rows = writer.finish()?;
    let file = out
        .file
        .as_ref()
        .map(|path| format!("{}: ", path.display()))
        .unwrap_or_default();
    eprintln!("{file}{rows} {}", app.pick("行", "rows"));
    for note in notes {
        eprintln!("{note}");
    }
    Ok(())
}

/// The same point with what is known now held fast, so that all pages of an export know the same.
async fn pinned(app: &App, point: Point) -> Result<Point, CliError> {
    let known = match point.known {
        KnownAt::Latest => KnownAt::Position(app.store.head().await?.position),
        known => known,
    };
    Ok(Point { known, ..point })
}

/// The streams that are meant; none if all are.
async fn streams(app: &App, whose: &Whose, point: Point) -> Result<Vec<StreamId>, CliError> {
    let stream = |subject, id: Uuid| StreamId { subject, id };
    let mut streams = vec![];
    for word in &whose.company {
        streams.push(stream(Subject::Company, app.company(word, point).await?));
    }
    if !(whose.carrier.is_empty() && whose.cluster.is_empty()) {
        let directory = Directory::load(app.store.as_ref(), point).await?;
        let places = [
            (Subject::Carrier, &whose.carrier),
            (Subject::Cluster, &whose.cluster),
        ];
        for (subject, words) in places {
            for word in words {
                streams.push(stream(subject, App::place(&directory, subject, word)?));
            }
        }
    }
    streams.sort_unstable_by_key(|stream| (stream.subject.as_str(), stream.id));
    streams.dedup();
    Ok(streams)
}

fn types(word: &str) -> Result<Vec<String>, CliError> {
    event_types(word).map_err(|known| {
        CliError::Usage(format!(
            "--type {word}: there is no such event; one of: {}",
            known.join(", ")
        ))
    })
}

fn kind_called(word: &str) -> Result<String, CliError> {
    fact_kind(word).map_err(|known| {
        CliError::Usage(format!(
            "--kind {word}: there is no such kind of fact; one of: {}",
            known.join(", ")
        ))
    })
}

fn target(out: &Out) -> Target {
    out.file
        .clone()
        .map_or(Target::Stdout, |path| Target::File {
            path,
            force: out.force,
        })
}

/// The form that is asked for, or that the ending of the file says.
fn form(out: &Out) -> Result<FileForm, CliError> {
    let by_ending = |path: &std::path::PathBuf| {
        let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Ok(ExportForm::Csv),
            "xlsx" => Ok(ExportForm::Xlsx),
            "jsonl" | "ndjson" => Ok(ExportForm::Jsonl),
            _ => Err(CliError::Usage(format!(
                "{}: its ending says no form; let it end with .csv, .xlsx or .jsonl, or add --format",
                path.display()
            ))),
        }
    };
    let form = match (out.format, &out.file) {
        (Some(form), _) => form,
        (None, Some(path)) => by_ending(path)?,
        (None, None) => ExportForm::Csv,
    };
    let headings = match out.headings {
        HeadingsArg::Code => Headings::Codes,
        HeadingsArg::Zh => Headings::Zh,
        HeadingsArg::En => Headings::En,
    };
    Ok(match form {
        ExportForm::Csv => FileForm::Csv {
            mark: !out.no_bom,
            headings,
        },
        ExportForm::Xlsx if out.file.is_none() && std::io::stdout().is_terminal() => {
            return Err(CliError::Usage(
                "--format xlsx: a workbook is nothing to read on a terminal; add --out FILE"
                    .to_owned(),
            ));
        }
        ExportForm::Xlsx => FileForm::Xlsx { headings },
        ExportForm::Jsonl => FileForm::JsonLines,
    })
}
