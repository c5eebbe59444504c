//! From words to a command: which record is meant, and what is to be said of it. The command line and the service share it.

use nianlun_aggregates::code::CodeError;
use nianlun_aggregates::history::{Assertion, Change};
use nianlun_aggregates::{Code, Span, carrier, cluster, company};
use nianlun_projections::Subject;
use uuid::Uuid;

use crate::intake::{
    CARRIER_FORMS, CLUSTER_FORMS, COMPANY_FORMS, FieldError, Fields, Forms, carrier_change,
    cluster_change, company_change, identifier,
};
use crate::query::{Candidate, Find, Point, find_companies};
use crate::service::survivors;
use crate::store::{Store, StoreError};

/// A kind of subject: which events it has, and how they are read.
#[derive(Debug)]
pub struct Kind<C> {
    /// Which it is.
    pub subject: Subject,
    /// The events and the fields that they take.
    pub forms: Forms,
    /// Reads one.
    pub read: fn(&str, &Fields) -> Result<C, FieldError>,
}

/// Companies.
pub const COMPANY: Kind<company::Change> = Kind {
    subject: Subject::Company,
    forms: COMPANY_FORMS,
    read: company_change,
};
/// Carriers.
pub const CARRIER: Kind<carrier::Change> = Kind {
    subject: Subject::Carrier,
    forms: CARRIER_FORMS,
    read: carrier_change,
};
/// Clusters.
pub const CLUSTER: Kind<cluster::Change> = Kind {
    subject: Subject::Cluster,
    forms: CLUSTER_FORMS,
    read: cluster_change,
};

/// What the reference says already, so that a registration need not repeat it, and may not say otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The field that says it.
    pub field: &'static str,
    /// Its value there.
    pub value: String,
    /// As the register of identifiers keeps it.
    key: String,
}

/// The record that is meant; it need not be there yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its id.
    pub id: Uuid,
    /// By what it was named, if a registration has to say it.
    pub given: Option<Given>,
}

/// Why a word names no record to write to.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It is no identifier, and nothing is called so.
    #[error("{word:?} names no company and is no identifier: {reason}")]
    NoCompany {
        /// The word.
        word: String,
        /// Why it is no identifier.
        reason: String,
    },
    /// It is a name, which only proposes.
    #[error("a name only proposes a company; name one by its id")]
    OnlyAName {
        /// The word.
        word: String,
        /// Who is called so.
        candidates: Vec<Candidate>,
    },
    /// It is no code.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The company that a word means: its id or an identifier, never its name. One that is not known yet is registered under the
/// identifier.
///
/// # Errors
/// [`TargetError`].
pub async fn company_target(
    store: &dyn Store,
    word: &str,
    point: Point,
) -> Result<Target, TargetError> {
    let identifier =
        identifier(word).or_else(|reason| identifier(&format!("usci:{word}")).map_err(|_| reason));
    let given = identifier.as_ref().ok().map(|identifier| Given {
        field: "identifier",
        value: identifier.key(),
        key: identifier.key(),
    });
    if let Ok(id) = Uuid::try_parse(word) {
        // A record that is named itself is not led on: if it is merged, that is refused with the one that goes on.
        return Ok(Target { id, given: None });
    }
    match find_companies(store, word, point).await? {
        Find::One(id) => {
            let merged = survivors(store, &[id]).await?;
            let id = merged.get(&id).copied().unwrap_or(id);
            Ok(Target { id, given })
        }
        Find::Candidates(candidates) => match identifier {
            Ok(identifier) => Ok(Target {
                id: identifier.company_id(),
                given,
            }),
            Err(reason) if candidates.is_empty() => Err(TargetError::NoCompany {
                word: word.to_owned(),
                reason,
            }),
            Err(_) => Err(TargetError::OnlyAName {
                word: word.to_owned(),
                candidates,
            }),
        },
    }
}

/// The carrier or cluster with a code.
///
/// # Errors
/// [`TargetError::Code`].
pub fn place_target(subject: Subject, word: &str) -> Result<Target, TargetError> {
    let code: Code = word.parse()?;
    let id = if subject == Subject::Cluster {
        cluster::cluster_id(&code)
    } else {
        carrier::carrier_id(&code)
    };
    Ok(Target {
        id,
        given: Some(Given {
            field: "code",
            value: code.to_string(),
            key: format!("{}:{code}", subject.as_str()),
        }),
    })
}

/// Reads what happened.
///
/// # Errors
/// [`FieldError`] with the field that cannot be used.
pub fn assertion<C: Change>(
    kind: &Kind<C>,
    event: &str,
    mut fields: Fields,
    on: Span,
    given: Option<&Given>,
) -> Result<Assertion<C>, FieldError> {
    let (wording, _) = kind.forms.find(event)?;
    // A record has one code and any number of identifiers.
    let repeated = |given: &Given| match given.field {
        "code" => fields.first("code").is_some(),
        field => fields.all(field).any(|value| value == given.value),
    };
    if let Some(given) = given
        .filter(|_| matches!(wording.code, "registered" | "declared"))
        .filter(|given| !repeated(given))
    {
        fields.add(given.field, given.value.clone());
    }
    let change = (kind.read)(event, &fields)?;
    agrees(&change, given)?;
    Ok(Assertion { on, change })
}

/// Whether a registration says by what its record is named.
///
/// # Errors
/// [`FieldError`] if it says otherwise.
pub fn agrees<C: Change>(change: &C, given: Option<&Given>) -> Result<(), FieldError> {
    let says = |given: &&Given| !change.identifiers().contains(&given.key);
    match given.filter(says).filter(|_| change.registers()) {
        None => Ok(()),
        Some(Given { field, value, .. }) => Err(FieldError {
            field: (*field).to_owned(),
            value: String::new(),
            reason: format!("the registration must say {value}, as the record is named by it"),
            mend: String::new(),
        }),
    }
}
