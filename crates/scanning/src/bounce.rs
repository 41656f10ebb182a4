//! A trigger that bounces against a person who scans the same thing twice.

use ledger_core::Timestamp;

/// Tells a code that a scanner sent twice for one pull of its trigger from one that was scanned
/// again: the same code within the window is a bounce.
///
/// Only for scans that come when they are made; what was queued or piped has no such times.
#[derive(Debug, Clone)]
pub struct Bounce {
    window_millis: u64,
    last: Option<(String, Timestamp)>,
}

/// The usual window: a person who means it needs longer.
pub const BOUNCE_MILLIS: u64 = 300;

impl Bounce {
    /// With a window in milliseconds; 0 lets everything through.
    #[must_use]
    pub const fn within(window_millis: u64) -> Self {
        Self {
            window_millis,
            last: None,
        }
    }

    /// Whether a code that comes now is the one before it once more. A bounce does not lengthen the
    /// window, so a held trigger counts again and again.
    pub fn is_one(&mut self, text: &str, now: Timestamp) -> bool {
        let is_same = self.last.as_ref().is_some_and(|(last, at)| {
            // A clock that was set back says nothing.
            let since = now.millis().checked_sub(at.millis());
            last == text && since.is_some_and(|since| since < self.window_millis)
        });
        if !is_same {
            self.last = Some((text.to_owned(), now));
        }
        is_same
    }
}

impl Default for Bounce {
    fn default() -> Self {
        Self::within(BOUNCE_MILLIS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_within_the_window_is_a_bounce() {
        let mut bounce = Bounce::default();
        let scans = [
            (0, "A", false),
            (299, "A", true),
            (300, "A", false),
            (310, "B", false),
            (320, "A", false),
            (100, "A", false),
            (399, "A", true),
            (401, "A", false),
        ];
        for (at, text, expected) in scans {
            let is_one = bounce.is_one(text, Timestamp::from_millis(at));
            assert_eq!(is_one, expected, "{text} at {at}");
        }
        let mut open = Bounce::within(0);
        assert!(!open.is_one("A", Timestamp::ZERO) && !open.is_one("A", Timestamp::ZERO));
    }
}
