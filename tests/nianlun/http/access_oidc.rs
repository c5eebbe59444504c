//! Tokens of an identity provider: which are taken, and which not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Router;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nianlun::http::access::{AccessSettings, OidcSettings, Role};
use nianlun::store::system_clock;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::settled;
use crate::contract;
use crate::support::api::{Answer, Api};
use crate::support::database::Harness;

contract!(
    the_three_signatures_are_taken_from_a_file_of_keys,
    what_is_not_signed_for_this_service_now_is_refused,
    roles_and_carriers_come_from_the_claims_that_are_set,
    a_new_key_is_fetched_and_made_up_ones_are_not_fetched_again_and_again,
    without_keys_nobody_is_let_in_and_nobody_is_blamed,
);

const ISSUER: &str = "https://login.example.org/realms/park";
const AUDIENCE: &str = "nianlun";

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key pair of the provider.
enum Signer {
    Es(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Rs(RsaKeyPair),
}

impl Signer {
    fn es() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let made = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref(), &random);
        Self::Es(pair.expect("a pair"))
    }

    fn ed() -> Self {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        Self::Ed(Ed25519KeyPair::from_pkcs8(made.as_ref()).expect("a pair"))
    }

    /// Of the file, made for these tests: ring makes none.
    fn rs() -> Self {
        Self::Rs(RsaKeyPair::from_pkcs8(include_bytes!("rsa.pk8")).expect("a pair"))
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Es(_) => "ES256",
            Self::Ed(_) => "EdDSA",
            Self::Rs(_) => "RS256",
        }
    }

    fn jwk(&self, id: &str) -> Value {
        match self {
            Self::Es(pair) => {
                let point = pair.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "kid": id, "use": "sig", "alg": "ES256",
                    "x": encoded(&point[1..33]), "y": encoded(&point[33..])})
            }
            Self::Ed(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": encoded(pair.public_key())})
            }
            Self::Rs(pair) => {
                let public = PublicKeyComponents::<Vec<u8>>::from(pair.public());
                json!({"kty": "RSA", "kid": id, "alg": "RS256", "n": encoded(public.n), "e": encoded(public.e)})
            }
        }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!(
            "{}.{}",
            encoded(header.to_string()),
            encoded(claims.to_string())
        );
        let random = SystemRandom::new();
        let signed = match self {
            Self::Es(pair) => {
                let signed = pair.sign(&random, message.as_bytes());
                signed.expect("signed").as_ref().to_vec()
            }
            Self::Ed(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
            Self::Rs(pair) => {
                let mut signed = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signed)
                    .expect("signed");
                signed
            }
        };
        format!("{message}.{}", encoded(signed))
    }

    fn token(&self, id: &str, claims: &Value) -> String {
        self.sign(&json!({"alg": self.algorithm(), "kid": id}), claims)
    }
}

fn now() -> i64 {
    system_clock() / 1_000_000
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "exp": now() + 600, "sub": "u-1", "roles": ["analyst"]})
}

/// The usual claims, with one changed; without it where it is null.
fn changed(name: &str, value: Value) -> Value {
    let mut claims = claims();
    let all = claims.as_object_mut().expect("an object");
    all.remove(name);
    if !value.is_null() {
        all.insert(name.to_owned(), value);
    }
    claims
}

fn settings(jwks: String) -> AccessSettings {
    AccessSettings {
        oidc: Some(OidcSettings::new(
            ISSUER.to_owned(),
            AUDIENCE.to_owned(),
            jwks,
        )),
        ..AccessSettings::default()
    }
}

/// A service that knows these keys from a file.
async fn knowing(harness: &Harness, keys: &[Value]) -> Api {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), json!({"keys": keys}).to_string()).expect("written");
    let (_, path) = file.keep().expect("kept");
    let mut api = Api::closed(harness, settings(path.display().to_string())).await;
    // Read once, before the file goes.
    api.bearer = Some(Signer::ed().token("first", &claims()));
    assert_eq!(api.get("/companies").await.status, 401);
    std::fs::remove_file(path).expect("removed");
    api
}

