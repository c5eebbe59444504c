//! Who a row is about. Never a guess.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use nianlun_aggregates::Identifier;
use nianlun_projections::Subject;
use uuid::Uuid;

use super::cells::Row;
use super::mapping::{Identify, Mapping};
use super::report::Issue;
use crate::intake;
use crate::store::{Store, StoreError};

/// Keys looked up at once.
const BATCH: usize = 2_000;

/// A row with the company that it is about.
pub struct Resolved {
    /// The row.
    pub row: Row,
    /// The company.
    pub company: Uuid,
    /// Its identifiers that the row gives, the deciding one first.
    pub identifiers: Vec<Identifier>,
}

/// Finds the company of every row. What cannot be decided is an issue of its row.
///
/// # Errors
/// Those of the store.
pub async fn companies(
    store: &Arc<dyn Store>,
    mapping: &Mapping,
    rows: Vec<Row>,
    issues: &mut Vec<Issue>,
) -> Result<Vec<Resolved>, StoreError> {
    let mut identified = vec![];
    for row in rows {
        let identifiers = identifiers(&row, mapping, issues);
        if identifiers.is_empty() {
            issues.push(row.error("", "", "none of the identifiers that the mapping names can be used; the row says nothing of anybody"));
        } else {
            identified.push((row, identifiers));
        }
    }
    let mut holders = registered(
        store,
        identified.iter().flat_map(|(_, identifiers)| identifiers),
    )
    .await?;
    let mut resolved = vec![];
    for (row, identifiers) in identified {
        let found: BTreeSet<Uuid> = identifiers
            .iter()
            .filter_map(|identifier| holders.get(&identifier.key()).copied())
            .collect();
        let company = match found.len() {
            0 => identifiers[0].company_id(),
            1 => *found.first().unwrap_or(&Uuid::nil()),
            _ => {
                let named: Vec<_> = identifiers
                    .iter()
                    .filter_map(|identifier| {
                        Some(format!(
                            "{identifier} is {}",
                            holders.get(&identifier.key())?
                        ))
                    })
                    .collect();
                issues.push(row.error("", "", format!("its identifiers belong to different companies: {}; mend the row or the record", named.join(", "))));
                continue;
            }
        };
        for identifier in &identifiers {
            holders.entry(identifier.key()).or_insert(company);
        }
        resolved.push(Resolved {
            row,
            company,
            identifiers,
        });
    }
    Ok(resolved)
}

/// The usable identifiers of a row. One that is malformed is left out with a notice, and the next decides.
fn identifiers(row: &Row, mapping: &Mapping, issues: &mut Vec<Issue>) -> Vec<Identifier> {
    let mut usable = vec![];
    for identify in &mapping.subject.identify {
        let (scheme, value) = match identify {
            Identify::Usci { usci } => ("usci", usci),
            Identify::External { scheme, id } => (scheme.as_str(), id),
        };
        let raw = match row.value(value, &mapping.tables) {
            Ok(Some(raw)) => raw,
            Ok(None) => continue,
            Err(issue) => {
                issues.push(issue);
                continue;
            }
        };
        match intake::identifier(&format!("{scheme}:{raw}")) {
            Ok(identifier) => {
                if let Identifier::Usci(usci) = &identifier
                    && usci.as_str() != raw
                {
                    issues.push(row.notice(scheme, &raw, format!("read as {usci}")));
                }
                usable.push(identifier);
            }
            Err(reason) => issues.push(row.notice(
                scheme,
                &raw,
                format!("not used as an identifier: {reason}"),
            )),
        }
    }
    usable
}

async fn registered(
    store: &Arc<dyn Store>,
    identifiers: impl Iterator<Item = &Identifier>,
) -> Result<BTreeMap<String, Uuid>, StoreError> {
    let keys: BTreeSet<String> = identifiers.map(Identifier::key).collect();
    let keys: Vec<_> = keys.into_iter().collect();
    let mut holders = BTreeMap::new();
    for batch in keys.chunks(BATCH) {
        let found = store.holders(batch).await?;
        holders.extend(
            found
                .into_iter()
                .filter(|(_, holder)| holder.subject == Subject::Company)
                .map(|(key, holder)| (key, holder.id)),
        );
    }
    Ok(holders)
}
