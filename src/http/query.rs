//! Parameters and bodies, with errors that say which is wrong.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
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
        let bytes = axum::body::to_bytes(request.into_body(), service.settings.body)
            .await
            .map_err(|error| unread(&error, service.settings.body))?;
        let mut read = serde_json::Deserializer::from_slice(&bytes);
        let says = serde_path_to_error::deserialize(&mut read).map_err(|error| {
            let path = error.path().to_string();
            let field = if path == "." { String::new() } else { path };
            Problem::new(Kind::MalformedRequest, error.into_inner().to_string()).of(field, "")
        })?;
        read.end()
            .map_err(|error| Problem::new(Kind::MalformedRequest, error.to_string()))?;
        let digest = Sha256::digest(&bytes).into();
        Ok(Self { says, digest })
    }
}

/// A body that did not come whole.
fn unread(error: &axum::Error, limit: usize) -> Problem {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(one) = cause {
        if one.is::<http_body_util::LengthLimitError>() {
            return Problem::new(
                Kind::PayloadTooLarge,
                format!("a body has at most {limit} bytes"),
            );
        }
        cause = one.source();
    }
    Problem::new(Kind::MalformedRequest, "the body did not come whole")
}
