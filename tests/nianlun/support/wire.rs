//! Bytes to and from a service, as no well-behaved client would send them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::api::Api;

/// A connection.
pub struct Wire(TcpStream);

impl Wire {
    pub fn to(api: &Api) -> Self {
        let address = api.base.strip_prefix("http://").expect("HTTP");
        let stream = TcpStream::connect(address).expect("connected");
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).expect("a socket");
        stream.set_write_timeout(patience).expect("a socket");
        Self(stream)
    }

    /// Sends bytes; whether the service still takes them.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).is_ok()
    }

    /// What comes until the service ends the connection, which it must do.
    #[track_caller]
    pub fn rest(mut self) -> String {
        let mut answer = vec![];
        let mut piece = [0; 4_096];
        loop {
            match self.0.read(&mut piece) {
                Ok(0) => break,
                Ok(bytes) => answer.extend_from_slice(&piece[..bytes]),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
                Err(error) => panic!("{error} after {}", String::from_utf8_lossy(&answer)),
            }
        }
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// Sends bytes; what is answered until the service ends the connection.
#[track_caller]
pub fn answer_to(api: &Api, bytes: impl AsRef<[u8]>) -> String {
    let mut wire = Wire::to(api);
    // It may have answered and closed before all is sent.
    wire.send(bytes.as_ref());
    wire.rest()
}
