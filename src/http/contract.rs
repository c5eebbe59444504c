//! What the `OpenAPI` document says an address takes: everything else is refused, so that a slip is told and not ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{OpenApi, RefOr};

use super::problem::{Kind, Problem};

/// The parameters of each address, by method.
#[derive(Clone, Debug, Default)]
pub struct Contract(Arc<BTreeMap<(String, String), BTreeSet<String>>>);

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
                let names = parameters.filter_map(|one| match one {
                    RefOr::T(one) if one.parameter_in == ParameterIn::Query => {
                        Some(one.name.clone())
                    }
                    _ => None,
                });
                taken.insert((method.to_owned(), path.clone()), names.collect());
            }
        }
        Self(Arc::new(taken))
    }
}

/// Refuses parameters that the address does not take.
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
            if !taken.contains(name.as_ref()) {
                let all: Vec<_> = taken.iter().map(String::as_str).collect();
                let detail = format!("this address takes no parameter {name:?}");
                return Problem::new(Kind::UnknownParameter, detail)
                    .of(name, value)
                    .mend(format!("it takes: {}", all.join(", ")))
                    .into_response();
            }
        }
    }
    next.run(request).await
}
