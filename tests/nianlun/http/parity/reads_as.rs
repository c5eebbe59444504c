//! Rows of the service as the command line writes them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

/// A value as the command line writes it: nothing and an empty text are the same.
fn cell(value: &Value) -> Value {
    if value == "" {
        Value::Null
    } else {
        value.clone()
    }
}

/// Cells by their names: there and here.
fn cells(row: &Value, names: &[(&str, &str)]) -> Value {
    let cell = |(there, here): &(&str, &str)| {
        let value = row.get(*here).unwrap_or_else(|| panic!("{here} in {row}"));
        ((*there).to_owned(), cell(value))
    };
    Value::Object(names.iter().map(cell).collect())
}

/// A row with further cells.
fn with(row: Value, more: &[(&str, Value)]) -> Value {
    let Value::Object(mut row) = row else {
        panic!("{row} is a row")
    };
    let more = more.iter();
    row.extend(more.map(|(name, value)| ((*name).to_owned(), cell(value))));
    Value::Object(row)
}

pub fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Objects of a row as texts.
fn list(row: &Value, name: &str, text: impl Fn(&Value) -> String) -> Value {
    let values = row[name].as_array().expect("a list").iter();
    Value::from(values.map(text).collect::<Vec<_>>())
}

/// The name of a part and its spells.
fn part(part: &Value) -> String {
    format!("{} {}", text(&part["name"]), part["spells"])
}

pub fn company(row: &Value) -> Value {
    let names = [
        "name",
        "entity",
        "stage",
        "stage_name",
        "since",
        "flags",
        "id",
    ];
    cells(row, &names.map(|name| (name, name)))
}

pub fn carrier(row: &Value) -> Value {
    let types: Vec<_> = row["types"]
        .as_array()
        .expect("types")
        .iter()
        .map(text)
        .collect();
    let same = ["code", "name", "parent", "tenants", "programmes", "aliases"];
    with(
        cells(row, &same.map(|name| (name, name))),
        &[
            ("types", types.join(" ").into()),
            (
                "levels",
                list(row, "levels", |one| {
                    format!("{} {}", text(&one["level"]), text(&one["basis"]))
                }),
            ),
        ],
    )
}

pub fn cluster(row: &Value) -> Value {
    let same = ["code", "name", "companies", "aliases"].map(|name| (name, name));
    with(cells(row, &same), &[("tiers", list(row, "tiers", part))])
}

pub fn stage(row: &Value) -> Value {
    let names = ["stage", "name", "band", "companies", "teams", "highest"];
    cells(row, &names.map(|name| (name, name)))
}

pub fn finding(row: &Value) -> Value {
    let same = ["code", "name", "grade", "from", "to", "events", "other"];
    let mut names = same.map(|name| (name, name)).to_vec();
    names.extend([("company", "company_name"), ("id", "company")]);
    cells(row, &names)
}

pub fn candidate(row: &Value) -> Value {
    let same = ["score", "name", "other_name", "id", "other_id"].map(|name| (name, name));
    let reason = |one: &Value| {
        let points = one["points"].as_i64().expect("points");
        format!("{} {points:+}", text(&one["name"]))
    };
    with(
        cells(row, &same),
        &[("reasons", list(row, "reasons", reason))],
    )
}

pub fn fact(row: &Value) -> Value {
    let same = [
        "kind",
        "kind_name",
        "part",
        "value",
        "to",
        "flags",
        "events",
    ];
    let from = row["from"].as_str().unwrap_or("date unknown").to_owned();
    let stated = text(&row["from_stated"]);
    let from = if stated.is_empty() || stated == from {
        from
    } else {
        format!("{from} ({stated})")
    };
    let detail = row["detail"].as_object().expect("details").iter();
    let detail: Vec<_> = detail
        .map(|(name, value)| format!("{name}={}", text(value)))
        .collect();
    with(
        cells(row, &same.map(|name| (name, name))),
        &[
            ("key", row["key_name"].clone()),
            ("from", from.into()),
            ("detail", detail.into()),
        ],
    )
}

pub fn event(row: &Value) -> Value {
    let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
    let known: Timestamp = text(&row["known_at"]).parse().expect("a time");
    let known = known.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M:%S");
    let says = |name: &str| row["metadata"].get(name).map(text);
    let source: Vec<_> = [says("source"), says("row")]
        .into_iter()
        .flatten()
        .collect();
    let source = if source.is_empty() {
        says("actor").unwrap_or_default()
    } else {
        source.join(":")
    };
    let superseded = row["superseded_by"].as_u64();
    let superseded = superseded.map_or(String::new(), |by| format!("#{by}"));
    let same = [
        ("event", "sequence"),
        ("on", "on"),
        ("name", "name"),
        ("fields", "says"),
        ("position", "position"),
    ];
    with(
        cells(row, &same),
        &[
            ("superseded_by", superseded.into()),
            ("known", known.to_string().into()),
            ("source", source.into()),
        ],
    )
}

pub fn member(row: &Value) -> Value {
    cells(
        row,
        &[
            ("name", "name"),
            ("part", "part_name"),
            ("role", "role"),
            ("since", "from_stated"),
            ("until", "to_stated"),
            ("flags", "flags"),
            ("id", "id"),
        ],
    )
}

pub fn period(row: &Value) -> Value {
    let same = [
        ("day", "to"),
        ("companies", "companies"),
        ("arrivals", "arrivals"),
        ("departures", "departures"),
    ];
    let how = |one: &Value| format!("{} {}", text(&one["how"]), one["spells"]);
    with(
        cells(row, &same),
        &[
            ("parts", list(row, "parts", part)),
            ("ended", list(row, "ended", how)),
        ],
    )
}

pub fn stay(row: &Value) -> Value {
    let same = ["ended", "spells", "left_out"].map(|name| (name, name));
    let days = |name: &str| {
        row[name]
            .as_f64()
            .map_or(String::new(), |days| days.to_string())
    };
    with(
        cells(row, &same),
        &[
            ("min_days", days("min_days").into()),
            ("median_days", days("median_days").into()),
            ("max_days", days("max_days").into()),
        ],
    )
}
