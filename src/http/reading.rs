//! What every read takes: a point on both axes, and in which form the answer is wanted.

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use nianlun_aggregates::Day;
use nianlun_projections::Subject;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::page::Cursor;
use super::problem::{Kind, Problem};
use super::query::Query;
use super::service::Service;
use crate::lang::Lang;
use crate::query::{Point, known_at};
use crate::store::{KnownAt, StreamId};

/// The point in question, and what must be in the facts first.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PointParams {
    /// The day in question, such as `2024-06-20`; today if not given.
    #[param(value_type = Option<String>, format = Date)]
    pub(super) as_of: Option<String>,
    /// As known when: a day (its end), a time with its offset such as `2024-06-20T12:00:00+08:00`, or a log position; now if not
    /// given.
    pub(super) known_at: Option<String>,
    /// Wait, for a few seconds at most, until this log position is in the facts.
    #[param(maximum = 9_223_372_036_854_775_807_u64)]
    pub(super) min_position: Option<u64>,
    /// Wait until this event is in the facts: `company/{id}/{sequence}`, as a command answers.
    pub(super) after_event: Option<String>,
}

/// Which part of a list, in which order, with which columns.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// How many rows at most, 1 to 1000; 100 if not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u16>,
    /// Where the page before ended: `next` of its body, as in its `Link` header.
    cursor: Option<String>,
    /// A column to sort by; with `-` before it from the greatest. Rows that are equal keep the usual order.
    sort: Option<String>,
    /// The columns wanted, with commas between; all if not given.
    fields: Option<String>,
}

/// A form of answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `application/json`
    Json,
    /// `text/csv`
    Csv,
}

/// A part of a list.
#[derive(Clone, Debug)]
pub struct Part {
    /// How many rows at most.
    pub limit: usize,
    /// How many rows come before.
    pub skip: usize,
    /// The column to sort by, and whether from the greatest.
    pub sort: Option<(String, bool)>,
    /// The columns wanted.
    pub fields: Option<Vec<String>>,
}

/// A read: who asks, at which point, for what part, in which form.
pub struct Reading {
    /// The service.
    pub service: Service,
    /// The point.
    pub point: Point,
    /// Whether the day was asked for; else it is today.
    pub dated: bool,
    /// Whether no time of knowledge was asked for: the first page is of now, and later ones of the state that it was of.
    pub latest: bool,
    /// The position that the facts are at, at the least.
    pub position: u64,
    /// The part of a list.
    pub part: Part,
    /// The form.
    pub form: Form,
    /// The language.
    pub lang: Lang,
    /// What was asked for.
    pub uri: Uri,
}

impl FromRequestParts<Service> for Reading {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let Query(asked) = Query::<PointParams>::from_request_parts(parts, service).await?;
        let Query(list) = Query::<ListParams>::from_request_parts(parts, service).await?;
        let form = form(&parts.headers)?;
        let cursor = list.cursor.as_deref().map(Cursor::read).transpose()?;
        if let Some(position) = asked.min_position {
            service.reach(position).await?;
        }
        if let Some(event) = &asked.after_event {
            after(service, event).await?;
        }
        let position = service.projector.reached().borrow().facts;
        let known = asked.known_at.as_deref();
        let known = known.map_or(Ok(KnownAt::Latest), |text| known_at(text, &service.zone))?;
        // Later pages are of the state that the first page was of.
        let (known, position) = match (known, &cursor) {
            (KnownAt::Latest, Some(cursor)) => {
                (KnownAt::Position(cursor.position), cursor.position)
            }
            (known, _) => (known, position),
        };
        let day = asked.as_of.as_deref();
        let dated = day.is_some();
        let day = day.map(|text| self::day("as_of", text)).transpose()?;
        let day = day.map_or_else(|| service.today(), Ok)?;
        Ok(Self {
            service: service.clone(),
            point: Point { day, known },
            dated,
            latest: asked.known_at.is_none(),
            position,
            part: part(list, cursor.map_or(0, |cursor| cursor.skip))?,
            form,
            lang: language(&parts.headers),
            uri: OriginalUri::from_request_parts(parts, service)
                .await
                .map_or_else(|never| match never {}, |OriginalUri(uri)| uri),
        })
    }
}

/// The language that is wanted.
#[must_use]
pub fn language(headers: &HeaderMap) -> Lang {
    let wanted = headers.get(header::ACCEPT_LANGUAGE);
    Lang::preferred(wanted.and_then(|value| value.to_str().ok()).unwrap_or(""))
}

