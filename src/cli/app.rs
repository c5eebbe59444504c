//! What commands share: the open store, the folds, the zone, the words.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use nianlun_aggregates::{Day, Wording};
use nianlun_projections::{Ladder, Subject};
use uuid::Uuid;

use super::args::{Global, Lang, Reading};
use super::error::CliError;
use super::progress;
use crate::projector::{Folds, catch_up};
use crate::query::{
    Candidate, Directory, Find, Place, Point, find_companies, known_at, made_up_among,
    made_up_itself,
};
use crate::store::{KnownAt, Options, Store, StreamId, open_with};

/// The zone of an installation that has not set another.
const DEFAULT_ZONE: &str = "Asia/Shanghai";
const ZONE: &str = "zone";

/// An open installation.
pub struct App {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The folds.
    pub folds: Folds,
    /// The zone in which days are counted.
    pub zone: TimeZone,
    /// The language of names and headings.
    pub lang: Lang,
    quiet: bool,
}

/// A carrier or cluster at a point.
pub struct Located {
    /// Which it is.
    pub stream: StreamId,
    /// What is known of it.
    pub place: Place,
    /// The point.
    pub point: Point,
}

impl App {
    /// Opens an installation; a new one gets its zone.
    pub async fn open(global: &Global) -> Result<Self, CliError> {
        Self::open_with(global, Options::default()).await
    }

    /// [`Self::open`] with options of the store.
    pub async fn open_with(global: &Global, options: Options) -> Result<Self, CliError> {
        let store = open_with(&global.store, options).await?;
        let wanted = global.zone.as_deref();
        let name = match (store.setting(ZONE).await?, wanted) {
            (Some(kept), Some(wanted)) if kept != wanted => {
                return Err(CliError::Usage(format!(
                    "--zone {wanted}: this store counts days in {kept}, and its dates mean that zone; leave --zone out"
                )));
            }
            (Some(kept), _) => kept,
            (None, wanted) => {
                let name = wanted.unwrap_or(DEFAULT_ZONE);
                zone(name)?;
                store.set_setting(ZONE, name).await?;
                name.to_owned()
            }
        };
        let zone = zone(&name)?;
        Ok(Self {
            store,
            folds: Folds::shipped(zone.clone())?,
            zone,
            lang: global.lang,
            quiet: global.quiet,
        })
    }

    /// Opens an installation that must be there, as it is.
    pub async fn open_existing(global: &Global) -> Result<Self, CliError> {
        let file = global
            .store
            .strip_prefix("sqlite:")
            .map(|path| path.trim_start_matches("//"));
        if let Some(file) = file.filter(|file| !file.is_empty() && !Path::new(file).exists()) {
            return Err(CliError::Usage(format!(
                "there is no store {file}; check --store, or make one with `nianlun import` or `nianlun record`"
            )));
        }
        Self::open(global).await
    }

    /// Opens an installation for reading: it must be there, and everything committed is in the facts.
    pub async fn open_current(global: &Global) -> Result<Self, CliError> {
        let app = Self::open_existing(global).await?;
        app.catch_up().await?;
        Ok(app)
    }

    /// Folds what was committed.
    pub async fn catch_up(&self) -> Result<(), CliError> {
        let bar = progress::bar(
            self.quiet,
            self.pick("投影", "folding"),
            self.pick("条日志", "log entries"),
        );
        catch_up(&self.store, &self.folds, |done, all| {
            progress::set(&bar, done, all);
        })
        .await?;
        bar.finish_and_clear();
        Ok(())
    }

    /// The point that the arguments mean.
    pub fn point(&self, reading: &Reading) -> Result<Point, CliError> {
        self.point_at(reading.as_of, reading.known_at.as_deref())
    }

    /// The point of a day (today if there is none) and a time of knowledge (now if there is none).
    pub fn point_at(&self, as_of: Option<Day>, known: Option<&str>) -> Result<Point, CliError> {
        let day = match as_of {
            Some(day) => day,
            None => self.today()?,
        };
        let known = known.map_or(Ok(KnownAt::Latest), |text| known_at(text, &self.zone))?;
        Ok(Point { day, known })
    }

    /// Today, as known now.
    pub fn latest(&self) -> Result<Point, CliError> {
        self.point_at(None, None)
    }

    /// A time of RFC 3339 in the installation's zone.
    pub fn time(&self, text: &str) -> String {
        let time = text.parse::<Timestamp>().map(|time| {
            time.to_zoned_datetime(self.zone.clone())
                .strftime("%Y-%m-%d %H:%M:%S%:z")
                .to_string()
        });
        time.unwrap_or_else(|_| text.to_owned())
    }

    /// Today in the installation's zone.
    pub fn today(&self) -> Result<Day, CliError> {
        let date = Timestamp::now().to_zoned_datetime(self.zone.clone()).date();
        Day::try_from(date)
            .map_err(|error| CliError::Usage(format!("this machine's clock: {error}")))
    }

