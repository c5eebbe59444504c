//! The service as a process of the real binary.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::database::Harness;
use super::program::Program;

/// `nianlun serve`; killed with SIGKILL, at the latest on drop.
pub struct Served {
    pub base: String,
    child: Child,
    log: Option<JoinHandle<String>>,
}

impl Served {
    pub fn start(harness: &Harness, args: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::over(&harness.url, args, environment)
    }

    /// Over the store at an address.
    pub fn over(url: &str, args: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command =
            Program::at(url).command(&[&["serve", "--listen", "127.0.0.1:0"], args].concat());
        command.envs(environment.iter().copied());
        Self::running(command)
    }

    /// By a command that starts it.
    pub fn running(mut command: Command) -> Self {
        // The TLS of its clients needs to know whose cryptography to use.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its log"));
        let mut seen = String::new();
        let base = loop {
            let before = seen.len();
            assert_ne!(lines.read_line(&mut seen).expect("a log"), 0, "{seen}");
            if let Some(base) = address(&seen[before..]) {
                break base;
            }
        };
        let log = std::thread::spawn(move || rest(lines, seen));
        Self {
            base,
            child,
            log: Some(log),
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, name: &str) {
        let done = Command::new("kill")
            .args([name, &self.id().to_string()])
            .status();
        assert!(done.expect("kill").success());
    }

    /// Asks it to end, without waiting.
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Its exit code, within so long, and its log.
    pub fn ended(mut self, patience: Duration) -> (Option<i32>, String) {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return (status.code(), self.log());
            }
            assert!(Instant::now() < deadline, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// `kill -9`; its log.
    pub fn kill(mut self) -> String {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
        self.log()
    }

    fn log(&mut self) -> String {
        let log = self.log.take().expect("read once");
        log.join().expect("a log")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended, and been waited for, already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where it listens, if the line says so.
fn address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("127.0.0.1:")?;
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some(format!("http://127.0.0.1:{port}"))
}

fn rest(mut lines: BufReader<ChildStderr>, mut seen: String) -> String {
    lines.read_to_string(&mut seen).expect("UTF-8");
    seen
}
