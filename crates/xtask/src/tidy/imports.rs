//! Imports between our own packages run one way.
//!
//! The table here says what may be; the block in the architecture page says what is. Both are
//! held against the manifests, so the page cannot go stale and a new import is a decision that
//! somebody makes here.

use super::Finding;
use super::packages::Package;
use super::tree::{Tree, line_of, lines};

/// Who may import whom. `tests` may import everything and stands outside the table.
const ALLOWED: &[(&str, &[&str])] = &[
    ("ledger-core", &[]),
    ("ledger-format", &["ledger-core"]),
    ("ledger-sync", &["ledger-core", "ledger-format"]),
    ("ledger-store", &["ledger-core", "ledger-format"]),
    (
        "ledger-node",
        &[
            "ledger-core",
            "ledger-format",
            "ledger-sync",
            "ledger-store",
        ],
    ),
    ("codes", &[]),
    ("scanning", &["ledger-core", "codes"]),
    ("firmware-bridge", &[]),
    ("importing", &["ledger-core", "ledger-node"]),
    ("labels", &["codes"]),
    ("labelling", &["ledger-core", "codes", "labels", "scanning"]),
    (
        "edge",
        &[
            "ledger-core",
            "ledger-node",
            "codes",
            "importing",
            "labelling",
            "scanning",
            "firmware-bridge",
        ],
    ),
    (
        "sync-server",
        &[
            "ledger-core",
            "ledger-format",
            "ledger-sync",
            "ledger-node",
            "codes",
            "importing",
            "labelling",
            "scanning",
        ],
    ),
    ("xtask", &[]),
];

const UNBOUND: &str = "tests";
const PAGE: &str = "docs/ARCHITECTURE.md";
const START: &str = "<!-- imports -->";
const END: &str = "<!-- /imports -->";

/// Holds the manifests against the table, and the page against the manifests.
pub(crate) fn check(packages: &[Package], tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages.iter().filter(|package| package.name != UNBOUND) {
        findings.extend(forbidden(package, tree));
    }
    findings.extend(page(packages, tree));
    findings
}

fn forbidden(package: &Package, tree: &Tree) -> Vec<Finding> {
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == package.name) else {
        let text = format!(
            "`{}` has no row in the table of imports (xtask)",
            package.name
        );
        return vec![Finding::new(&package.manifest, 1, text)];
    };
    imported(package)
        .filter(|import| !allowed.contains(import))
        .map(|import| {
            let line = package.line_of(import, tree);
            let text = format!("`{}` must not import `{import}`", package.name);
            Finding::new(&package.manifest, line, text)
        })
        .collect()
}

fn imported(package: &Package) -> impl Iterator<Item = &str> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.ours)
        .map(|d| d.name.as_str())
}

fn page(packages: &[Package], tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.text(PAGE) else {
        return vec![Finding::new(PAGE, 1, "the page is missing")];
    };
    let Some((_, block)) = text.split_once(START) else {
        return vec![Finding::new(
            PAGE,
            1,
            format!("no block of imports between {START} … {END}"),
        )];
    };
    let block = block.split_once(END).map_or(block, |(block, _)| block);
    let start = line_of(text, |line| line.contains(START));
    let said: Vec<Row<'_>> = lines(block)
        .filter_map(|(number, line)| Row::read(start + number - 1, line))
        .collect();
    let mut findings = Vec::new();
    for package in packages {
        let mut wanted: Vec<&str> = imported(package).collect();
        wanted.sort_unstable();
        match said.iter().find(|row| row.name == package.name) {
            Some(row) if row.fits(&wanted) => {}
            Some(row) => findings.push(Finding::new(PAGE, row.line, should_be(package, &wanted))),
            None => findings.push(Finding::new(PAGE, start, should_be(package, &wanted))),
        }
    }
    for row in said {
        if !packages.iter().any(|package| package.name == row.name) {
            findings.push(Finding::new(
                PAGE,
                row.line,
                format!("no package `{}`", row.name),
            ));
        }
    }
    findings
}

