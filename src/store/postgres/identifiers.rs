//! The register of identifiers, which the trigger on `events` keeps.

use std::collections::BTreeMap;

use sqlx::PgPool;

use crate::store::rows::{self, Columns};
use crate::store::{StoreError, StreamId};

pub(super) async fn holders(
    pool: &PgPool,
    identifiers: &[String],
) -> Result<BTreeMap<String, StreamId>, StoreError> {
    let sql = "SELECT identifier, aggregate_type, aggregate_id FROM identifiers WHERE identifier = ANY($1)";
    let found = sqlx::query(sql).bind(identifiers).fetch_all(pool).await?;
    found
        .iter()
        .map(|row| Ok((row.text("identifier")?, rows::stream("identifiers", row)?)))
        .collect()
}
