//! The two languages of names and headings.

use clap::ValueEnum;
use nianlun_aggregates::Wording;

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

impl Lang {
    /// One of two words.
    #[must_use]
    pub const fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// A term's name.
    #[must_use]
    pub const fn word(self, wording: Wording) -> &'static str {
        match self {
            Self::Zh => wording.zh,
            Self::En => wording.en,
        }
    }

    /// Its tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The language that a browser or program prefers (RFC 9110 §12.5.4); Chinese if it prefers neither.
    #[must_use]
    pub fn preferred(accept_language: &str) -> Self {
        let weighed = accept_language.split(',').filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next()?.to_ascii_lowercase();
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            let weight = weight.map_or(Some(1.0), |weight| weight.parse::<f32>().ok())?;
            let lang = match tag.split('-').next()? {
                "zh" | "*" => Self::Zh,
                "en" => Self::En,
                _ => return None,
            };
            (weight > 0.0).then_some((weight, lang))
        });
        // Of equals the first.
        let best = weighed.reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.map_or(Self::Zh, |(_, lang)| lang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_greatest_weight_is_taken() {
        for (header, expected) in [
            ("", Lang::Zh),
            ("en", Lang::En),
            ("en-GB, zh;q=0.5", Lang::En),
            ("en;q=0.4, zh-CN;q=0.8", Lang::Zh),
            ("fr, de;q=0.9", Lang::Zh),
            ("fr, en;q=0.1", Lang::En),
            ("en;q=0", Lang::Zh),
            ("en;q=x", Lang::Zh),
        ] {
            assert_eq!(Lang::preferred(header), expected, "{header}");
        }
    }
}
