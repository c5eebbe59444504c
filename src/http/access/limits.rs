//! How much one caller may ask.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use super::settings::LimitSettings;
use crate::http::problem::{Kind, Problem};

/// From how many callers on those are forgotten that could ask as much as they may.
const MANY: usize = 10_000;

/// Whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Of somebody who is known: the id of the token, or the name.
    Known(String),
    /// Of an address.
    Address(IpAddr),
}

/// What callers have asked lately.
pub struct Limits {
    requests: DefaultKeyedRateLimiter<Caller>,
    failures: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limits {
    /// As set.
    #[must_use]
    pub fn new(settings: &LimitSettings) -> Self {
        let requests = Quota::per_second(settings.requests_per_second).allow_burst(settings.burst);
        let failures = Quota::per_minute(settings.failures_per_minute);
        Self {
            requests: DefaultKeyedRateLimiter::keyed(requests),
            failures: DefaultKeyedRateLimiter::keyed(failures),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// [`Kind::RateLimited`].
    pub fn request(&self, caller: &Caller) -> Result<(), Problem> {
        count(
            &self.requests,
            caller,
            "more requests than one caller may send",
        )
    }

    /// Counts a failed authentication.
    ///
    /// # Errors
    /// [`Kind::RateLimited`].
    pub fn failure(&self, address: IpAddr) -> Result<(), Problem> {
        count(
            &self.failures,
            &address,
            "too many failed authentications from this address",
        )
    }
}

fn count<K: Clone + Eq + Hash>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
    detail: &str,
) -> Result<(), Problem> {
    if limiter.len() > MANY {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        Problem::new(Kind::RateLimited, detail).retry_after(seconds(wait))
    })
}

/// In whole seconds, so that trying again then is not too early.
fn seconds(wait: Duration) -> u16 {
    let more = u64::from(wait.subsec_nanos() > 0);
    u16::try_from(wait.as_secs() + more)
        .unwrap_or(u16::MAX)
        .max(1)
}

/// Whose an address is: of IPv6 a network, since one machine has all of it.
#[must_use]
pub fn holder(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_of_ipv6_is_one_caller() {
        let address = |text: &str| holder(text.parse().expect("an address"));
        assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff::9"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_eq!(address("::ffff:10.0.0.1"), address("10.0.0.1"));
        assert_ne!(address("10.0.0.1"), address("10.0.0.2"));
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_that_are_enough() {
        assert_eq!(seconds(Duration::from_millis(1)), 1);
        assert_eq!(seconds(Duration::from_secs(2)), 2);
        assert_eq!(seconds(Duration::from_millis(2_001)), 3);
        assert_eq!(seconds(Duration::ZERO), 1);
    }
}
