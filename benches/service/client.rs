//! A client: one connection, one request after another.

use std::net::SocketAddr;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

pub struct Client {
    address: SocketAddr,
    connection: SendRequest<Full<Bytes>>,
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("connected");
        stream.set_nodelay(true).expect("a socket");
        let (connection, driver) = handshake(TokioIo::new(stream)).await.expect("HTTP");
        tokio::spawn(driver);
        Self {
            address,
            connection,
        }
    }

    /// GET; the answer's body.
    pub async fn get(&mut self, path: &str) -> Bytes {
        let request = self.request("GET", path).body(Full::default());
        let (status, body) = self.send(request.expect("a request")).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body:?}");
        body
    }

    /// Waits until a position is in the facts.
    pub async fn reach(&mut self, position: u64) {
        loop {
            let path = format!("/carriers?min_position={position}");
            let request = self.request("GET", &path).body(Full::default());
            let (status, body) = self.send(request.expect("a request")).await;
            match status {
                StatusCode::OK => return,
                StatusCode::SERVICE_UNAVAILABLE => {}
                _ => panic!("{path}: {status} {body:?}"),
            }
        }
    }

    /// Sends a command, which must be recorded.
    pub async fn post(&mut self, path: &str, body: &Bytes, key: Option<&str>) {
        let mut request = self
            .request("POST", path)
            .header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let request = request.body(Full::new(body.clone()));
        let (status, answer) = self.send(request.expect("a request")).await;
        assert_eq!(status, StatusCode::CREATED, "{path} {body:?}: {answer:?}");
    }

    fn request(&self, method: &str, path: &str) -> hyper::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("host", self.address.to_string())
    }

    async fn send(&mut self, request: Request<Full<Bytes>>) -> (StatusCode, Bytes) {
        self.connection.ready().await.expect("connected");
        let answer = self.connection.send_request(request).await;
        let answer = answer.expect("an answer");
        let status = answer.status();
        let body = answer.into_body().collect().await.expect("a whole answer");
        (status, body.to_bytes())
    }
}
