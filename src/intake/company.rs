//! Events of companies, from fields.

use nianlun_aggregates::company::{Capacity, Change, EVENT_TYPES, Entity};

use super::fields::{missing, unreadable};
use super::{FieldError, Fields, Forms};

/// Every event of a company that can be recorded, with its fields.
pub const COMPANY_FORMS: Forms = Forms {
    types: EVENT_TYPES,
    fields: &[
        ("registered", &["name", "entity?", "group?", "identifier?"]),
        ("incorporated", &["name?", "identifier?"]),
        ("renamed", &["name"]),
        ("alias-added", &["alias"]),
        ("identifier-added", &["identifier"]),
        ("legal-status-entered", &["status"]),
        ("legal-status-lifted", &["status?"]),
        ("absorbed", &["by?"]),
        ("divided", &["into?"]),
        ("programme-started", &["programme", "carrier"]),
        ("programme-ended", &["programme", "carrier", "outcome"]),
        ("graduated", &["carrier?"]),
        (
            "occupancy-started",
            &[
                "carrier",
                "unit?",
                "tenure?",
                "area?",
                "role?",
                "planned_end?",
            ],
        ),
        ("occupancy-area-changed", &["carrier", "unit?", "area"]),
        ("occupancy-moved", &["carrier", "from?", "to"]),
        ("occupancy-ended", &["carrier", "unit?"]),
        ("membership-started", &["cluster", "tier?", "capacity?"]),
        (
            "membership-tier-changed",
            &["cluster", "from?", "to", "capacity?"],
        ),
        ("membership-ended", &["cluster", "tier?"]),
        ("named-as-anchor", &["cluster", "source"]),
        ("application-advanced", &["board", "step"]),
        ("application-ended", &["board", "outcome"]),
        ("listed", &["board", "code?"]),
        ("security-code-changed", &["board", "code"]),
        ("security-transferred", &["from", "to", "code?"]),
        ("delisted", &["board", "reason"]),
        ("recognition-granted", &["label", "level?", "valid_until?"]),
        ("recognition-renewed", &["label", "level?", "valid_until?"]),
        ("recognition-revoked", &["label", "level?"]),
        ("funding-received", &["round?", "amount?", "investor?"]),
        ("acquired", &["by?"]),
        ("figure-reported", &["metric", "quantity", "period?"]),
        ("group-linked", &["group", "relation"]),
        ("group-unlinked", &["group"]),
        ("attribute-stated", &["scheme", "value"]),
        ("status-observed", &["source", "value"]),
        ("presence-observed", &["source", "present"]),
        ("absence-noted", &["source"]),
        ("coverage-declared", &["source", "sets", "period"]),
    ],
};

