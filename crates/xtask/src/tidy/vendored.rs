//! What lies in the project and was written by others: the very bytes that were fetched.
//!
//! A list of hashes is written when `cargo xtask vendor` fetches them. Nobody edits such a file;
//! what has to differ goes into a file of ours beside it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Finding;
use super::tree::{Tree, lines};

/// The folder with the manifest, the lock and the list of hashes.
pub(crate) const FOLDER: &str = "sync-server/assets/vendor/";
/// The list, one line `HASH  PATH` for each file.
pub(crate) const HASHES: &str = "sync-server/assets/vendor/HASHES";
/// The page that names them with their licences.
pub(crate) const PAGE: &str = "docs/THIRD-PARTY.md";

const LOCK: &str = "sync-server/assets/vendor/package-lock.json";

/// One package of others.
#[derive(Debug)]
pub(crate) struct Vendored {
    /// Its name in its registry.
    pub(crate) name: &'static str,
    /// The folder that its own folder lies in.
    within: &'static str,
    /// The licence by its SPDX name.
    licence: &'static str,
    /// What is taken, by its path in the package, and the name it gets here.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// What it is for.
    used: &'static str,
}

/// All of them. The versions stand in `package.json`.
pub(crate) const ALL: &[Vendored] = &[
    Vendored {
        name: "@picocss/pico",
        within: FOLDER,
        licence: "MIT",
        files: &[
            ("css/pico.min.css", "pico.min.css"),
            ("LICENSE.md", "LICENSE"),
        ],
        used: "the base of the pages' style",
    },
    Vendored {
        name: "htmx.org",
        within: FOLDER,
        licence: "0BSD",
        files: &[
            ("dist/htmx.min.js", "htmx.min.js"),
            ("dist/ext/hx-sse.min.js", "hx-sse.min.js"),
            ("LICENSE", "LICENSE"),
        ],
        used: "parts of pages that change without loading the page again, and live numbers",
    },
    Vendored {
        name: "zxing-wasm",
        within: FOLDER,
        licence: "MIT",
        files: &[
            ("dist/iife/reader/index.js", "zxing-reader.js"),
            ("dist/reader/zxing_reader.wasm", "zxing_reader.wasm"),
            ("LICENSE", "LICENSE"),
        ],
        used: "reads codes from pictures and cameras in the browser; it holds ZXing-C++ under the \
               Apache-2.0 ([NOTICE](../sync-server/assets/vendor/NOTICE))",
    },
    Vendored {
        name: "axe-core",
        within: "tests/assets/",
        licence: "MPL-2.0",
        files: &[
            ("axe.min.js", "axe.min.js"),
            ("LICENSE", "LICENSE"),
            ("LICENSE-3RD-PARTY.txt", "LICENSE-3RD-PARTY.txt"),
        ],
        used: "looks for barriers on every page, in the tests only; no program that anybody gets \
               holds it, and its file is as it was published",
    },
];

impl Vendored {
    /// Its own folder, which names its version.
    pub(crate) fn folder(&self, version: &str) -> String {
        let name = self.name.rsplit('/').next().unwrap_or(self.name);
        format!("{}{name}-{version}/", self.within)
    }

    /// The version in the lock.
    pub(crate) fn version(&self, lock: &Value) -> Option<String> {
        let path = format!("node_modules/{}", self.name);
        let version = lock.get("packages")?.get(path)?.get("version")?;
        version.as_str().map(str::to_owned)
    }
}

/// Tells whether others wrote this file.
pub(crate) fn is_of_others(path: &str) -> bool {
    ALL.iter().any(|one| {
        let rest = path.strip_prefix(one.within);
        rest.is_some_and(|rest| rest.contains('/'))
    })
}

/// Finds files that changed, vanished or came from nowhere, and a stale page.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(lock) = lock(tree) else {
        return vec![Finding::new(LOCK, 1, "not there, or not JSON")];
    };
    let mut findings = against_list(tree);
    let there = hashes(tree);
    for one in ALL {
        let Some(version) = one.version(&lock) else {
            let text = format!("no version of `{}`: it was not locked", one.name);
            findings.push(Finding::new(LOCK, 1, text));
            continue;
        };
        let folder = one.folder(&version);
        for path in one.files.iter().map(|(_, name)| format!("{folder}{name}")) {
            if !there.contains_key(&path) {
                let text = "not there: run `cargo xtask vendor`";
                findings.push(Finding::new(path, 1, text));
            }
        }
    }
    if tree.text(PAGE) != page(&lock).as_deref() {
        let text = "says something else than the lock: run `cargo xtask vendor`";
        findings.push(Finding::new(PAGE, 1, text));
    }
    findings
}

