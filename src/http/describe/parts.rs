//! Headers that requests and answers have, and how callers show who they are.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, Required};

use super::BEARER;

/// Headers that requests may have.
const ASKED: &[(&str, &str, &str)] = &[
    (
        "Accept-Language",
        "The language of names and messages: Chinese if not given.",
        "en",
    ),
    (
        "If-None-Match",
        "The `ETag` of the answer that the reader has; 304 if it is still so.",
        "\"7.0f3b\"",
    ),
];

/// Headers that answers may have, with the type of their value.
const SAID: &[(&str, Type, &str)] = &[
    (
        "Content-Disposition",
        Type::String,
        "The name under which to keep the file.",
    ),
    (
        "ETag",
        Type::String,
        "The tag of the answer; that of a record begins with the sequence of its last event.",
    ),
    (
        "Idempotency-Replayed",
        Type::Boolean,
        "`true` if the request was recorded before under the same key.",
    ),
    (
        "Link",
        Type::String,
        "The address of the next page, `rel=\"next\"`; absent on the last.",
    ),
    ("Location", Type::String, "Where that is which was made."),
    (
        "Nianlun-Position",
        Type::Integer,
        "The log position that the answer is of: everything admitted up to it is in it.",
    ),
    ("Nianlun-Rows", Type::Integer, "How many rows the file has."),
    (
        "Nianlun-Unplaced",
        Type::Integer,
        "How many companies have no known date and are left out.",
    ),
    (
        "Retry-After",
        Type::Integer,
        "After how many seconds to send it again.",
    ),
    (
        "WWW-Authenticate",
        Type::String,
        "How to show who one is: `Bearer`.",
    ),
    (
        "X-Request-Id",
        Type::String,
        "The id of the request in the log: that which it came with, or a new one.",
    ),
];

/// The operations that record events of one record, and say where these are.
const COMMANDS: [&str; 10] = [
    "registerCompany",
    "recordCompanyEvent",
    "correctCompanyEvent",
    "retractCompanyEvent",
    "recordCarrierEvent",
    "correctCarrierEvent",
    "retractCarrierEvent",
    "recordClusterEvent",
    "correctClusterEvent",
    "retractClusterEvent",
];

/// Adds what operations refer to.
pub fn add(components: &mut Components) {
    for (name, description, example) in ASKED {
        let text = ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .examples([*example]);
        let parameter = ParameterBuilder::new()
            .name(*name)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(*description))
            .schema(Some(text))
            .build();
        components
            .parameters
            .insert((*name).to_owned(), parameter.into());
    }
    for (name, of, description) in SAID {
        let value = ObjectBuilder::new().schema_type(SchemaType::new(of.clone()));
        let header = HeaderBuilder::new()
            .schema(Some(value))
            .description(Some(*description))
            .build();
        components.headers.insert((*name).to_owned(), header.into());
    }
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "An API token (`nln_…`), or a JWT of the identity provider. A service for one person on their own machine asks for none (docs/access.md).",
        ))
        .build();
    let bearer = SecurityScheme::Http(bearer);
    components.add_security_scheme(BEARER, bearer);
}

/// The headers that an operation's answer with this status may have, beside those that follow from its parameters.
pub fn headers(id: &str, status: &str) -> Vec<&'static str> {
    let own: &[&str] = match (id, status) {
        (id, "201") if COMMANDS.contains(&id) => &["Location", "ETag"],
        ("createToken" | "undoImport", "201") | ("importFiles", "202") => &["Location"],
        ("followChanges", "200") => &["Nianlun-Position"],
        ("exportCompanies", "200") => &["Content-Disposition", "Nianlun-Rows", "Nianlun-Unplaced"],
        ("exportEvents" | "exportFacts" | "exportRoster", "200") => {
            &["Content-Disposition", "Nianlun-Rows"]
        }
        (_, "401") => &["WWW-Authenticate"],
        (_, "409" | "429" | "503") => &["Retry-After"],
        _ => &[],
    };
    own.iter().copied().chain(["X-Request-Id"]).collect()
}
