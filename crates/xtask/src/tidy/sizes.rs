//! How long a file may be. Functions are clippy's business.

use super::Finding;
use super::tree::Tree;

const SOURCE_LINES_MAX: usize = 700;
const TEST_LINES_MAX: usize = 1_500;

/// Finds source files that have grown too long.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(".rs") {
        let limit = if is_test(path) {
            TEST_LINES_MAX
        } else {
            SOURCE_LINES_MAX
        };
        let count = text.lines().count();
        if count > limit {
            let text = format!("{count} lines, at most {limit}: split it by noun of the domain");
            findings.push(Finding::new(path, limit + 1, text));
        }
    }
    findings
}

/// Tells whether a whole file holds tests or benchmarks.
pub(crate) fn is_test(path: &str) -> bool {
    let mut folders = path.split('/').rev();
    folders.next() == Some("tests.rs")
        || path.ends_with("_tests.rs")
        || folders.any(|folder| folder == "tests" || folder == "benches")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_files_are_known_by_their_path() {
        for path in [
            "crates/a/src/b/tests.rs",
            "tests/e2e/main.rs",
            "crates/a/tests/laws.rs",
        ] {
            assert!(is_test(path), "{path}");
        }
        for path in ["crates/a/src/lib.rs", "crates/a/src/latests.rs"] {
            assert!(!is_test(path), "{path}");
        }
    }

    #[test]
    fn a_file_at_its_limit_passes_and_one_line_more_is_found() {
        let line = "//! One line.\n";
        let (source, tests) = (line.repeat(SOURCE_LINES_MAX), line.repeat(TEST_LINES_MAX));
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", &source),
            ("tests/e2e/main.rs", &tests),
        ]);
        assert_eq!(check(&tree), []);
        let (source, tests) = (source + line, tests + line);
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", &source),
            ("tests/e2e/main.rs", &tests),
        ]);
        let places: Vec<usize> = check(&tree).iter().map(|finding| finding.line).collect();
        assert_eq!(places, [701, 1_501]);
    }
}
