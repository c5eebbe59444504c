//! Codes for what has only a name.

use pinyin::ToPinyin;

/// A code is at most so long; a number may come behind it.
const LONGEST: usize = 56;

/// A code made of a name: Latin letters and digits as they stand, characters as pinyin, all else a hyphen.
pub fn code_of(name: &str, fallback: &str) -> String {
    let mut words: Vec<String> = vec![];
    let mut joins = false;
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            let lower = character.to_ascii_lowercase();
            match words.last_mut().filter(|_| joins) {
                Some(word) => word.push(lower),
                None => words.push(lower.to_string()),
            }
            joins = true;
            continue;
        }
        joins = false;
        if let Some(sound) = character.to_pinyin() {
            words.push(sound.plain().replace('ü', "v"));
        }
    }
    words.retain(|word| !word.is_empty());
    if !words
        .first()
        .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
    {
        words.insert(0, fallback.to_owned());
    }
    let mut code = String::new();
    for word in words {
        let dash = usize::from(!code.is_empty());
        if code.len() + dash + word.len() > LONGEST {
            break;
        }
        if dash == 1 {
            code.push('-');
        }
        code.push_str(&word);
    }
    if code.is_empty() {
        fallback.to_owned()
    } else {
        code
    }
}

/// Codes of several names, no two alike.
pub fn codes_of<'a>(
    names: impl IntoIterator<Item = &'a str>,
    fallback: &str,
) -> Vec<(&'a str, String)> {
    let mut coded: Vec<(&str, String)> = vec![];
    for name in names {
        let plain = code_of(name, fallback);
        let taken = |code: &str| coded.iter().any(|(_, other)| other == code);
        let code = if taken(&plain) {
            (2..=coded.len() + 2)
                .map(|number| format!("{plain}-{number}"))
                .find(|code| !taken(code))
                .unwrap_or(plain)
        } else {
            plain
        };
        coded.push((name, code));
    }
    coded
}

#[cfg(test)]
mod tests {
    use nianlun_aggregates::Code;

    use super::*;

    #[test]
    fn a_name_becomes_a_code() {
        for (name, code) in [
            ("天安数码城", "tian-an-shu-ma-cheng"),
            ("T+SPACE众创空间", "t-space-zhong-chuang-kong-jian"),
            ("2016年3月名单", "source-2016-nian-3-yue-ming-dan"),
            ("绿色孵化器", "lv-se-fu-hua-qi"),
            ("Roster 2016 (final).xlsx", "roster-2016-final-xlsx"),
            ("", "source"),
            ("（）", "source"),
            ("3", "source-3"),
        ] {
            assert_eq!(code_of(name, "source"), code, "{name}");
        }
        for name in ["a".repeat(200), "城".repeat(200), "é女1".to_owned()] {
            let code = code_of(&name, "source");
            assert!(code.parse::<Code>().is_ok(), "{code}");
        }
    }

    #[test]
    fn names_that_sound_alike_get_different_codes() {
        let named = codes_of(["园区", "元区", "圆区"], "carrier");
        let codes: Vec<_> = named.iter().map(|(_, code)| code.as_str()).collect();
        assert_eq!(codes, ["yuan-qu", "yuan-qu-2", "yuan-qu-3"]);
    }
}
