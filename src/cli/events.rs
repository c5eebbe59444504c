//! `nianlun events`

use super::args::{Format, Global, SubjectArg};
use super::error::CliError;
use super::sheet::{Cell, Sheet, column};
use crate::intake::{CARRIER_FORMS, CLUSTER_FORMS, COMPANY_FORMS};

pub fn run(global: &Global, subject: SubjectArg, format: Format) -> Result<(), CliError> {
    let forms = match subject {
        SubjectArg::Company => COMPANY_FORMS,
        SubjectArg::Carrier => CARRIER_FORMS,
        SubjectArg::Cluster => CLUSTER_FORMS,
    };
    let rows = forms.all().map(|(wording, fields)| {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        vec![
            wording.code.into(),
            wording.zh.into(),
            wording.en.into(),
            Cell::List(fields),
        ]
    });
    let sheet = Sheet {
        title: String::new(),
        columns: vec![
            column("event", "事件代码", "event"),
            column("zh", "中文", "Chinese"),
            column("en", "英文", "English"),
            column("fields", "字段（? 可省略）", "fields (? may be left out)"),
        ],
        rows: rows.collect(),
        notes: vec![],
    };
    Ok(sheet.print(format, global.lang)?)
}
