//! Memory of the service under many idle readers of the feed, against a server that does nothing else but hold them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::Command;

use axum::Router;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures_util::stream::pending;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::server::Server;
use crate::Plan;
use crate::table::{Measured, Table, Wanted};

/// The first argument of the process that only holds readers.
pub const CHILD: &str = "holds-readers";

const READERS: u64 = 10_000;

pub async fn measure(plan: &Plan, table: &mut Table) {
    rlimit::increase_nofile_limit(rlimit::INFINITY).expect("more open files");
    let readers = plan.scaled(READERS).min(READERS);
    let mut pairs = vec![];
    for _ in 0..plan.repeat {
        let folder = tempfile::tempdir_in(plan.folder.path()).expect("a folder");
        let store = format!("sqlite:{}", folder.path().join("feed.db").display());
        let service = Server::start(&store, &[]);
        let ours = growth(&service, "/api/v1/changes", readers).await;
        let mut bare = Command::new(std::env::current_exe().expect("this program's file"));
        let bare = Server::of(bare.arg(CHILD));
        pairs.push((ours, growth(&bare, "/", readers).await));
    }
    table.add(Measured {
        what: format!("memory that {readers} idle readers of the feed take"),
        reference: "axum alone, holding as many".to_owned(),
        unit: "MiB",
        pairs,
        wanted: Wanted::Nothing,
    });
}

/// How much memory a server takes more with so many readers, in MiB.
async fn growth(server: &Server, path: &str, readers: u64) -> f64 {
    // The first reader brings what is there once.
    let mut held = vec![reader(server.address, path).await];
    let before = server.memory();
    while (held.len() as u64) < readers {
        held.push(reader(server.address, path).await);
    }
    let after = server.memory();
    eprintln!("  {path}: {before:.1} MiB before, {after:.1} MiB with {readers}");
    after - before
}

/// A reader whose feed has begun.
async fn reader(address: SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/event-stream\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut head = vec![];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut part = [0; 1_024];
        let read = stream.read(&mut part).await.expect("an answer");
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&head));
        head.extend_from_slice(&part[..read]);
    }
    assert!(
        head.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&head)
    );
    stream
}

/// A server that holds readers, and says where.
pub async fn child() {
    rlimit::increase_nofile_limit(rlimit::INFINITY).expect("more open files");
    let feed = || async {
        Sse::new(pending::<Result<Event, Infallible>>()).keep_alive(KeepAlive::default())
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    eprintln!("http://{}/", listener.local_addr().expect("an address"));
    let router = Router::new().route("/", get(feed));
    axum::serve(listener, router).await.expect("served");
}
