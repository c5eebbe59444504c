//! Which right each operation needs: the only place where that is said.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::Method;
use utoipa::openapi::OpenApi;

use super::principal::Principal;
use super::role::Right;
use crate::http::problem::{Kind, Problem};
use crate::http::reference::ADDRESSES;

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Anybody, without saying who they are.
    Nothing,
    /// Whoever has this right.
    This(Right),
}

use Needs::{Nothing, This};

/// What each operation of the `OpenAPI` document needs. One that is not here is open to nobody.
pub const POLICY: &[(&str, Needs)] = &[
    ("listCompanies", This(Right::Read)),
    ("registerCompany", This(Right::Record)),
    ("showCompany", This(Right::Read)),
    ("listCompanyEvents", This(Right::Read)),
    ("recordCompanyEvent", This(Right::Record)),
    ("correctCompanyEvent", This(Right::Record)),
    ("retractCompanyEvent", This(Right::Record)),
    ("recordCarrierEvent", This(Right::Record)),
    ("correctCarrierEvent", This(Right::Record)),
    ("retractCarrierEvent", This(Right::Record)),
    ("recordClusterEvent", This(Right::Record)),
    ("correctClusterEvent", This(Right::Record)),
    ("retractClusterEvent", This(Right::Record)),
    ("followChanges", This(Right::Read)),
    ("listIdentityCandidates", This(Right::Read)),
    ("listCarriers", This(Right::Read)),
    ("showCarrier", This(Right::Read)),
    ("listCarrierEvents", This(Right::Read)),
    ("listCarrierMembers", This(Right::Read)),
    ("showCarrierSeries", This(Right::Read)),
    ("showCarrierStays", This(Right::Read)),
    ("listClusters", This(Right::Read)),
    ("showCluster", This(Right::Read)),
    ("listClusterEvents", This(Right::Read)),
    ("listClusterMembers", This(Right::Read)),
    ("showClusterSeries", This(Right::Read)),
    ("listEventTypes", This(Right::Read)),
    ("listFindings", This(Right::Read)),
    ("listFindingCodes", This(Right::Read)),
    ("listLadders", This(Right::Read)),
    ("showPipeline", This(Right::Read)),
    ("showPipelineSeries", This(Right::Read)),
    ("listIdentityRepairs", This(Right::Read)),
    ("exportEvents", This(Right::Read)),
    ("exportFacts", This(Right::Read)),
    ("exportCompanies", This(Right::Read)),
    ("exportRoster", This(Right::Read)),
    ("exportRosterMapping", This(Right::Read)),
    ("importFiles", This(Right::Import)),
    ("listImports", This(Right::Inspect)),
    ("showImport", This(Right::Inspect)),
    ("showImportJob", This(Right::Inspect)),
    ("listImportIssues", This(Right::Inspect)),
    ("listImportQuestions", This(Right::Read)),
    ("undoImport", This(Right::Import)),
    ("suggestMapping", This(Right::Import)),
    ("showMappingSchema", This(Right::Read)),
    ("mergeRecords", This(Right::Repair)),
    ("distinguishRecords", This(Right::Repair)),
    ("splitRecord", This(Right::Repair)),
    ("moveEvent", This(Right::Repair)),
    ("undoRepair", This(Right::Repair)),
    ("listTokens", This(Right::Inspect)),
    ("createToken", This(Right::Administer)),
    ("revokeToken", This(Right::Administer)),
    ("showProblem", Nothing),
    ("alive", Nothing),
    ("ready", Nothing),
    ("metrics", Nothing),
];

/// What is served and is no operation of the document: the document itself and its page, which say nothing of what is recorded.
const BESIDE: &[(&str, Needs)] = &[
    ("/api/v1/openapi.json", Nothing),
    (ADDRESSES[0], Nothing),
    (ADDRESSES[1], Nothing),
];

/// What an operation needs.
#[must_use]
pub fn needs(operation: &str) -> Option<Needs> {
    let stated = POLICY.iter().find(|(id, _)| *id == operation);
    stated.map(|(_, needs)| *needs)
}

