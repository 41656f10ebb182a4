//! Pages that describe bytes carry the hash of the source they describe.
//!
//! When the source changes, the page has to be read again; `cargo xtask golden --pages` then
//! writes the new hash. The line is `<!-- source: PATH… hash: HEX -->`.

use super::Finding;
use super::tree::{Tree, lines};

/// The pages that are pinned.
pub(crate) const PAGES: &[&str] = &["docs/format.md", "docs/protocol.md"];

const HEX_DIGITS: usize = 16;

/// Finds pages whose source changed since somebody last read them against it.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    PAGES
        .iter()
        .flat_map(|page| check_page(page, tree))
        .collect()
}

fn check_page(page: &str, tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.text(page) else {
        return vec![Finding::new(page, 1, "the page is missing")];
    };
    let mut findings = Vec::new();
    let mut pinned = false;
    for (number, line) in lines(text) {
        let Some(source) = Source::read(line) else {
            continue;
        };
        pinned = true;
        match source.hash_now(tree) {
            Err(missing) => {
                findings.push(Finding::new(
                    page,
                    number,
                    format!("no source file `{missing}`"),
                ));
            }
            Ok(hash) if hash != source.hash => {
                let text = "its source changed: read the page again beside it, then run \
                            `cargo xtask golden --pages`";
                findings.push(Finding::new(page, number, text));
            }
            Ok(_) => {}
        }
    }
    if !pinned {
        let text = "no line `<!-- source: PATH… hash: HEX -->`";
        findings.push(Finding::new(page, 1, text));
    }
    findings
}

/// Rewrites the hashes in a page; the name of a missing source file otherwise.
pub(crate) fn rewrite(text: &str, tree: &Tree) -> Result<String, String> {
    let mut fresh = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match Source::read(line) {
            Some(source) => {
                fresh.push_str(&source.line(&source.hash_now(tree)?));
                fresh.push_str(if line.ends_with('\n') { "\n" } else { "" });
            }
            None => fresh.push_str(line),
        }
    }
    Ok(fresh)
}

/// What a page says about its source.
struct Source<'a> {
    paths: Vec<&'a str>,
    hash: &'a str,
}

impl<'a> Source<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let said = line
            .trim()
            .strip_prefix("<!-- source:")?
            .strip_suffix("-->")?;
        let (paths, hash) = said.rsplit_once("hash:")?;
        Some(Self {
            paths: paths.split_whitespace().collect(),
            hash: hash.trim(),
        })
    }

    fn hash_now(&self, tree: &Tree) -> Result<String, String> {
        let mut hasher = blake3::Hasher::new();
        for path in &self.paths {
            hasher.update(tree.bytes(path).ok_or_else(|| (*path).to_owned())?);
        }
        let hex = hasher.finalize().to_hex();
        Ok(hex.chars().take(HEX_DIGITS).collect())
    }

    fn line(&self, hash: &str) -> String {
        format!("<!-- source: {} hash: {hash} -->", self.paths.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# F\n<!-- source: a.rs b.rs hash: 0123456789abcdef -->\ntext\n";

    fn found(format: &str) -> Vec<String> {
        let protocol = rewrite("<!-- source: a.rs hash: -->", &sources()).unwrap();
        let files = [
            ("a.rs", "a"),
            ("b.rs", "b"),
            (PAGES[0], format),
            (PAGES[1], &*protocol),
        ];
        check(&Tree::of(&files))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    fn sources() -> Tree {
        Tree::of(&[("a.rs", "a"), ("b.rs", "b")])
    }

    #[test]
    fn a_rewritten_page_is_quiet() {
        let page = rewrite(PAGE, &sources()).unwrap();
        assert_eq!(found(&page), [""; 0]);
        assert!(page.starts_with("# F\n<!-- source: a.rs b.rs hash: "));
        assert!(page.ends_with(" -->\ntext\n"));
        let hash = blake3::hash(b"ab").to_hex();
        assert!(page.contains(&hash[..HEX_DIGITS]));
    }

    #[test]
    fn a_stale_page_is_found() {
        let lines = found(PAGE);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("docs/format.md:2: its source changed"));
    }

    #[test]
    fn a_missing_line_source_or_page_is_found() {
        assert!(found("# F\n")[0].starts_with("docs/format.md:1: no line"));
        let page = PAGE.replace("b.rs", "gone.rs");
        assert_eq!(found(&page), ["docs/format.md:2: no source file `gone.rs`"]);
        assert_eq!(rewrite(&page, &sources()), Err("gone.rs".to_owned()));
        assert_eq!(check(&Tree::default()).len(), 2);
    }
}
