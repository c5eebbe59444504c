//! Companies on a day: one row each.

use std::collections::BTreeSet;

use nianlun_projections::{Fact, Ladder, Subject, kind};

use super::cell::Cell;
use super::column::{Column, column};
use super::error::ExportError;
use super::walk::{Page, SYNTHETIC, any_made_up, made_up, says_made_up};
use super::writer::Writer;
use crate::query::{Directory, Point, names_among};
use crate::store::{FactColumn, FactQuery, Store, StoreError, Valid};

/// The scheme under which a USCI stands among the identifiers.
pub(super) const USCI: &str = "usci";

/// What is said of a company in one row.
const KINDS: [&str; 12] = [
    kind::AREA,
    kind::STAGE,
    kind::HIGHEST,
    kind::IDENTIFIER,
    kind::PROGRAMME,
    kind::OCCUPANCY,
    kind::MEMBERSHIP,
    kind::SECURITY,
    kind::CODE,
    kind::RECOGNITION,
    kind::LEGAL,
    kind::ATTRIBUTE,
];

/// What a company's parts are joined by in a list: carrier, unit and area.
const PARTS: &str = " / ";

/// Writes the companies, teams and branches that have a stage on a ladder on the day, by id. A column `attribute:SCHEME` is
/// there for each scheme that any company has on the day, and one that says which companies a generator made, if there are
/// any.
///
/// # Errors
/// [`ExportError`].
pub async fn companies(
    store: &dyn Store,
    ladder: &Ladder,
    point: Point,
    writer: &mut Writer,
) -> Result<(), ExportError> {
    let directory = Directory::load(store, point).await?;
    let mut attributes = keys(store, kind::ATTRIBUTE, point).await?;
    attributes.retain(|scheme| *scheme != SYNTHETIC.name);
    let any_made_up = any_made_up(store, point).await?;
    let mut columns = columns(&attributes);
    if any_made_up {
        columns.push(SYNTHETIC);
    }
    writer.begin("companies", &columns)?;
    let mut page = Page::first_of_companies(store).await?;
    while let Some(here) = page {
        let of_all_days = FactQuery {
            // Names have no key.
            keys: vec![String::new(), SYNTHETIC.name.into_owned()],
            ..point.asking(Subject::Company, &[kind::NAME, kind::ATTRIBUTE], Valid::Any)
        };
        let (names, noted): (Vec<_>, Vec<_>) = store
            .facts_between(&of_all_days, here.first, here.last)
            .await?
            .into_iter()
            .partition(|fact| fact.kind == kind::NAME);
        let names = names_among(names, point.day);
        let synthetic: BTreeSet<_> = noted
            .iter()
            .filter(|fact| says_made_up(fact))
            .map(|fact| fact.id)
            .collect();
        let on_the_day = point.holding(Subject::Company, &KINDS);
        let facts = store
            .facts_between(&on_the_day, here.first, here.last)
            .await?;
        for facts in facts.chunk_by(|a, b| a.id == b.id) {
            let company = OnTheDay {
                facts,
                ladder,
                directory: &directory,
            };
            let name = facts.first().and_then(|fact| names.get(&fact.id));
            if let Some(mut row) = company.row(name.map_or("", String::as_str), &attributes) {
                if any_made_up {
                    let of_one = facts.first();
                    let is = of_one.is_some_and(|fact| synthetic.contains(&fact.id));
                    row.push(made_up(is));
                }
                writer.row(&row)?;
            }
        }
        page = here.next(store).await?;
    }
    Ok(())
}

/// How many companies have a stage on no day, since all their dates are unknown: these are in no export of a day.
///
/// # Errors
/// Those of the store.
pub async fn unplaced(store: &dyn Store, ladder: &Ladder, point: Point) -> Result<u64, StoreError> {
    let query = FactQuery {
        keys: vec![ladder.code.clone()],
        ..point.asking(Subject::Company, &[kind::STAGE], Valid::Unplaced)
    };
    let counted = store.tally(&query, &[]).await?;
    Ok(counted.first().map_or(0, |row| row.subjects))
}

/// The keys that facts of a kind have on the day.
async fn keys(store: &dyn Store, kind: &str, point: Point) -> Result<Vec<String>, StoreError> {
    let query = point.holding(Subject::Company, &[kind]);
    let rows = store.tally(&query, &[FactColumn::Key]).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| row.group.into_iter().next())
        .collect())
}

