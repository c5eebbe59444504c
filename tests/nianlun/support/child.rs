//! Processes that can be killed: this test program again, in another role.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

const ROLE: &str = "NIANLUN_TEST_ROLE";
const STORE: &str = "NIANLUN_TEST_STORE";

/// What precedes every line that is meant for the parent, among those of the test runner.
const SAID: &str = "said: ";

/// A child in its role; killed with SIGKILL, at the latest on drop.
pub struct Process {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Process {
    /// Starts the test `entry` of this program as a child in `role`.
    pub fn start(entry: &str, role: &str, url: &str) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .args([entry, "--exact", "--nocapture", "--test-threads=1"])
            .env(ROLE, role)
            .env(STORE, url)
            // Held open, so that a child whose parent dies sees its end.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a child");
        let lines = BufReader::new(child.stdout.take().expect("its output"));
        Self { child, lines }
    }

    /// The next thing that the child said; `None` after its end.
    pub fn next(&mut self) -> Option<String> {
        let mut line = String::new();
        loop {
            line.clear();
            // A child that is killed may leave a line without its end: it was not said.
            if self.lines.read_line(&mut line).expect("output") == 0 || !line.ends_with('\n') {
                return None;
            }
            if let Some((_, said)) = line.trim_end().split_once(SAID) {
                return Some(said.to_owned());
            }
        }
    }

    /// `kill -9`, and all that it had said until then.
    pub fn kill(mut self) -> Vec<String> {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
        std::iter::from_fn(|| self.next()).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended, and been waited for, already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// In a child: its role and the store's URL; from then on it ends with its parent. `None` in an ordinary run.
pub fn role() -> Option<(String, String)> {
    let role = (std::env::var(ROLE).ok()?, std::env::var(STORE).ok()?);
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(1);
    });
    Some(role)
}

/// In a child: tells the parent.
pub fn say(what: impl std::fmt::Display) {
    println!("{SAID}{what}");
}
