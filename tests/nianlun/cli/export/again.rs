//! An exported roster imported again.

use super::{CENSUS, folder, park};
use crate::contract;
use crate::support::database::Harness;

contract!(
    a_roster_exported_and_imported_again_adds_nothing,
    somebody_new_in_an_exported_roster_is_recorded,
    a_mapping_is_not_written_over,
);

const SETS: [&[&str]; 5] = [
    &["--carrier", "synthetic-park"],
    &["--carrier", "synthetic-park", "--set", "programme"],
    &["--cluster", "synthetic-medicine"],
    &[
        "--cluster",
        "synthetic-medicine",
        "--every",
        "year",
        "--from",
        "2014-01-01",
    ],
    &[
        "--carrier",
        "synthetic-park",
        "--every",
        "year",
        "--from",
        "2015-01-01",
    ],
];

async fn a_roster_exported_and_imported_again_adds_nothing(harness: &Harness) {
    let program = park(harness);
    let folder = folder();
    let events = "SELECT count(*) FROM events";
    let before = harness.number(events).await;
    for (number, set) in SETS.iter().enumerate() {
        for form in ["csv", "xlsx"] {
            let name = |end: &str| {
                let path = folder.path().join(format!("{number}-{form}.{end}"));
                path.display().to_string()
            };
            let (file, mapping) = (name(form), name("toml"));
            let export = [
                "export",
                "roster",
                "--as-of",
                CENSUS,
                "--out",
                &file,
                "--mapping",
                &mapping,
            ];
            program.done(&[&export, *set].concat());
            let told = program.done(&["import", &file, "--mapping", &mapping]);
            assert!(
                told.contains(" 0 events recorded, 0 new subjects"),
                "{set:?}: {told}"
            );
            assert!(told.contains(" 0 row errors"), "{set:?}: {told}");
        }
    }
    assert_eq!(harness.number(events).await, before);
}

async fn somebody_new_in_an_exported_roster_is_recorded(harness: &Harness) {
    let program = park(harness);
    let folder = folder();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (file, mapping) = (path("r.csv"), path("r.toml"));
    let export = [
        "export",
        "roster",
        "--cluster",
        "synthetic-medicine",
        "--as-of",
        CENSUS,
        "--out",
        &file,
        "--mapping",
        &mapping,
    ];
    program.done(&export);
    let rows = std::fs::read_to_string(&file).expect("the export");
    let columns = rows.lines().next().expect("a header").split(',').count();
    let newcomer = format!(
        "{CENSUS},,新来医药,91330103MA2J0XYC21{}",
        ",".repeat(columns - 4)
    );
    std::fs::write(&file, format!("{rows}{newcomer}\n")).expect("written");
    let told = program.done(&["import", &file, "--mapping", &mapping]);
    // Registered, and there by that day.
    assert!(
        told.contains(" 2 events recorded, 1 new subjects"),
        "{told}"
    );
}

async fn a_mapping_is_not_written_over(harness: &Harness) {
    let program = park(harness);
    let folder = folder();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (file, mapping) = (path("r.csv"), path("r.toml"));
    std::fs::write(&mapping, "mine").expect("written");
    let export = [
        "export",
        "roster",
        "--cluster",
        "synthetic-medicine",
        "--as-of",
        CENSUS,
        "--out",
        &file,
        "--mapping",
        &mapping,
    ];
    let refused = program.run(&export);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(
        refused.err.contains("exists; name another with --mapping"),
        "{}",
        refused.err
    );
    assert_eq!(std::fs::read_to_string(&mapping).expect("there"), "mine");
}
