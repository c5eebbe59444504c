//! From words to changes: what people and files write is parsed here, once.

mod carrier;
mod cluster;
mod company;
mod fields;
mod quantity;

pub use carrier::{CARRIER_FORMS, carrier_change};
pub use cluster::{CLUSTER_FORMS, cluster_change};
pub use company::{COMPANY_FORMS, company_change};
pub use fields::{FieldError, Fields, identifier};
pub use quantity::{QuantityReadError, quantity, unit_of_heading};

use nianlun_aggregates::Wording;

/// The events of a kind of subject that can be recorded, with the fields that each takes; those marked with `?` may be left
/// out.
#[derive(Clone, Copy, Debug)]
pub struct Forms {
    types: &'static [(&'static str, Wording)],
    fields: &'static [(&'static str, &'static [&'static str])],
}

impl Forms {
    /// Every event with its fields.
    pub fn all(self) -> impl Iterator<Item = (Wording, &'static [&'static str])> {
        self.fields
            .iter()
            .filter_map(move |(code, fields)| Some((self.wording(code)?, *fields)))
    }

    fn wording(self, code: &str) -> Option<Wording> {
        self.types
            .iter()
            .map(|(_, wording)| *wording)
            .find(|wording| wording.code == code)
    }

    /// Finds an event by its code or by its Chinese or English name.
    ///
    /// # Errors
    /// [`FieldError`] that lists what there is.
    pub fn find(self, word: &str) -> Result<(Wording, &'static [&'static str]), FieldError> {
        let fields = |code: &str| {
            let (_, fields) = self.fields.iter().find(|(known, _)| *known == code)?;
            Some(*fields)
        };
        self.types
            .iter()
            .filter(|(_, wording)| wording.is_called(word))
            .find_map(|(_, wording)| Some((*wording, fields(wording.code)?)))
            .ok_or_else(|| {
                let known: Vec<_> = self
                    .all()
                    .map(|(wording, _)| format!("{} ({})", wording.code, wording.zh))
                    .collect();
                let mend = format!("use one of: {}", known.join(", "));
                FieldError {
                    field: "event".to_owned(),
                    value: word.to_owned(),
                    reason: "no such event".to_owned(),
                    mend,
                }
            })
    }

    /// The code of an event, if it takes all these fields.
    fn check(self, word: &str, given: &Fields) -> Result<&'static str, FieldError> {
        let (wording, fields) = self.find(word)?;
        let takes = |name: &str| {
            fields
                .iter()
                .any(|known| known.trim_end_matches('?') == name)
        };
        if let Some(name) = given.names().find(|name| !takes(name)) {
            return Err(FieldError {
                field: name.to_owned(),
                value: given.first(name).unwrap_or_default().to_owned(),
                reason: format!("{} has no such field", wording.code),
                mend: format!("it takes: {}", fields.join(", ")),
            });
        }
        Ok(wording.code)
    }
}

#[cfg(test)]
mod tests {
    use nianlun_aggregates::history::Change;

    use super::*;

    /// A value that each field accepts.
    fn sample(field: &str, code: &str) -> &'static str {
        match (field, code) {
            ("carrier" | "cluster" | "parent" | "tier", _)
            | ("from" | "to", "membership-tier-changed")
            | ("code", "registered" | "declared") => "t-space",
            ("from", "security-transferred") => "BSE",
            ("to", "security-transferred") | ("board", _) => "STAR",
            ("code", _) => "688287",
            ("programme", _) => "孵化",
            ("outcome", "programme-ended") => "left",
            ("outcome", _) => "withdrawn",
            ("status", _) => "注销",
            ("identifier", _) => "usci:91330103MA2J0XYC21",
            ("planned_end" | "valid_until" | "period", _) => "2018",
            ("area", _) => "120",
            ("tenure", _) => "lease",
            ("role", _) => "headquarters",
            ("capacity", _) => "链主",
            ("step", _) => "受理",
            ("reason", _) => "transfer",
            ("level", _) => "国家级",
            ("basis", _) => "备案",
            ("types", _) => "孵化器",
            ("sets", _) => "programme",
            ("amount" | "quantity", _) => "> 500 CNY",
            ("present", _) => "yes",
            ("entity", _) => "unnamed_local_entity",
            _ => "词",
        }
    }

    fn reads_every_form<C: Change>(
        forms: Forms,
        read: impl Fn(&str, &Fields) -> Result<C, FieldError>,
        without: usize,
    ) {
        assert_eq!(
            forms.all().count(),
            forms.fields.len(),
            "every form is named"
        );
        assert_eq!(
            forms.fields.len(),
            forms.types.len() - without,
            "every event has a form, but correction, retraction and what two records say of each other"
        );
        for (wording, names) in forms.all() {
            let mut fields = Fields::default();
            for name in names {
                let name = name.trim_end_matches('?');
                fields.add(name, sample(name, wording.code));
            }
            for word in [wording.code, wording.zh, wording.en] {
                let change = read(word, &fields).unwrap_or_else(|error| panic!("{word}: {error}"));
                assert_eq!(
                    change.wording().code,
                    wording.code,
                    "{word} is read as itself"
                );
            }
        }
    }

    #[test]
    fn every_event_is_read_from_its_fields_by_each_of_its_names() {
        reads_every_form(COMPANY_FORMS, company_change, 5);
        reads_every_form(CARRIER_FORMS, carrier_change, 2);
        reads_every_form(CLUSTER_FORMS, cluster_change, 2);
    }

    #[test]
    fn an_unknown_event_is_refused_with_the_known_ones() {
        let error = company_change("promoted", &Fields::default()).unwrap_err();
        assert_eq!(
            (error.field.as_str(), error.value.as_str()),
            ("event", "promoted")
        );
        assert!(error.mend.contains("graduated (毕业)"), "{}", error.mend);
    }

    #[test]
    fn a_missing_or_foreign_field_is_refused() {
        let mut fields = Fields::default();
        assert_eq!(
            company_change("listed", &fields).unwrap_err().to_string(),
            "board: missing; give board"
        );
        fields.add("board", "STAR");
        fields.add("colour", "red");
        let error = company_change("上市", &fields).unwrap_err();
        assert_eq!(
            error.to_string(),
            "colour: \"red\": listed has no such field; it takes: board, code?"
        );
    }

    #[test]
    fn a_group_belongs_to_an_unnamed_local_entity_only() {
        let mut fields = Fields::default();
        fields.add("name", "迪安诊断在渝机构");
        fields.add("group", "迪安诊断");
        assert_eq!(
            company_change("registered", &fields).unwrap_err().field,
            "group"
        );
        fields.add("entity", "unnamed_local_entity");
        assert!(company_change("registered", &fields).is_ok());
    }
}
