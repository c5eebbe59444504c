//! What a column can mean, and how its heading may call it.

use nianlun_aggregates::Wording;
use nianlun_aggregates::text::fold;

/// How near a heading is to a known one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// A known heading is part of it.
    Within,
    /// It is a known heading.
    Exact,
}

macro_rules! meanings {
    ($($variant:ident = $zh:literal, $en:literal, [$($heading:literal),* $(,)?];)*) => {
        /// What a column of a park's table can mean.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Meaning {
            $(#[doc = $zh] $variant,)*
        }

        impl Meaning {
            /// Its names.
            pub const fn wording(self) -> Wording {
                match self { $(Self::$variant => Wording { code: stringify!($variant), zh: $zh, en: $en },)* }
            }
        }

        /// Headings without white space and marks, in lower case.
        const HEADINGS: &[(Meaning, &[&str])] = &[$((Meaning::$variant, &[$($heading),*]),)*];
    };
}

meanings! {
    Name = "企业名称", "the company's name", [
        "企业名称", "公司名称", "单位名称", "企业全称", "公司全称", "名称", "企业", "公司", "入驻企业", "在孵企业", "毕业企业",
        "入驻单位", "承租方", "租户", "租户名称", "项目名称", "机构名称", "company", "companyname", "name", "enterprise",
        "enterprisename", "tenant", "tenantname", "organisation", "organization",
    ];
    OtherName = "曾用名或简称", "another name of the company", [
        "曾用名", "原名称", "原名", "企业曾用名", "简称", "企业简称", "公司简称", "别名", "英文名称", "formername",
        "previousname", "alias", "aliases", "shortname",
    ];
    Usci = "统一社会信用代码", "the unified social credit identifier", [
        "统一社会信用代码", "社会信用代码", "统一信用代码", "信用代码", "统一代码", "统一社会信用代码证号", "usci", "uscc",
        "unifiedsocialcreditcode", "unifiedsocialcreditidentifier", "creditcode", "socialcreditcode",
    ];
    MovedIn = "入驻日期", "the day of moving in", [
        "入驻时间", "入驻日期", "入园时间", "入园日期", "入驻年月", "入园年月", "入住时间", "入住日期", "进驻时间", "起租日期", "起租时间",
        "租赁开始日期", "合同开始日期", "迁入时间", "迁入日期", "入驻", "入园", "moveindate", "movedin", "movein", "arrival",
        "arrivaldate", "leasestart", "startdate", "datein",
    ];
    MovedOut = "迁出日期", "the day of moving out", [
        "迁出时间", "迁出日期", "退租时间", "退租日期", "离园时间", "离园日期", "退出时间", "退出日期", "搬离时间", "搬离日期", "搬出时间",
        "退园时间", "退园日期", "撤离时间", "离驻时间", "迁出", "退租", "离园", "退出", "moveoutdate", "movedout", "moveout",
        "departure", "departuredate", "exitdate", "dateout", "leftdate",
    ];
    PlannedEnd = "合同到期日", "the planned end of the lease", [
        "合同到期日", "合同到期时间", "合同到期日期", "租赁到期日", "租赁到期时间", "到期日", "到期时间", "到期日期", "租约到期日", "合同截止日期",
        "合同结束日期", "租赁结束日期", "leaseend", "leaseexpiry", "plannedend", "expirydate",
    ];
    IncubatedFrom = "入孵日期", "the day of entering incubation", [
        "入孵日期", "入孵时间", "入孵年月", "孵化开始时间", "孵化开始日期", "开始孵化时间", "进入孵化时间", "入孵", "incubatedfrom",
        "incubationstart", "incubationstartdate",
    ];
    Graduated = "毕业日期", "the day of graduation", [
        "毕业时间", "毕业日期", "毕业年月", "毕业年份", "出孵时间", "出孵日期", "毕业", "graduated", "graduation",
        "graduationdate", "graduatedon",
    ];
    Founded = "成立日期", "the day of founding", [
        "成立日期", "成立时间", "注册日期", "注册时间", "成立年月", "工商注册时间", "工商注册日期", "登记日期", "founded", "foundingdate",
        "established", "incorporationdate", "incorporated", "registrationdate",
    ];
    EventDay = "事项日期", "the day of what the row tells", [
        "日期", "时间", "发生日期", "发生时间", "变动日期", "变动时间", "办理日期", "登记时间", "变更日期", "变更时间", "date", "eventdate",
        "day", "effectivedate",
    ];
    EventKind = "事项", "what happened", [
        "事项", "类型", "变动类型", "变动情况", "变动", "变更类型", "变更事项", "业务类型", "办理事项", "进出", "动态", "event", "eventtype",
        "type", "change", "movement", "action",
    ];
    Area = "面积", "the floor area", [
        "面积", "租赁面积", "使用面积", "建筑面积", "办公面积", "场地面积", "入驻面积", "承租面积", "占用面积", "孵化面积", "area",
        "floorarea", "leasedarea", "rentedarea", "space",
    ];
    Unit = "房号", "the room", [
        "房号", "房间号", "房间", "单元", "单元号", "楼栋", "楼栋号", "楼号", "楼宇", "楼层房号", "办公地点", "办公室", "门牌号", "位置", "入驻位置",
        "场地", "工位", "工位号", "入驻地址", "unit", "room", "roomno", "suite", "office", "building",
    ];
    Carrier = "载体", "the carrier", [
        "载体", "载体名称", "孵化器", "孵化器名称", "所属孵化器", "所在孵化器", "所属载体", "众创空间", "所属园区", "园区", "园区名称", "所在园区",
        "入驻载体", "孵化载体", "carrier", "incubator", "park", "accelerator",
    ];
    Cluster = "集群", "the cluster", [
        "集群", "产业集群", "所属集群", "集群名称", "所属产业集群", "cluster", "industrycluster",
    ];
    Industry = "行业", "the industry", [
        "行业", "产业", "所属行业", "所属产业", "行业类别", "行业分类", "行业领域", "技术领域", "产业领域", "所属领域", "领域", "产业类别", "industry",
        "sector", "field",
    ];
    Capital = "注册资本", "the registered capital", [
        "注册资本", "注册资金", "注册资本金", "认缴资本", "registeredcapital", "capital",
    ];
    Status = "状态", "the status", [
        "状态", "企业状态", "在孵状态", "孵化状态", "经营状态", "入驻状态", "当前状态", "登记状态", "在园状态", "status", "state",
    ];
    ListingBoard = "上市板块", "the board", [
        "上市板块", "板块", "挂牌板块", "上市地点", "交易所", "上市市场", "board", "listingboard", "exchange",
    ];
    SecurityCode = "股票代码", "the security code", [
        "股票代码", "证券代码", "上市代码", "挂牌代码", "stockcode", "securitycode", "ticker", "symbol",
    ];
    ListedOn = "上市日期", "the day of listing", [
        "上市时间", "上市日期", "挂牌时间", "挂牌日期", "listingdate", "listedon", "ipodate",
    ];
    Address = "地址", "the address", [
        "地址", "注册地址", "企业地址", "通讯地址", "经营地址", "住所", "所在区", "区县", "地区", "address", "district",
    ];
    ObservedOn = "统计日期", "the day of the list", [
        "统计日期", "统计时间", "填报日期", "填报时间", "截止日期", "截至日期", "报表日期", "统计月份", "月份", "观察日期", "asof", "reportdate",
        "observedon", "snapshotdate", "month",
    ];
    Person = "个人信息", "a person", [
        "法人", "法定代表人", "法人代表", "法人姓名", "负责人", "企业负责人", "联系人", "姓名", "经办人", "创始人", "股东", "总经理",
        "contact", "contactperson", "legalrepresentative", "legalperson", "owner", "founder", "manager",
    ];
    Reach = "联系方式", "a way to reach a person", [
        "联系电话", "电话", "手机", "手机号", "手机号码", "联系方式", "邮箱", "电子邮箱", "身份证", "身份证号", "身份证号码", "微信", "qq", "phone",
        "phonenumber", "mobile", "tel", "telephone", "email", "wechat", "idcard",
    ];
    Serial = "序号", "the number of the row", [
        "序号", "编号", "行号", "no", "no.", "number", "index", "#", "id", "serial",
    ];
    Note = "备注", "a note", [
        "备注", "说明", "备注说明", "其他", "notes", "note", "remark", "remarks", "comment", "comments",
    ];
}

