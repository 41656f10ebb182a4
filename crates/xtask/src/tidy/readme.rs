//! Every command that the README shows is run by a test.
//!
//! The test lists the commands word for word; here we only see to it that the list is complete.

use super::Finding;
use super::markdown::with_fence;
use super::tree::Tree;

const README: &str = "README.md";
const TEST: &str = "tests/e2e/readme.rs";

/// Finds commands of the README that the test does not know.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(readme) = tree.text(README) else {
        return vec![Finding::new(README, 1, "the page is missing")];
    };
    let test = tree.text(TEST).unwrap_or_default();
    commands(readme)
        .filter(|(_, command)| !test.contains(command))
        .map(|(number, command)| {
            Finding::new(README, number, format!("`{command}` is not run by {TEST}"))
        })
        .collect()
}

fn commands(readme: &str) -> impl Iterator<Item = (usize, &str)> {
    with_fence(readme)
        .into_iter()
        .filter(|(_, _, fence)| *fence == Some("sh"))
        .map(|(number, line, _)| (number, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# S\n```sh\n# a comment\nstock init\n\n```\n```text\nstock add\n```\n";

    #[test]
    fn commands_are_known_to_the_test() {
        let tree = Tree::of(&[(README, PAGE), (TEST, "const C: &str = \"stock init\";")]);
        assert_eq!(check(&tree), []);
    }

    #[test]
    fn an_unknown_command_is_found() {
        let text = "`stock init` is not run by tests/e2e/readme.rs";
        assert_eq!(
            check(&Tree::of(&[(README, PAGE)])),
            [Finding::new(README, 4, text)]
        );
    }

    #[test]
    fn a_missing_readme_is_found() {
        assert_eq!(check(&Tree::default()).len(), 1);
    }
}
