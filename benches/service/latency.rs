//! How long each of many took.

use std::time::Duration;

#[derive(Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    pub fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub fn count(&self) -> u64 {
        self.0.len() as u64
    }

    /// Within how many milliseconds so many in a hundred were done.
    pub fn percentile(&mut self, hundredths: usize) -> f64 {
        self.0.sort_unstable();
        let place = (self.0.len() * hundredths).div_ceil(100).max(1) - 1;
        self.0.get(place).map_or(f64::NAN, Duration::as_secs_f64) * 1_000.0
    }
}