/// Words that mean something else when they are only part of a heading.
const ALONE_ONLY: &[&str] = &[
    "名称", "企业", "公司", "日期", "时间", "类型", "变动", "动态", "进出", "领域", "位置", "单元",
    "其他", "入驻", "入园", "退出", "毕业", "入孵", "id", "no", "no.", "name", "date", "day",
    "type", "state", "space", "field", "unit", "park", "month", "index", "number", "note", "tel",
    "board", "change", "action", "owner", "company", "capital", "说明", "产业", "房间", "编号",
    "园区", "地区",
];

/// What a heading says that its column means.
///
/// `时间/入驻` of a header of two rows is `入驻时间`; a unit or remark in brackets is left out.
pub fn of_heading(heading: &str) -> Option<(Meaning, Nearness)> {
    let parts: Vec<String> = heading
        .split('/')
        .map(key)
        .filter(|part| !part.is_empty())
        .collect();
    let reversed: Vec<&str> = parts.iter().rev().map(String::as_str).collect();
    let whole = [parts.concat(), reversed.concat()];
    let exact = whole
        .iter()
        .map(String::as_str)
        .chain(reversed.iter().copied())
        .find_map(named);
    if let Some(meaning) = exact {
        return Some((meaning, Nearness::Exact));
    }
    let [whole, _] = whole;
    let within = HEADINGS.iter().flat_map(|(meaning, headings)| {
        let whole = &whole;
        headings
            .iter()
            .filter(|heading| !ALONE_ONLY.contains(heading))
            .filter_map(move |heading| {
                Some((
                    whole.rfind(heading)? + heading.len(),
                    heading.len(),
                    *meaning,
                ))
            })
    });
    // The last word of a heading is what it is about: 法定代表人联系电话 is a telephone.
    let (_, _, meaning) = within.max_by_key(|(end, length, _)| (*end, *length))?;
    Some((meaning, Nearness::Within))
}

