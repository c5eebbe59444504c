//! Every line of the list in docs/mapping.md, and what is refused.

use super::*;

fn read(text: &str) -> String {
    match date_with(text, &[]) {
        Ok(Some(span)) => span.to_string(),
        Ok(None) => "absent".to_owned(),
        Err(error) => format!("refused: {error}"),
    }
}

macro_rules! reads {
    ($($promise:ident: $expected:literal from [$($written:literal),* $(,)?];)*) => {
        $(#[test] fn $promise() {
            for written in [$($written),*] {
                assert_eq!(read(written), $expected, "{written}");
            }
        })*

        /// What the tests above read, line by line.
        const LINES: &[(&str, &[&str])] = &[$(($expected, &[$($written),*])),*];
    };
}

reads! {
    a_day_is_read_in_figures: "2016-03-01" from ["20160301", "2016/3/1", "2016.3.1", "2016.03.01", "2016-3-1", "2016年3月1日", "2016 年 3 月 1 日", "２０１６年３月１日", "2016年3月1号"];
    a_time_of_day_is_left_out: "2016-03-01" from ["2016-03-01 00:00:00", "2016-03-01T08:00:00", "2016/3/1 8:30", "2016/3/1 下午 3:05", "2016-03-01 3:05 PM", "2016年3月1日8时30分", "2016/3/1 星期二"];
    the_number_of_a_spreadsheet_is_a_day: "2016-03-01" from ["42430"];
    a_month_is_read_in_figures: "2016-03" from ["2016/3", "2016.3", "2016.03", "2016-3", "2016年3月", "2016年03月", "2016年3月份"];
    a_year_is_a_year: "2016" from ["2016年", "２０１６", "2016年度"];
    a_quarter_is_a_quarter: "2016-Q1" from ["2016年一季度", "2016年第一季度", "2016年1季度", "2016年第1季度", "2016Q1", "2016年Q1", "2016 q1"];
    the_first_half_is_a_season: "season 2016-01-01..2016-06-30" from ["2016年上半年", "2016上半年"];
    the_second_half_is_a_season: "season 2016-07-01..2016-12-31" from ["2016年下半年"];
    the_begin_of_a_year_is_about_its_first_four_months: "about 2016-01-01..2016-04-30" from ["2016年初", "2016年年初"];
    the_middle_of_a_year_is_about_its_next_four_months: "about 2016-05-01..2016-08-31" from ["2016年中", "2016年年中"];
    the_end_of_a_year_is_about_its_last_four_months: "about 2016-09-01..2016-12-31" from ["2016年底", "2016年末", "2016年年底"];
    the_first_ten_days_are_a_season: "season 2016-03-01..2016-03-10" from ["2016年3月上旬", "2016.3上旬"];
    the_second_ten_days_are_a_season: "season 2016-03-11..2016-03-20" from ["2016年3月中旬"];
    the_rest_of_a_month_is_a_season: "season 2016-02-21..2016-02-29" from ["2016年2月下旬"];
    the_begin_of_a_month_is_about_ten_days: "about 2016-03-01..2016-03-10" from ["2016年3月初"];
    the_middle_of_a_month_is_about_ten_days: "about 2016-03-11..2016-03-20" from ["2016年3月中"];
    the_end_of_a_month_is_about_its_last_days: "about 2016-03-21..2016-03-31" from ["2016年3月底", "2016年3月末"];
    about_a_year_has_the_bounds_of_the_year: "about 2016-01-01..2016-12-31" from ["约2016年", "大约2016年", "2016年左右", "2016年前后"];
    about_a_month_has_the_bounds_of_the_month: "about 2016-03-01..2016-03-31" from ["约2016年3月", "2016.3左右"];
    before_a_year_is_before_its_first_day: "about ..2015-12-31" from ["2016年以前", "2016年之前", "2016年前"];
    before_a_month_or_day_is_before_its_first_day: "about ..2016-02-29" from ["2016年3月以前", "2016年3月1日前"];
    a_mark_for_nothing_is_absent: "absent" from ["至今", "现在", "-", "—", "——", "/", "无", "暂无", "不详", "未知", "N/A", "null", "present"];
}

#[test]
fn the_manual_lists_these_forms_and_no_others() {
    let manual = include_str!("../../../docs/mapping.md");
    let section = manual.split("## Dates").nth(1).unwrap();
    let table = section.split("| written | read as |").nth(1).unwrap();
    let ticked = |text: &str| -> Vec<String> {
        let parts = text.split('`').skip(1).step_by(2);
        parts.map(str::to_owned).collect()
    };
    let listed: Vec<_> = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let (forms, meaning) = line.trim_matches(['|', ' ']).rsplit_once(" | ").unwrap();
            (meaning.trim_matches('`').to_owned(), ticked(forms))
        })
        .collect();
    let tested: Vec<_> = LINES
        .iter()
        .map(|(meaning, forms)| {
            let forms: Vec<_> = forms.iter().map(|form| (*form).to_owned()).collect();
            ((*meaning).to_owned(), forms)
        })
        .collect();
    assert_eq!(listed, tested);
}

