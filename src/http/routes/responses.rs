//! The problems that every address of a kind can answer with.

use std::collections::BTreeMap;

use utoipa::openapi::response::Response;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::http::problem::{Kind, ProblemBody};

/// Of reads.
#[derive(Debug)]
pub struct Read;

/// Of files that are sent as they are made.
#[derive(Debug)]
pub struct Sent;

/// Of commands.
#[derive(Debug)]
pub struct Write;

/// Of uploads.
#[derive(Debug)]
pub struct Upload;
/// Of addresses that ask nobody who they are and take nothing.
#[derive(Debug)]
pub struct Plain;

/// Of those that tell whether the service is ready.
#[derive(Debug)]
pub struct Health;

const OF_PLAIN: [Kind; 2] = [Kind::UnknownParameter, Kind::Internal];

const ANY: [Kind; 8] = [
    Kind::MalformedRequest,
    Kind::Unauthenticated,
    Kind::Forbidden,
    Kind::TimedOut,
    Kind::RateLimited,
    Kind::Internal,
    Kind::Overloaded,
    Kind::Unavailable,
];

const OF_READS: [Kind; 5] = [
    Kind::UnknownParameter,
    Kind::NotFound,
    Kind::NotAcceptable,
    Kind::Ambiguous,
    Kind::NotYet,
];

const OF_WRITES: [Kind; 11] = [
    Kind::NotFound,
    Kind::UnknownParameter,
    Kind::Refused,
    Kind::Contradiction,
    Kind::IdentifierTaken,
    Kind::Contended,
    Kind::PreconditionFailed,
    Kind::PayloadTooLarge,
    Kind::UnsupportedMediaType,
    Kind::InvalidEvent,
    Kind::IdempotencyMismatch,
];

const OF_UPLOADS: [Kind; 4] = [
    Kind::UnknownParameter,
    Kind::PayloadTooLarge,
    Kind::UnsupportedMediaType,
    Kind::InvalidFile,
];

impl IntoResponses for Read {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        tagged(problems(&OF_READS))
    }
}

impl IntoResponses for Sent {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&OF_READS)
    }
}

impl IntoResponses for Write {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&OF_WRITES)
    }
}

impl IntoResponses for Upload {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&OF_UPLOADS)
    }
}

impl IntoResponses for Plain {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        tagged(by_status(OF_PLAIN.iter()))
    }
}

impl IntoResponses for Health {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        tagged(by_status(OF_PLAIN.iter().chain([&Kind::NotReady])))
    }
}

/// And that the reader has the answer already.
fn tagged(mut all: BTreeMap<String, RefOr<Response>>) -> BTreeMap<String, RefOr<Response>> {
    let unchanged = ResponseBuilder::new().description("The reader has it already");
    all.insert("304".to_owned(), unchanged.build().into());
    all
}

/// Those that every address can answer with, and an address's own.
fn problems(own: &[Kind]) -> BTreeMap<String, RefOr<Response>> {
    by_status(ANY.iter().chain(own))
}

/// Problems by their status.
fn by_status<'a>(all: impl Iterator<Item = &'a Kind>) -> BTreeMap<String, RefOr<Response>> {
    let mut kinds: BTreeMap<u16, Vec<Kind>> = BTreeMap::new();
    for kind in all {
        kinds.entry(kind.status().as_u16()).or_default().push(*kind);
    }
    let response = |(status, kinds): (u16, Vec<Kind>)| {
        let codes: Vec<_> = kinds.iter().map(|kind| kind.code()).collect();
        let problem = Ref::from_schema_name(ProblemBody::name());
        let content = ContentBuilder::new().schema(Some(problem)).build();
        let response = ResponseBuilder::new()
            .description(codes.join(", "))
            .content("application/problem+json", content);
        (status.to_string(), response.build().into())
    };
    kinds.into_iter().map(response).collect()
}
