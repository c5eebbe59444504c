//! Carriers: what they are, at which level, within which other.

use nianlun_aggregates::carrier::{CarrierType, Change, LevelBasis};
use nianlun_aggregates::company::RecognitionLevel::{District, National};
use nianlun_projections::kind;

use crate::support::words::{T_SPACE, TIANAN, id};
use crate::support::{FIRST, NOW, On, correct, given, retract, span, text};

fn registered(types: &[CarrierType]) -> Change {
    Change::Registered {
        code: T_SPACE.parse().expect("well formed"),
        name: text("T+SPACE"),
        types: types.to_vec(),
        parent: None,
        jurisdiction: Some(text("重庆市南岸区")),
    }
}

#[test]
fn a_carrier_is_several_things_at_once() {
    let both = [CarrierType::Incubator, CarrierType::MakerSpace];
    let accelerator = Change::TypesStated {
        types: vec![CarrierType::Accelerator],
    };
    given([
        registered(&both).on("2015-05-01"),
        accelerator.on("2018-01-01"),
    ])
    .then(
        kind::TYPE,
        NOW,
        &[
            "2015-05-01..2018-01-01 incubator maker-space",
            "2018-01-01.. accelerator",
        ],
    )
    .then(kind::BEING, NOW, &["2015-05-01.. t-space"])
    .then(kind::JURISDICTION, NOW, &["2015-05-01.. 重庆市南岸区"]);
}

#[test]
fn what_it_is_said_to_be_on_its_first_day_is_what_it_is() {
    for kind_of in [CarrierType::Accelerator, CarrierType::UniversityPark] {
        let stated = Change::TypesStated {
            types: vec![kind_of],
        };
        given([
            registered(&[CarrierType::Incubator]).on("unknown"),
            stated.on("2018-01-01"),
        ])
        .at("2018-01-01", NOW)
        .then(kind::TYPE, &[kind_of.code()]);
    }
}

#[test]
fn a_level_is_kept_until_its_plaque_is_revoked_and_each_by_itself() {
    let granted = |level, basis, label: Option<&str>| Change::LevelGranted {
        level,
        basis,
        label: label.map(text),
    };
    let record = given([
        registered(&[]).on("2015-05-01"),
        granted(District, LevelBasis::Recognised, None).on("2015-06-01"),
        granted(National, LevelBasis::Filed, Some("国家级众创空间")).on("2016-09-01"),
        Change::LevelRevoked { level: National }.on("2019-03-01"),
    ]);
    record.then(
        kind::LEVEL,
        NOW,
        &[
            "2015-06-01.. district recognised",
            "2016-09-01..2019-03-01 national filed 国家级众创空间",
        ],
    );
    record
        .at("2019-03-01", NOW)
        .then(kind::LEVEL, &["district recognised"]);
}

#[test]
fn a_carrier_can_move_into_another_and_out_of_all() {
    let within = |parent| Change::ParentStated { parent };
    given([
        registered(&[]).on("2015-05-01"),
        within(Some(id(TIANAN))).on("2016-01-01"),
        within(None).on("2018-01-01"),
    ])
    .then(
        kind::PARENT,
        NOW,
        &[&format!("2016-01-01..2018-01-01 {}", id(TIANAN))],
    );
}

#[test]
fn former_names_and_aliases_are_told_apart() {
    given([
        registered(&[]).on("2015-05-01"),
        Change::Renamed {
            name: text("天安T+SPACE"),
        }
        .on("2017-01-01"),
        Change::AliasAdded {
            alias: text("T空间"),
        }
        .on("unknown"),
    ])
    .then(
        kind::NAME,
        NOW,
        &["2015-05-01..2017-01-01 T+SPACE", "2017-01-01.. 天安T+SPACE"],
    )
    .then(kind::ALIAS, NOW, &["2015-05-01.. T空间"]);
}

#[test]
fn a_figure_stands_on_its_day_or_on_none() {
    let figure = |period: Option<&str>| Change::FigureReported {
        metric: text("companies"),
        quantity: "325 companies".parse().expect("well formed"),
        period: period.map(span),
    };
    given([
        registered(&[]).on("2015-05-01"),
        figure(Some("2016")).on("2017-02-28"),
        figure(None).on("unknown"),
    ])
    .then(
        kind::FIGURE,
        NOW,
        &[
            "2017-02-28..2017-02-28 companies 2016 325 companies",
            "undated companies 325 companies",
        ],
    );
}

#[test]
fn a_corrected_registration_changes_what_is_known_from_then_on() {
    given([registered(&[CarrierType::Incubator]).on("2015-05-01")])
        .later(
            "2026-02-01",
            [correct(
                1,
                &registered(&[CarrierType::Park]).on("2014-05-01"),
            )],
        )
        .then(kind::TYPE, FIRST, &["2015-05-01.. incubator"])
        .then(kind::TYPE, "2026-02-01", &["2014-05-01.. park"]);
}

#[test]
fn a_carrier_whose_registration_is_retracted_has_no_facts() {
    let alias = Change::AliasAdded {
        alias: text("T空间"),
    };
    let gone = given([registered(&[]).on("2015-05-01"), alias.on("unknown")])
        .later("2026-02-01", [retract(1)]);
    assert_eq!(gone.known(FIRST).len(), 4);
    assert_eq!(gone.known("2026-02-01"), []);
}
