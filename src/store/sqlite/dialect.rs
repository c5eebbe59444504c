//! How this database binds and reads values.

use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite};
use uuid::Uuid;

use crate::store::StreamId;
use crate::store::rows::Columns;
use crate::store::select::Dialect;

impl Dialect for Sqlite {
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
            .push(" IN (SELECT value FROM json_each(")
            .push_bind(array(values))
            .push("))");
    }
}

impl Columns for SqliteRow {
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

/// A list as one parameter, for `json_each(?)`.
pub(super) fn array<T: Into<Value>>(values: Vec<T>) -> String {
    Value::from(values).to_string()
}

/// Stream ids as one parameter: an array of pairs, for `json_each(?)`.
pub(super) fn stream_array(streams: &[StreamId]) -> String {
    array(
        streams
            .iter()
            .map(|stream| vec![stream.subject.as_str().to_owned(), stream.id.to_string()])
            .collect(),
    )
}
