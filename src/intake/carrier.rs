//! Events of carriers, from fields.

use nianlun_aggregates::carrier::{Change, EVENT_TYPES, LevelBasis};

use super::{FieldError, Fields, Forms};

/// Every event of a carrier that can be recorded, with its fields.
pub const CARRIER_FORMS: Forms = Forms {
    types: EVENT_TYPES,
    fields: &[
        (
            "registered",
            &["code", "name", "types?", "parent?", "jurisdiction?"],
        ),
        ("renamed", &["name"]),
        ("alias-added", &["alias"]),
        ("types-stated", &["types"]),
        ("level-granted", &["level", "basis?", "label?"]),
        ("level-revoked", &["level"]),
        ("parent-stated", &["parent?"]),
        ("figure-reported", &["metric", "quantity", "period?"]),
    ],
};

/// Reads an event of a carrier.
///
/// # Errors
/// [`FieldError`] for the first field that is missing, unknown or unreadable.
pub fn carrier_change(event: &str, fields: &Fields) -> Result<Change, FieldError> {
    let code = CARRIER_FORMS.check(event, fields)?;
    Ok(match code {
        "registered" => Change::Registered {
            code: fields.required("code")?,
            name: fields.text("name")?,
            types: fields.list("types")?,
            parent: fields.optional_carrier("parent")?,
            jurisdiction: fields.optional_text("jurisdiction")?,
        },
        "renamed" => Change::Renamed {
            name: fields.text("name")?,
        },
        "alias-added" => Change::AliasAdded {
            alias: fields.text("alias")?,
        },
        "types-stated" => Change::TypesStated {
            types: fields.list("types")?,
        },
        "level-granted" => Change::LevelGranted {
            level: fields.required("level")?,
            basis: fields.optional("basis")?.unwrap_or(LevelBasis::Recognised),
            label: fields.optional_text("label")?,
        },
        "level-revoked" => Change::LevelRevoked {
            level: fields.required("level")?,
        },
        "parent-stated" => Change::ParentStated {
            parent: fields.optional_carrier("parent")?,
        },
        // The last of the list; a new event without an arm here fails the test that reads every form.
        _ => Change::FigureReported {
            metric: fields.text("metric")?,
            quantity: fields.required("quantity")?,
            period: fields.optional("period")?,
        },
    })
}
