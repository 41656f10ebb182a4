//! The time that a report is about, in parts: its days, or its months.
//!
//! Where a day begins is for whoever knows the time zone: here parts are moments.

use ledger_core::Timestamp;

/// A time in parts without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportTime {
    names: Vec<String>,
    starts: Vec<Timestamp>,
    until: Timestamp,
}

impl ReportTime {
    /// Parts by name and begin, in order, and where the last one ends.
    #[must_use]
    pub fn new(parts: Vec<(String, Timestamp)>, until: Timestamp) -> Self {
        let (names, starts) = parts.into_iter().unzip();
        Self {
            names,
            starts,
            until,
        }
    }

    /// Its begin.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.starts.first().copied().unwrap_or(self.until)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.names.iter()
    }

    pub(super) const fn count(&self) -> usize {
        self.names.len()
    }

    /// In which part a moment is.
    pub(super) fn part_of(&self, at: Timestamp) -> Option<usize> {
        if at >= self.until {
            return None;
        }
        self.starts
            .partition_point(|start| *start <= at)
            .checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_in_the_part_that_began_last() {
        let at = Timestamp::from_millis;
        let parts = [("a", 10), ("b", 20)];
        let parts = parts.map(|(name, start)| (name.to_owned(), at(start)));
        let time = ReportTime::new(parts.to_vec(), at(30));
        let parts = [9, 10, 19, 20, 29, 30].map(|moment| time.part_of(at(moment)));
        assert_eq!(parts, [None, Some(0), Some(0), Some(1), Some(1), None]);
        assert_eq!(time.since(), at(10));
        assert_eq!(ReportTime::new(Vec::new(), at(5)).part_of(at(4)), None);
    }
}