fn should_be(package: &Package, wanted: &[&str]) -> String {
    let imports = if wanted.is_empty() {
        "nothing".to_owned()
    } else {
        wanted.join(", ")
    };
    format!("the manifests say: - {}: {imports}", package.name)
}

/// One row of the page: `- ledger-format: ledger-core`.
struct Row<'a> {
    line: usize,
    name: &'a str,
    imports: Vec<&'a str>,
}

impl<'a> Row<'a> {
    fn read(line: usize, text: &'a str) -> Option<Self> {
        let (name, imports) = text.trim().strip_prefix("- ")?.split_once(':')?;
        let bare = |word: &'a str| word.trim().trim_matches('`');
        let mut imports: Vec<&str> = imports.split(',').map(bare).collect();
        imports.retain(|import| !import.is_empty() && *import != "nothing");
        imports.sort_unstable();
        Some(Self {
            line,
            name: bare(name),
            imports,
        })
    }

    fn fits(&self, wanted: &[&str]) -> bool {
        self.imports == wanted || (self.name == UNBOUND && self.imports == ["anything"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::packages::package;

    const GOOD: &str = "# A\n<!-- imports -->\n- ledger-core: nothing\n- `ledger-format`: \
                        `ledger-core`\n<!-- /imports -->\n- other: list\n";

    fn check_page(packages: &[Package], page: &str) -> Vec<String> {
        let tree = Tree::of(&[(PAGE, page)]);
        check(packages, &tree)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    fn core_and_format() -> Vec<Package> {
        vec![
            package("ledger-core", &[], &["thiserror"]),
            package("ledger-format", &["ledger-core"], &["bincode"]),
        ]
    }

    #[test]
    fn the_right_page_is_quiet() {
        assert_eq!(check_page(&core_and_format(), GOOD), [""; 0]);
    }

    #[test]
    fn an_import_against_the_stream_is_found() {
        let mut packages = core_and_format();
        packages.push(package("edge", &["sync-server"], &[]));
        let page = GOOD.replace("<!-- /", "- edge: sync-server\n<!-- /");
        let found = check_page(&packages, &page);
        assert_eq!(
            found,
            ["crates/edge/Cargo.toml:1: `edge` must not import `sync-server`"]
        );
    }

    #[test]
    fn a_package_without_a_row_is_found() {
        let page = GOOD.replace("<!-- /", "- common: nothing\n<!-- /");
        let mut packages = core_and_format();
        packages.push(package("common", &[], &[]));
        let found = check_page(&packages, &page);
        assert_eq!(
            found,
            ["crates/common/Cargo.toml:1: `common` has no row in the table of imports (xtask)"]
        );
    }

    #[test]
    fn a_stale_page_is_found() {
        let page = GOOD.replace("`ledger-core`\n", "nothing\n");
        let found = check_page(&core_and_format(), &page);
        assert_eq!(
            found,
            ["docs/ARCHITECTURE.md:4: the manifests say: - ledger-format: ledger-core"]
        );
        let page = GOOD.replace("<!-- /", "- gone: nothing\n<!-- /");
        let found = check_page(&core_and_format(), &page);
        assert_eq!(found, ["docs/ARCHITECTURE.md:5: no package `gone`"]);
    }

    #[test]
    fn a_missing_page_or_block_is_found() {
        let found = check(&core_and_format(), &Tree::default());
        assert_eq!(found, [Finding::new(PAGE, 1, "the page is missing")]);
        assert_eq!(check_page(&core_and_format(), "# A\n").len(), 1);
    }

    #[test]
    fn tests_may_import_everything() {
        let packages = [package("tests", &["edge", "sync-server"], &[])];
        let page = "<!-- imports -->\n- tests: anything\n<!-- /imports -->";
        assert_eq!(check_page(&packages, page), [""; 0]);
    }
}
