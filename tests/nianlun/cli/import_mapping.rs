//! `nianlun import --suggest-mapping` and `--mapping-schema`.

use std::fs;

use super::says;
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, project};

contract!(
    a_suggested_mapping_is_written_once_and_can_be_imported_with,
    the_schema_is_printed_as_the_manual_keeps_it,
);

async fn a_suggested_mapping_is_written_once_and_can_be_imported_with(harness: &Harness) {
    let program = Program::over(harness);
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (rows, out) = (path("名单.csv"), path("名单.toml"));
    fs::write(
        &rows,
        "企业名称,入驻时间,面积\n甲公司,2016.3,120\n乙公司,2016年底,\n丙公司,2017,80㎡\n",
    )
    .expect("written");

    let printed = program.done(&["import", "--suggest-mapping", &rows]);
    says(
        &printed,
        &[
            "# Column B \"入驻时间\": the day of moving in (certain: so called, 3 of 3 values are dates)",
        ],
    );
    let chinese = program.done(&["--lang", "zh", "import", "--suggest-mapping", &rows]);
    says(
        &chinese,
        &["# B 列 \"入驻时间\"：入驻日期（确定：列名如此，3 个值中 3 个是日期）"],
    );

    let write = ["import", "--suggest-mapping", &rows, "--out", &out];
    says(&program.done(&write), &["read it through"]);
    assert_eq!(fs::read_to_string(&out).expect("written"), printed);
    let again = program.run(&write);
    assert_eq!(again.code, Some(1));
    says(
        &again.err,
        &["there is a file of this name; give another to --out"],
    );

    let done = program.done(&["import", &rows, "--mapping", &out]);
    says(&done, &["3 rows:", "0 row errors"]);
}

async fn the_schema_is_printed_as_the_manual_keeps_it(harness: &Harness) {
    let kept = fs::read_to_string(project("docs/mapping.schema.json")).expect("the schema");
    assert_eq!(
        Program::over(harness).done(&["import", "--mapping-schema"]),
        kept
    );
}
