//! Connections: of TLS as of plain HTTP, those that are slow, those that are many.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use nianlun::http::{Limits, Settings};
use rcgen::CertifiedKey;
use reqwest::{Certificate, Client};
use tempfile::TempDir;
use tokio::net::TcpSocket;

use crate::contract;
use crate::support::api::Api;
use crate::support::database::Harness;
use crate::support::served::Served;

contract!(
    who_never_shakes_hands_stops_nobody_and_is_given_up,
    over_tls_there_is_as_much_room_as_over_http,
    a_service_ends_over_tls_without_waiting_for_who_is_silent,
    a_renewed_certificate_is_shown_to_new_connections,
    without_a_certificate_there_is_nothing_to_renew_and_the_service_goes_on,
    a_reader_who_takes_nothing_is_given_up,
    the_limit_of_open_files_is_raised_for_the_connections,
    where_few_files_may_be_open_fewer_connections_are_taken,
);

const PATIENCE: Duration = Duration::from_secs(20);

/// Certificate and key of the service, in a folder.
struct Pem(TempDir);

impl Pem {
    fn new() -> (Self, Client) {
        let pem = Self(tempfile::tempdir().expect("a folder"));
        let client = pem.renew();
        (pem, client)
    }

    /// Writes new ones; a client that trusts these alone.
    fn renew(&self) -> Client {
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])
                .expect("a certificate");
        std::fs::write(self.path("a.pem"), cert.pem()).expect("written");
        std::fs::write(self.path("a.key"), signing_key.serialize_pem()).expect("written");
        // The client's TLS needs to know whose cryptography to use.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let root = Certificate::from_pem(cert.pem().as_bytes()).expect("a certificate");
        let client = Client::builder()
            .timeout(PATIENCE)
            // A connection that was kept may be closed just when it is taken again.
            .pool_max_idle_per_host(0)
            .add_root_certificate(root);
        client.build().expect("a client")
    }

    fn path(&self, name: &str) -> String {
        let path: &Path = self.0.path();
        path.join(name).display().to_string()
    }

    fn serve(&self, harness: &Harness, environment: &[(&str, &str)]) -> (Served, String) {
        let (chain, key) = (self.path("a.pem"), self.path("a.key"));
        let args = ["--tls-cert", &chain, "--tls-key", &key];
        let served = Served::start(harness, &args, environment);
        let base = served.base.replace("http://", "https://");
        (served, base)
    }
}

/// A connection that says nothing.
fn silent(served: &Served) -> TcpStream {
    let address = served.base.trim_start_matches("http://");
    let stream = TcpStream::connect(address).expect("connected");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    stream
}

async fn who_never_shakes_hands_stops_nobody_and_is_given_up(harness: &Harness) {
    let (pem, client) = Pem::new();
    let (served, base) = pem.serve(harness, &[("NIANLUN_TIMEOUTS_HEAD", "2s")]);
    let mut others: Vec<_> = (0..8).map(|_| silent(&served)).collect();
    let mut half = silent(&served);
    // The beginning of a handshake: a record of 512 bytes of which two come.
    half.write_all(&[0x16, 3, 1, 2, 0, 1, 0]).expect("sent");
    others.push(half);
    let answer = client.get(format!("{base}/healthz")).send().await;
    assert_eq!(answer.expect("an answer").status(), 200);
    for mut other in others {
        let read = other.read(&mut [0; 64]);
        assert!(matches!(read, Ok(0)), "it is closed: {read:?}");
    }
    let answer = client.get(format!("{base}/healthz")).send().await;
    assert_eq!(answer.expect("an answer").status(), 200);
}

async fn over_tls_there_is_as_much_room_as_over_http(harness: &Harness) {
    let (pem, client) = Pem::new();
    let narrow = [
        ("NIANLUN_LIMITS_CONNECTIONS", "1"),
        ("NIANLUN_LIMITS_HEAD", "8192"),
    ];
    let (served, base) = pem.serve(harness, &narrow);
    let held = silent(&served);
    let path = format!("{base}/healthz");
    let waits = client.get(&path).timeout(Duration::from_millis(500));
    assert!(waits.send().await.is_err_and(|error| error.is_timeout()));
    drop(held);
    let answer = client.get(&path).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    // In one record of TLS: who still sends when the server closes may not come to read its answer.
    let large = client.get(&path).header("x-large", "x".repeat(9 << 10));
    let large = large.send().await.expect("an answer");
    assert_eq!(large.status(), 431);
}