fn columns(attributes: &[String]) -> Vec<Column> {
    let mut columns = vec![
        column("id", "编号", "id"),
        column("name", "名称", "name"),
        column(USCI, "统一社会信用代码", "USCI"),
        column("identifiers", "其他标识", "other identifiers"),
        column("entity", "主体", "entity"),
        column("stage", "阶段", "stage"),
        column("band", "区段", "band"),
        column("highest", "最高阶段", "highest stage"),
        column("programmes", "在培", "open programmes"),
        column("occupancies", "入驻", "occupancies"),
        column("memberships", "集群", "memberships"),
        column("securities", "证券", "securities"),
        column("recognitions", "认定", "recognitions"),
        column("legal", "主体状态", "legal status"),
        column("flags", "标记", "flags"),
    ];
    columns.extend(attributes.iter().map(|scheme| Column {
        name: format!("attribute:{scheme}").into(),
        zh: scheme.clone().into(),
        en: scheme.clone().into(),
    }));
    columns
}

/// A company's facts of the day.
struct OnTheDay<'a> {
    facts: &'a [Fact],
    ladder: &'a Ladder,
    directory: &'a Directory,
}

impl OnTheDay<'_> {
    /// The row; none if the company has no stage on the day.
    fn row(&self, name: &str, attributes: &[String]) -> Option<Vec<Cell>> {
        let stage = self.keyed(kind::STAGE, &self.ladder.code)?;
        let band = self
            .ladder
            .stages
            .iter()
            .find(|known| known.code == stage.value)
            .and_then(|known| known.band.clone());
        let value = |fact: Option<&Fact>| Cell::text(fact.map_or("", |fact| fact.value.as_str()));
        let others = self
            .of(kind::IDENTIFIER)
            .filter(|fact| fact.key != USCI)
            .map(|fact| format!("{}:{}", fact.key, fact.value));
        let flags: BTreeSet<_> = self.facts.iter().flat_map(|fact| &fact.flags).collect();
        let mut row = vec![
            Cell::text(stage.id.to_string()),
            Cell::text(name),
            value(self.keyed(kind::IDENTIFIER, USCI)),
            Cell::list(others.collect()),
            Cell::text(stage.part.as_str()),
            Cell::text(stage.value.as_str()),
            Cell::text(band.unwrap_or_default()),
            value(self.keyed(kind::HIGHEST, &self.ladder.code)),
            self.list(kind::PROGRAMME, |fact| {
                joined(&[&self.code(&fact.key), &fact.part])
            }),
            self.list(kind::OCCUPANCY, |fact| {
                let here = |area: &&Fact| (&area.key, &area.part) == (&fact.key, &fact.part);
                let area = self.of(kind::AREA).find(here);
                let area = area.map_or("", |area| area.value.as_str());
                joined(&[&self.code(&fact.key), &fact.part, area])
            }),
            self.list(kind::MEMBERSHIP, |fact| {
                joined(&[&self.code(&fact.key), &fact.part])
            }),
            self.list(kind::SECURITY, |fact| {
                let code = self.keyed(kind::CODE, &fact.key);
                joined(&[&fact.key, code.map_or("", |code| code.value.as_str())])
            }),
            self.list(kind::RECOGNITION, |fact| joined(&[&fact.key, &fact.part])),
            self.list(kind::LEGAL, |fact| fact.key.clone()),
            Cell::list(flags.into_iter().cloned().collect()),
        ];
        row.extend(
            attributes
                .iter()
                .map(|scheme| value(self.keyed(kind::ATTRIBUTE, scheme))),
        );
        Some(row)
    }

    fn of(&self, kind: &str) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(move |fact| fact.kind == kind)
    }

    fn keyed(&self, kind: &str, key: &str) -> Option<&Fact> {
        self.of(kind).find(|fact| fact.key == key)
    }

    fn list(&self, kind: &str, shown: impl Fn(&Fact) -> String) -> Cell {
        Cell::list(self.of(kind).map(shown).collect())
    }

    /// The code of a carrier or cluster.
    fn code(&self, id: &str) -> String {
        self.directory
            .place(id)
            .map_or_else(|| id.to_owned(), |place| place.code.clone())
    }
}

/// What there is of the parts.
fn joined(parts: &[&str]) -> String {
    let there: Vec<_> = parts
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect();
    there.join(PARTS)
}
