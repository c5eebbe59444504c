//! How the program starts, its tokens, and TLS.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::time::Duration;

use rcgen::CertifiedKey;
use reqwest::Client;
use serde_json::Value;

use crate::contract;
use crate::support::database::Harness;
use crate::support::program::Program;

contract!(
    beyond_this_machine_the_service_does_not_start_without_authentication,
    on_this_machine_it_is_for_one_person_until_there_is_a_token,
    tokens_are_made_listed_and_revoked_on_the_command_line,
    a_port_that_is_taken_ends_the_process_with_how_to_mend_it,
    over_tls_requests_are_answered_and_those_under_way_finished,
);

/// A service that is ended on drop.
struct Serving {
    child: Child,
    said: String,
}

impl Serving {
    fn start(program: &Program, args: &[&str]) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(args);
        let mut child = program
            .command(&all)
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("started");
        let mut said = String::new();
        BufReader::new(child.stderr.take().expect("its output"))
            .read_line(&mut said)
            .expect("output");
        assert!(said.contains("://127.0.0.1:"), "{said}");
        Self { child, said }
    }

    fn base(&self) -> &str {
        let (base, _) = self.said.split_once(": ").expect("an address");
        base
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn a_port_that_is_taken_ends_the_process_with_how_to_mend_it(harness: &Harness) {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let ran = Program::over(harness).run(&["serve", "--listen", &address]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    let said = format!("cannot listen on {address}: ");
    assert!(ran.err.contains(&said), "{}", ran.err);
    assert!(ran.err.contains("--listen ADDRESS:PORT"), "{}", ran.err);
}

fn client() -> reqwest::ClientBuilder {
    // The client's TLS needs to know whose cryptography to use.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().timeout(Duration::from_secs(30))
}

async fn beyond_this_machine_the_service_does_not_start_without_authentication(harness: &Harness) {
    let program = Program::over(harness);
    let ran = program.run(&["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("nianlun token create"), "{}", ran.err);
    let ran = program.run(&["serve", "--tls-cert", "a.pem"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("--tls-key"), "{}", ran.err);
    let oidc = [
        "serve",
        "--oidc-issuer",
        "https://a.example",
        "--oidc-audience",
        "nianlun",
        "--oidc-jwks",
        "http://a.example/jwks",
    ];
    let ran = program.run(&oidc);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("over https"), "{}", ran.err);
}

async fn on_this_machine_it_is_for_one_person_until_there_is_a_token(harness: &Harness) {
    let program = Program::over(harness);
    let client = client().build().expect("a client");
    let companies = |serving: &Serving| client.get(format!("{}/companies", serving.base())).send();
    {
        let serving = Serving::start(&program, &[]);
        assert!(
            serving.said.contains("one person (tester)"),
            "{}",
            serving.said
        );
        assert_eq!(companies(&serving).await.expect("an answer").status(), 200);
    }
    {
        let serving = Serving::start(&program, &["--require-token"]);
        assert_eq!(companies(&serving).await.expect("an answer").status(), 401);
    }
    let ran = program.run(&["token", "create", "li.lei", "--role", "analyst"]);
    let secret = ran.out.trim().to_owned();
    let serving = Serving::start(&program, &[]);
    assert!(serving.said.contains("with a token"), "{}", serving.said);
    assert_eq!(companies(&serving).await.expect("an answer").status(), 401);
    let request = client.get(format!("{}/companies", serving.base()));
    let answer = request.bearer_auth(&secret).send().await;
    assert_eq!(answer.expect("an answer").status(), 200);
}

async fn tokens_are_made_listed_and_revoked_on_the_command_line(harness: &Harness) {
    let program = Program::over(harness);
    let made = program.run(&[
        "token",
        "create",
        "li.lei",
        "--role",
        "operator",
        "--carrier",
        "t-space",
        "--days",
        "7",
    ]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let secret = made.out.trim();
    assert!(secret.starts_with("nln_") && secret.len() == 68, "{secret}");
    assert!(!made.err.contains(secret), "only where it is asked for");
    let list = program.run(&["token", "list", "--format", "json"]);
    assert!(!list.out.contains(secret));
    let list: Value = serde_json::from_str(&list.out).expect("JSON");
    assert_eq!(list[0]["actor"], "li.lei");
    assert_eq!(list[0]["roles"][0], "operator");
    assert_eq!(list[0]["carriers"][0], "t-space");
    assert_eq!(list[0]["created_by"], "tester");
    assert_eq!(list[0]["state"], "valid");
    let id = list[0]["id"].as_str().expect("an id");
    assert_eq!(program.run(&["token", "revoke", id]).code, Some(0));
    let list = program.run(&["token", "list", "--format", "json"]);
    let list: Value = serde_json::from_str(&list.out).expect("JSON");
    assert_eq!(list[0]["state"], "revoked");
    let unknown = "00000000-0000-0000-0000-000000000000";
    let ran = program.run(&["token", "revoke", unknown]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("nianlun token list"), "{}", ran.err);
    let ran = program.run(&["token", "create", "li.lei", "--role", "operator"]);
    assert_eq!(ran.code, Some(2), "an operator of nothing");
}

async fn over_tls_requests_are_answered_and_those_under_way_finished(harness: &Harness) {
    let program = Program::over(harness);
    let folder = tempfile::tempdir().expect("a folder");
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    let (chain, key) = (folder.path().join("a.pem"), folder.path().join("a.key"));
    std::fs::write(&chain, cert.pem()).expect("written");
    std::fs::write(&key, signing_key.serialize_pem()).expect("written");
    let (chain, key) = (chain.display().to_string(), key.display().to_string());
    let mut serving = Serving::start(&program, &["--tls-cert", &chain, "--tls-key", &key]);
    let root = reqwest::Certificate::from_pem(cert.pem().as_bytes()).expect("a certificate");
    let trusting = client()
        .add_root_certificate(root)
        .build()
        .expect("a client");
    let url = format!("{}/companies", serving.base());
    assert!(url.starts_with("https://"), "{url}");
    let answer = trusting.get(&url).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let hsts = answer.headers().get("strict-transport-security");
    assert_eq!(
        hsts.map(reqwest::header::HeaderValue::as_bytes),
        Some(&b"max-age=63072000"[..])
    );
    let plain = client().build().expect("a client");
    assert!(
        plain.get(&url).send().await.is_err(),
        "nobody vouches for it"
    );
    assert!(
        plain
            .get(url.replace("https", "http"))
            .send()
            .await
            .is_err()
    );
    // One that waits for a position while the service is told to stop.
    let waiting = trusting.get(format!("{url}?min_position=9")).send();
    let waiting = tokio::spawn(waiting);
    tokio::time::sleep(Duration::from_millis(700)).await;
    let told = std::process::Command::new("kill")
        .arg(serving.child.id().to_string())
        .status();
    assert!(told.expect("kill").success());
    let answer = waiting.await.expect("no panic").expect("an answer");
    assert_eq!(answer.status(), 503, "not-yet, five seconds later");
    drop(trusting);
    assert!(serving.child.wait().expect("ended").success());
    let ran = program.run(&["serve", "--tls-cert", &key, "--tls-key", &chain]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
}
