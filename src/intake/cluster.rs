//! Events of clusters, from fields.

use nianlun_aggregates::cluster::{Change, EVENT_TYPES};

use super::{FieldError, Fields, Forms};

/// Every event of a cluster that can be recorded, with its fields.
pub const CLUSTER_FORMS: Forms = Forms {
    types: EVENT_TYPES,
    fields: &[
        ("declared", &["code", "name"]),
        ("renamed", &["name"]),
        ("alias-added", &["alias"]),
        ("closed", &[]),
        ("tier-declared", &["tier", "name"]),
        ("tier-renamed", &["tier", "name"]),
        ("figure-reported", &["metric", "quantity", "period?"]),
    ],
};

/// Reads an event of a cluster.
///
/// # Errors
/// [`FieldError`] for the first field that is missing, unknown or unreadable.
pub fn cluster_change(event: &str, fields: &Fields) -> Result<Change, FieldError> {
    let code = CLUSTER_FORMS.check(event, fields)?;
    Ok(match code {
        "declared" => Change::Declared {
            code: fields.required("code")?,
            name: fields.text("name")?,
        },
        "renamed" => Change::Renamed {
            name: fields.text("name")?,
        },
        "alias-added" => Change::AliasAdded {
            alias: fields.text("alias")?,
        },
        "closed" => Change::Closed {},
        "tier-declared" => Change::TierDeclared {
            tier: fields.required("tier")?,
            name: fields.text("name")?,
        },
        "tier-renamed" => Change::TierRenamed {
            tier: fields.required("tier")?,
            name: fields.text("name")?,
        },
        // The last of the list; a new event without an arm here fails the test that reads every form.
        _ => Change::FigureReported {
            metric: fields.text("metric")?,
            quantity: fields.required("quantity")?,
            period: fields.optional("period")?,
        },
    })
}
