//! The real datasets (docs/data.md), through import and command line alone, against the figures that their collection gives.
//!
//! They are not part of the project. `NIANLUN_DATA` names the folder that holds them; without it these tests are reported as
//! ignored.

mod a_share;
mod a_share_rosters;
mod asf_incubator;
mod chongqing;
mod cncf;
mod cncf_rosters;
mod yc;

use std::path::PathBuf;

/// A file of a dataset.
fn file(path: &str) -> PathBuf {
    let folder = std::env::var("NIANLUN_DATA")
        .expect("NIANLUN_DATA names the folder of the datasets (docs/data.md)");
    let file = PathBuf::from(folder).join(path);
    assert!(
        file.exists(),
        "{} is missing; docs/data.md says where it comes from",
        file.display()
    );
    file
}

/// Turns cases into tests over both stores that run only where the datasets are.
macro_rules! datasets {
    ($($case:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            #[ignore = "needs the datasets: set NIANLUN_DATA (docs/data.md)"]
            fn $case() {
                $crate::on_fresh_database!($crate::support::database::Dialect::Sqlite, super::$case);
            })+
        }

        mod postgres {
            $(#[test]
            #[ignore = "needs the datasets: set NIANLUN_DATA (docs/data.md)"]
            fn $case() {
                $crate::on_fresh_database!($crate::support::database::Dialect::Postgres, super::$case);
            })+
        }
    };
}
use datasets;
