//! What the `OpenAPI` document says an address takes: everything else is refused, so that a slip is told and not ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{OpenApi, RefOr};

use super::limits::writes;
use super::problem::{Kind, Problem};

/// Headers upon which it hangs whether a request is carried out: where they mean nothing, they are refused.
const TELLING: [&str; 2] = ["idempotency-key", "if-match"];

/// The parameters of each address, by method.
#[derive(Clone, Debug, Default)]
pub struct Contract(Arc<BTreeMap<(String, String), Taken>>);

/// What an address takes.
#[derive(Clone, Debug, Default)]
struct Taken {
    query: BTreeSet<String>,
    headers: BTreeSet<String>,
}

impl Contract {
    /// As a document says it.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let mut taken = BTreeMap::new();
        for (path, item) in &document.paths.paths {
            let operations = [
                ("GET", &item.get),
                ("POST", &item.post),
                ("PUT", &item.put),
                ("DELETE", &item.delete),
            ];
            for (method, operation) in operations {
                let Some(operation) = operation else { continue };
                let parameters = operation.parameters.iter().flatten();
                let mut all = Taken::default();
                for one in parameters {
                    let RefOr::T(one) = one else { continue };
                    match one.parameter_in {
                        ParameterIn::Query => all.query.insert(one.name.clone()),
                        ParameterIn::Header => all.headers.insert(one.name.to_ascii_lowercase()),
                        _ => continue,
                    };
                }
                taken.insert((method.to_owned(), path.clone()), all);
            }
        }
        Self(Arc::new(taken))
    }
}

/// Refuses parameters and telling headers that the address does not take, and parameters without a value: whoever means nothing
/// leaves them out.
pub async fn check(State(contract): State<Contract>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    let address = path.map(|path| {
        // HEAD is answered as GET.
        let method = request.method().as_str().replace("HEAD", "GET");
        (method, path.as_str().to_owned())
    });
    let taken = address.and_then(|address| contract.0.get(&address));
    let query = request.uri().query().unwrap_or_default();
    if let Some(taken) = taken {
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !taken.query.contains(name.as_ref()) {
                let all: Vec<_> = taken.query.iter().map(String::as_str).collect();
                let detail = format!("this address takes no parameter {name:?}");
                return Problem::new(Kind::UnknownParameter, detail)
                    .of(name, value)
                    .mend(format!("it takes: {}", all.join(", ")))
                    .into_response();
            }
        }
        let empty = form_urlencoded::parse(query.as_bytes()).find(|(_, value)| value.is_empty());
        if let Some((name, _)) = empty {
            return Problem::new(Kind::MalformedRequest, "this parameter says nothing")
                .of(name, "")
                .mend("give it a value, or leave it out")
                .into_response();
        }
        let idle = TELLING
            .into_iter()
            .find(|name| request.headers().contains_key(*name) && !taken.headers.contains(*name));
        if let Some(name) = idle.filter(|_| writes(request.method())) {
            let detail = format!("the header {name} means nothing here");
            return Problem::new(Kind::UnknownParameter, detail)
                .of(name, "")
                .mend("leave it out; docs/api.md says how this request is sent again safely")
                .into_response();
        }
    }
    next.run(request).await
}
