//! What can go wrong, as programs read it: problems of RFC 9457. Each kind has a page in docs/problems.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::lang::Lang;

/// A kind's code, status and title.
struct About {
    code: &'static str,
    status: StatusCode,
    zh: &'static str,
    en: &'static str,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident: $code:literal, $status:ident, $zh:literal, $en:literal;)*) => {
        /// What kind of problem it is. The codes are for ever: programs compare them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            const fn about(self) -> About {
                match self {
                    $(Self::$kind => About {
                        code: $code,
                        status: StatusCode::$status,
                        zh: $zh,
                        en: $en,
                    },)*
                }
            }
        }
    };
}

kinds! {
    /// The request cannot be read: its path, a parameter, a header or the form of its body.
    MalformedRequest: "malformed-request", BAD_REQUEST, "请求无法读取", "The request cannot be read";
    /// A parameter that this address does not take.
    UnknownParameter: "unknown-parameter", BAD_REQUEST, "没有这个参数", "There is no such parameter";
    /// Nobody is named by the request, or not validly.
    Unauthenticated: "unauthenticated", UNAUTHORIZED, "需要有效的身份凭证", "Valid credentials are needed";
    /// Whoever asks may not do that.
    Forbidden: "forbidden", FORBIDDEN, "无权进行此操作", "This is not allowed to you";
    /// There is no such thing.
    NotFound: "not-found", NOT_FOUND, "没有找到", "Not found";
    /// This address does not take that method.
    MethodNotAllowed: "method-not-allowed", METHOD_NOT_ALLOWED, "此地址不接受该方法", "The method is not taken here";
    /// No form that is asked for can be given.
    NotAcceptable: "not-acceptable", NOT_ACCEPTABLE, "无法给出所要求的格式", "No form that is asked for can be given";
    /// The request did not come, or was not answered, in time.
    TimedOut: "timed-out", REQUEST_TIMEOUT, "请求超时", "The request timed out";
    /// Several fit a name.
    Ambiguous: "ambiguous", CONFLICT, "有多个对象符合该名称", "Several fit the name";
    /// The record does not allow it, whatever else is recorded.
    Refused: "refused", CONFLICT, "与记录不符，不予记录", "The record does not allow it";
    /// It contradicts the record; it can be recorded all the same, with a reason.
    Contradiction: "contradiction", CONFLICT, "与已有记录矛盾", "It contradicts the record";
    /// Another company holds the identifier.
    IdentifierTaken: "identifier-taken", CONFLICT, "标识已属于另一主体", "Another holds the identifier";
    /// Others wrote to the same record again and again.
    Contended: "contended", CONFLICT, "同一记录正被频繁写入", "The record is being written to by others";
    /// The record has moved on since it was read.
    PreconditionFailed: "precondition-failed", PRECONDITION_FAILED, "记录已有变化", "The record has moved on";
    /// More than is taken at once.
    PayloadTooLarge: "payload-too-large", PAYLOAD_TOO_LARGE, "请求过大", "The request is too large";
    /// A body in a form that is not read.
    UnsupportedMediaType: "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "不支持的内容类型", "The media type is not read";
    /// The body can be read, and what it says makes no event.
    InvalidEvent: "invalid-event", UNPROCESSABLE_ENTITY, "内容不能构成事件", "This makes no event";
    /// A file or its mapping cannot be used.
    InvalidFile: "invalid-file", UNPROCESSABLE_ENTITY, "文件或映射无法使用", "The file or its mapping cannot be used";
    /// The key was used for another request.
    IdempotencyMismatch: "idempotency-mismatch", UNPROCESSABLE_ENTITY, "该幂等键已用于另一请求", "The key was used for another request";
    /// Too many requests of one caller.
    RateLimited: "rate-limited", TOO_MANY_REQUESTS, "请求过于频繁", "Too many requests";
    /// A fault of the server.
    Internal: "internal", INTERNAL_SERVER_ERROR, "服务器内部错误", "A fault of the server";
    /// The server has as much to do as it can.
    Overloaded: "overloaded", SERVICE_UNAVAILABLE, "服务器繁忙", "The server is overloaded";
    /// The database cannot be reached.
    Unavailable: "unavailable", SERVICE_UNAVAILABLE, "数据库暂不可用", "The database is unavailable";
    /// The position that was asked for is not in the facts yet.
    NotYet: "not-yet", SERVICE_UNAVAILABLE, "所要求的位置尚未投影", "That position is not in the facts yet";
    /// The service should get no requests now.
    NotReady: "not-ready", SERVICE_UNAVAILABLE, "服务尚未就绪", "The service is not ready";
}

impl Kind {
    /// Its code: the last part of its type.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.about().code
    }

    /// Its status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.about().status
    }

    /// Its type: where its page is served.
    #[must_use]
    pub fn type_uri(self) -> String {
        format!("/problems/{}", self.code())
    }

    /// Its title.
    #[must_use]
    pub const fn title(self, lang: Lang) -> &'static str {
        let about = self.about();
        lang.pick(about.zh, about.en)
    }

    /// After how many seconds a program should try again, if it should.
    const fn retry_after(self) -> Option<u16> {
        match self {
            Self::Overloaded | Self::Contended | Self::NotYet => Some(1),
            Self::Unavailable | Self::NotReady => Some(5),
            _ => None,
        }
    }
}

