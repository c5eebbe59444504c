//! The service on a port of its own, and a client.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use nianlun::http::access::{Access, AccessSettings, Stranger};
use nianlun::http::{Inner, Service, Settings, serve};
use nianlun::projector::{Folds, Role, Running};
use nianlun::service::Commands;
use nianlun::store::Store;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::database::Harness;

/// A service that runs.
pub struct Api {
    pub base: String,
    pub client: Client,
    /// What it sends to show who it is.
    pub bearer: Option<String>,
    store: Option<Arc<dyn Store>>,
    here: Option<Here>,
}

/// A service of this process.
struct Here {
    service: Service,
    served: JoinHandle<std::io::Result<()>>,
    // The service ends when this is dropped.
    stop: oneshot::Sender<()>,
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
        let here = Stranger::Here("local".to_owned());
        Self::guarded(harness, settings, AccessSettings::default(), here).await
    }

    /// With strangers kept out.
    pub async fn closed(harness: &Harness, access: AccessSettings) -> Self {
        Self::guarded(harness, Settings::default(), access, Stranger::Refused).await
    }

    /// The same, with settings.
    pub async fn closed_with(
        harness: &Harness,
        settings: Settings,
        access: AccessSettings,
    ) -> Self {
        Self::guarded(harness, settings, access, Stranger::Refused).await
    }

    async fn guarded(
        harness: &Harness,
        settings: Settings,
        access: AccessSettings,
        stranger: Stranger,
    ) -> Self {
        // The client's TLS needs to know whose cryptography to use.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let store = harness.open().await;
        let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
        let folds = Arc::new(Folds::shipped(zone.clone()).expect("folds"));
        let projector = Running::start(Arc::clone(&store), Arc::clone(&folds), Role::Projecting);
        let access = Access::new(access, stranger, Arc::clone(&store)).expect("access");
        let service = Service::new(Inner {
            access,
            commands: Commands::new(Arc::clone(&store)),
            store: Arc::clone(&store),
            folds,
            zone,
            projector,
            settings,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(serve(listener, service.clone(), async {
            let _ = stopped.await;
        }));
        Self {
            store: Some(store),
            here: Some(Here {
                service,
                served,
                stop,
            }),
            ..Self::at(&base)
        }
    }

    /// A client of a service that runs elsewhere.
    pub fn at(base: &str) -> Self {
        // The client's TLS needs to know whose cryptography to use.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            base: base.to_owned(),
            bearer: None,
            client: Client::builder()
                .timeout(Duration::from_secs(30))
                .build()
                .expect("a client"),
            store: None,
            here: None,
        }
    }

    /// Its store, if it is a service of this process.
    pub fn store(&self) -> &Arc<dyn Store> {
        self.store.as_ref().expect("a service of this process")
    }

    /// Stops the service as the program does.
    pub async fn close(self) {
        let Self { here, client, .. } = self;
        let Here {
            service,
            served,
            stop,
        } = here.expect("a service of this process");
        // Its connections are closed with it.
        drop((stop, client));
        served.await.expect("served").expect("no fault");
        service.close().await;
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.bearer {
            Some(bearer) => request.bearer_auth(bearer),
            None => request,
        }
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
