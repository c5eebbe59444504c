//! The service on a port of its own, and a client.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use nianlun::http::{Inner, Service, Settings, serve};
use nianlun::projector::{Folds, Role, Running};
use nianlun::service::Commands;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::database::Harness;

/// A service that runs.
pub struct Api {
    pub base: String,
    pub client: Client,
    // The service ends when this is dropped.
    _stop: Option<oneshot::Sender<()>>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    async fn of(response: Response) -> Self {
        Self {
            status: response.status(),
            headers: response.headers().clone(),
            text: response.text().await.expect("a whole answer"),
        }
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// The code of its problem, which must be one of its status.
    #[track_caller]
    pub fn problem(&self) -> String {
        let media = self.header("content-type");
        assert_eq!(media, "application/problem+json", "{self:?}");
        let body = self.json();
        assert_eq!(body["status"], self.status.as_u16(), "{self:?}");
        let code = body["type"].as_str().expect("a type");
        code.strip_prefix("/problems/").expect("a page").to_owned()
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        assert!(self.status.is_success(), "{self:?}");
        self
    }
}

impl Api {
    pub async fn start(harness: &Harness) -> Self {
        Self::with(harness, Settings::default()).await
    }

    pub async fn with(harness: &Harness, settings: Settings) -> Self {
        let store = harness.open().await;
        let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
        let folds = Arc::new(Folds::shipped(zone.clone()).expect("folds"));
        let projector = Running::start(Arc::clone(&store), Arc::clone(&folds), Role::Projecting);
        let service = Service::new(Inner {
            commands: Commands::new(Arc::clone(&store)),
            store,
            folds,
            zone,
            projector,
            settings,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(serve(listener, service, async {
            let _ = stopped.await;
        }));
        Self {
            _stop: Some(stop),
            ..Self::at(&base)
        }
    }

    /// A client of a service that runs elsewhere.
    pub fn at(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            client: Client::builder()
                .timeout(Duration::from_secs(30))
                .build()
                .expect("a client"),
            _stop: None,
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::of(request.send().await.expect("an answer")).await
    }

    /// GET under /api/v1.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, &format!("/api/v1{path}")))
            .await
    }

    /// POST under /api/v1.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, &format!("/api/v1{path}"));
        self.send(request.json(body)).await
    }
}
