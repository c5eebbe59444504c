//! What holds of every quantity.

use nianlun_aggregates::quantity::number;
use nianlun_aggregates::{Comparator, Quantity, Unit};
use proptest::prelude::*;
use proptest::sample::select;

/// Numbers of up to 20 digits, up to 8 of them after the dot.
fn amount() -> impl Strategy<Value = String> {
    ("(0|[1-9][0-9]{0,11})", "(\\.[0-9]{1,8})?").prop_map(|(whole, rest)| whole + &rest)
}

fn quantity() -> impl Strategy<Value = Quantity> {
    (select(Comparator::ALL), amount(), select(Unit::ALL)).prop_map(|(comparator, amount, unit)| {
        Quantity::new(comparator, number(&amount).expect("a number"), unit).expect("not negative")
    })
}

fn cases() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(500)
    }
}

/// How many of its base unit three of it are.
fn three(unit: Unit) -> u64 {
    match unit {
        Unit::ThousandYuan => 3_000,
        Unit::TenThousandYuan | Unit::TenThousandDollars | Unit::TenThousandSquareMetres => 30_000,
        Unit::HundredMillionYuan => 300_000_000,
        Unit::Mu => 2_000,
        _ => 3,
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_written_of_a_quantity_is_read_as_it(quantity in quantity()) {
        prop_assert_eq!(quantity.to_string().parse::<Quantity>(), Ok(quantity));
    }

    #[test]
    fn a_conversion_is_exact(quantity in quantity()) {
        let base = quantity.in_base().expect("short enough");
        prop_assert_eq!((base.comparator(), base.unit()), (quantity.comparator(), quantity.unit().base()));
        let exact = quantity.amount() * number(&three(quantity.unit()).to_string()).unwrap();
        let off = (base.amount() * number("3").unwrap() - exact).abs();
        // Only mu have a remainder: at most half a square centimetre.
        let allowed = if quantity.unit() == Unit::Mu { "0.00015" } else { "0" };
        prop_assert!(off <= number(allowed).unwrap(), "{} is {}", quantity, base);
    }

    #[test]
    fn a_conversion_keeps_the_order(unit in select(Unit::ALL), one in amount(), other in amount()) {
        let of = |amount: &str| Quantity::new(Comparator::Exactly, number(amount).unwrap(), unit).unwrap();
        let (one, other) = (of(&one), of(&other));
        let (lesser, greater) = if one.amount() <= other.amount() { (one, other) } else { (other, one) };
        let base = |quantity: &Quantity| quantity.in_base().expect("short enough").amount();
        prop_assert!(base(&lesser) <= base(&greater));
        if unit != Unit::Mu && lesser != greater {
            prop_assert!(base(&lesser) < base(&greater));
        }
    }

    #[test]
    fn no_text_is_read_as_a_negative_quantity(text in "[-−~<>=0-9., ]{0,12}(m2|元|万元|亩)?") {
        if let Ok(quantity) = text.parse::<Quantity>() {
            prop_assert!(!quantity.amount().is_sign_negative() || quantity.amount().is_zero());
        }
    }
}
