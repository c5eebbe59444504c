//! The program, serving.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// `nianlun serve`; killed when it is dropped.
pub struct Server {
    pub address: SocketAddr,
    child: Child,
}

impl Server {
    /// Serves a store on a free port, with its usual settings.
    pub fn start(store: &str, arguments: &[&str]) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_nianlun"));
        program
            .args(["--store", store, "serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .env("USER", "bench");
        Self::of(&mut program)
    }

    /// A program that says on standard error where it listens.
    pub fn of(program: &mut Command) -> Self {
        let mut child = program
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its log"));
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert_ne!(lines.read_line(&mut line).expect("a log"), 0, "it ended");
            if let Some(address) = listening(&line) {
                break address;
            }
        };
        // It writes a line for every request, and would wait for somebody to read it.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Self { address, child }
    }

    /// Its memory, in MiB.
    pub fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("Linux");
        let resident = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|line| line.split_whitespace().next());
        let kibibytes: f64 = resident.expect("VmRSS").parse().expect("a number");
        kibibytes / 1_024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listening(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("://")?;
    rest.split('/').next()?.parse().ok()
}
