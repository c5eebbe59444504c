//! Settings: by file, by environment, by flags; the later wins.

use std::fs;
use std::process::Command;

use super::says;
use crate::support::program::Ran;

/// The program in a folder with a file of settings.
fn run(text: &str, environment: &[(&str, &str)], args: &[&str]) -> Ran {
    let folder = tempfile::tempdir().expect("a temporary directory");
    fs::write(folder.path().join("nianlun.toml"), text).expect("written");
    let run = |environment: &[(&str, &str)], args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nianlun"));
        command
            .current_dir(folder.path())
            .env("NIANLUN_LANG", "en")
            .env_remove("NIANLUN_STORE")
            .envs(environment.iter().copied())
            .args(args);
        let output = command.output().expect("the program starts");
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    };
    for store in ["sqlite:file.db", "sqlite:flag.db", "sqlite:variable.db"] {
        let record = ["record", "cluster", "a", "declared", "name=甲"];
        run(&[], &[&["--store", store], &record[..]].concat());
    }
    run(environment, &[&["--config", "nianlun.toml"], args].concat())
}

/// The line of a key in what the doctor says.
fn line(ran: &Ran, key: &str) -> String {
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let mut lines = ran.out.lines().map(|line| line.trim_matches(['|', ' ']));
    let line = lines.find(|line| line.split([' ', '|']).next() == Some(key));
    line.unwrap_or_else(|| panic!("{key} is not in\n{}", ran.out))
        .to_owned()
}

const FILE: &str = "[store]\nurl = \"sqlite:file.db\"\n[limits]\nrequests = 10\nwrites = 5\n[timeouts]\nrequest = \"7s\"\n";

#[test]
fn the_doctor_says_what_is_in_force_and_where_it_comes_from() {
    let ran = run(FILE, &[("NIANLUN_LIMITS_WRITES", "6")], &["doctor"]);
    says(
        &line(&ran, "store.url"),
        &["sqlite:file.db", "(nianlun.toml)"],
    );
    says(&line(&ran, "limits.requests"), &["10 (nianlun.toml)"]);
    says(&line(&ran, "limits.writes"), &["6 (NIANLUN_LIMITS_WRITES)"]);
    says(&line(&ran, "timeouts.request"), &["7s (nianlun.toml)"]);
    says(&line(&ran, "timeouts.store"), &["2s (default)"]);
    says(&line(&ran, "listen.address"), &["127.0.0.1:7316 (default)"]);
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let variable = [("NIANLUN_STORE", "sqlite:variable.db")];
    let ran = run(FILE, &variable, &["doctor"]);
    says(
        &line(&ran, "store.url"),
        &["sqlite:variable.db (NIANLUN_STORE)"],
    );
    let ran = run(FILE, &variable, &["--store", "sqlite:flag.db", "doctor"]);
    says(&line(&ran, "store.url"), &["sqlite:flag.db (--store)"]);
    let ran = run(FILE, &variable, &["doctor", "--store", "sqlite:flag.db"]);
    says(&line(&ran, "store.url"), &["sqlite:flag.db (--store)"]);
}

const ACCESS: &str = "[store]\nurl = \"sqlite:file.db\"\n[access]\nrequired = true\n[access.oidc]\nissuer = \"https://id.example\"\naudience = \"nianlun\"\njwks = \"https://u:secret@id.example/jwks\"\nroles = { park-admin = \"admin\" }\n[access.limits]\nburst = 7\n";

