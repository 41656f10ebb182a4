//! The project's files as data.
//!
//! Git says which files belong to the project: those it tracks, and new ones that it does not
//! ignore. Where git cannot answer, the folder is walked.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

/// Path from the workspace root, with `/`, and content of every file.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    /// Reads the project's files.
    pub(crate) fn load(root: &Path) -> Result<Self> {
        let paths = match listed_by_git(root) {
            Some(paths) => paths,
            None => walked(root)?,
        };
        let mut files = BTreeMap::new();
        for path in paths {
            match fs::read(root.join(&path)) {
                Ok(content) => drop(files.insert(path, content)),
                // Deleted and not yet committed, or a nested checkout.
                Err(error)
                    if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => {}
                Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
            }
        }
        Ok(Self { files })
    }

    /// Every file that is text.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter_map(|(path, content)| Some((path.as_str(), std::str::from_utf8(content).ok()?)))
    }

    /// The texts whose name ends like this.
    pub(crate) fn ending(&self, end: &str) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(move |(path, _)| path.ends_with(end))
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        std::str::from_utf8(self.files.get(path)?).ok()
    }

    pub(crate) fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Tells whether a file or a folder of that path is there; the root is the empty path.
    pub(crate) fn holds(&self, path: &str) -> bool {
        path.is_empty()
            || self.files.contains_key(path)
            || self.paths().any(|file| {
                file.strip_prefix(path)
                    .is_some_and(|rest| rest.starts_with('/'))
            })
    }

    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        Self {
            files: files.collect(),
        }
    }
}

/// Lines with their numbers, from 1.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines())
}

/// Finds the first line that a test accepts; 1 where none does.
pub(crate) fn line_of(text: &str, is_it: impl Fn(&str) -> bool) -> usize {
    lines(text)
        .find(|(_, line)| is_it(line))
        .map_or(1, |(number, _)| number)
}

fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    let args = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ];
    let output = Command::new("git")
        .args(args)
        .current_dir(root)
        .output()
        .ok()?;
    let list = String::from_utf8(output.stdout).ok()?;
    let mut paths: Vec<String> = list
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect();
    paths.dedup();
    (output.status.success() && !paths.is_empty()).then_some(paths)
}

/// Walks the folder, leaving out what git would leave out.
fn walked(root: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let path = format!("{folder}{}", entry.file_name().to_string_lossy());
            if path == ".git" || path == "target" {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push(format!("{path}/"));
            } else {
                paths.push(path);
            }
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::cargo;

    #[test]
    fn the_walk_comes_by_all_that_git_lists() {
        let root = cargo::workspace_root().unwrap();
        let listed = listed_by_git(&root);
        let walked: BTreeSet<String> = walked(&root).unwrap().into_iter().collect();
        assert!(walked.contains("crates/xtask/src/tidy/tree.rs"));
        assert!(!walked.iter().any(|path| path.starts_with("target/")));
        // Not in sources that were unpacked without their history, nor in somebody else's folder.
        let mut git = Command::new("git");
        git.args(["rev-parse", "--git-dir"]).current_dir(&root);
        let may_list = git.output().is_ok_and(|output| output.status.success());
        assert!(listed.is_none() || may_list, "only git lists them");
        assert!(
            listed.is_some() || !(may_list && root.join(".git").exists()),
            "git lists the project's files"
        );
        let listed = listed.unwrap_or_default().into_iter();
        let passed_by: Vec<String> = listed
            .filter(|path| root.join(path).is_file() && !walked.contains(path))
            .collect();
        assert!(passed_by.is_empty(), "{passed_by:#?}");
    }

    #[test]
    fn folders_are_held_too() {
        let tree = Tree::of(&[("docs/adr/0001.md", "")]);
        assert!(tree.holds("docs") && tree.holds("docs/adr") && tree.holds("docs/adr/0001.md"));
        assert!(!tree.holds("doc") && !tree.holds("docs/adr/0002.md"));
    }
}
