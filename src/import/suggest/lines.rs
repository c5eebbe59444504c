//! Lines of TOML with comments.

/// A mapping being written.
#[derive(Debug, Default)]
pub struct Lines(String);

impl Lines {
    /// A line.
    pub fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    /// A comment; what it quotes is on one line by then.
    pub fn comment(&mut self, comment: &str) {
        self.line(&format!("# {comment}"));
    }

    /// An empty line.
    pub fn blank(&mut self) {
        self.line("");
    }

    /// A block after an empty line, left out by `# ` if it is not to be used yet.
    pub fn block(&mut self, lines: &[String], used: bool) {
        self.blank();
        self.more(lines, used);
    }

    /// Lines of a block.
    pub fn more(&mut self, lines: &[String], used: bool) {
        for line in lines {
            if used {
                self.line(line);
            } else {
                self.comment(line);
            }
        }
    }

    /// The text.
    pub fn text(self) -> String {
        self.0
    }
}

/// A text as TOML writes it, on one line.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => quoted.extend(format!("\\u{:04X}", u32::from(c)).chars()),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// `["a", "b"]`
pub fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts: Vec<_> = texts.into_iter().map(quoted).collect();
    format!("[{}]", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_back_as_it_was() {
        for text in [
            "企业名称",
            "a\"b\\c",
            "line\nbreak\t\u{1}\u{7f}\u{85}",
            "'",
            "",
        ] {
            let line = format!("{} = {}", quoted(text), list([text, "x"]));
            let read: toml::Table = toml::from_str(&line).unwrap();
            assert_eq!(read[text][0].as_str(), Some(text));
        }
    }
}
