//! Pages: one title each, links that lead somewhere, and a README that stays short.

use super::Finding;
use super::tree::{Tree, lines};

const README: &str = "README.md";
const README_LINES_MAX: usize = 150;

/// Finds pages with a wrong number of titles, dead links, and a long README.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(".md") {
        findings.extend(titles(path, text));
        findings.extend(links(path, text, tree));
    }
    let count = tree.text(README).unwrap_or_default().lines().count();
    if count > README_LINES_MAX {
        let text = format!("{count} lines, at most {README_LINES_MAX}: move detail into docs/");
        findings.push(Finding::new(README, README_LINES_MAX + 1, text));
    }
    findings
}

/// The lines of a page, each with the language of the code fence it stands in.
///
/// The fences themselves are left out; a fence without a language has the empty one.
fn with_fence(text: &str) -> Vec<(usize, &str, Option<&str>)> {
    let mut fence = None;
    let mut found = Vec::new();
    for (number, line) in lines(text) {
        match (line.trim_start().strip_prefix("```"), fence) {
            (Some(language), None) => fence = Some(language.trim()),
            (Some(_), Some(_)) => fence = None,
            (None, fence) => found.push((number, line, fence)),
        }
    }
    found
}

fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    with_fence(text)
        .into_iter()
        .filter_map(|(number, line, fence)| {
            if fence.is_none() {
                Some((number, line))
            } else {
                None
            }
        })
}

fn titles(path: &str, text: &str) -> Vec<Finding> {
    let titles: Vec<usize> = prose(text)
        .filter(|(_, line)| line.starts_with("# "))
        .map(|(number, _)| number)
        .collect();
    match titles.as_slice() {
        [] => vec![Finding::new(
            path,
            1,
            "no title: a page begins with one `# ` line",
        )],
        [_, more @ ..] => more
            .iter()
            .map(|line| Finding::new(path, *line, "a second title"))
            .collect(),
    }
}

fn links(path: &str, text: &str, tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in prose(text) {
        for target in targets(line) {
            let file = target.split('#').next().unwrap_or_default();
            if is_elsewhere(&target) || file.is_empty() {
                continue;
            }
            if !resolve(path, file).is_some_and(|file| tree.holds(&file)) {
                let text = format!("the link to `{target}` leads nowhere");
                findings.push(Finding::new(path, number, text));
            }
        }
    }
    findings
}

fn is_elsewhere(target: &str) -> bool {
    ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| target.starts_with(scheme))
}

/// What a line links to: `[text](target)` and `[label]: target`, outside code spans.
fn targets(line: &str) -> Vec<String> {
    let spoken: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
    let mut targets: Vec<String> = spoken
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next())
        .map(str::to_owned)
        .collect();
    let label = spoken
        .trim_start()
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "));
    targets.extend(
        label
            .and_then(|(_, rest)| rest.split_whitespace().next())
            .map(str::to_owned),
    );
    targets
}

/// Joins a link to the folder of its page; `None` where it leaves the project.
fn resolve(page: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let tree = Tree::of(&[("docs/a.md", text), ("docs/adr/0001.md", "# One\n")]);
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_page_has_one_title() {
        assert_eq!(found("# A\n```sh\n# a comment\n```\n## More\n"), [""; 0]);
        assert_eq!(
            found("A\n"),
            ["docs/a.md:1: no title: a page begins with one `# ` line"]
        );
        assert_eq!(found("# A\n\n# B\n"), ["docs/a.md:3: a second title"]);
    }

    #[test]
    fn links_lead_somewhere() {
        let good = "# A\n[one](adr/0001.md#why), [all](adr/), [up](../docs/a.md), [out](https://x.y)\n\
                    [here](#a) and `[code](nowhere.md)`\n[label]: adr/0001.md\n";
        assert_eq!(found(good), [""; 0]);
        for bad in ["[x](adr/0002.md)", "see [x](../../etc)", "[x]: b.md"] {
            let lines = found(&format!("# A\n{bad}\n"));
            assert_eq!(lines.len(), 1, "{bad}");
            assert!(lines[0].starts_with("docs/a.md:2: the link to"), "{bad}");
        }
    }

    #[test]
    fn the_readme_stays_short() {
        let text = format!("# A\n{}", "line\n".repeat(README_LINES_MAX));
        let found = check(&Tree::of(&[(README, &text)]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, README_LINES_MAX + 1);
    }
}