    /// One of two words.
    #[must_use]
    pub const fn pick<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.lang.pick(zh, en)
    }

    /// A term's name.
    #[must_use]
    pub const fn word(&self, wording: Wording) -> &'static str {
        self.lang.word(wording)
    }

    /// A ladder by its code.
    pub fn ladder(&self, code: &str) -> Result<&Ladder, CliError> {
        self.folds.ladders().get(code).ok_or_else(|| {
            let known: Vec<_> = self
                .folds
                .ladders()
                .all()
                .iter()
                .map(|ladder| ladder.code.as_str())
                .collect();
            CliError::Usage(format!(
                "there is no ladder {code:?}; one of: {}",
                known.join(", ")
            ))
        })
    }

    /// Whether progress bars are unwanted.
    #[must_use]
    pub const fn quiet(&self) -> bool {
        self.quiet
    }

    /// The one company that a word means.
    pub async fn company(&self, word: &str, point: Point) -> Result<Uuid, CliError> {
        match find_companies(self.store.as_ref(), word, point).await? {
            Find::One(id) => Ok(id),
            Find::Candidates(candidates) => match candidates.as_slice() {
                [only] => Ok(only.id),
                [] => Err(CliError::Usage(format!(
                    "no company is called {word:?}; give its id, usci:…, scheme:id or a part of its name"
                ))),
                several => Err(CliError::Usage(format!(
                    "{} companies fit {word:?}; name one by its id:\n{}",
                    several.len(),
                    listed(several)
                ))),
            },
        }
    }

    /// The one carrier or cluster that a word means at a point, with what is known of it there.
    pub async fn located(
        &self,
        subject: Subject,
        word: &str,
        reading: &Reading,
    ) -> Result<Located, CliError> {
        let point = self.point(reading)?;
        let mut directory = Directory::load(self.store.as_ref(), point).await?;
        let id = Self::place(&directory, subject, word)?;
        let places = if subject == Subject::Cluster {
            &mut directory.clusters
        } else {
            &mut directory.carriers
        };
        let place = places.remove(&id).unwrap_or_default();
        Ok(Located {
            stream: StreamId { subject, id },
            place,
            point,
        })
    }

    /// The one carrier or cluster that a word means.
    pub fn place(directory: &Directory, subject: Subject, word: &str) -> Result<Uuid, CliError> {
        directory.find(subject, word).map_err(|candidates| {
            let what = subject.as_str();
            if candidates.is_empty() {
                CliError::Usage(format!(
                    "there is no {what} {word:?}; `nianlun {what} list` shows them"
                ))
            } else {
                CliError::Usage(format!(
                    "no {what} alone is called {word:?}; name one by its code: {}",
                    candidates.join(", ")
                ))
            }
        })
    }

    /// The note on companies that a generator made up, if there are any among these.
    pub async fn made_up_among(
        &self,
        companies: impl IntoIterator<Item = Uuid>,
        point: Point,
    ) -> Result<Option<String>, CliError> {
        let note = made_up_among(self.store.as_ref(), self.lang, companies, point).await?;
        Ok(note.map(noted))
    }

    /// That note for one company.
    pub async fn made_up_itself(&self, id: Uuid, point: Point) -> Result<Vec<String>, CliError> {
        let note = made_up_itself(self.store.as_ref(), self.lang, id, point).await?;
        Ok(note.map(noted).into_iter().collect())
    }

    /// "as of … as known at …", for titles.
    pub fn at(&self, point: Point) -> String {
        let known = match point.known {
            KnownAt::Latest => String::new(),
            KnownAt::Position(position) => format!(
                "{}{position}",
                self.pick("，按日志位置 ", ", as known at log position ")
            ),
            KnownAt::Time(at) => {
                let time = Timestamp::from_microsecond(at).map(|time| {
                    time.to_zoned_datetime(self.zone.clone())
                        .strftime("%Y-%m-%d %H:%M:%S%:z")
                        .to_string()
                });
                format!(
                    "{}{}",
                    self.pick("，按当时所知 ", ", as known at "),
                    time.unwrap_or_default()
                )
            }
        };
        format!("{}{known}", point.day)
    }
}

fn zone(name: &str) -> Result<TimeZone, CliError> {
    TimeZone::get(name).map_err(|error| {
        CliError::Usage(format!(
            "zone {name:?}: {error}; write a name such as Asia/Shanghai"
        ))
    })
}

/// A note as it stands under a table.
pub fn noted(note: impl std::fmt::Display) -> String {
    format!("※ {note}")
}

/// The first candidates, a line each.
pub fn listed(candidates: &[Candidate]) -> String {
    const SHOWN: usize = 10;
    let mut lines: Vec<_> = candidates
        .iter()
        .take(SHOWN)
        .map(|candidate| format!("  {}  {}", candidate.id, candidate.name))
        .collect();
    if candidates.len() > SHOWN {
        lines.push(format!("  … {} more", candidates.len() - SHOWN));
    }
    lines.join("\n")
}