/// A problem (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(Box<Told>);

/// What there is to say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    kind: Kind,
    detail: String,
    field: Option<String>,
    value: Option<String>,
    mend: Option<String>,
    candidates: Vec<CandidateBody>,
    contradictions: Vec<ContradictionBody>,
    retry_after: Option<u16>,
}

/// Somebody who may be meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CandidateBody {
    /// The id of the record, or the code of a carrier or cluster.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A collision with the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContradictionBody {
    /// Its code, as in the findings.
    pub code: String,
    /// The events that contradict each other; those past the last one are the new ones.
    pub events: Vec<u64>,
}

/// A problem as it is sent, `application/problem+json`.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// What kind it is: the address of its page.
    #[serde(rename = "type")]
    #[schema(example = "/problems/not-found")]
    type_uri: String,
    /// The kind in words, in the language that was asked for.
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// What happened.
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    /// The request's id, as in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// The offending field, parameter or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// What it said.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
    /// Who may be meant, or who holds the identifier.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    candidates: Vec<CandidateBody>,
    /// With what it collides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contradictions: Vec<ContradictionBody>,
}

impl Problem {
    /// A problem with a sentence; faults of the server have none.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self(Box::new(Told {
            kind,
            detail: detail.into(),
            field: None,
            value: None,
            mend: None,
            candidates: vec![],
            contradictions: vec![],
            retry_after: kind.retry_after(),
        }))
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Of a field, parameter or header, with what it said.
    #[must_use]
    pub fn of(mut self, field: impl Into<String>, value: impl Into<String>) -> Self {
        const SHOWN: usize = 200;
        let value: String = value.into();
        self.0.field = Some(field.into());
        self.0.value = (!value.is_empty()).then(|| value.chars().take(SHOWN).collect());
        self
    }

    /// With what happened in other words.
    #[must_use]
    pub fn reworded(mut self, detail: impl FnOnce(&str) -> String) -> Self {
        self.0.detail = detail(&self.0.detail);
        self
    }

    /// With how to mend it.
    #[must_use]
    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        let mend: String = mend.into();
        self.0.mend = (!mend.is_empty()).then_some(mend);
        self
    }

    /// With who may be meant, or who holds it.
    #[must_use]
    pub fn candidates(mut self, candidates: Vec<CandidateBody>) -> Self {
        self.0.candidates = candidates;
        self
    }

    /// With the events that it collides with.
    #[must_use]
    pub fn contradictions(mut self, contradictions: Vec<ContradictionBody>) -> Self {
        self.0.contradictions = contradictions;
        self
    }

    /// With when to try again, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u16) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// A fault of the server: logged here, and not told to anybody.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "fault");
        Self::new(Kind::Internal, "")
    }

    /// As it is sent.
    #[must_use]
    pub fn body(self, lang: Lang, instance: Option<String>) -> ProblemBody {
        let told = *self.0;
        ProblemBody {
            type_uri: told.kind.type_uri(),
            title: told.kind.title(lang),
            status: told.kind.status().as_u16(),
            detail: told.detail,
            instance,
            field: told.field,
            value: told.value,
            mend: told.mend,
            candidates: told.candidates,
            contradictions: told.contradictions,
        }
    }
}

impl IntoResponse for Problem {
    /// Without a body: that is written where the language and the request's id are known ([`super::finish`]).
    fn into_response(self) -> Response {
        let mut response = self.kind().status().into_response();
        if let Some(seconds) = self.0.retry_after {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.kind() == Kind::Unauthenticated {
            let challenge = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// What a status means that some layer below answered with, without saying more.
#[must_use]
pub fn of_status(status: StatusCode, text: &str) -> Option<Problem> {
    let kind = match status {
        StatusCode::NOT_FOUND => Kind::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Kind::MethodNotAllowed,
        StatusCode::REQUEST_TIMEOUT => Kind::TimedOut,
        StatusCode::PAYLOAD_TOO_LARGE => Kind::PayloadTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Kind::UnsupportedMediaType,
        StatusCode::TOO_MANY_REQUESTS => Kind::RateLimited,
        StatusCode::SERVICE_UNAVAILABLE => Kind::Overloaded,
        status if status.is_client_error() => Kind::MalformedRequest,
        status if status.is_server_error() => Kind::Internal,
        _ => return None,
    };
    let detail: Cow<'_, str> = match kind {
        Kind::NotFound => {
            "nothing is served at this address; /api/v1/openapi.json lists what is".into()
        }
        Kind::Internal => "".into(),
        _ => text.into(),
    };
    Some(Problem::new(kind, detail))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_its_own_code_and_a_page() {
        let codes: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), Kind::ALL.len());
        for kind in Kind::ALL.iter().copied() {
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            assert!(
                super::super::routes::page(kind.code()).is_some(),
                "docs/problems/{}.md",
                kind.code()
            );
        }
    }
}
