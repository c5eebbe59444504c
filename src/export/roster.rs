//! Rosters: who is there on a day, at a carrier, in a cluster, in a source.

use std::collections::{BTreeMap, BTreeSet};

use nianlun_aggregates::{Comparator, Day, Quantity, Unit};
use nianlun_projections::{DayNumber, Fact, Subject, kind};
use uuid::Uuid;

use super::cell::Cell;
use super::column::{Column, column};
use super::companies::USCI;
use super::error::ExportError;
use super::walk::{Page, SYNTHETIC, made_up, says_made_up};
use super::writer::Writer;
use crate::query::{Group, Point, spells};
use crate::store::{FactQuery, Store, StoreError, Valid};

/// What is read of those who stand on a roster.
const WHO_THEY_ARE: [&str; 3] = [kind::NAME, kind::IDENTIFIER, kind::ATTRIBUTE];

/// Whose roster it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// Those of a carrier or cluster.
    Group(Group),
    /// Those that a source lists.
    Source(String),
}

/// Which rosters are exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterWanted {
    /// Of whom.
    pub listed: Listed,
    /// As known when.
    pub point: Point,
    /// On which days, ascending.
    pub days: Vec<Day>,
    /// Each on a sheet of its own; only in a workbook.
    pub sheets: bool,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rosters {
    /// How many companies on any of them a generator made.
    pub made_up: u64,
    /// The days on which nobody was there: they leave no row.
    pub empty: Vec<Day>,
    /// The schemes of the columns `id:SCHEME`.
    pub schemes: Vec<String>,
}

/// Writes the rosters wanted, each by name.
///
/// # Errors
/// [`ExportError`].
pub async fn roster(
    store: &dyn Store,
    wanted: &RosterWanted,
    writer: &mut Writer,
) -> Result<Rosters, ExportError> {
    let register = Register::load(store, wanted).await?;
    let columns = register.columns(&wanted.listed);
    let mut written = Rosters {
        made_up: register.synthetic.len() as u64,
        schemes: register.schemes.clone(),
        ..Rosters::default()
    };
    if !wanted.sheets {
        writer.begin("roster", &columns)?;
    }
    for day in &wanted.days {
        if wanted.sheets {
            writer.begin(&day.to_string(), &columns)?;
        }
        let present = register.on(*day);
        if present.is_empty() {
            written.empty.push(*day);
        }
        for (name, spell) in present {
            writer.row(&register.row(&wanted.listed, *day, name, spell))?;
        }
    }
    Ok(written)
}

/// What is known of those who were ever there.
struct Register {
    spells: Vec<Fact>,
    /// By company, with their first days, ascending.
    names: BTreeMap<Uuid, Vec<(DayNumber, String)>>,
    /// By company and scheme.
    identifiers: BTreeMap<Uuid, BTreeMap<String, String>>,
    /// Of a source, what it shows; of a carrier's space, how much it is.
    statuses: BTreeMap<Uuid, Vec<Fact>>,
    /// The schemes of those who stand on a roster, but for the USCI.
    schemes: Vec<String>,
    /// Those of them that a generator made.
    synthetic: BTreeSet<Uuid>,
}

impl Register {
    async fn load(store: &dyn Store, wanted: &RosterWanted) -> Result<Self, StoreError> {
        let asking = |kind: &str| wanted.point.asking(Subject::Company, &[kind], Valid::Any);
        let of_source = |kind: &str, source: &str| FactQuery {
            keys: vec![source.to_owned()],
            ..asking(kind)
        };
        let (mut spells, statuses) = match &wanted.listed {
            Listed::Group(Group::Occupancy(carrier)) => (
                spells(store, Group::Occupancy(*carrier), wanted.point).await?,
                store
                    .facts(&of_source(kind::AREA, &carrier.to_string()))
                    .await?,
            ),
            Listed::Group(group) => (spells(store, *group, wanted.point).await?, vec![]),
            Listed::Source(source) => (
                store.facts(&of_source(kind::PRESENCE, source)).await?,
                store.facts(&of_source(kind::STATUS, source)).await?,
            ),
        };
        spells.retain(|spell| wanted.days.iter().any(|day| holds(spell, *day)));
        let there: BTreeSet<_> = spells.iter().map(|spell| spell.id).collect();
        let mut register = Self {
            spells,
            names: BTreeMap::new(),
            identifiers: BTreeMap::new(),
            statuses: by_company(statuses, &there),
            schemes: vec![],
            synthetic: BTreeSet::new(),
        };
        let query = wanted
            .point
            .asking(Subject::Company, &WHO_THEY_ARE, Valid::Any);
        let mut page = Page::first_of_companies(store).await?;
        while let Some(here) = page {
            if there.range(here.first..=here.last).next().is_some() {
                let facts = store.facts_between(&query, here.first, here.last).await?;
                let of_them = facts.into_iter().filter(|fact| there.contains(&fact.id));
                of_them.for_each(|fact| register.note(fact));
            }
            page = here.next(store).await?;
        }
        let schemes: BTreeSet<_> = register
            .identifiers
            .values()
            .flat_map(BTreeMap::keys)
            .filter(|scheme| *scheme != USCI)
            .cloned()
            .collect();
        register.schemes = schemes.into_iter().collect();
        Ok(register)
    }