fn against_list(tree: &Tree) -> Vec<Finding> {
    let there = hashes(tree);
    let mut findings = Vec::new();
    let mut listed = BTreeMap::new();
    for (number, line) in lines(tree.text(HASHES).unwrap_or_default()) {
        let Some((hash, path)) = line.split_once("  ") else {
            findings.push(Finding::new(HASHES, number, "not a line `HASH  PATH`"));
            continue;
        };
        listed.insert(path, hash);
        if !there.contains_key(path) {
            findings.push(Finding::new(HASHES, number, format!("`{path}` is gone")));
        }
    }
    for (path, hash) in &there {
        let text = match listed.get(path.as_str()) {
            None => "others did not publish this: `cargo xtask vendor` lists what they did",
            Some(listed) if *listed != hash.as_str() => {
                "changed: bring it back, or run `cargo xtask vendor`"
            }
            Some(_) => continue,
        };
        findings.push(Finding::new(path.as_str(), 1, text));
    }
    findings
}

/// The lock, where it can be read.
pub(crate) fn lock(tree: &Tree) -> Option<Value> {
    serde_json::from_str(tree.text(LOCK)?).ok()
}

/// The files of others with their hashes.
pub(crate) fn hashes(tree: &Tree) -> BTreeMap<String, String> {
    tree.paths()
        .filter(|path| is_of_others(path))
        .filter_map(|path| {
            let hash = blake3::hash(tree.bytes(path)?).to_hex().to_string();
            Some((path.to_owned(), hash))
        })
        .collect()
}

/// The page, as the table and the lock say it.
pub(crate) fn page(lock: &Value) -> Option<String> {
    let mut text = "# What others wrote\n\n\
        Files in this project that others wrote and published, unchanged. `cargo xtask vendor` \
        fetches them in the versions of\n[package.json](../sync-server/assets/vendor/package.json) \
        and writes this page; each folder holds the licence. Crates are in \
        [dependencies.md](dependencies.md).\n\n\
        | what | version | licence | for | where |\n|---|---|---|---|---|\n"
        .to_owned();
    for one in ALL {
        let version = one.version(lock)?;
        let folder = one.folder(&version);
        let Vendored {
            name,
            licence,
            used,
            ..
        } = one;
        text.push_str(&format!(
            "| {name} | {version} | [{licence}](../{folder}LICENSE) | {used} | `{folder}` |\n"
        ));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK_TEXT: &str = r#"{"packages": {
        "node_modules/@picocss/pico": {"version": "1.0.0"},
        "node_modules/htmx.org": {"version": "2.0.0"},
        "node_modules/zxing-wasm": {"version": "4.0.0"},
        "node_modules/axe-core": {"version": "3.0.0"}
    }}"#;

    /// A tree in which everything is as it should be, with these changes.
    fn found(changed: &[(&str, &str)]) -> Vec<String> {
        let lock: Value = serde_json::from_str(LOCK_TEXT).unwrap();
        let mut files = BTreeMap::new();
        for one in ALL {
            let folder = one.folder(&one.version(&lock).unwrap());
            for (_, name) in one.files {
                files.insert(format!("{folder}{name}"), "theirs".to_owned());
            }
        }
        let hash = blake3::hash(b"theirs").to_hex();
        let list = files.keys().map(|path| format!("{hash}  {path}\n"));
        let list: String = list.collect();
        files.insert(HASHES.to_owned(), list);
        files.insert(LOCK.to_owned(), LOCK_TEXT.to_owned());
        files.insert(PAGE.to_owned(), page(&lock).unwrap());
        for (path, text) in changed {
            files.insert((*path).to_owned(), (*text).to_owned());
        }
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(p, t)| (p.as_str(), t.as_str()))
            .collect();
        check(&Tree::of(&files))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn what_was_fetched_is_quiet() {
        assert_eq!(found(&[]), [""; 0]);
    }

    #[test]
    fn a_changed_a_strange_and_a_missing_file_are_found() {
        let path = "sync-server/assets/vendor/pico-1.0.0/pico.min.css";
        let changed = found(&[(path, "ours")]);
        assert_eq!(changed.len(), 1);
        assert!(changed[0].starts_with(&format!("{path}:1: changed")));
        let strange = found(&[("tests/assets/axe-core-3.0.0/more.js", "ours")]);
        assert!(strange[0].contains("did not publish"), "{strange:?}");
        let short = found(&[(HASHES, "0  tests/assets/a/gone.js\nx\n")]);
        assert!(short.iter().any(|line| line.contains("is gone")));
        assert!(short.iter().any(|line| line.contains("not a line")));
    }

    #[test]
    fn another_version_in_the_lock_is_found() {
        let newer = LOCK_TEXT.replace("2.0.0", "2.0.1");
        let lines = found(&[(LOCK, &newer)]);
        let not_there = lines.iter().filter(|line| line.contains("not there"));
        assert_eq!(not_there.count(), 3, "{lines:?}");
        assert!(lines.iter().any(|line| line.starts_with(PAGE)));
        assert_eq!(found(&[(LOCK, "{")]).len(), 1);
        assert_eq!(found(&[(LOCK, "{}")]).len(), 5);
    }

    #[test]
    fn our_own_files_beside_them_are_ours() {
        assert!(!is_of_others("sync-server/assets/vendor/package.json"));
        assert!(!is_of_others("sync-server/assets/stock.css"));
        assert!(is_of_others("sync-server/assets/vendor/a-1/b.js"));
    }
}
