//! Forms with files, byte by byte, as no well-behaved client would write them too.

const BOUNDARY: &str = "nianlun-boundary-7MA4YWxk";

/// A form of `multipart/form-data`.
#[derive(Default)]
pub struct Form(Vec<String>);

impl Form {
    /// With a text.
    pub fn text(mut self, name: &str, text: &str) -> Self {
        self.0.push(format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n"
        ));
        self
    }

    /// With a file of this name.
    pub fn file(mut self, name: &str, text: &str) -> Self {
        self.0.push(format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n{text}\r\n"
        ));
        self
    }

    /// Its media type.
    pub fn media() -> String {
        format!("multipart/form-data; boundary={BOUNDARY}")
    }

    /// Its bytes.
    pub fn whole(self) -> String {
        format!("{}--{BOUNDARY}--\r\n", self.0.concat())
    }

    /// Its bytes, with a last file that is no text.
    pub fn whole_with(self, name: &str, bytes: &[u8]) -> Vec<u8> {
        let (before, after) = ("\0", "\r\n");
        let form = self.file(name, before).whole();
        let (head, tail) = form.split_once(before).expect("a place");
        assert!(tail.starts_with(after));
        [head.as_bytes(), bytes, tail.as_bytes()].concat()
    }

    /// Its bytes, broken off before its end.
    pub fn broken_off(self) -> String {
        self.0.concat()
    }
}
