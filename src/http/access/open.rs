//! A service for the one person at this machine, without a password: what keeps web pages out of it that this person looks at.

use axum::http::{HeaderMap, Uri, header};

use crate::http::problem::{Kind, Problem};

/// The names of this machine for itself.
const HERE: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Refuses a request that a page of another site has made.
///
/// A page may have the name of its own server lead to this machine (DNS rebinding); then the browser sends that name. And it may
/// send some forms anywhere; then the browser says from where.
///
/// # Errors
/// [`Kind::Forbidden`].
pub fn here_only(headers: &HeaderMap, uri: &Uri, origins: &[String]) -> Result<(), Problem> {
    // An address that names a host counts before the header (RFC 9112 §3.2.2).
    let host = headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok());
    let named = uri.authority().map(axum::http::uri::Authority::as_str);
    let host = named.or(host);
    if !host.is_some_and(|host| HERE.contains(&without_port(host))) {
        return Err(Problem::new(
            Kind::Forbidden,
            "without authentication the service answers under the names of this machine only",
        )
        .of("host", host.unwrap_or_default())
        .mend(format!("use one of: {}", HERE.join(", "))));
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().unwrap_or_default();
    let (_, name) = origin.split_once("://").unwrap_or_default();
    if HERE.contains(&without_port(name)) || origins.iter().any(|allowed| allowed == origin) {
        return Ok(());
    }
    Err(Problem::new(
        Kind::Forbidden,
        "without authentication the service takes nothing from pages of other sites",
    )
    .of("origin", origin)
    .mend("name the site in the allowed origins, and ask for authentication"))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn answers(pairs: &[(HeaderName, &str)]) -> bool {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().expect("a value")));
        let headers: HeaderMap = pairs.collect();
        here_only(
            &headers,
            &Uri::from_static("/"),
            &["https://a.org".to_owned()],
        )
        .is_ok()
    }

    #[test]
    fn only_this_machine_is_answered_and_only_its_own_pages() {
        for host in [
            "localhost",
            "localhost:7316",
            "127.0.0.1:80",
            "[::1]:7316",
            "[::1]",
        ] {
            assert!(answers(&[(header::HOST, host)]), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.nip.io:7316",
            "",
        ] {
            assert!(!answers(&[(header::HOST, host)]), "{host}");
        }
        let from = |origin| answers(&[(header::HOST, "localhost"), (header::ORIGIN, origin)]);
        assert!(from("http://localhost:3000"));
        assert!(from("https://a.org"));
        assert!(!from("https://b.org"));
        assert!(!from("null"));
    }
}
