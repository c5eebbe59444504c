//! The last hand on the `OpenAPI` document: what is so of every operation, or of all of a kind, is said here once.

mod examples;
mod parts;
mod rows;

use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Components, OpenApi, PathItem, Ref, RefOr, Server};

use super::access::{Needs, needs};

/// The name of the security scheme.
const BEARER: &str = "bearer";

/// What a problem is sent as.
const PROBLEM: &str = "application/problem+json";

/// What is answered before a request is one: without a body, and the connection is closed.
const LONG: &str = "The head of the request is too long";

/// Completes the document.
pub fn complete(document: &mut OpenApi) {
    let mut components = document.components.take().unwrap_or_default();
    document.servers = Some(vec![here()]);
    document.security = Some(vec![bearer()]);
    parts::add(&mut components);
    rows::name(&mut components);
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            describe(operation, &mut components);
        }
    }
    document.components = Some(components);
}

fn here() -> Server {
    let mut here = Server::new("/");
    here.description = Some("This service".to_owned());
    here
}

fn bearer() -> SecurityRequirement {
    SecurityRequirement::new(BEARER, Vec::<String>::new())
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let all = [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.delete,
    ];
    all.into_iter().flatten()
}

fn describe(operation: &mut Operation, components: &mut Components) {
    let id = operation.operation_id.clone().unwrap_or_default();
    summarize(operation);
    if needs(&id) == Some(Needs::Nothing) {
        // No requirement at all.
        operation.security = Some(vec![]);
    }
    examples::give(operation, &id);
    let long = ResponseBuilder::new().description(LONG);
    let answers = &mut operation.responses.responses;
    answers.insert("431".to_owned(), long.build().into());
    let parameters: Vec<_> = operation.parameters.iter().flatten().collect();
    let takes = |name: &str| {
        parameters.iter().any(|one| {
            matches!(one, RefOr::T(one) if one.parameter_in == ParameterIn::Query && one.name == name)
        })
    };
    let (paged, pointed) = (takes("cursor"), takes("min_position"));
    let keyed = parameters.iter().any(|one| {
        matches!(one, RefOr::T(one) if one.parameter_in == ParameterIn::Header && one.name == "Idempotency-Key")
    });
    let tagged = operation.responses.responses.contains_key("304");
    if paged {
        rows::columns(operation, components);
    }
    let mut headers = vec!["Accept-Language"];
    if tagged {
        headers.push("If-None-Match");
    }
    let parameters = operation.parameters.get_or_insert_default();
    parameters.extend(headers.into_iter().map(|name| {
        let reference = Ref::new(format!("#/components/parameters/{name}"));
        RefOr::Ref(reference)
    }));
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(answer) = response else { continue };
        if status == "431" {
            continue;
        }
        let mut says = parts::headers(&id, status);
        match status.as_str() {
            "200" | "304" if tagged => says.push("ETag"),
            _ => {}
        }
        if status == "201" && keyed {
            says.push("Idempotency-Replayed");
        }
        if status == "200" && (paged || pointed) {
            says.push("Nianlun-Position");
        }
        if status == "200" && paged {
            says.push("Link");
        }
        for name in says {
            let reference = Ref::new(format!("#/components/headers/{name}"));
            answer
                .headers
                .insert(name.to_owned(), RefOr::Ref(reference));
        }
        if answer.content.contains_key(PROBLEM) {
            *response = shared(answer, components).into();
        }
    }
}

/// The first sentence says what an operation does; what follows describes it.
fn summarize(operation: &mut Operation) {
    let said = operation.summary.take().unwrap_or_default();
    let said = said.replace('\n', " ");
    let (first, rest) = said.split_once(". ").unwrap_or((&said, ""));
    // Of the two only the description is Markdown.
    operation.summary = Some(first.trim_end_matches('.').replace('`', ""));
    let before = operation.description.take().unwrap_or_default();
    let described = format!("{rest}\n\n{before}").trim().to_owned();
    operation.description = Some(described).filter(|text| !text.is_empty());
}

/// Problems that many operations answer with are described once; their name is made of their codes.
fn shared(answer: &Response, components: &mut Components) -> Ref {
    let name = answer.description.replace(", ", ".");
    let reference = Ref::new(format!("#/components/responses/{name}"));
    let known = components.responses.entry(name);
    known.or_insert_with(|| answer.clone().into());
    reference
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_of_what_is_said_is_the_summary() {
        let mut operation = Operation::new();
        operation.summary = Some("Imports `files`. They are\ntaken. One at a time.".to_owned());
        summarize(&mut operation);
        assert_eq!(operation.summary.as_deref(), Some("Imports files"));
        let described = operation.description.as_deref();
        assert_eq!(described, Some("They are taken. One at a time."));
        operation = Operation::new();
        operation.summary = Some("Carriers by code.".to_owned());
        summarize(&mut operation);
        assert_eq!(operation.summary.as_deref(), Some("Carriers by code"));
        assert_eq!(operation.description, None);
    }
}
