//! The reference page: the document, for people. All that it needs comes from the service itself, so that it can be read on a
//! network without a way out.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa_swagger_ui::Config;

use super::find::unknown;
use super::problem::{Kind, Problem};
use super::reading::language;
use super::service::Service;
use crate::lang::Lang;

/// Its address, and that of its files.
pub const ADDRESSES: [&str; 2] = ["/docs", "/docs/{file}"];

/// Scripts and styles are files of the service, and nothing is asked of another host.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The files that are the project's own.
const OWN: [(&str, &str, &str); 2] = [
    (
        "reference.js",
        "text/javascript; charset=utf-8",
        include_str!("reference/reference.js"),
    ),
    (
        "reference.css",
        "text/css; charset=utf-8",
        include_str!("reference/reference.css"),
    ),
];

/// Of Swagger UI.
const THEIRS: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];

/// The page and its files.
pub fn routes() -> Router<Service> {
    let [address, files] = ADDRESSES;
    Router::new()
        .route(address, get(page))
        .route(files, get(file))
}

async fn page(headers: HeaderMap) -> Response {
    let page = html(language(&headers));
    let media = HeaderValue::from_static("text/html; charset=utf-8");
    let headers = [
        (header::CONTENT_TYPE, media),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    (headers, page).into_response()
}

async fn file(Path(name): Path<String>) -> Result<Response, Problem> {
    if let Some((_, media, text)) = OWN.iter().find(|(own, ..)| *own == name) {
        return Ok(([(header::CONTENT_TYPE, *media)], *text).into_response());
    }
    if !THEIRS.contains(&name.as_str()) {
        return Err(unknown("file", &name).mend("/docs is the page"));
    }
    let file = utoipa_swagger_ui::serve(&name, Arc::new(Config::default()));
    let file = file.map_err(Problem::internal)?;
    let file = file.ok_or_else(|| Problem::internal(format!("{name} is not built in")))?;
    let media = [(header::CONTENT_TYPE, file.content_type)];
    Ok((media, file.bytes.into_owned()).into_response())
}

/// The page: what it links to, and the place where the script shows the document.
fn html(lang: Lang) -> String {
    let problems = Kind::ALL.iter().map(|kind| {
        let (address, title) = (kind.type_uri(), kind.title(lang));
        let (code, status) = (kind.code(), kind.status().as_u16());
        format!("<li><a href=\"{address}\"><code>{code}</code></a> {status} {title}</li>\n")
    });
    include_str!("reference/reference.html")
        .replace("{lang}", lang.tag())
        .replace(
            "{title}",
            lang.pick("年轮 · 接口参考", "Nianlun · API reference"),
        )
        .replace("{document}", lang.pick("OpenAPI 文档", "OpenAPI document"))
        .replace("{problems}", lang.pick("问题类型", "Problems"))
        .replace(
            "{script}",
            lang.pick(
                "此页需要 JavaScript；不用它也可以直接阅读 OpenAPI 文档。",
                "This page needs JavaScript; the OpenAPI document can be read without it.",
            ),
        )
        .replace("{kinds}", &problems.collect::<String>())
}
