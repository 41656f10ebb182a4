//! What the test runner said in the end, as numbers.
//!
//! Two runners are understood: nextest's `Summary` line, and the `test result:` line that
//! `cargo test` prints once per program.

/// How many tests passed, failed and were skipped.
#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
pub(crate) struct Closing {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Closing {
    /// Adds up the closing lines among a runner's output.
    pub(crate) fn of(output: &[String]) -> Self {
        let mut sum = Self::default();
        for line in closing_lines(output) {
            sum.add(line);
        }
        sum
    }

    /// Moves tests that announced themselves as skipped from the passed ones to the skipped.
    pub(crate) fn with_announced(self, announced: usize) -> Self {
        let announced = u64::try_from(announced)
            .unwrap_or(u64::MAX)
            .min(self.passed);
        Self {
            passed: self.passed - announced,
            skipped: self.skipped + announced,
            ..self
        }
    }

    fn add(&mut self, line: &str) {
        let Some(counts) = counts(line) else { return };
        for part in counts.split([',', ';']) {
            let mut words = part.split_whitespace();
            let Some(Ok(number)) = words.next().map(str::parse::<u64>) else {
                continue;
            };
            match words.next() {
                Some("passed") => self.passed += number,
                Some("failed" | "timed" | "exec") => self.failed += number,
                Some("skipped" | "ignored") => self.skipped += number,
                _ => {}
            }
        }
    }
}

impl std::fmt::Display for Closing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

/// Picks out the lines with which a runner closes.
pub(crate) fn closing_lines(output: &[String]) -> impl Iterator<Item = &str> {
    output
        .iter()
        .map(|line| line.trim())
        .filter(|line| counts(line).is_some())
}

/// The part of a closing line that holds the numbers.
fn counts(line: &str) -> Option<&str> {
    let line = line.trim();
    if let Some(rest) = line.strip_prefix("test result: ") {
        return rest.split_once(". ").map(|(_, counts)| counts);
    }
    let rest = line.strip_prefix("Summary [")?;
    rest.split_once("run: ").map(|(_, counts)| counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], expect: &str) {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        assert_eq!(Closing::of(&lines).to_string(), expect);
    }

    #[test]
    fn both_runners_are_understood() {
        check(
            &["     Summary [   0.123s] 12 tests run: 12 passed, 0 skipped"],
            "12 passed, 0 failed, 0 skipped",
        );
        check(
            &[
                "Summary [  61.0s] 9/12 tests run: 5 passed (1 slow), 2 failed, 2 timed out, 3 skipped",
            ],
            "5 passed, 4 failed, 3 skipped",
        );
        check(
            &[
                "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; done",
                "a line in between with 7 passed, 7 failed",
                "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out",
            ],
            "5 passed, 1 failed, 1 skipped",
        );
        check(&[], "0 passed, 0 failed, 0 skipped");
    }

    #[test]
    fn an_announced_skip_is_no_pass() {
        let closing = Closing {
            passed: 5,
            failed: 1,
            skipped: 2,
        };
        assert_eq!(
            closing.with_announced(2),
            Closing {
                passed: 3,
                failed: 1,
                skipped: 4
            }
        );
        assert_eq!(
            closing.with_announced(9),
            Closing {
                passed: 0,
                failed: 1,
                skipped: 7
            }
        );
    }
}
