//! `nianlun generate`

use std::fs;

use super::{run_in, says};
use crate::support::program::project;

#[test]
fn the_same_seed_writes_the_bundled_park_and_another_one_another() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let ran = run_in(folder.path(), &["generate", "park"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    says(&ran.out, &["park.csv", "park.toml"]);
    for name in ["park.csv", "park.toml"] {
        let bundled = project("examples/synthetic").join(name);
        let (bundled, written) = (fs::read(bundled), fs::read(folder.path().join(name)));
        assert!(
            bundled.expect("bundled") == written.expect("written"),
            "{name}"
        );
    }

    let other = folder.path().join("other");
    let out = other.display().to_string();
    let generate = ["generate", "park", "--seed", "7", "--out", &out];
    let ran = run_in(folder.path(), &generate);
    assert_eq!(ran.code, Some(1), "the folder must be there");
    says(&ran.err, &["other"]);
    fs::create_dir(&other).expect("made");
    assert_eq!(run_in(folder.path(), &generate).code, Some(0));
    let park = |folder: &std::path::Path| fs::read(folder.join("park.csv")).expect("written");
    assert!(park(&other) != park(folder.path()));
}