/// The day that a parameter says.
///
/// # Errors
/// [`Kind::MalformedRequest`].
pub fn day(parameter: &str, text: &str) -> Result<Day, Problem> {
    text.parse()
        .map_err(|error: nianlun_aggregates::day::DayError| {
            Problem::new(Kind::MalformedRequest, error.to_string())
                .of(parameter, text)
                .mend("write a day such as 2024-06-20")
        })
}

fn part(list: ListParams, skip: usize) -> Result<Part, Problem> {
    const DEFAULT: u16 = 100;
    const MOST: u16 = 1_000;
    let limit = list.limit.unwrap_or(DEFAULT);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::new(
            Kind::MalformedRequest,
            format!("a page has 1 to {MOST} rows"),
        )
        .of("limit", limit.to_string()));
    }
    let sort = list.sort.map(|sort| match sort.strip_prefix('-') {
        Some(column) => (column.to_owned(), true),
        None => (sort, false),
    });
    let fields = list.fields.map(|fields| {
        let fields = fields.split(',').map(str::trim);
        fields
            .filter(|field| !field.is_empty())
            .map(str::to_owned)
            .collect()
    });
    Ok(Part {
        limit: usize::from(limit),
        skip,
        sort,
        fields,
    })
}

/// The form that `Accept` prefers; JSON if anything will do.
fn form(headers: &HeaderMap) -> Result<Form, Problem> {
    let form = |media: &str| match media {
        "application/json" | "application/*" | "*/*" | "application/problem+json" => {
            Some(Form::Json)
        }
        "text/csv" | "text/*" => Some(Form::Csv),
        _ => None,
    };
    let preferred = preferred(headers, form).map_err(|accept| {
        Problem::new(Kind::NotAcceptable, "the answer is JSON or CSV")
            .of("accept", accept)
            .mend("ask for application/json or text/csv")
    })?;
    Ok(preferred.unwrap_or(Form::Json))
}

/// What `Accept` prefers of that which there is (RFC 9110 §12.5.1), if it says anything.
///
/// # Errors
/// With what it says, if it takes nothing of that.
pub(super) fn preferred<T>(
    headers: &HeaderMap,
    form: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, String> {
    let accept: Vec<_> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let accept = accept.join(",");
    if accept.trim().is_empty() {
        return Ok(None);
    }
    let weighed = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next()?.to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        let weight = weight.map_or(Some(1.0), |weight| weight.parse::<f32>().ok())?;
        let form = form(&media)?;
        (weight > 0.0).then_some((weight, form))
    });
    let best = weighed.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, form)| Some(form)).ok_or(accept)
}

/// Waits until an event is in the facts.
pub(super) async fn after(service: &Service, event: &str) -> Result<(), Problem> {
    let unreadable = || {
        Problem::new(Kind::MalformedRequest, "this is no event's id")
            .of("after_event", event)
            .mend("write it as the command answered, such as company/018f…/3")
    };
    let mut parts = event.split('/');
    let (Some(subject), Some(id), Some(sequence), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(unreadable());
    };
    let subject = Subject::parse(subject).ok_or_else(unreadable)?;
    let id = Uuid::try_parse(id).map_err(|_| unreadable())?;
    let sequence: usize = sequence.parse().map_err(|_| unreadable())?;
    let stream = StreamId { subject, id };
    if sequence == 0 || service.store.stream(stream).await?.len() < sequence {
        return Err(Problem::new(Kind::NotFound, "there is no such event").of("after_event", event));
    }
    let deadline = tokio::time::Instant::now() + service.settings.wait;
    let mut reached = service.projector.reached();
    loop {
        let admitted = service.store.histories(&[stream], i64::MAX).await?;
        if let Some(event) = admitted.get(sequence - 1) {
            return service.reach(event.known.position).await;
        }
        service.projector.wake();
        if tokio::time::timeout_at(deadline, reached.changed())
            .await
            .is_err()
        {
            return Err(
                Problem::new(Kind::NotYet, "the log has not admitted it yet")
                    .of("after_event", event),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_follows_accept() {
        let wants = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            form(&headers).ok()
        };
        assert_eq!(wants("*/*"), Some(Form::Json));
        assert_eq!(wants("text/csv"), Some(Form::Csv));
        assert_eq!(wants("text/csv;q=0.5, application/json"), Some(Form::Json));
        assert_eq!(wants("text/html, text/csv;q=0.2"), Some(Form::Csv));
        assert_eq!(wants("text/html"), None);
        assert_eq!(wants("application/json;q=0"), None);
    }
}