    fn note(&mut self, fact: Fact) {
        if says_made_up(&fact) {
            self.synthetic.insert(fact.id);
        }
        match fact.kind.as_str() {
            kind::NAME => {
                let names = self.names.entry(fact.id).or_default();
                names.push((fact.valid_from, fact.value));
            }
            kind::IDENTIFIER => {
                let held = self.identifiers.entry(fact.id).or_default();
                held.entry(fact.key).or_insert(fact.value);
            }
            _ => {}
        }
    }

    /// Those who were there on a day, by name.
    fn on(&self, day: Day) -> Vec<(&str, &Fact)> {
        let mut present: Vec<_> = self
            .spells
            .iter()
            .filter(|spell| holds(spell, day))
            .map(|spell| (self.name(spell.id, day), spell))
            .collect();
        present.sort_by(|a, b| (a.0, &a.1.part, a.1.id).cmp(&(b.0, &b.1.part, b.1.id)));
        present
    }

    /// The name on a day; the earliest one if it had none yet.
    fn name(&self, id: Uuid, day: Day) -> &str {
        let names = self.names.get(&id).map_or(&[][..], Vec::as_slice);
        let so_far = names.iter().rev().find(|(from, _)| *from <= day.number());
        so_far.or(names.first()).map_or("", |(_, name)| name)
    }

    fn columns(&self, listed: &Listed) -> Vec<Column> {
        let mut columns = vec![
            column("observed_on", "名单日期", "observed on"),
            column("id", "编号", "id"),
            column("name", "企业名称", "name"),
            column(USCI, "统一社会信用代码", "USCI"),
        ];
        columns.extend(self.schemes.iter().map(|scheme| Column {
            name: format!("id:{scheme}").into(),
            zh: format!("编号（{scheme}）").into(),
            en: format!("id ({scheme})").into(),
        }));
        columns.extend(match listed {
            Listed::Group(Group::Cluster(_)) => vec![
                column("tier", "会员级别", "tier"),
                column("capacity", "身份", "capacity"),
            ],
            Listed::Group(Group::Programme(_)) => vec![column("programme", "培育", "programme")],
            Listed::Group(Group::Occupancy(_)) => vec![
                column("unit", "单元", "unit"),
                column("area", "面积（平方米）", "area (m2)"),
                column("tenure", "使用方式", "tenure"),
                column("role", "空间类型", "role"),
            ],
            Listed::Source(_) => vec![column("status", "状态", "status")],
        });
        columns.push(column("since", "自", "since"));
        if !self.synthetic.is_empty() {
            columns.push(SYNTHETIC);
        }
        columns
    }

    /// What is shown of a company on a day.
    fn status(&self, spell: &Fact, day: Day, so: impl Fn(&Fact) -> bool) -> &str {
        let statuses = self.statuses.get(&spell.id);
        let mut statuses = statuses.map_or(&[][..], Vec::as_slice).iter();
        let status = statuses.find(|status| holds(status, day) && so(status));
        status.map_or("", |status| &status.value)
    }

    fn row(&self, listed: &Listed, day: Day, name: &str, spell: &Fact) -> Vec<Cell> {
        let identifier = |scheme: &str| {
            let held = self
                .identifiers
                .get(&spell.id)
                .and_then(|of| of.get(scheme));
            Cell::text(held.map_or("", String::as_str))
        };
        let detail = |name: &str| spell.detail.get(name).map_or("", String::as_str);
        let mut row = vec![
            Cell::date(day.to_string()),
            Cell::text(spell.id.to_string()),
            Cell::text(name),
            identifier(USCI),
        ];
        row.extend(self.schemes.iter().map(|scheme| identifier(scheme)));
        match listed {
            Listed::Group(Group::Cluster(_)) => row.extend([
                Cell::text(spell.part.as_str()),
                Cell::text(spell.value.as_str()),
            ]),
            Listed::Group(Group::Programme(_)) => row.push(Cell::text(spell.part.as_str())),
            Listed::Group(Group::Occupancy(_)) => row.extend([
                Cell::text(spell.part.as_str()),
                area(self.status(spell, day, |area| area.part == spell.part)),
                Cell::text(spell.value.as_str()),
                Cell::text(detail("role")),
            ]),
            Listed::Source(_) => {
                row.push(Cell::text(self.status(spell, day, |_| true)));
            }
        }
        row.push(Cell::date(spell.from_stated.as_str()));
        if !self.synthetic.is_empty() {
            row.push(made_up(self.synthetic.contains(&spell.id)));
        }
        row
    }
}

fn holds(fact: &Fact, day: Day) -> bool {
    (fact.valid_from..fact.valid_to).contains(&day.number())
}

fn by_company(facts: Vec<Fact>, there: &BTreeSet<Uuid>) -> BTreeMap<Uuid, Vec<Fact>> {
    let mut by_company: BTreeMap<Uuid, Vec<Fact>> = BTreeMap::new();
    for fact in facts {
        if there.contains(&fact.id) {
            by_company.entry(fact.id).or_default().push(fact);
        }
    }
    by_company
}

/// An exact area in square metres as a number; "more than 300 m2" as it is.
fn area(stated: &str) -> Cell {
    match stated.parse::<Quantity>() {
        Ok(area)
            if area.comparator() == Comparator::Exactly && area.unit() == Unit::SquareMetres =>
        {
            Cell::Number(area.amount().to_string())
        }
        _ => Cell::text(stated),
    }
}