#[test]
fn the_grammar_of_dates_is_read_as_it_stands() {
    for text in [
        "2016-03-01",
        "2016-03",
        "2016-Q1",
        "2016",
        "season 2012-01-01..2012-03-31",
        "about 2016-01-01..",
        "between 2016-01-31..2016-02-29",
        "by 2017-02-28",
        "unknown",
    ] {
        assert_eq!(read(text), text);
        let formats = ["%d.%m.%Y".to_owned()];
        let with = date_with(text, &formats).unwrap().unwrap();
        assert_eq!(with.to_string(), text, "with formats too");
    }
}

#[test]
fn only_whole_numbers_of_days_in_range_are_days_of_a_spreadsheet() {
    assert_eq!(read("20000"), "1954-10-03");
    assert_eq!(read("80000"), "2119-01-11");
    for text in ["19999", "80001", "42430.5", "4243", "1"] {
        assert!(read(text).starts_with("refused"), "{text}: {}", read(text));
    }
}

#[test]
fn what_is_no_date_is_refused() {
    for text in [
        "soon",
        "20161301",
        "2016-02-30",
        "2016年2月30日",
        "2016年13月",
        "３月",
        "2016-03-01 至 2017-02-28",
        "2016-03-01 签约",
        "2016-2017",
        "2016.3-2017.2",
        "2016 3",
        "2016 03 01",
        "2016年夏",
        "2016年中旬",
        "2016年底前",
        "三年前",
        "年前",
        "1799年",
        "2016年3月1日8",
        "8:30",
        "约",
        "约约2016年",
        "2016-+3",
    ] {
        assert!(read(text).starts_with("refused"), "{text}: {}", read(text));
    }
}

#[test]
fn what_can_be_read_two_ways_is_refused_and_told_where_to_say_it() {
    let formats = |text: &str, expected: &str| {
        let said = read(text);
        assert!(
            said.contains(expected) && said.contains("formats = ["),
            "{said}"
        );
    };
    for text in [
        "3/1/2016",
        "1.3.2016",
        "03-01-2016",
        "13/3/2016",
        "3/1/2016 12:00:00 AM",
    ] {
        formats(text, "either order");
    }
    for text in ["16.3.1", "16/3/1", "3月1日", "16年3月"] {
        formats(text, "four digits");
    }
    formats("201603", "can be a month or a day");
    formats("2016.1", "write 2016-01 or 2016-10");
}

#[test]
fn the_formats_of_a_mapping_decide() {
    let with = |text: &str, formats: &[&str]| {
        let formats: Vec<_> = formats.iter().map(|format| (*format).to_owned()).collect();
        date_with(text, &formats).map(|span| span.map(|span| span.to_string()))
    };
    for (text, format, expected) in [
        ("1.3.2016", "%d.%m.%Y", "2016-03-01"),
        ("01.03.2016 08:30", "%d.%m.%Y", "2016-03-01"),
        ("3/1/2016", "%m/%d/%Y", "2016-03-01"),
        ("3/1/2016 12:00:00 AM", "%m/%d/%Y", "2016-03-01"),
        ("２０１６年３月１日", "%Y年%m月%d日", "2016-03-01"),
        ("Mar 1, 2016", "%b %d, %Y", "2016-03-01"),
        ("March 2016", "%B %Y", "2016-03"),
        ("201603", "%Y%m", "2016-03"),
        ("160301", "%y%m%d", "2016-03-01"),
        ("16.3.1", "%y.%m.%d", "2016-03-01"),
        ("2016.1", "%Y.%m", "2016-01"),
        ("FY2016", "FY%Y", "2016"),
    ] {
        let expected = Ok(Some(expected.to_owned()));
        assert_eq!(with(text, &[format]), expected, "{text} by {format}");
    }
    let both = ["%d.%m.%Y", "%m/%d/%Y"];
    assert_eq!(with("3/1/2016", &both), with("1.3.2016", &both));
    assert_eq!(with("至今", &both), Ok(None));
    assert_eq!(with("2016年3月", &both), Ok(Some("2016-03".to_owned())));
    assert!(with("31.2.2016", &both).is_err());
    assert!(with("1.13.2016", &both).is_err());
}

#[test]
fn a_format_that_reads_no_date_is_no_format() {
    let check = |format: &str| check_formats(&[format.to_owned()]);
    for format in [
        "%d.%m.%Y",
        "%m/%d/%Y",
        "%Y",
        "%b %Y",
        "%Y年%m月",
        "%y%m%d",
        "%Y-%j",
    ] {
        assert_eq!(check(format), Ok(()), "{format}");
    }
    for format in ["", "%d.%m", "dd.mm.yyyy", "%Q", "%H:%M", "%"] {
        assert!(check(format).unwrap_err().contains("%d.%m.%Y"), "{format}");
    }
}

#[test]
fn a_season_runs_to_the_day_before() {
    let winter = season("2012-01".parse().unwrap(), 3).unwrap();
    assert_eq!(winter.to_string(), "season 2012-01-01..2012-03-31");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig {
        failure_persistence: None,
        ..proptest::prelude::ProptestConfig::with_cases(2_000)
    })]

    #[test]
    fn no_cell_breaks_the_reading_and_what_is_read_is_read_again(
        text in "[0-9年月日季度上下半初中底末旬约前QT:./ ０-９—-]{0,14}|.{0,20}"
    ) {
        if let Ok(Some(span)) = date_with(&text, &["%d.%m.%Y".to_owned()]) {
            proptest::prop_assert_eq!(date_with(&span.to_string(), &[]), Ok(Some(span)));
        }
    }
}
