//! The process clock, and what follows when it and the database's disagree.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::StoreError;

/// Tells the time in microseconds since 1970-01-01T00:00:00Z. Tests put their own in [`super::Options`].
pub type Clock = fn() -> i64;

/// How far the clocks may be apart before nothing is admitted, in microseconds.
const ALLOWED: u64 = 60_000_000;

/// How often a transaction that lost against another is tried again before its loss is reported.
const TRIES: u32 = 50;

/// The clock of this machine, in microseconds since the epoch; 0 if it stands before that.
#[must_use]
pub fn system_clock() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// Refuses when the database's time and the process's differ by more than 60 s: one jump into the future would push every
/// later `admitted_at` there.
pub(super) fn agree(database: i64, process: i64) -> Result<(), StoreError> {
    if database.abs_diff(process) <= ALLOWED {
        return Ok(());
    }
    Err(StoreError::Clocks {
        seconds: database.saturating_sub(process) / 1_000_000,
    })
}

/// Counts the tries of a transaction that may lose against another.
#[derive(Default)]
pub(super) struct Tries(u32);

impl Tries {
    /// Pauses, a little longer each time, and answers whether to try again.
    pub(super) async fn again(&mut self) -> bool {
        self.0 += 1;
        tokio::time::sleep(Duration::from_millis(self.0.min(20).into())).await;
        self.0 < TRIES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_seconds_apart_are_allowed_and_one_microsecond_more_is_not() {
        assert!(agree(60_000_000, 0).is_ok());
        assert!(agree(0, 60_000_000).is_ok());
        assert!(matches!(
            agree(60_000_001, 0),
            Err(StoreError::Clocks { seconds: 60 })
        ));
        assert!(matches!(
            agree(0, 3_600_000_000),
            Err(StoreError::Clocks { seconds: -3600 })
        ));
        assert!(matches!(
            agree(i64::MAX, i64::MIN),
            Err(StoreError::Clocks { .. })
        ));
    }

    #[test]
    fn the_system_clock_counts_microseconds() {
        // 2020-09-13 to 2100-01-01.
        assert!((1_600_000_000_000_000..4_102_444_800_000_000).contains(&system_clock()));
    }
}
