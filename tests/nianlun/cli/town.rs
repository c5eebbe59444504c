//! A small town whose figures can be counted by hand.

use std::fs;

use crate::support::database::Harness;
use crate::support::program::Program;
use tempfile::TempDir;

pub const MAPPING: &str = r#"
name = "town"
title = "A small town"
shape = "events"

[[carrier]]
code = "hub"
name = "枢纽园区"
types = ["incubator", "park"]
aliases = ["枢纽"]
on = "2014-01-01"

[[carrier]]
code = "annex"
name = "枢纽园区二期"
types = ["park"]
parent = "hub"
on = "2015-01-01"

[[cluster]]
code = "optics"
name = "光电集群"
on = "2014-01-01"

[subject]
kind = "company"

[[subject.identify]]
scheme = "town"
id = { column = "key" }

[subject.register]
name = { column = "name" }
entity = { column = "entity" }
on = { column = "existed" }

[[output]]
event = { column = "event" }
on = { column = "on" }
carrier = { column = "carrier" }
programme = { column = "programme" }
cluster = { column = "cluster" }
capacity = { column = "capacity" }
board = { column = "board" }
step = { column = "step" }
status = { column = "status" }
scheme = { column = "scheme" }
value = { column = "value" }
unit = { column = "unit" }
"#;

/// On 2020-12-31: 甲 is listed, 乙 and 辛 have left, 丙 is in the cluster, 丁 a team in the nursery, 戊 applies for a listing,
/// 己 is a branch, 庚 is deregistered. Nobody wrote down when 辛 came.
pub const ROWS: &str = "\
key,name,entity,existed,event,on,carrier,programme,cluster,capacity,board,step,status,scheme,value,unit
1,甲光学有限公司,company,2015-01-01,programme-started,2015-02-01,hub,incubation,,,,,,,,
1,甲光学有限公司,company,2015-01-01,graduated,2017-02-01,hub,,,,,,,,,
1,甲光学有限公司,company,2015-01-01,listed,2019-07-22,,,,,STAR,,,,,
2,乙物流有限公司,company,2015-06-01,occupancy-started,2016-03-01,hub,,,,,,,,,A101
2,乙物流有限公司,company,2015-06-01,occupancy-ended,2019-03-01,hub,,,,,,,,,A101
3,丙激光有限公司,company,2017-05-01,membership-started,2017-05-01,,,optics,member,,,,,,
4,丁创业团队,team,2018-01-01,programme-started,2018-01-01,hub,seed,,,,,,,,
5,戊软件有限公司,company,2018-01-01,application-advanced,2020-06-01,,,,,STAR,accepted,,,,
5,戊软件有限公司,company,2018-01-01,attribute-stated,2018-01-01,,,,,,,,area,重庆,
6,己分公司,branch,2016-01-01,occupancy-started,2016-01-01,hub,,,,,,,,,A102
7,庚餐饮有限公司,company,2015-01-01,legal-status-entered,2018-06-30,,,,,,,deregistered,,,
8,辛贸易有限公司,company,2018-01-01,occupancy-ended,2019-01-01,hub,,,,,,,,,A103
";

/// Writes the town to a folder: its rows and its mapping.
pub fn written() -> (TempDir, String, String) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (rows, mapping) = (path("town.csv"), path("town.toml"));
    fs::write(&rows, ROWS).expect("written");
    fs::write(&mapping, MAPPING).expect("written");
    (folder, rows, mapping)
}

/// The town, imported.
pub fn town(harness: &Harness) -> Program {
    let program = Program::over(harness);
    let (_folder, rows, mapping) = written();
    program.done(&["import", &rows, "--mapping", &mapping]);
    program
}
