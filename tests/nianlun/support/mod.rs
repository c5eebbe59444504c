//! Fresh, isolated databases of both dialects, and the small things that the suites share.

pub mod aggregate;
#[path = "../../../projections/tests/support/any.rs"]
pub mod any;
pub mod api;
pub mod child;
pub mod database;
pub mod events;
pub mod facts;
pub mod form;
pub mod program;
pub mod served;
pub mod tools;
pub mod wire;

/// Turns cases, `async fn(&Harness)`, into tests over both dialects: `sqlite::case` and `postgres::case`.
#[macro_export]
macro_rules! contract {
    ($($case:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $case() {
                $crate::on_fresh_database!($crate::support::database::Dialect::Sqlite, super::$case);
            })+
        }

        mod postgres {
            $(#[test]
            fn $case() {
                $crate::on_fresh_database!($crate::support::database::Dialect::Postgres, super::$case);
            })+
        }
    };
}

/// Runs one case. The database outlives the runtime, so that it is removed whether the case ends or panics.
#[macro_export]
macro_rules! on_fresh_database {
    ($dialect:expr, $case:path) => {
        let runtime = $crate::support::database::runtime();
        let harness = runtime.block_on($crate::support::database::Harness::new($dialect));
        runtime.block_on($case(&harness));
        drop(runtime);
        drop(harness);
    };
}
