//! How often one address may try a password or a code.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// So many tries at once; a person who mistypes is not held up.
const BURST: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");
/// Then one in so long.
const PACE: Duration = Duration::from_secs(6);
/// Above so many addresses those that have waited long enough are forgotten.
const ADDRESSES: usize = 10_000;

/// Counts the tries of each address.
#[derive(Debug)]
pub(crate) struct Limits {
    tries: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limits {
    pub(crate) fn new() -> Self {
        let quota = Quota::with_period(PACE).unwrap_or(Quota::per_minute(BURST));
        Self {
            tries: RateLimiter::keyed(quota.allow_burst(BURST)),
        }
    }

    /// Counts a try; when there were too many, says in how many seconds the next may come.
    pub(crate) fn try_once(&self, address: IpAddr) -> Result<(), u64> {
        if self.tries.len() > ADDRESSES {
            self.tries.retain_recent();
        }
        self.tries.check_key(&address).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            wait.as_secs().saturating_add(1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_try_at_once_waits_and_others_do_not() {
        let limits = Limits::new();
        let (one, other) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        for _ in 0..BURST.get() {
            assert_eq!(limits.try_once(one), Ok(()));
        }
        let wait = limits.try_once(one).unwrap_err();
        assert!((1..=7).contains(&wait), "{wait}");
        assert_eq!(limits.try_once(other), Ok(()));
    }
}
