//! The tests that docs/security.md names are there.

use std::fs;

use crate::support::program::project;

/// What stands between backquotes.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn every_test_that_the_page_on_security_names_is_there() {
    let page = fs::read_to_string(project("docs/security.md")).expect("the page");
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let (mut risks, mut named) = (0, 0);
    for row in rows.filter(|row| !row.starts_with("| risk ")) {
        let cells: Vec<_> = row.trim_matches(['|', ' ']).split(" | ").collect();
        let [risk, _, tests] = cells[..] else {
            panic!("three cells: {row}")
        };
        let mut file = String::new();
        let before = named;
        for name in quoted(tests) {
            if name.contains('.') {
                let path = if name.contains('/') {
                    project(name)
                } else {
                    project("tests/nianlun/http").join(name)
                };
                file = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
                named += usize::from(tests.contains(&format!("`{name}`: all")));
                continue;
            }
            let function = format!("fn {name}(");
            assert!(file.contains(&function), "{risk}: there is no {name}");
            named += 1;
        }
        assert!(named > before, "{risk}: no test");
        risks += 1;
    }
    assert!(risks >= 16 && named >= 60, "{risks} risks, {named} tests");
    for number in 1..=10 {
        assert!(page.contains(&format!("| API{number} ")), "API{number}");
    }
}
