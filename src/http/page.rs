//! Lists: parts of them, in an order, as JSON or CSV.

use std::cmp::Ordering;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::problem::{Kind, Problem};
use super::reading::{Form, Reading};
use crate::export::defused;
use crate::store::KnownAt;

/// A row of a list. What `fields` leaves out is absent.
pub trait Row: Serialize {
    /// Its columns, in their order.
    const COLUMNS: &'static [&'static str];
}

/// A part of a list, with the point that it is of.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<R> {
    /// The rows.
    pub data: Vec<R>,
    /// How many rows the whole list has.
    pub total: u64,
    /// The day that it is of.
    #[schema(format = Date, example = "2024-06-20")]
    pub as_of: String,
    /// The log position that the facts were at, at the least: everything admitted up to it is in them.
    pub position: u64,
    /// The `cursor` of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// What a reader must know of the figures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub notes: Vec<String>,
}

/// Where a page ended, and of which state the list is.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Rows before.
    #[serde(rename = "s")]
    pub skip: usize,
    /// The log position.
    #[serde(rename = "p")]
    pub position: u64,
}

impl Cursor {
    /// Reads it.
    ///
    /// # Errors
    /// If no page ended so.
    pub fn read(text: &str) -> Result<Self, Problem> {
        let read = URL_SAFE_NO_PAD.decode(text).ok();
        read.and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or_else(|| {
                Problem::new(Kind::MalformedRequest, "no page ended with this cursor")
                    .of("cursor", text)
                    .mend("take it from `next` or the Link header of the page before")
            })
    }

    fn write(&self) -> String {
        let text = format!("{{\"s\":{},\"p\":{}}}", self.skip, self.position);
        URL_SAFE_NO_PAD.encode(text)
    }
}

impl Reading {
    /// Answers with a list.
    ///
    /// # Errors
    /// [`Kind::UnknownParameter`] if a column is named that there is not.
    pub fn list<R: Row>(&self, rows: &[R], notes: Vec<String>) -> Result<Response, Problem> {
        let columns = self.columns(R::COLUMNS)?;
        let read = |row: &R| match serde_json::to_value(row) {
            Ok(Value::Object(row)) => Ok(row),
            Ok(_) => Err(Problem::internal("a row is no object")),
            Err(error) => Err(Problem::internal(error)),
        };
        let mut read: Vec<Map<String, Value>> = rows.iter().map(read).collect::<Result<_, _>>()?;
        if let Some((column, descending)) = &self.part.sort {
            known(R::COLUMNS, "sort", column)?;
            read.sort_by(|a, b| {
                let order = compare(a.get(column), b.get(column));
                if *descending { order.reverse() } else { order }
            });
        }
        let total = read.len();
        let end = self.part.skip.saturating_add(self.part.limit);
        let cursor = (end < total).then(|| Cursor {
            skip: end,
            position: self.pinned(),
        });
        let next = cursor.map(|cursor| cursor.write());
        let data: Vec<Map<String, Value>> = read
            .into_iter()
            .skip(self.part.skip)
            .take(self.part.limit)
            .map(|row| {
                let kept = row.into_iter();
                kept.filter(|(name, _)| columns.contains(&name.as_str()))
                    .collect()
            })
            .collect();
        let mut response = match self.form {
            Form::Csv => csv(&columns, &data)?,
            Form::Json => {
                let page = Page {
                    data,
                    total: total as u64,
                    as_of: self.point.day.to_string(),
                    position: self.position,
                    next: next.clone(),
                    notes,
                };
                axum::Json(page).into_response()
            }
        };
        if let Some(next) = next {
            let link = format!("<{}>; rel=\"next\"", self.with_cursor(&next));
            let link = HeaderValue::from_str(&link).map_err(Problem::internal)?;
            response.headers_mut().insert(header::LINK, link);
        }
        self.placed(&mut response);
        Ok(response)
    }

