//! Series and members of a cluster or carrier, as sheets.

use nianlun_aggregates::Day;

use super::app::App;
use super::args::PeriodArg;
use super::error::CliError;
use super::sheet::{Cell, Sheet, column};
use crate::query::{
    Dates, Group, GroupCount, Period, Point, companies_in_all, group_series, members, stays,
};

/// The period that an argument means.
#[must_use]
pub const fn period(by: PeriodArg) -> Period {
    match by {
        PeriodArg::Month => Period::Month,
        PeriodArg::Quarter => Period::Quarter,
        PeriodArg::Year => Period::Year,
    }
}

/// How dates are taken, where it is not as they are placed.
fn taken(app: &App, dates: Dates) -> &'static str {
    match dates {
        Dates::Placed => "",
        Dates::Certain => app.pick("，确定在内", ", certain"),
        Dates::Possible => app.pick("，可能在内", ", possible"),
    }
}

/// A group through the years.
pub async fn series(
    app: &App,
    title: &str,
    group: Group,
    point: Point,
    (from, by): (Option<Day>, PeriodArg),
    dates: Dates,
    part_name: impl Fn(&str) -> String,
) -> Result<Sheet, CliError> {
    let series = group_series(app.store.as_ref(), group, point, from, period(by), dates).await?;
    let named = |part: &GroupCount| format!("{} {}", part_name(&part.part), part.spells);
    let rows = series.iter().map(|point| {
        vec![
            point.to.to_string().into(),
            point.companies.into(),
            point.arrivals.into(),
            point.departures.into(),
            Cell::List(group.summed(&point.parts).map(named).collect()),
            Cell::List(
                point
                    .ended
                    .iter()
                    .map(|(how, count)| format!("{how} {count}"))
                    .collect(),
            ),
        ]
    });
    Ok(Sheet {
        title: format!("{title} · {}{}", app.at(point), taken(app, dates)),
        columns: vec![
            column("day", "截至", "day"),
            column("companies", "企业", "companies"),
            column("arrivals", "进入", "arrivals"),
            column("departures", "离开", "departures"),
            column("parts", "其中", "of which"),
            column("ended", "离开方式", "how they ended"),
        ],
        rows: rows.collect(),
        notes: vec![],
    })
}

/// The members of a group on a day.
pub async fn members_sheet(
    app: &App,
    title: &str,
    group: Group,
    point: Point,
    dates: Dates,
    part_name: impl Fn(&str) -> String,
) -> Result<Sheet, CliError> {
    let members = members(app.store.as_ref(), group, point, dates).await?;
    let companies: std::collections::BTreeSet<_> = members.iter().map(|member| member.id).collect();
    let mut notes = vec![companies_in_all(app.lang, companies.len())];
    notes.extend(app.made_up_among(companies, point).await?);
    let rows = members.iter().map(|member| {
        vec![
            member.name.as_str().into(),
            part_name(&member.spell.part).into(),
            member.spell.value.as_str().into(),
            member.spell.from_stated.as_str().into(),
            member.spell.to_stated.as_str().into(),
            Cell::List(member.spell.flags.clone()),
            member.id.to_string().into(),
        ]
    });
    Ok(Sheet {
        title: format!("{title} · {}{}", app.at(point), taken(app, dates)),
        columns: vec![
            column("name", "名称", "name"),
            column("part", "级别/单元", "tier or unit"),
            column("role", "身份", "role"),
            column("since", "自", "since"),
            column("until", "至", "until"),
            column("flags", "标记", "flags"),
            column("id", "编号", "id"),
        ],
        rows: rows.collect(),
        notes,
    })
}

/// How long the spells of a group lasted.
pub async fn stays_sheet(
    app: &App,
    title: &str,
    group: Group,
    point: Point,
) -> Result<Sheet, CliError> {
    let stays = stays(app.store.as_ref(), group, point).await?;
    let days = |days: Option<&i32>| Cell::from(days.map(i32::to_string).unwrap_or_default());
    let rows = stays.iter().map(|stay| {
        let median = stay
            .median_halves()
            .map(|halves| format!("{}{}", halves / 2, if halves % 2 == 0 { "" } else { ".5" }));
        vec![
            stay.value.as_str().into(),
            (stay.days.len() as u64).into(),
            days(stay.days.first()),
            median.unwrap_or_default().into(),
            days(stay.days.last()),
            stay.left_out.into(),
        ]
    });
    Ok(Sheet {
        title: format!("{title} · {}", app.at(point)),
        columns: vec![
            column("ended", "离开方式", "how they ended"),
            column("spells", "次数", "spells"),
            column("min_days", "最短天数", "shortest, days"),
            column("median_days", "中位天数", "median, days"),
            column("max_days", "最长天数", "longest, days"),
            column("left_out", "日期不精确未计", "left out, dates not exact"),
        ],
        rows: rows.collect(),
        notes: vec![],
    })
}
