//! How often one address may try somebody's password, or a code.

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

/// As much of a name as tells names apart.
const NAME_CHARS: usize = 64;

/// Counts the tries of each address at each name, so that one who mistypes behind a proxy holds up
/// nobody else.
#[derive(Debug)]
pub(crate) struct Limits {
    tries: DefaultKeyedRateLimiter<(IpAddr, String)>,
}

impl Limits {
    pub(crate) fn new() -> Self {
        let quota = Quota::with_period(PACE).unwrap_or(Quota::per_minute(BURST));
        Self {
            tries: RateLimiter::keyed(quota.allow_burst(BURST)),
        }
    }

    /// Counts a try; when there were too many, says in how many seconds the next may come.
    pub(crate) fn try_once(&self, address: IpAddr, user: &str) -> Result<(), u64> {
        if self.tries.len() > ADDRESSES {
            self.tries.retain_recent();
        }
        let user = user.trim().to_lowercase();
        let user = user.chars().take(NAME_CHARS).collect();
        self.tries.check_key(&(address, user)).map_err(|until| {
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
            assert_eq!(limits.try_once(one, "ada"), Ok(()));
        }
        let wait = limits.try_once(one, " ADA").unwrap_err();
        assert!((1..=7).contains(&wait), "{wait}");
        assert_eq!(limits.try_once(other, "ada"), Ok(()));
        assert_eq!(limits.try_once(one, "bob"), Ok(()));
    }
}
