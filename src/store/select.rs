//! The condition of a [`FactQuery`], for both dialects; every value is a bound parameter.

use nianlun_projections::{DayNumber, FOREVER};
use sqlx::{Database, QueryBuilder};
use uuid::Uuid;

use super::{FactColumn, FactQuery, Having, KnownAt, Valid, rows};

/// What the dialects write differently.
pub(super) trait Dialect: Database + Sized {
    /// Binds a text.
    fn text(sql: &mut QueryBuilder<'static, Self>, value: &str);
    /// Binds a number.
    fn number(sql: &mut QueryBuilder<'static, Self>, value: i64);
    /// Binds an id.
    fn id(sql: &mut QueryBuilder<'static, Self>, value: Uuid);
    /// `expression` equals one of the texts, bound as one parameter: the statement is the same for any number of them.
    fn any_of(sql: &mut QueryBuilder<'static, Self>, expression: &str, values: Vec<String>);
}

/// How much of a value the index holds, in characters; as in the migration.
const INDEXED: usize = 64;

/// The facts asked for, in the order promised; of the subjects in a range of ids, or of all.
pub(super) fn facts<D: Dialect>(
    query: &FactQuery,
    ids: Option<(Uuid, Uuid)>,
) -> QueryBuilder<'static, D> {
    let mut sql = QueryBuilder::new("SELECT ");
    sql.push(rows::FACT).push(" FROM facts f");
    conditions(&mut sql, query);
    if let Some((first, last)) = ids {
        sql.push(" AND f.id >= ");
        D::id(&mut sql, first);
        sql.push(" AND f.id <= ");
        D::id(&mut sql, last);
    }
    sql.push(" ORDER BY f.id, f.kind, f.key, f.part, f.valid_from, f.value, f.known_from_position, f.fact");
    sql
}

/// The tally asked for, in the order of its groups; the columns are `g0`, `g1`, …, `subjects`, `facts`.
pub(super) fn tally<D: Dialect>(query: &FactQuery, by: &[FactColumn]) -> QueryBuilder<'static, D> {
    let mut sql = QueryBuilder::new("SELECT ");
    for (place, column) in by.iter().enumerate() {
        sql.push(format_args!("{} AS g{place}, ", name(*column)));
    }
    sql.push("count(DISTINCT f.id) AS subjects, count(*) AS facts FROM facts f");
    conditions(&mut sql, query);
    for before in [" GROUP BY ", " ORDER BY "] {
        for (place, column) in by.iter().enumerate() {
            sql.push(if place == 0 { before } else { ", " })
                .push(name(*column));
        }
    }
    sql
}

const fn name(column: FactColumn) -> &'static str {
    match column {
        FactColumn::Key => "f.key",
        FactColumn::Part => "f.part",
        FactColumn::Value => "f.value",
    }
}

fn conditions<D: Dialect>(sql: &mut QueryBuilder<'static, D>, query: &FactQuery) {
    sql.push(" WHERE f.subject = ");
    D::text(sql, query.subject.as_str());
    if let Some(id) = query.id {
        sql.push(" AND f.id = ");
        D::id(sql, id);
    }
    for (column, wanted) in [
        ("f.kind", &query.kinds),
        ("f.key", &query.keys),
        ("f.part", &query.parts),
    ] {
        if !wanted.is_empty() {
            sql.push(" AND ");
            D::any_of(sql, column, wanted.clone());
        }
    }
    if !query.values.is_empty() {
        values(sql, "f", query.values.clone());
    }
    valid(sql, "f", query.valid);
    known(sql, "f", query.known);
    for having in &query.having {
        other_fact(sql, having, query.known);
    }
}

/// The heads of the values find the rows in the index, the values themselves decide.
fn values<D: Dialect>(sql: &mut QueryBuilder<'static, D>, table: &str, values: Vec<String>) {
    let heads = values
        .iter()
        .map(|value| value.chars().take(INDEXED).collect())
        .collect();
    sql.push(" AND ");
    D::any_of(sql, &format!("substr({table}.value, 1, {INDEXED})"), heads);
    sql.push(" AND ");
    D::any_of(sql, &format!("{table}.value"), values);
}

fn other_fact<D: Dialect>(sql: &mut QueryBuilder<'static, D>, having: &Having, at: KnownAt) {
    sql.push(" AND EXISTS (SELECT 1 FROM facts h WHERE h.subject = f.subject AND h.id = f.id AND h.kind = ");
    D::text(sql, &having.kind);
    sql.push(" AND h.key = ");
    D::text(sql, &having.key);
    if let Some(value) = &having.value {
        sql.push(" AND h.value = ");
        D::text(sql, value);
    }
    valid(sql, "h", having.valid);
    known(sql, "h", at);
    sql.push(")");
}

fn valid<D: Dialect>(sql: &mut QueryBuilder<'static, D>, table: &str, valid: Valid) {
    let mut within = |column: &str, from: DayNumber, to: DayNumber| {
        sql.push(format_args!(" AND {table}.{column} >= "));
        D::number(sql, from.into());
        sql.push(format_args!(" AND {table}.{column} < "));
        D::number(sql, to.into());
    };
    match valid {
        Valid::Any => {}
        Valid::BeganIn(from, to) => within("valid_from", from, to),
        Valid::EndedIn(from, to) => within("valid_to", from, to),
        Valid::On(day) => {
            sql.push(format_args!(" AND {table}.valid_from <= "));
            D::number(sql, day.into());
            sql.push(format_args!(" AND {table}.valid_to > "));
            D::number(sql, day.into());
        }
        Valid::Unplaced => {
            for column in ["valid_from", "valid_to"] {
                sql.push(format_args!(" AND {table}.{column} = "));
                D::number(sql, FOREVER.into());
            }
        }
    }
}

fn known<D: Dialect>(sql: &mut QueryBuilder<'static, D>, table: &str, at: KnownAt) {
    // The largest number means "still believed", so no instant that is asked for may reach it.
    let (axis, instant) = match at {
        KnownAt::Latest => {
            sql.push(format_args!(" AND {table}.known_to_position = "));
            D::number(sql, i64::MAX);
            return;
        }
        KnownAt::Time(at) => ("at", at.min(i64::MAX - 1)),
        KnownAt::Position(position) => ("position", rows::signed(position).min(i64::MAX - 1)),
    };
    sql.push(format_args!(" AND {table}.known_from_{axis} <= "));
    D::number(sql, instant);
    sql.push(format_args!(" AND {table}.known_to_{axis} > "));
    D::number(sql, instant);
}
