//! Parameters and bodies, with errors that say which is wrong.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::marker::PhantomData;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use memchr::memmem;
use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::problem::{Kind, Problem};
use super::service::Service;

/// Parameters of a query. Those that an address does not take are refused before ([`super::contract`]).
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Service> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Service) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let read = serde_html_form::Deserializer::from_bytes(query.as_bytes());
        serde_path_to_error::deserialize(read)
            .map(Self)
            .map_err(|error| {
                let name = error.path().to_string();
                let value = form_urlencoded::parse(query.as_bytes())
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| value.into_owned());
                Problem::new(Kind::MalformedRequest, error.into_inner().to_string())
                    .of(name, value.unwrap_or_default())
            })
    }
}

/// A JSON body.
#[derive(Debug)]
pub struct Body<T> {
    /// What it says.
    pub says: T,
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
}

impl<T: DeserializeOwned> FromRequest<Service> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Problem> {
        let media = request.headers().get(header::CONTENT_TYPE);
        let media = media.and_then(|value| value.to_str().ok()).unwrap_or("");
        let essence = media.split(';').next().unwrap_or("").trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(
                Problem::new(Kind::UnsupportedMediaType, "the body must be JSON")
                    .of("content-type", media)
                    .mend("send application/json"),
            );
        }
        let limit = service.settings.body;
        let length = request.headers().get(header::CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if length.is_some_and(|length| length > limit as u64) {
            return Err(too_large(limit));
        }
        let bytes = axum::body::to_bytes(request.into_body(), limit)
            .await
            .map_err(|error| unread(&error, limit))?;
        if has_nul(&bytes) {
            let detail = "there is a NUL character in a text";
            return Err(Problem::new(Kind::MalformedRequest, detail).mend("leave it out"));
        }
        let mut read = serde_json::Deserializer::from_slice(&bytes);
        let says = serde_path_to_error::deserialize(&mut read).map_err(|error| {
            let path = error.path().to_string();
            let field = if path == "." { String::new() } else { path };
            unfit(&error.into_inner()).of(field, "")
        })?;
        read.end().map_err(|error| unfit(&error))?;
        let digest = Sha256::digest(&bytes).into();
        Ok(Self { says, digest })
    }
}

/// A body that says something else than it should; where, the error says.
fn unfit(error: &serde_json::Error) -> Problem {
    Problem::new(Kind::MalformedRequest, error.to_string())
        .mend("send what /api/v1/openapi.json says this address takes")
}

/// Whether a JSON text has a NUL character in one of its texts: no name has one, and a database need not take it.
fn has_nul(json: &[u8]) -> bool {
    fn within(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(values) => values.iter().any(within),
            Value::Object(fields) => fields
                .iter()
                .any(|(name, value)| name.contains('\0') || within(value)),
            _ => false,
        }
    }
    // It can only be there if it is written so.
    memmem::find(json, b"\\u0000").is_some()
        && serde_json::from_slice(json).is_ok_and(|value| within(&value))
}

/// Reads an object in which no name comes twice: JSON would let the last one win without a word.
///
/// # Errors
/// If one comes twice.
pub fn once_each<'de, D: Deserializer<'de>, V: Deserialize<'de>>(
    from: D,
) -> Result<BTreeMap<String, V>, D::Error> {
    struct Once<V>(PhantomData<V>);

    impl<'de, V: Deserialize<'de>> Visitor<'de> for Once<V> {
        type Value = BTreeMap<String, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
            let mut all = BTreeMap::new();
            while let Some((name, value)) = from.next_entry::<String, V>()? {
                match all.entry(name) {
                    Entry::Vacant(place) => drop(place.insert(value)),
                    Entry::Occupied(place) => {
                        let what = format!("{:?} is there twice", place.key());
                        return Err(A::Error::custom(what));
                    }
                }
            }
            Ok(all)
        }
    }

    from.deserialize_map(Once(PhantomData))
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        Kind::PayloadTooLarge,
        format!("a body has at most {limit} bytes"),
    )
    .mend("say it in several requests")
}

/// A body that did not come whole.
fn unread(error: &axum::Error, limit: usize) -> Problem {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(one) = cause {
        if one.is::<http_body_util::LengthLimitError>() {
            return too_large(limit);
        }
        cause = one.source();
    }
    Problem::new(Kind::MalformedRequest, "the body did not come whole")
}
