//! Traces go to the collector that is named, when the service ends at the latest.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use reqwest::Method;

use crate::support::api::Api;
use crate::support::database::{Dialect, Harness, runtime};
use crate::support::served::Served;

/// A collector that takes one message; what it was sent, as text where it is.
fn taken(mut stream: TcpStream) -> String {
    let patience = Some(Duration::from_secs(5));
    stream.set_read_timeout(patience).expect("a socket");
    let mut message = vec![];
    let mut part = [0; 4_096];
    while let Ok(count @ 1..) = stream.read(&mut part) {
        message.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&message);
        if text.contains("/api/v1/companies") {
            break;
        }
    }
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.write_all(answer).expect("answered");
    String::from_utf8_lossy(&message).into_owned()
}

#[test]
fn a_request_is_sent_to_the_collector_without_its_query() {
    let runtime = runtime();
    let harness = runtime.block_on(Harness::new(Dialect::Sqlite));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let endpoint = format!("http://{address}/v1/traces");
    let environment = [
        ("NIANLUN_TELEMETRY_TRACES", endpoint.as_str()),
        ("NIANLUN_LOG_LEVEL", "debug"),
    ];
    let served = Served::start(&harness, &[], &environment);
    let collector = std::thread::spawn(move || taken(listener.accept().expect("a message").0));
    let api = Api::at(&served.base);
    let request = api
        .request(Method::GET, "/api/v1/companies?fields=name")
        .header("x-request-id", "asked-7");
    runtime.block_on(api.send(request)).ok();
    served.terminate();
    let (code, log) = served.ended(Duration::from_secs(20));
    assert_eq!(code, Some(0), "{log}");
    let message = collector.join().expect("a message");
    assert!(message.starts_with("POST /v1/traces "), "{message}");
    for part in ["nianlun", "asked-7", "/api/v1/companies"] {
        assert!(message.contains(part), "{part} is not in {message}");
    }
    assert!(!message.contains("fields=name"), "{message}");
}
