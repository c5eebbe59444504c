//! Who a row is about. Never a guess.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use nianlun_aggregates::Identifier;
use nianlun_aggregates::identifier::ExternalId;
use nianlun_aggregates::text::fold;
use nianlun_projections::{Subject, kind};
use uuid::Uuid;

use super::books::{Answer, Candidate, Question};
use super::cells::Line;
use super::mapping::{Identify, Mapping};
use super::met::Met;
use super::report::Issue;
use super::says::{Clue, Says};
use crate::service::survivors;
use crate::store::{FactQuery, KnownAt, Store, StoreError, StreamId, Valid};

/// Questions kept of one run.
const ASKED: usize = 10_000;

/// A row with the company that it is about.
pub struct Identified {
    /// The row.
    pub line: Line,
    /// The company.
    pub company: Uuid,
    /// Its identifiers that the row gives, the deciding one first.
    pub identifiers: Vec<Identifier>,
}

/// Finds companies by what rows say of them.
pub struct Finder<'a> {
    store: &'a dyn Store,
    mapping: &'a Mapping,
    run: &'a str,
    answers: Vec<Answer>,
    /// Whose the identifiers are that rows of this run gave; nobody has to be asked again. Only kept where a row can give several.
    met: Met,
    /// Who holds what was looked up before; only of a roster, where the same companies stand in list after list.
    looked_up: BTreeMap<String, Option<Uuid>>,
    /// Companies by folded name; only where the mapping finds by name.
    names: Option<HashMap<String, BTreeSet<Uuid>>>,
    /// What could not be decided, by what the row says.
    pub questions: BTreeMap<BTreeMap<String, String>, Question>,
}