async fn a_service_ends_over_tls_without_waiting_for_who_is_silent(harness: &Harness) {
    let (pem, client) = Pem::new();
    let patient = [
        ("NIANLUN_TIMEOUTS_HEAD", "60s"),
        ("NIANLUN_TIMEOUTS_SHUTDOWN", "60s"),
    ];
    let (served, base) = pem.serve(harness, &patient);
    let _silent = silent(&served);
    let answer = client.get(format!("{base}/healthz")).send().await;
    assert_eq!(answer.expect("an answer").status(), 200);
    served.terminate();
    let (code, log) = served.ended(Duration::from_secs(30));
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("given up"), "{log}");
}

async fn a_renewed_certificate_is_shown_to_new_connections(harness: &Harness) {
    let (pem, before) = Pem::new();
    let (served, base) = pem.serve(harness, &[]);
    let path = format!("{base}/healthz");
    assert!(before.get(&path).send().await.is_ok());
    let after = pem.renew();
    assert!(
        after.get(&path).send().await.is_err(),
        "nobody asked for it yet"
    );
    served.signal("-HUP");
    let deadline = Instant::now() + PATIENCE;
    while after.get(&path).send().await.is_err() {
        assert!(Instant::now() < deadline, "it is never shown");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn without_a_certificate_there_is_nothing_to_renew_and_the_service_goes_on(
    harness: &Harness,
) {
    let served = Served::start(harness, &[], &[]);
    served.signal("-HUP");
    let answer = reqwest::get(format!("{}/healthz", served.base)).await;
    assert_eq!(answer.expect("an answer").status(), 200);
    served.terminate();
    let (code, log) = served.ended(PATIENCE);
    assert_eq!(code, Some(0), "{log}");
}

async fn a_reader_who_takes_nothing_is_given_up(harness: &Harness) {
    let limits = Limits {
        connections: 1,
        send_pause: Duration::from_millis(300),
        ..Limits::default()
    };
    let settings = Settings {
        limits,
        ..Settings::default()
    };
    let mut api = Api::with(harness, settings).await;
    let length = api.get("/openapi.json").await.ok().text.len();
    // A client without the connection of that answer.
    api.client = Client::builder()
        .timeout(PATIENCE)
        .build()
        .expect("a client");
    let address = api.base.trim_start_matches("http://").parse();
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("a small buffer");
    let stream = socket.connect(address.expect("an address")).await;
    let stream = stream.expect("connected").into_std().expect("a socket");
    stream.set_nonblocking(false).expect("a socket");
    // More than systems keep for who does not read.
    let many = (64 << 20) / length;
    let one = "GET /api/v1/openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let all = one.repeat(many);
    let mut writer = stream.try_clone().expect("a socket");
    let writing = std::thread::spawn(move || writer.write_all(all.as_bytes()));
    let answer = api.get("/pipeline").await.ok();
    assert_eq!(answer.status, 200, "its place is free");
    // The service has closed the connection: what was not read of the requests is refused by then.
    let _ = writing.join().expect("no panic");
    drop(stream);
}

/// The service, by a shell that first says how many files may be open.
fn limited(harness: &Harness, limit: &str) -> Served {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{limit}; exec \"$0\" \"$@\"")])
        .arg(env!("CARGO_BIN_EXE_nianlun"))
        .args(["--store", &harness.url, "serve", "--listen", "127.0.0.1:0"]);
    Served::running(command)
}

async fn the_limit_of_open_files_is_raised_for_the_connections(harness: &Harness) {
    let served = limited(harness, "ulimit -Sn 256");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", served.id()));
    let limits = limits.expect("its limits");
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .expect("of open files");
    let mut limits = line.split_whitespace().map(str::parse::<u64>);
    let mut next = || limits.next().expect("a limit").unwrap_or(u64::MAX);
    let (soft, hard) = (next(), next());
    assert_eq!(soft, hard.min(12_288 + 1_024));
}

async fn where_few_files_may_be_open_fewer_connections_are_taken(harness: &Harness) {
    let served = limited(harness, "ulimit -n 2000");
    let log = served.kill();
    let warned = log.lines().find(|line| line.contains("too few files"));
    let line = warned.unwrap_or_else(|| panic!("{log}"));
    for part in ["wanted=13312", "granted=2000", "connections=1000"] {
        assert!(line.contains(part), "{part}\n{line}");
    }
}