async fn asked(api: &mut Api, token: String) -> Answer {
    api.bearer = Some(token);
    api.get("/companies").await
}

async fn the_three_signatures_are_taken_from_a_file_of_keys(harness: &Harness) {
    let signers = [Signer::es(), Signer::ed(), Signer::rs()];
    let mut keys: Vec<_> = signers.iter().map(|one| one.jwk(one.algorithm())).collect();
    keys.push(json!({"kty": "unheard-of", "kid": "new"}));
    let mut api = knowing(harness, &keys).await;
    for signer in &signers {
        let token = signer.token(signer.algorithm(), &claims());
        assert_eq!(
            asked(&mut api, token).await.status,
            200,
            "{}",
            signer.algorithm()
        );
    }
}

async fn what_is_not_signed_for_this_service_now_is_refused(harness: &Harness) {
    let signer = Signer::es();
    let other = Signer::es();
    let rsa = Signer::rs();
    let mut encrypting = rsa.jwk("enc");
    encrypting["use"] = json!("enc");
    let mut api = knowing(harness, &[signer.jwk("k"), encrypting]).await;
    let header = |alg: &str| json!({"alg": alg, "kid": "k"});
    let body = encoded(claims().to_string());
    let none = format!("{}.{body}.", encoded(r#"{"alg":"none","kid":"k"}"#));
    let altered = {
        let token = signer.token("k", &claims());
        let parts: Vec<_> = token.split('.').collect();
        let admin = changed("roles", json!(["admin"]));
        format!("{}.{}.{}", parts[0], encoded(admin.to_string()), parts[2])
    };
    let cases = [
        (
            "expired",
            signer.token("k", &changed("exp", json!(now() - 60))),
        ),
        ("no exp", signer.token("k", &changed("exp", Value::Null))),
        (
            "not yet",
            signer.token("k", &changed("nbf", json!(now() + 600))),
        ),
        (
            "issuer",
            signer.token("k", &changed("iss", json!("https://evil.example"))),
        ),
        ("no issuer", signer.token("k", &changed("iss", Value::Null))),
        (
            "audience",
            signer.token("k", &changed("aud", json!(["other"]))),
        ),
        (
            "no audience",
            signer.token("k", &changed("aud", Value::Null)),
        ),
        ("nobody", signer.token("k", &changed("sub", Value::Null))),
        ("HMAC", signer.sign(&header("HS256"), &claims())),
        ("ES384", signer.sign(&header("ES384"), &claims())),
        ("another family", signer.sign(&header("RS256"), &claims())),
        (
            "critical",
            signer.sign(
                &json!({"alg": "ES256", "kid": "k", "crit": ["x"], "x": 1}),
                &claims(),
            ),
        ),
        (
            "no key named",
            signer.sign(&json!({"alg": "ES256"}), &claims()),
        ),
        ("unknown key", signer.token("unknown", &claims())),
        ("another's signature", other.token("k", &claims())),
        ("a key for encryption", rsa.token("enc", &claims())),
        ("none", none),
        ("altered", altered),
        ("no token", "x.y.z".to_owned()),
    ];
    for (case, token) in cases {
        let refused = asked(&mut api, token.clone()).await;
        assert_eq!(refused.problem(), "unauthenticated", "{case}");
        assert!(!refused.text.contains(&token), "{case}");
    }
    let within = signer.token("k", &changed("exp", json!(now() - 5)));
    assert_eq!(
        asked(&mut api, within).await.status,
        200,
        "clocks differ by a little"
    );
    let several = signer.token("k", &changed("aud", json!(["other", AUDIENCE])));
    assert_eq!(asked(&mut api, several).await.status, 200);
}

async fn roles_and_carriers_come_from_the_claims_that_are_set(harness: &Harness) {
    let signer = Signer::ed();
    let keys = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(keys.path(), json!({"keys": [signer.jwk("k")]}).to_string()).expect("written");
    let jwks = keys.path().display().to_string();
    let oidc = Some(OidcSettings {
        roles_claim: "realm_access.roles".to_owned(),
        carriers_claim: "park_carriers".to_owned(),
        actor_claim: "preferred_username".to_owned(),
        roles: [("park-admin".to_owned(), Role::Admin)].into(),
        ..OidcSettings::new(ISSUER.to_owned(), AUDIENCE.to_owned(), jwks)
    });
    let access = AccessSettings {
        oidc,
        ..AccessSettings::default()
    };
    let mut api = Api::closed(harness, access).await;
    let says = |roles: &[&str], carriers: &[&str]| {
        let mut claims = claims();
        claims["realm_access"] = json!({"roles": roles});
        claims["park_carriers"] = json!(carriers);
        claims["preferred_username"] = json!("li.lei");
        signer.token("k", &claims)
    };
    // `roles` says analyst; it is not the claim that is set.
    let refused = asked(&mut api, says(&["offline_access"], &[])).await;
    assert_eq!(refused.problem(), "forbidden");
    api.bearer = Some(says(&["park-admin"], &[]));
    settled(&api).await;
    let path = "/companies/usci:91330103MA2J0XYC21/events";
    let events = api.get(&format!("{path}?min_position=3")).await.ok().json();
    assert_eq!(events["data"][0]["metadata"], json!({"actor": "li.lei"}));
    let body = json!({"event": "renamed", "fields": {"name": "新"}, "on": "2018"});
    api.bearer = Some(says(&["operator"], &["b-park"]));
    assert_eq!(api.post(path, &body).await.problem(), "forbidden");
    api.bearer = Some(says(&["operator"], &["t-space"]));
    api.post(path, &body).await.ok();
}

/// A provider that counts how often its keys are fetched.
async fn provider(sets: Vec<Value>) -> (String, Arc<AtomicUsize>, Arc<AtomicBool>) {
    let fetched = Arc::new(AtomicUsize::new(0));
    let later = Arc::new(AtomicBool::new(false));
    let (count, second) = (Arc::clone(&fetched), Arc::clone(&later));
    let answer = move || {
        count.fetch_add(1, Ordering::SeqCst);
        let which = usize::from(second.load(Ordering::SeqCst));
        std::future::ready(axum::Json(sets[which.min(sets.len() - 1)].clone()))
    };
    let router = Router::new().route("/jwks", get(answer));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/jwks", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, fetched, later)
}

async fn a_new_key_is_fetched_and_made_up_ones_are_not_fetched_again_and_again(harness: &Harness) {
    let (old, new) = (Signer::es(), Signer::ed());
    let sets = vec![
        json!({"keys": [old.jwk("old")]}),
        json!({"keys": [old.jwk("old"), new.jwk("new")]}),
    ];
    let (url, fetched, later) = provider(sets).await;
    let mut access = settings(url);
    if let Some(oidc) = &mut access.oidc {
        oidc.pause_seconds = 2;
    }
    let mut api = Api::closed(harness, access).await;
    for _ in 0..3 {
        assert_eq!(
            asked(&mut api, old.token("old", &claims())).await.status,
            200
        );
    }
    assert_eq!(fetched.load(Ordering::SeqCst), 1);
    later.store(true, Ordering::SeqCst);
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    assert_eq!(
        asked(&mut api, new.token("new", &claims())).await.status,
        200
    );
    assert_eq!(fetched.load(Ordering::SeqCst), 2);
    for id in ["a", "b", "c", "d"] {
        assert_eq!(asked(&mut api, new.token(id, &claims())).await.status, 401);
    }
    assert!(
        fetched.load(Ordering::SeqCst) <= 3,
        "once in two seconds at most"
    );
}

async fn without_keys_nobody_is_let_in_and_nobody_is_blamed(harness: &Harness) {
    let mut api = Api::closed(harness, settings("http://127.0.0.1:9/jwks".to_owned())).await;
    let refused = asked(&mut api, Signer::ed().token("k", &claims())).await;
    assert_eq!(refused.problem(), "unavailable");
    assert_eq!(refused.header("retry-after"), "5");
}