impl<'a> Finder<'a> {
    /// Over what the store knows. Names are read from the facts, so these must be current.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn new(
        store: &'a dyn Store,
        mapping: &'a Mapping,
        run: &'a str,
        answers: Vec<Answer>,
    ) -> Result<Self, StoreError> {
        let by_name = |identify: &Identify| matches!(identify, Identify::Name { .. });
        let names = if mapping.subject.identify.iter().any(by_name) {
            Some(names(store).await?)
        } else {
            None
        };
        Ok(Self {
            store,
            mapping,
            run,
            answers,
            met: Met::default(),
            looked_up: BTreeMap::new(),
            names,
            questions: BTreeMap::new(),
        })
    }

    /// Finds the companies of rows, in their order. What cannot be decided is an issue of its row, and a question.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn find(
        &mut self,
        lines: Vec<(Line, Says)>,
        issues: &mut Vec<Issue>,
    ) -> Result<Vec<Identified>, StoreError> {
        let held = self.held(&lines).await?;
        let mut found = vec![];
        for (line, says) in lines {
            let by_name = self.names.is_some() && says.words.contains_key("name");
            if says.identifiers.is_empty() && says.clues.is_empty() && !by_name {
                issues.push(line.error("", "", "none of the identifiers that the mapping names can be used; the row says nothing of anybody"));
                continue;
            }
            match self.decide(&line, &says, &held) {
                Ok((company, identifiers)) => {
                    self.remember(company, &says, &identifiers, &held);
                    found.push(Identified {
                        line,
                        company,
                        identifiers,
                    });
                }
                Err(question) => {
                    issues.push(line.error("", "", told(&question)));
                    if self.questions.len() < ASKED {
                        let says = question.says.clone();
                        self.questions.entry(says).or_insert(*question);
                    }
                }
            }
        }
        Ok(found)
    }

    /// Decides by a person's answer, else by the first clue that finds somebody, if no other contradicts it; else the company is
    /// new, under its first identifier or, where the mapping allows, its name.
    fn decide(
        &self,
        line: &Line,
        says: &Says,
        held: &BTreeMap<String, Uuid>,
    ) -> Result<(Uuid, Vec<Identifier>), Box<Question>> {
        let answered = self.answers.iter().find(|answer| {
            let mut told = answer.says.iter();
            !answer.says.is_empty()
                && told.all(|(scheme, value)| says.words.get(scheme) == Some(value))
        });
        let mut identifiers = says.identifiers.clone();
        if let Some(Answer {
            company: Some(company),
            ..
        }) = answered
        {
            return Ok((*company, identifiers));
        }
        let ask = |reason: &str, candidates: Vec<Candidate>| {
            Box::new(Question {
                source: self.mapping.name.to_string(),
                says: says.words.clone(),
                reason: reason.to_owned(),
                candidates,
                place: (
                    line.table.file.clone(),
                    line.table.header.sheet.clone(),
                    line.row.number,
                ),
                run: self.run.to_owned(),
            })
        };
        if answered.is_none() {
            let mut candidates = vec![];
            let mut companies = BTreeSet::new();
            for clue in &says.clues {
                // A name proposes: it counts only where nothing stronger has found anybody.
                if matches!(clue, Clue::Name(_)) && !companies.is_empty() {
                    break;
                }
                for candidate in self.candidates(clue, held) {
                    companies.insert(candidate.company);
                    candidates.push(candidate);
                }
            }
            match (companies.first(), companies.len()) {
                (Some(company), 1) => return Ok((*company, identifiers)),
                (Some(_), _) => {
                    let by_name = candidates.iter().all(|one| one.reason.starts_with("name "));
                    let reason = if by_name {
                        "several companies have this name"
                    } else {
                        "its identifiers belong to different companies"
                    };
                    return Err(ask(reason, candidates));
                }
                (None, _) => {}
            }
        }
        if let Some(first) = identifiers.first() {
            return Ok((first.company_id(), identifiers));
        }
        // An id in the source's own scheme, made of the name: the same on every installation.
        let named = says.words.get("name").and_then(|name| {
            let scheme = self.mapping.name.as_str().parse().ok()?;
            ExternalId::new(scheme, name).ok().map(Identifier::External)
        });
        match named {
            Some(identifier) if self.names.is_some() => {
                let company = identifier.company_id();
                identifiers.push(identifier);
                Ok((company, identifiers))
            }
            _ => Err(ask(
                "nobody is known by this code, and a code makes no company",
                vec![],
            )),
        }
    }

    fn candidates(&self, clue: &Clue, held: &BTreeMap<String, Uuid>) -> Vec<Candidate> {
        match clue {
            Clue::Identifier(key, id) => {
                let company = held.get(key).copied().or_else(|| self.met.get(*id));
                company.map_or(vec![], |company| {
                    vec![Candidate {
                        company,
                        reason: key.clone(),
                    }]
                })
            }
            Clue::Security(key) => held.get(key).map_or(vec![], |company| {
                vec![Candidate {
                    company: *company,
                    reason: key.clone(),
                }]
            }),
            Clue::Record(id) => held.get(&id.to_string()).map_or(vec![], |company| {
                vec![Candidate {
                    company: *company,
                    reason: format!("record {id}"),
                }]
            }),
            Clue::Name(name) => {
                let companies = self.names.as_ref().and_then(|names| names.get(&fold(name)));
                let candidate = |company: &Uuid| Candidate {
                    company: *company,
                    reason: format!("name {name}"),
                };
                companies.map_or(vec![], |companies| {
                    companies.iter().map(candidate).collect()
                })
            }
        }
    }

    fn remember(
        &mut self,
        company: Uuid,
        says: &Says,
        identifiers: &[Identifier],
        held: &BTreeMap<String, Uuid>,
    ) {
        if self.mapping.subject.identify.len() > 1 {
            for clue in &says.clues {
                // A person's answer is for its row; whose an identifier is, the register says.
                if let Clue::Identifier(key, id) = clue {
                    self.met
                        .note(*id, held.get(key).copied().unwrap_or(company));
                }
            }
            // What a new company got besides what the row gives.
            for identifier in identifiers.iter().skip(says.identifiers.len()) {
                self.met.note(identifier.company_id(), company);
            }
        }
        if let (Some(names), Some(name)) = (self.names.as_mut(), says.words.get("name")) {
            names.entry(fold(name)).or_default().insert(company);
        }
    }

    /// Who holds what the rows give.
    async fn held(&mut self, lines: &[(Line, Says)]) -> Result<BTreeMap<String, Uuid>, StoreError> {
        let clues = || lines.iter().flat_map(|(_, says)| &says.clues);
        let keys: BTreeSet<String> = clues()
            .filter_map(|clue| match clue {
                Clue::Identifier(key, id) => self.met.get(*id).is_none().then(|| key.clone()),
                Clue::Security(key) => Some(key.clone()),
                Clue::Record(_) | Clue::Name(_) => None,
            })
            .collect();
        let (before, new): (Vec<_>, Vec<_>) = keys
            .into_iter()
            .partition(|key| self.looked_up.contains_key(key));
        let holders = if new.is_empty() {
            BTreeMap::new()
        } else {
            self.store.holders(&new).await?
        };
        let mut held: BTreeMap<String, Uuid> = holders
            .into_iter()
            .filter(|(_, holder)| holder.subject == Subject::Company)
            .map(|(key, holder)| (key, holder.id))
            .collect();
        let records: BTreeSet<_> = clues()
            .filter_map(|clue| match clue {
                Clue::Record(id) => Some(StreamId {
                    subject: Subject::Company,
                    id: *id,
                }),
                _ => None,
            })
            .collect();
        if !records.is_empty() {
            let records: Vec<_> = records.into_iter().collect();
            let found = self.store.streams(&records).await?.into_keys();
            held.extend(found.map(|record| (record.id.to_string(), record.id)));
        }
        // The register keeps what a merged record holds; the record that goes on is meant.
        let holders: BTreeSet<_> = held.values().copied().collect();
        let holders: Vec<_> = holders.into_iter().collect();
        let survivors = survivors(self.store, &holders).await?;
        for holder in held.values_mut() {
            *holder = survivors.get(holder).copied().unwrap_or(*holder);
        }
        for key in before {
            if let Some(Some(company)) = self.looked_up.get(&key) {
                held.insert(key, *company);
            }
        }
        if self.mapping.roster.is_some() {
            for key in new {
                let company = held.get(&key).copied();
                self.looked_up.insert(key, company);
            }
        }
        Ok(held)
    }
}

fn told(question: &Question) -> String {
    if question.candidates.is_empty() {
        return format!(
            "{}; give an identifier, or answer with --resolve",
            question.reason
        );
    }
    let named: Vec<_> = question
        .candidates
        .iter()
        .map(|candidate| format!("{} is {}", candidate.reason, candidate.company))
        .collect();
    format!(
        "{}: {}; mend the row or the record, or answer with --resolve",
        question.reason,
        named.join(", ")
    )
}

/// Every name and alias of every company, folded.
async fn names(store: &dyn Store) -> Result<HashMap<String, BTreeSet<Uuid>>, StoreError> {
    let query = FactQuery {
        subject: Subject::Company,
        id: None,
        kinds: vec![kind::NAME.to_owned(), kind::ALIAS.to_owned()],
        keys: vec![],
        parts: vec![],
        values: vec![],
        valid: Valid::Any,
        known: KnownAt::Latest,
        having: vec![],
    };
    let mut names: HashMap<String, BTreeSet<Uuid>> = HashMap::new();
    for fact in store.facts(&query).await? {
        names.entry(fold(&fact.value)).or_default().insert(fact.id);
    }
    Ok(names)
}
