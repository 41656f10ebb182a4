//! What stands in a source file: a first line that says what it owns, and no unfinished work.

use super::Finding;
use super::sizes::is_test;
use super::tree::{Tree, line_of, lines};

/// Words that no source file holds, with the reason. Each is written in two halves, so that this
/// file passes its own check.
const BANNED: &[(&str, &str)] = &[
    (
        concat!("#[ig", "nore"),
        "a test that does not run says nothing: assert what happens today",
    ),
    (
        concat!("#[should_", "panic"),
        "it hides which line panicked: assert on the result",
    ),
    (
        concat!("to", "do!("),
        "finish it, or leave it out and say so in the issue",
    ),
    (
        concat!("unimple", "mented!("),
        "finish it, or return an error that says so",
    ),
    (concat!("db", "g!("), "a leftover of debugging"),
];

/// Ways to wait for time instead of for the thing itself.
const SLEEPS: &[&str] = &[concat!("thread::sl", "eep"), concat!("time::sl", "eep")];

/// Marks of unfinished work, in any text that people write.
const MARKS: &[&str] = &[concat!("FIX", "ME"), concat!("XX", "X")];
const WRITTEN: &[&str] = &[".rs", ".md", ".toml", ".html", ".css", ".js", ".sql", ".sh"];

/// Finds files without a first line, banned words, and tests that sleep.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts() {
        if WRITTEN.iter().any(|end| path.ends_with(end)) {
            findings.extend(marks(path, text));
        }
        if path.ends_with(".rs") {
            findings.extend(first_line(path, text));
            findings.extend(banned(path, text));
            findings.extend(sleeps(path, text));
        }
    }
    findings
}

fn first_line(path: &str, text: &str) -> Option<Finding> {
    let says = "begin the file with `//!`: its job, what is kept from it, what always holds";
    (!text.starts_with("//!")).then(|| Finding::new(path, 1, says))
}

fn banned(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in lines(text) {
        for (word, why) in BANNED.iter().filter(|(word, _)| line.contains(word)) {
            findings.push(Finding::new(path, number, format!("`{word}`: {why}")));
        }
    }
    findings
}

fn sleeps(path: &str, text: &str) -> Vec<Finding> {
    let in_source = line_of(text, |line| line.trim() == "#[cfg(test)]");
    let has_tests = text.lines().any(|line| line.trim() == "#[cfg(test)]");
    let start = match (is_test(path), has_tests) {
        (true, _) => 1,
        (false, true) => in_source,
        (false, false) => return Vec::new(),
    };
    lines(text)
        .filter(|(number, line)| *number >= start && SLEEPS.iter().any(|word| line.contains(word)))
        .map(|(number, _)| Finding::new(path, number, "a test waits for the thing, not for time"))
        .collect()
}

fn marks(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in lines(text) {
        let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        if let Some(mark) = words.find(|word| MARKS.contains(word)) {
            let text = format!("`{mark}`: finish it, or write it into an issue");
            findings.push(Finding::new(path, number, text));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)]))
            .iter()
            .map(|finding| finding.line)
            .collect()
    }

    #[test]
    fn a_file_says_what_it_owns() {
        assert_eq!(found("crates/a/src/lib.rs", "//! Owns a.\n"), [0; 0]);
        assert_eq!(
            found("crates/a/src/lib.rs", "use std::fmt;\n//! Late.\n"),
            [1]
        );
        assert_eq!(found("tests/e2e/main.rs", ""), [1]);
    }

    #[test]
    fn every_banned_word_is_found() {
        for (word, _) in BANNED {
            assert_eq!(
                found("crates/a/src/lib.rs", &format!("//! A.\n\n  {word}\n")),
                [3]
            );
        }
    }

    #[test]
    fn every_mark_is_found_as_a_whole_word() {
        for mark in MARKS {
            assert_eq!(
                found("docs/a.md", &format!("# A\nsee {mark}: later\n")),
                [2]
            );
            assert_eq!(found("docs/a.md", &format!("# A\n{mark}X{mark}\n")), [0; 0]);
        }
    }

    #[test]
    fn only_tests_must_not_sleep() {
        for word in SLEEPS {
            let text = format!("//! A.\n{word}\n#[cfg(test)]\nmod tests {{\n{word}\n}}\n");
            assert_eq!(found("crates/a/src/lib.rs", &text), [5]);
            assert_eq!(found("tests/e2e/main.rs", &text), [2, 5]);
        }
    }
}
