//! `nianlun demo`

use super::{aligned, run_in, says};

#[test]
fn the_demonstration_shows_pipeline_clusters_and_one_company_and_keeps_its_hands_off_a_file() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let demo = run_in(folder.path(), &["demo"]);
    assert_eq!(demo.code, Some(0), "{}", demo.err);
    let lines = aligned(&demo.out);
    for year in 2011..=2025 {
        let end = format!("| {year}-12-31 ");
        assert!(
            lines.iter().any(|line| line.starts_with(&end)),
            "the pipeline at the end of {year}"
        );
    }
    let clusters = lines
        .iter()
        .position(|line| line.contains("2011") && line.contains("2025"))
        .expect("the clusters through the years");
    let mut names: Vec<_> = lines[clusters + 2..clusters + 10]
        .iter()
        .filter_map(|line| line.split('|').nth(1).map(str::trim))
        .collect();
    names.sort_unstable();
    // Four of the made-up park, four of the seed document.
    let mut expected = [
        "合成精准医疗集群",
        "合成电子信息集群",
        "合成节能环保集群",
        "合成跨境电商集群",
        "精准医疗",
        "电子信息",
        "节能环保",
        "跨境电子商务",
    ];
    expected.sort_unstable();
    assert_eq!(names, expected);
    // The history of the first company of the park: its application and its listing.
    says(
        &demo.out,
        &[
            "2015-06-18",
            "tutoring-filed",
            "2017-11-09",
            "synthetic-park:2 ",
        ],
    );
    says(
        &demo.out,
        &[
            "were made by a generator and are not real",
            "It was made by a generator",
        ],
    );

    let again = run_in(folder.path(), &["demo"]);
    assert_eq!((again.code, again.out.as_str()), (Some(2), ""));
    says(&again.err, &["demo.db exists", "--file", "--force"]);

    // What it proposes to look at works.
    let proposed: Vec<_> = demo
        .out
        .lines()
        .filter_map(|line| line.strip_prefix("  nianlun "))
        .collect();
    assert_eq!(proposed.len(), 4);
    for command in proposed {
        let words: Vec<_> = command.split(' ').collect();
        let ran = run_in(folder.path(), &words);
        assert_eq!(ran.code, Some(0), "{command}: {}", ran.err);
        aligned(&ran.out);
    }

    let forced = run_in(folder.path(), &["demo", "--force"]);
    assert_eq!(forced.code, Some(0), "{}", forced.err);
    let run = |out: &str| out.lines().filter(|line| line.starts_with('|')).count();
    assert_eq!(run(&forced.out), run(&demo.out), "nothing is there twice");
}