/// What each address needs, by method; `None` if nothing states it.
#[derive(Clone, Debug)]
pub struct Policy(Arc<BTreeMap<String, BTreeMap<&'static str, Option<Needs>>>>);

impl Policy {
    /// Of the operations of a document.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let mut stated: BTreeMap<String, BTreeMap<_, _>> = BTreeMap::new();
        for (path, item) in &document.paths.paths {
            let operations = [
                ("GET", &item.get),
                ("POST", &item.post),
                ("PUT", &item.put),
                ("PATCH", &item.patch),
                ("DELETE", &item.delete),
            ];
            for (method, operation) in operations {
                let Some(operation) = operation else { continue };
                let id = operation.operation_id.as_deref();
                let of = stated.entry(path.clone()).or_default();
                of.insert(method, id.and_then(needs));
            }
        }
        for (path, needs) in BESIDE {
            let of = stated.entry((*path).to_owned()).or_default();
            of.insert("GET", Some(*needs));
        }
        Self(Arc::new(stated))
    }

    /// What a request needs.
    ///
    /// # Errors
    /// [`Kind::MethodNotAllowed`] if the address does not take the method, [`Kind::Forbidden`] if nothing states what it needs.
    pub fn needs(&self, path: &str, method: &Method) -> Result<Needs, Problem> {
        let unstated = || Problem::new(Kind::Forbidden, "nobody is allowed this");
        let of = self.0.get(path).ok_or_else(unstated)?;
        let method = match method.as_str() {
            // Answered as GET.
            "HEAD" => "GET",
            method => method,
        };
        let stated = of.get(method).ok_or_else(|| {
            let taken: Vec<_> = of.keys().copied().collect();
            let detail = format!("this address takes {}", taken.join(", "));
            Problem::new(Kind::MethodNotAllowed, detail)
        })?;
        stated.ok_or_else(unstated)
    }

    /// Whether everything at an address is open to everybody.
    #[must_use]
    pub fn is_open(&self, path: &str) -> bool {
        let of = self.0.get(path);
        of.is_some_and(|of| of.values().all(|needs| *needs == Some(Nothing)))
    }

    /// The methods that an address takes, as `Allow` lists them.
    #[must_use]
    pub fn allowed(&self, path: &str) -> String {
        let of = self.0.get(path).into_iter().flatten();
        let mut methods: Vec<_> = of.map(|(method, _)| *method).collect();
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.join(",")
    }
}

impl Needs {
    /// Refuses whom it is not open to.
    ///
    /// # Errors
    /// [`Kind::Forbidden`].
    pub fn of(self, principal: &Principal) -> Result<(), Problem> {
        match self {
            Nothing => Ok(()),
            This(right) => principal.must(right),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_states_every_operation_once_and_no_other() {
        let document = crate::http::document();
        let mut operations = vec![];
        for item in document.paths.paths.values() {
            let all = [&item.get, &item.post, &item.put, &item.patch, &item.delete];
            for operation in all.into_iter().flatten() {
                let id = operation.operation_id.clone();
                operations.push(id.expect("an operation has an id"));
            }
        }
        let mut stated: Vec<_> = POLICY.iter().map(|(id, _)| (*id).to_owned()).collect();
        operations.sort();
        stated.sort();
        assert_eq!(stated, operations);
        let once: BTreeSet<_> = stated.iter().collect();
        assert_eq!(once.len(), stated.len());
    }

    #[test]
    fn what_is_not_stated_is_open_to_nobody() {
        let policy = Policy::of(&crate::http::document());
        let refused = policy.needs("/api/v1/backdoor", &Method::GET);
        assert_eq!(refused.map_err(|why| why.kind()), Err(Kind::Forbidden));
        let refused = policy.needs("/api/v1/companies", &Method::DELETE);
        assert_eq!(
            refused.map_err(|why| why.kind()),
            Err(Kind::MethodNotAllowed)
        );
        assert_eq!(policy.allowed("/api/v1/companies"), "GET,POST,HEAD");
    }
}