    /// Answers with one thing; as CSV with these rows of it.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn one<R: Row>(&self, body: impl Serialize, rows: &[R]) -> Result<Response, Problem> {
        if self.form == Form::Csv {
            return self.list(rows, vec![]);
        }
        // They are of the rows; a slip in them is told all the same.
        self.columns(R::COLUMNS)?;
        if let Some((column, _)) = &self.part.sort {
            known(R::COLUMNS, "sort", column)?;
        }
        let mut response = axum::Json(body).into_response();
        self.placed(&mut response);
        Ok(response)
    }

    /// Says at which position the facts were.
    fn placed(&self, response: &mut Response) {
        let position = HeaderValue::from(self.position);
        response.headers_mut().insert("nianlun-position", position);
    }

    /// The position that later pages are of.
    const fn pinned(&self) -> u64 {
        match self.point.known {
            KnownAt::Position(position) => position,
            KnownAt::Latest | KnownAt::Time(_) => self.position,
        }
    }

    fn columns(&self, all: &'static [&'static str]) -> Result<Vec<&'static str>, Problem> {
        let Some(fields) = &self.part.fields else {
            return Ok(all.to_vec());
        };
        for field in fields {
            known(all, "fields", field)?;
        }
        let wanted = |column: &&&str| fields.iter().any(|field| field == **column);
        Ok(all.iter().filter(wanted).copied().collect())
    }

    fn with_cursor(&self, cursor: &str) -> String {
        let query = self.uri.query().unwrap_or_default();
        let others = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "cursor");
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(others).append_pair("cursor", cursor);
        format!("{}?{}", self.uri.path(), query.finish())
    }
}

/// Refuses a column that there is not.
fn known(all: &[&str], parameter: &str, column: &str) -> Result<(), Problem> {
    if all.contains(&column) {
        return Ok(());
    }
    Err(Problem::new(
        Kind::MalformedRequest,
        format!("there is no column {column:?} here"),
    )
    .of(parameter, column)
    .mend(format!("use one of: {}", all.join(", "))))
}

/// Numbers by their size, texts by their characters; what is absent comes last.
fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    let (a, b) = (a.unwrap_or(&Value::Null), b.unwrap_or(&Value::Null));
    match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Greater,
        (_, Value::Null) => Ordering::Less,
        (Value::Number(a), Value::Number(b)) => a
            .as_f64()
            .partial_cmp(&b.as_f64())
            .unwrap_or(Ordering::Equal),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (a, b) => a.to_string().cmp(&b.to_string()),
    }
}

fn csv(columns: &[&str], rows: &[Map<String, Value>]) -> Result<Response, Problem> {
    let mut writer = csv::Writer::from_writer(vec![]);
    writer.write_record(columns).map_err(Problem::internal)?;
    for row in rows {
        let cells = columns.iter().map(|column| cell(row.get(*column)));
        let cells: Vec<String> = cells.collect();
        writer.write_record(&cells).map_err(Problem::internal)?;
    }
    let body = writer.into_inner().map_err(Problem::internal)?;
    let media = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
    Ok(([(header::CONTENT_TYPE, media)], Body::from(body)).into_response())
}

/// A cell, which no spreadsheet takes for a formula.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => defused(text).into_owned(),
        Some(Value::Array(values)) => {
            let texts = values.iter().map(|value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            defused(&texts.collect::<Vec<_>>().join(", ")).into_owned()
        }
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_nothing_else_is_one() {
        let cursor = Cursor {
            skip: 100,
            position: 318,
        };
        assert_eq!(Cursor::read(&cursor.write()), Ok(cursor));
        for text in ["", "x", "e30", "====", "eyJzIjotMX0"] {
            assert!(Cursor::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn cells_are_joined_and_defused() {
        assert_eq!(cell(Some(&Value::from("=1+1"))), "'=1+1");
        assert_eq!(cell(Some(&Value::from(vec!["a", "b"]))), "a, b");
        assert_eq!(cell(Some(&Value::from(7))), "7");
        assert_eq!(cell(Some(&Value::Null)), "");
    }
}