fn named(key: &str) -> Option<Meaning> {
    let mut headings = HEADINGS.iter();
    let (meaning, _) = headings.find(|(_, headings)| headings.contains(&key))?;
    Some(*meaning)
}

/// A heading without brackets, marks and white space, in lower case.
fn key(part: &str) -> String {
    let mut depth = 0_u32;
    fold(part)
        .chars()
        .filter(|c| match c {
            '(' | '[' | '【' => {
                depth += 1;
                false
            }
            ')' | ']' | '】' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0 && !matches!(c, '_' | '-' | '*' | ':' | '、' | '"' | '\''),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_in_both_languages() {
        for (heading, meaning) in [
            ("企业名称", Meaning::Name),
            (" 企 业 名 称 ", Meaning::Name),
            ("Company Name", Meaning::Name),
            ("company_name*", Meaning::Name),
            ("统一社会信用代码", Meaning::Usci),
            ("入驻时间（年/月）", Meaning::MovedIn),
            ("时间/入驻", Meaning::MovedIn),
            ("时间/退租", Meaning::MovedOut),
            ("Move-in date", Meaning::MovedIn),
            ("面积（㎡）", Meaning::Area),
            ("注册资本(万元)", Meaning::Capital),
            ("融资/注册资本", Meaning::Capital),
            ("房 号", Meaning::Unit),
            ("Graduation date", Meaning::Graduated),
            ("法定代表人", Meaning::Person),
            ("联系电话", Meaning::Reach),
            ("E-mail", Meaning::Reach),
            ("序号", Meaning::Serial),
            ("No.", Meaning::Serial),
        ] {
            assert_eq!(
                of_heading(heading),
                Some((meaning, Nearness::Exact)),
                "{heading}"
            );
        }
    }

    #[test]
    fn the_last_known_word_of_a_longer_heading_says_what_it_is() {
        for (heading, meaning) in [
            ("入驻企业名称", Meaning::Name),
            ("法定代表人联系电话", Meaning::Reach),
            ("企业法定代表人姓名", Meaning::Person),
            ("实际租赁面积", Meaning::Area),
            ("企业统一社会信用代码证", Meaning::Usci),
        ] {
            assert_eq!(
                of_heading(heading),
                Some((meaning, Nearness::Within)),
                "{heading}"
            );
        }
    }

    #[test]
    fn a_heading_that_says_nothing_means_nothing() {
        for heading in ["", "/", "甲", "高企", "税收", "col1", "是否", "()"] {
            assert_eq!(of_heading(heading), None, "{heading}");
        }
    }

    #[test]
    fn no_heading_has_two_meanings() {
        let mut seen = std::collections::BTreeMap::new();
        for (meaning, headings) in HEADINGS {
            for heading in *headings {
                assert_eq!(seen.insert(*heading, *meaning), None, "{heading}");
                assert_eq!(
                    named(&key(heading)),
                    Some(*meaning),
                    "{heading} is written as it is compared"
                );
            }
        }
        assert!(
            ALONE_ONLY
                .iter()
                .filter(|word| !seen.contains_key(*word))
                .count()
                == 0
        );
    }
}