#[test]
fn who_may_do_what_is_set_like_everything_else() {
    let variables = [
        ("NIANLUN_ACCESS_OIDC_AUDIENCE", "other"),
        ("NIANLUN_ACCESS_OIDC_REFRESH_SECONDS", "60"),
        ("NIANLUN_ACCESS_LIMITS_BURST", "9"),
        (
            "NIANLUN_ACCESS_ORIGINS",
            "https://a.example, https://b.example",
        ),
        ("NIANLUN_ACCESS_TLS_KEY", "a.key"),
        ("NIANLUN_ACCESS_TLS_CERTIFICATE", "a.pem"),
    ];
    let ran = run(ACCESS, &variables, &["doctor"]);
    for (key, said) in [
        ("access.required", "true (nianlun.toml)"),
        ("access.oidc.issuer", "https://id.example (nianlun.toml)"),
        (
            "access.oidc.audience",
            "other (NIANLUN_ACCESS_OIDC_AUDIENCE)",
        ),
        (
            "access.oidc.refresh_seconds",
            "60 (NIANLUN_ACCESS_OIDC_REFRESH_SECONDS)",
        ),
        ("access.oidc.roles_claim", "roles (default)"),
        ("access.oidc.roles.park-admin", "admin (nianlun.toml)"),
        ("access.limits.burst", "9 (NIANLUN_ACCESS_LIMITS_BURST)"),
        ("access.limits.requests_per_second", "50 (default)"),
        ("access.tls.key", "a.key (NIANLUN_ACCESS_TLS_KEY)"),
        (
            "access.tls.certificate",
            "a.pem (NIANLUN_ACCESS_TLS_CERTIFICATE)",
        ),
    ] {
        says(&line(&ran, key), &[said]);
    }
    says(
        &line(&ran, "access.origins"),
        &[
            "https://a.example",
            "https://b.example",
            "(NIANLUN_ACCESS_ORIGINS)",
        ],
    );
    assert!(!ran.out.contains("secret"), "{}", ran.out);
    let ran = run(FILE, &[("NIANLUN_ACCESS_REQUIRED", "true")], &["doctor"]);
    says(
        &line(&ran, "access.required"),
        &["true (NIANLUN_ACCESS_REQUIRED)"],
    );
}

#[test]
fn serve_takes_what_is_set_of_access_and_flags_win() {
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let file = "[access.tls]\ncertificate = \"missing.pem\"\nkey = \"missing.key\"\n";
    let ran = run(file, &[], &serve);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    says(&ran.err, &["missing.pem"]);
    let flags = ["--tls-cert", "flag.pem", "--tls-key", "flag.key"];
    let ran = run(file, &[], &[&serve[..], &flags].concat());
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    says(&ran.err, &["flag.pem"]);
    let oidc = [
        ("NIANLUN_ACCESS_OIDC_ISSUER", "https://id.example"),
        ("NIANLUN_ACCESS_OIDC_AUDIENCE", "nianlun"),
        ("NIANLUN_ACCESS_OIDC_JWKS", "http://id.example/jwks"),
    ];
    let ran = run("", &oidc, &serve);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    says(&ran.err, &["over https"]);
}

/// A file, the environment, and what is said of them.
type Case = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

fn refused(cases: &[Case]) {
    for (text, environment, parts) in cases {
        let ran = run(text, environment, &["doctor"]);
        assert_eq!(ran.code, Some(2), "{text}\n{}", ran.err);
        says(&ran.err, parts);
    }
}

