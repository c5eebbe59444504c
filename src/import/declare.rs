//! Carriers and clusters that a mapping declares.

use std::collections::BTreeMap;
use std::slice::from_ref;

use nianlun_aggregates::history::{Action, Assertion, Change};
use nianlun_aggregates::{Code, carrier, cluster};
use nianlun_projections::Subject;
use uuid::Uuid;

use super::draft::{Draft, Origin, Reader};
use super::mapping::{Mapping, MappingError};
use crate::intake::{
    CARRIER_FORMS, CLUSTER_FORMS, FieldError, Fields, carrier_change, cluster_change,
};
use crate::store::StreamId;

/// Reads events of carriers.
pub const CARRIERS: Reader<carrier::Change> = Reader {
    forms: CARRIER_FORMS,
    change: carrier_change,
};
/// Reads events of clusters.
pub const CLUSTERS: Reader<cluster::Change> = Reader {
    forms: CLUSTER_FORMS,
    change: cluster_change,
};

/// What a mapping declares, by stream.
#[derive(Default)]
pub struct Declarations {
    /// Of carriers.
    pub carriers: BTreeMap<StreamId, Vec<Draft<carrier::Change>>>,
    /// Of clusters.
    pub clusters: BTreeMap<StreamId, Vec<Draft<cluster::Change>>>,
}

/// Reads the declarations.
///
/// # Errors
/// [`MappingError::Misfit`] with the declaration and its field.
pub fn declarations(mapping: &Mapping) -> Result<Declarations, MappingError> {
    let mut declared = Declarations::default();
    for carrier in &mapping.carriers {
        let place = format!("[[carrier]] {}", carrier.code);
        let mut add = |event: &str, pairs: &[(&str, &[String])]| {
            let id = stream(Subject::Carrier, &carrier.code, &place, carrier::carrier_id)?;
            add(
                declared.carriers.entry(id).or_default(),
                CARRIERS,
                &place,
                event,
                &carrier.on,
                pairs,
            )
        };
        let parent: Vec<_> = carrier.parent.iter().cloned().collect();
        let jurisdiction: Vec<_> = carrier.jurisdiction.iter().cloned().collect();
        let (code, name) = ([carrier.code.clone()], [carrier.name.clone()]);
        add(
            "registered",
            &[
                ("code", &code),
                ("name", &name),
                ("types", &carrier.types),
                ("parent", &parent),
                ("jurisdiction", &jurisdiction),
            ],
        )?;
        for alias in &carrier.aliases {
            add("alias-added", &[("alias", from_ref(alias))])?;
        }
    }
    for cluster in &mapping.clusters {
        let place = format!("[[cluster]] {}", cluster.code);
        let mut add = |event: &str, pairs: &[(&str, &[String])]| {
            let id = stream(Subject::Cluster, &cluster.code, &place, cluster::cluster_id)?;
            add(
                declared.clusters.entry(id).or_default(),
                CLUSTERS,
                &place,
                event,
                &cluster.on,
                pairs,
            )
        };
        add(
            "declared",
            &[
                ("code", from_ref(&cluster.code)),
                ("name", from_ref(&cluster.name)),
            ],
        )?;
        for alias in &cluster.aliases {
            add("alias-added", &[("alias", from_ref(alias))])?;
        }
        for tier in &cluster.tiers {
            add(
                "tier-declared",
                &[
                    ("tier", from_ref(&tier.code)),
                    ("name", from_ref(&tier.name)),
                ],
            )?;
        }
    }
    for event in &mapping.events {
        other_event(&mut declared, event)?;
    }
    Ok(declared)
}

/// An `[[event]]` of a carrier or cluster.
fn other_event(
    declared: &mut Declarations,
    event: &BTreeMap<String, String>,
) -> Result<(), MappingError> {
    let get = |name: &str| event.get(name).cloned();
    let place = format!("[[event]] {}", get("event").unwrap_or_default());
    let misfit = |reason: &str| MappingError::Misfit {
        place: place.clone(),
        reason: reason.to_owned(),
    };
    let word = get("event").ok_or_else(|| misfit("give `event`"))?;
    let on = get("on").unwrap_or_else(|| "unknown".to_owned());
    let rest: Vec<(&str, [String; 1])> = event
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "event" | "on" | "carrier" | "cluster"))
        .map(|(name, value)| (name.as_str(), [value.clone()]))
        .collect();
    let pairs: Vec<(&str, &[String])> = rest
        .iter()
        .map(|(name, value)| (*name, value.as_slice()))
        .collect();
    match (get("carrier"), get("cluster")) {
        (Some(code), None) => {
            let id = stream(Subject::Carrier, &code, &place, carrier::carrier_id)?;
            add(
                declared.carriers.entry(id).or_default(),
                CARRIERS,
                &place,
                &word,
                &on,
                &pairs,
            )
        }
        (None, Some(code)) => {
            let id = stream(Subject::Cluster, &code, &place, cluster::cluster_id)?;
            add(
                declared.clusters.entry(id).or_default(),
                CLUSTERS,
                &place,
                &word,
                &on,
                &pairs,
            )
        }
        _ => Err(misfit("give either `carrier` or `cluster`")),
    }
}

fn stream(
    subject: Subject,
    code: &str,
    place: &str,
    id: impl Fn(&Code) -> Uuid,
) -> Result<StreamId, MappingError> {
    let code: Code = code
        .parse()
        .map_err(
            |error: nianlun_aggregates::code::CodeError| MappingError::Misfit {
                place: place.to_owned(),
                reason: error.to_string(),
            },
        )?;
    Ok(StreamId {
        subject,
        id: id(&code),
    })
}

fn add<C: Change>(
    drafts: &mut Vec<Draft<C>>,
    read: Reader<C>,
    place: &str,
    event: &str,
    on: &str,
    pairs: &[(&str, &[String])],
) -> Result<(), MappingError> {
    let misfit = |reason: String| MappingError::Misfit {
        place: place.to_owned(),
        reason,
    };
    let mut fields = Fields::default();
    for (name, values) in pairs {
        for value in *values {
            fields.add(*name, value.clone());
        }
    }
    let change =
        (read.change)(event, &fields).map_err(|error: FieldError| misfit(error.to_string()))?;
    let on = super::dates::date(on).map_err(misfit)?;
    drafts.push(Draft {
        origin: Origin::default(),
        action: Action::Record(vec![Assertion { on, change }]),
        places: vec![],
    });
    Ok(())
}
