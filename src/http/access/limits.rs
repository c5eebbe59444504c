//! How much one caller may ask.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use super::settings::LimitSettings;
use crate::http::problem::{Kind, Problem};

/// From how many callers on those are forgotten that could ask as much as they may.
const MANY: usize = 10_000;

/// How many unknown tokens a second are looked up for an address that has failed too often. Not none: behind a proxy it is also the
/// address of people whose good tokens were not seen yet.
const GUESSES: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// What an address has done that is sent away.
const FAILED: &str = "too many failed authentications from this address";

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
    /// Addresses that have failed too often, and until when.
    over: Mutex<HashMap<IpAddr, Instant>>,
    guesses: DefaultKeyedRateLimiter<IpAddr>,
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
            over: Mutex::default(),
            guesses: DefaultKeyedRateLimiter::keyed(Quota::per_second(GUESSES)),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// [`Kind::RateLimited`].
    pub fn request(&self, caller: &Caller) -> Result<(), Problem> {
        count(&self.requests, caller)
            .map_err(|wait| refused("more requests than one caller may send", wait))
    }

    /// Counts a failed authentication.
    ///
    /// # Errors
    /// [`Kind::RateLimited`].
    pub fn failure(&self, address: IpAddr) -> Result<(), Problem> {
        count(&self.failures, &address).map_err(|wait| {
            let now = Instant::now();
            let mut over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
            if over.len() > MANY {
                over.retain(|_, until| *until > now);
            }
            over.insert(address, now + wait);
            refused(FAILED, wait)
        })
    }

    /// Counts a token that is unknown yet, before it is looked up.
    ///
    /// # Errors
    /// [`Kind::RateLimited`] if it comes from an address that has failed too often.
    pub fn guess(&self, address: IpAddr) -> Result<(), Problem> {
        let over = {
            let over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
            over.get(&address)
                .is_some_and(|until| *until > Instant::now())
        };
        if !over {
            return Ok(());
        }
        count(&self.guesses, &address).map_err(|wait| refused(FAILED, wait))
    }
}

/// Counts one more of somebody, or says for how long there is no room for it.
fn count<K: Clone + Eq + Hash>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
) -> Result<(), Duration> {
    if limiter.len() > MANY {
        limiter.retain_recent();
    }
    let checked = limiter.check_key(key);
    checked.map_err(|until| until.wait_time_from(DefaultClock::default().now()))
}

fn refused(detail: &str, wait: Duration) -> Problem {
    Problem::new(Kind::RateLimited, detail).retry_after(seconds(wait))
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
