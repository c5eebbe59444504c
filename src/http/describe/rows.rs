//! Lists: their rows have names, and what `sort` and `fields` take are the columns of the rows.

use serde_json::Value;
use utoipa::openapi::path::{Operation, ParameterStyle};
use utoipa::openapi::schema::{ArrayBuilder, ArrayItems, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Components, Ref, RefOr};

/// What the name of a page begins with, before that of its rows.
const PAGE: &str = "Page_";

/// Pages refer to their rows by name, and of a row any column may be left out.
pub fn name(components: &mut Components) {
    for (name, schema) in &mut components.schemas {
        let RefOr::T(Schema::Object(object)) = schema else {
            continue;
        };
        if let Some(row) = name.strip_prefix(PAGE) {
            if let Some(RefOr::T(Schema::Array(data))) = object.properties.get_mut("data") {
                data.items = Ref::from_schema_name(row).into();
            }
        } else if name.ends_with("Row") {
            object.required.clear();
        }
    }
}

/// Says which columns there are.
pub fn columns(operation: &mut Operation, components: &Components) {
    let columns = row(operation, components);
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else {
            continue;
        };
        if parameter.name == "sort" {
            let both = columns
                .iter()
                .flat_map(|name| [name.clone(), format!("-{name}")]);
            parameter.schema = Some(one_of(both).into());
        } else if parameter.name == "fields" {
            let one = RefOr::T(one_of(columns.iter().cloned()));
            let several = ArrayBuilder::new().items(one);
            parameter.schema = Some(several.build().into());
            parameter.style = Some(ParameterStyle::Form);
            parameter.explode = Some(false);
        }
    }
}

fn one_of(names: impl Iterator<Item = String>) -> Schema {
    let names: Vec<Value> = names.map(Value::from).collect();
    let text = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    text.enum_values(Some(names)).build().into()
}

/// The columns of the rows that an operation answers with.
fn row(operation: &Operation, components: &Components) -> Vec<String> {
    let named = |reference: &Ref| {
        let name = reference.ref_location.rsplit('/').next()?;
        components.schemas.get(name)
    };
    let object = |schema: &RefOr<Schema>| match schema {
        RefOr::T(Schema::Object(object)) => Some(object.clone()),
        RefOr::Ref(reference) => match named(reference) {
            Some(RefOr::T(Schema::Object(object))) => Some(object.clone()),
            _ => None,
        },
        RefOr::T(_) => None,
    };
    let found = || {
        let RefOr::T(answer) = operation.responses.responses.get("200")? else {
            return None;
        };
        let RefOr::T(content) = answer.content.get("application/json")? else {
            return None;
        };
        let body = object(content.schema.as_ref()?)?;
        let rows = body.properties.get("data").or(body.properties.get("facts"));
        let RefOr::T(Schema::Array(rows)) = rows? else {
            return None;
        };
        let ArrayItems::RefOrSchema(row) = &rows.items else {
            return None;
        };
        object(row)
    };
    found().map_or_else(Vec::new, |row| row.properties.keys().cloned().collect())
}
