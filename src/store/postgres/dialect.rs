//! How this database binds and reads values.

use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row};
use uuid::Uuid;

use crate::store::StreamId;
use crate::store::rows::Columns;
use crate::store::select::Dialect;

impl Dialect for Postgres {
    fn text(sql: &mut QueryBuilder<'static, Self>, value: &str) {
        sql.push_bind(value.to_owned());
    }

    fn number(sql: &mut QueryBuilder<'static, Self>, value: i64) {
        sql.push_bind(value);
    }

    fn id(sql: &mut QueryBuilder<'static, Self>, value: Uuid) {
        sql.push_bind(value);
    }

    fn any_of(sql: &mut QueryBuilder<'static, Self>, expression: &str, values: Vec<String>) {
        sql.push(expression)
            .push(" = ANY(")
            .push_bind(values)
            .push(")");
    }
}

impl Columns for PgRow {
    fn text(&self, column: &str) -> Result<String, sqlx::Error> {
        self.try_get(column)
    }

    fn number(&self, column: &str) -> Result<i64, sqlx::Error> {
        self.try_get(column)
    }

    fn day(&self, column: &str) -> Result<i32, sqlx::Error> {
        self.try_get(column)
    }

    fn id(&self, column: &str) -> Result<Uuid, sqlx::Error> {
        self.try_get(column)
    }

    fn json(&self, column: &str) -> Result<Value, sqlx::Error> {
        self.try_get(column)
    }
}

/// Stream ids as two arrays, for `unnest($1::text[], $2::text[])`.
pub(super) fn stream_arrays(streams: &[StreamId]) -> (Vec<&'static str>, Vec<String>) {
    streams
        .iter()
        .map(|stream| (stream.subject.as_str(), stream.id.to_string()))
        .unzip()
}