/// Reads an event of a company.
///
/// # Errors
/// [`FieldError`] for the first field that is missing, unknown or unreadable.
#[expect(clippy::too_many_lines, reason = "a flat match, one arm an event")]
pub fn company_change(event: &str, fields: &Fields) -> Result<Change, FieldError> {
    let code = COMPANY_FORMS.check(event, fields)?;
    let f = fields;
    Ok(match code {
        "registered" => Change::Registered {
            entity: entity(f)?,
            name: f.text("name")?,
            identifiers: f.identifiers("identifier")?,
        },
        "incorporated" => Change::Incorporated {
            name: f.optional_text("name")?,
            identifiers: f.identifiers("identifier")?,
        },
        "renamed" => Change::Renamed {
            name: f.text("name")?,
        },
        "alias-added" => Change::AliasAdded {
            alias: f.text("alias")?,
        },
        "identifier-added" => {
            let identifier = f
                .identifiers("identifier")?
                .into_iter()
                .next()
                .ok_or_else(|| missing("identifier"))?;
            Change::IdentifierAdded { identifier }
        }
        "legal-status-entered" => Change::LegalStatusEntered {
            status: f.required("status")?,
        },
        "legal-status-lifted" => Change::LegalStatusLifted {
            status: f.optional("status")?,
        },
        "absorbed" => Change::Absorbed {
            by: f.optional_text("by")?,
        },
        "divided" => Change::Divided {
            into: f.texts("into")?,
        },
        "programme-started" => Change::ProgrammeStarted {
            programme: f.required("programme")?,
            carrier: f.carrier()?,
        },
        "programme-ended" => Change::ProgrammeEnded {
            programme: f.required("programme")?,
            carrier: f.carrier()?,
            outcome: f.required("outcome")?,
        },
        "graduated" => Change::Graduated {
            carrier: f.optional_carrier("carrier")?,
        },
        "occupancy-started" => Change::OccupancyStarted {
            carrier: f.carrier()?,
            unit: f.optional_text("unit")?,
            tenure: f.optional("tenure")?,
            area: f.optional_area("area")?,
            role: f.optional("role")?,
            planned_end: f.optional("planned_end")?,
        },
        "occupancy-area-changed" => Change::OccupancyAreaChanged {
            carrier: f.carrier()?,
            unit: f.optional_text("unit")?,
            area: f.optional_area("area")?.ok_or_else(|| missing("area"))?,
        },
        "occupancy-moved" => Change::OccupancyMoved {
            carrier: f.carrier()?,
            from: f.optional_text("from")?,
            to: f.text("to")?,
        },
        "occupancy-ended" => Change::OccupancyEnded {
            carrier: f.carrier()?,
            unit: f.optional_text("unit")?,
        },
        "membership-started" => Change::MembershipStarted {
            cluster: f.cluster()?,
            tier: f.optional("tier")?,
            capacity: capacity(f)?,
        },
        "membership-tier-changed" => Change::MembershipTierChanged {
            cluster: f.cluster()?,
            from: f.optional("from")?,
            to: f.required("to")?,
            capacity: capacity(f)?,
        },
        "membership-ended" => Change::MembershipEnded {
            cluster: f.cluster()?,
            tier: f.optional("tier")?,
        },
        "named-as-anchor" => Change::NamedAsAnchor {
            cluster: f.cluster()?,
            source: f.text("source")?,
        },
        "application-advanced" => Change::ApplicationAdvanced {
            board: f.required("board")?,
            step: f.required("step")?,
        },
        "application-ended" => Change::ApplicationEnded {
            board: f.required("board")?,
            outcome: f.required("outcome")?,
        },
        "listed" => Change::Listed {
            board: f.required("board")?,
            code: f.optional("code")?,
        },
        "security-code-changed" => Change::SecurityCodeChanged {
            board: f.required("board")?,
            code: f.required("code")?,
        },
        "security-transferred" => Change::SecurityTransferred {
            from: f.required("from")?,
            to: f.required("to")?,
            code: f.optional("code")?,
        },
        "delisted" => Change::Delisted {
            board: f.required("board")?,
            reason: f.required("reason")?,
        },
        "recognition-granted" => Change::RecognitionGranted {
            label: f.text("label")?,
            level: f.optional("level")?,
            valid_until: f.optional("valid_until")?,
        },
        "recognition-renewed" => Change::RecognitionRenewed {
            label: f.text("label")?,
            level: f.optional("level")?,
            valid_until: f.optional("valid_until")?,
        },
        "recognition-revoked" => Change::RecognitionRevoked {
            label: f.text("label")?,
            level: f.optional("level")?,
        },
        "funding-received" => Change::FundingReceived {
            round: f.optional_text("round")?,
            amount: f.optional_quantity("amount")?,
            investor: f.optional_text("investor")?,
        },
        "acquired" => Change::Acquired {
            by: f.optional_text("by")?,
        },
        "figure-reported" => Change::FigureReported {
            metric: f.text("metric")?,
            quantity: f.quantity("quantity")?,
            period: f.optional("period")?,
        },
        "group-linked" => Change::GroupLinked {
            group: f.text("group")?,
            relation: f.text("relation")?,
        },
        "group-unlinked" => Change::GroupUnlinked {
            group: f.text("group")?,
        },
        "attribute-stated" => Change::AttributeStated {
            scheme: f.text("scheme")?,
            value: f.text("value")?,
        },
        "status-observed" => Change::StatusObserved {
            source: f.text("source")?,
            value: f.text("value")?,
        },
        "presence-observed" => Change::PresenceObserved {
            source: f.text("source")?,
            present: yes_or_no(f, "present")?,
        },
        "absence-noted" => Change::AbsenceNoted {
            source: f.text("source")?,
        },
        // The last of the list; a new event without an arm here fails the test that reads every form.
        _ => Change::CoverageDeclared {
            source: f.text("source")?,
            sets: f.list("sets")?,
            period: f.required("period")?,
        },
    })
}

/// The entity that a registration is of; a company if nothing is said.
fn entity(fields: &Fields) -> Result<Entity, FieldError> {
    let group = fields.optional_text("group")?;
    match (fields.first("entity").unwrap_or("company"), group) {
        ("team" | "团队", None) => Ok(Entity::Team),
        ("company" | "企业", None) => Ok(Entity::Company),
        ("branch" | "分公司", None) => Ok(Entity::Branch),
        ("sole_proprietorship" | "个体工商户", None) => Ok(Entity::SoleProprietorship),
        ("institution" | "机构", None) => Ok(Entity::Institution),
        ("unnamed_local_entity", Some(group)) => Ok(Entity::UnnamedLocalEntity { group }),
        ("unnamed_local_entity", None) => Err(missing("group")),
        (_, Some(group)) => Err(unreadable(
            "group",
            group.as_str(),
            &"only an unnamed_local_entity is registered with its group; record group-linked for others",
        )),
        (other, None) => {
            let known = "no such entity; one of team, company, branch, sole_proprietorship, institution, unnamed_local_entity";
            Err(unreadable("entity", other, &known))
        }
    }
}

fn capacity(fields: &Fields) -> Result<Capacity, FieldError> {
    Ok(fields.optional("capacity")?.unwrap_or(Capacity::Member))
}

fn yes_or_no(fields: &Fields, name: &str) -> Result<bool, FieldError> {
    match fields.first(name) {
        Some("yes" | "true" | "1" | "是" | "在") => Ok(true),
        Some("no" | "false" | "0" | "否" | "不在") => Ok(false),
        Some(other) => Err(unreadable(name, other, &"write yes or no")),
        None => Err(missing(name)),
    }
}
