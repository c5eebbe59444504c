//! Reading facts.

use nianlun_projections::Fact;
use sqlx::{Row, SqlitePool};
use uuid::Uuid;

use crate::store::{FactColumn, FactQuery, StoreError, TallyRow, rows, select};

pub(super) async fn facts(
    pool: &SqlitePool,
    query: &FactQuery,
    ids: Option<(Uuid, Uuid)>,
) -> Result<Vec<Fact>, StoreError> {
    let found = select::facts(query, ids).build().fetch_all(pool).await?;
    found.iter().map(rows::fact).collect()
}

pub(super) async fn tally(
    pool: &SqlitePool,
    query: &FactQuery,
    by: &[FactColumn],
) -> Result<Vec<TallyRow>, StoreError> {
    let found = select::tally(query, by).build().fetch_all(pool).await?;
    found
        .iter()
        .map(|row| {
            let group = (0..by.len())
                .map(|place| row.try_get(place))
                .collect::<Result<_, _>>()?;
            Ok(TallyRow {
                group,
                subjects: rows::count(row.try_get("subjects")?),
                facts: rows::count(row.try_get("facts")?),
            })
        })
        .collect()
}
