//! The project speaks of itself alone: no path of one machine, no name of a registry.
//!
//! Paths are looked for in everything but code, which may well name a folder of the system.
//! Registries are looked for everywhere but in the lock file, where cargo writes them.

use super::Finding;
use super::tree::{Tree, lines};

const CODE: &[&str] = &[".rs", ".js", ".css", ".sql", ".sh", ".lock"];
const LOCK: &str = "Cargo.lock";

/// First folders of absolute paths that belong to one machine.
const FOLDERS: &[&str] = &["work", "root", "home", "tmp"];

/// Hosts of package registries, in halves so that this file passes its own check.
const REGISTRIES: &[&str] = &[
    concat!("crates", ".io"),
    concat!("npmjs", ".org"),
    concat!("npmjs", ".com"),
    concat!("py", "pi.org"),
    concat!("python", "hosted.org"),
    concat!("proxy.go", "lang.org"),
];

/// Finds absolute paths and registry hosts.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts() {
        let is_code = CODE.iter().any(|end| path.ends_with(end));
        for (number, line) in lines(text) {
            if let Some(folder) = FOLDERS
                .iter()
                .find(|folder| !is_code && names(line, folder))
            {
                let text = format!("a path of one machine, below /{folder}");
                findings.push(Finding::new(path, number, text));
            }
            if let Some(host) = REGISTRIES
                .iter()
                .find(|host| path != LOCK && line.contains(**host))
            {
                findings.push(Finding::new(
                    path,
                    number,
                    format!("names a registry: {host}"),
                ));
            }
        }
    }
    findings
}

/// Tells whether a line names a path below that folder of the root.
fn names(line: &str, folder: &str) -> bool {
    let path = format!("/{folder}/");
    line.match_indices(&path).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric() && !"._-~}*".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, line: &str) -> usize {
        check(&Tree::of(&[(path, line)])).len()
    }

    #[test]
    fn absolute_paths_are_found_outside_code() {
        for folder in FOLDERS {
            let line = format!("see `/{folder}/x`");
            assert_eq!(found("docs/a.md", &line), 1, "{line}");
            assert_eq!(found("crates/a/src/lib.rs", &line), 0, "{line}");
            assert_eq!(found("docs/a.md", &format!("see crates/{folder}/x")), 0);
        }
    }

    #[test]
    fn registries_are_found_everywhere_but_in_the_lock_file() {
        for host in REGISTRIES {
            let line = format!("https://{host}/x");
            assert_eq!(found("crates/a/src/lib.rs", &line), 1);
            assert_eq!(found("docs/a.md", &line), 1);
            assert_eq!(found(LOCK, &line), 0);
        }
    }
}