#[test]
fn what_cannot_be_used_is_named_with_its_line_and_key() {
    let cases: [Case; 15] = [
        (
            "[limits]\nrequests = 1\ncolour = 2\n",
            &[],
            &["nianlun.toml", "line 3", "colour"],
        ),
        (
            "[limits]\nrequests = \"many\"\n",
            &[],
            &["line 2", "requests"],
        ),
        (
            "[timeouts]\nrequest = \"soon\"\n",
            &[],
            &["line 2", "500ms, 2s, 15m"],
        ),
        (
            "[timeouts]\nrequest = \"0s\"\n",
            &[],
            &["line 2", "no length of time"],
        ),
        (
            "[limits]\nwrites = 0\n",
            &[],
            &["limits.writes = 0", "1 at least"],
        ),
        ("[limits\n", &[], &["nianlun.toml", "line 1"]),
        (
            "",
            &[("NIANLUN_LIMITS_REQUESTS", "many")],
            &["NIANLUN_LIMITS_REQUESTS", "invalid type"],
        ),
        (
            "",
            &[("NIANLUN_LIMITS_COLOUR", "2")],
            &["NIANLUN_LIMITS_COLOUR", "colour"],
        ),
        (
            "[access]\nrequird = true\n",
            &[],
            &["nianlun.toml", "line 2", "requird"],
        ),
        (
            "[access.limits]\nburst = 0\n",
            &[],
            &["nianlun.toml", "line 2", "nonzero"],
        ),
        (
            "[access]\norigins = [\"board.example\"]\n",
            &[],
            &[
                "access.origins",
                "board.example",
                "https://board.example.org",
            ],
        ),
        (
            "",
            &[("NIANLUN_ACCESS_REQUIRED", "perhaps")],
            &["NIANLUN_ACCESS_REQUIRED", "boolean"],
        ),
        (
            "",
            &[("NIANLUN_ACCESS_OIDC_ISSUER", "https://id.example")],
            &["NIANLUN_ACCESS_OIDC_ISSUER", "audience"],
        ),
        (
            "",
            &[("NIANLUN_ACCESS_TLS_CERT", "a.pem")],
            &["NIANLUN_ACCESS_TLS_CERT", "certificate"],
        ),
        (
            "",
            &[("NIANLUN_ACCESS_KEY", "x")],
            &["NIANLUN_ACCESS_KEY", "unknown field"],
        ),
    ];
    refused(&cases);
    let ran = run("", &[], &["--config", "missing.toml", "doctor"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
}

#[test]
fn what_no_machine_can_keep_is_refused() {
    refused(&[
        (
            "[limits]\nrequests = 9000000000000000000\n",
            &[],
            &[
                "limits.requests = 9000000000000000000",
                "1 at least, 1000000 at most",
            ],
        ),
        (
            "",
            &[("NIANLUN_LIMITS_READERS", "4000000000000000000")],
            &["limits.readers", "1 at least, 1000000 at most"],
        ),
        (
            "[timeouts]\nrequest = \"9000000000000000000s\"\n",
            &[],
            &["timeouts.request", "8760h at most"],
        ),
    ]);
}

#[test]
fn a_slip_in_the_section_of_a_variable_is_refused_with_what_was_meant() {
    refused(&[
        (
            "",
            &[("NIANLUN_TIMEOUT_REQUEST", "7s")],
            &["NIANLUN_TIMEOUT_REQUEST", "NIANLUN_TIMEOUTS_REQUEST"],
        ),
        (
            "",
            &[("NIANLUN_LIMTS_BODY", "7")],
            &["NIANLUN_LIMTS_BODY", "NIANLUN_LIMITS_BODY"],
        ),
        (
            "",
            &[("NIANLUN_LISTN", "127.0.0.1:1")],
            &["NIANLUN_LISTN", "NIANLUN_LISTEN"],
        ),
    ]);
}

#[test]
fn variables_of_others_that_begin_the_same_are_left_alone() {
    let others = [
        ("NIANLUN_PORT", "tcp://10.0.0.1:7316"),
        ("NIANLUN_PORT_7316_TCP_ADDR", "10.0.0.1"),
        ("NIANLUN_SERVICE_HOST", "10.0.0.1"),
        ("NIANLUN_BENCH_SCALE", "0.1"),
        ("NIANLUN_API_TOOLS", "tools"),
        ("NIANLUN_DATA", "data"),
        ("NIANLUN_ZONE", "Asia/Shanghai"),
    ];
    let ran = run(FILE, &others, &["doctor"]);
    says(&line(&ran, "limits.requests"), &["10 (nianlun.toml)"]);
}

#[test]
fn a_password_in_the_settings_is_not_shown() {
    let file = "[store]\nurl = \"postgres://u:secret@127.0.0.1:1/db\"\n";
    let ran = run(file, &[], &["doctor"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        !ran.err.contains("secret") && !ran.out.contains("secret"),
        "{}",
        ran.err
    );
}

#[test]
fn a_collector_that_cannot_be_meant_is_refused() {
    let file = "[telemetry]\ntraces = \"collector\"\n";
    let ran = run(file, &[], &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    says(&ran.err, &["telemetry.traces", "collector"]);
    let file = "[telemetry]\ntraces = \"tcp://u:secret@collector:4318/v1/traces\"\n";
    let ran = run(file, &[], &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    says(&ran.err, &["telemetry.traces", "u:***@collector:4318"]);
    assert!(!ran.err.contains("secret"), "{}", ran.err);
}
