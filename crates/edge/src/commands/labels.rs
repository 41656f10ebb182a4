//! `stock labels`: labels and cards as a file, or straight to a printer.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use labelling::{Choice, Document, Paper};
use serde_json::json;

use super::close;
use crate::cli::LabelsArgs;
use crate::context::Context;
use crate::report::{self, Answer, Exit, Failure};

/// Stands for standard output.
const STDOUT: &str = "-";

/// Runs the command.
pub(crate) fn run(context: &Context, args: LabelsArgs) -> Result<Answer, Failure> {
    let LabelsArgs {
        kind,
        select,
        format,
        out,
        sheet,
        symbology,
        start,
        dpi,
        barcodes,
    } = args;
    let to_stdout = out == Path::new(STDOUT);
    if to_stdout && context.json() {
        return Err(Failure {
            exit: Exit::Usage,
            ..Failure::new(
                "usage",
                "with --out - the labels are what is printed, so --json cannot be",
            )
            .hint("name a file with --out")
        });
    }
    let choice = Choice {
        kind,
        select,
        barcodes,
    };
    let paper = Paper {
        format,
        sheet,
        symbology,
        start,
        dpi,
    };
    let node = context.open()?;
    let mut answer = Answer::new("");
    let wanted = node.read(|fold| labelling::wanted(fold, &choice))?;
    close(node, &mut answer);
    let document = wanted.document(&paper)?;
    let warnings: Vec<String> = wanted.left_out.iter().map(ToString::to_string).collect();
    if to_stdout {
        let mut stdout = io::stdout().lock();
        let done = stdout.write_all(&document.bytes);
        report::written(done.and_then(|()| stdout.flush()))?;
    } else {
        write_whole(&out, &document.bytes)
            .map_err(|error| Failure::io(&out.display().to_string(), &error))?;
        answer.text = told(context, &document, &out, &warnings)?;
    }
    if !context.json() {
        answer.warnings.extend(warnings);
    }
    Ok(answer)
}

fn told(
    context: &Context,
    document: &Document,
    out: &Path,
    warnings: &[String],
) -> Result<String, Failure> {
    let shown = out.display().to_string();
    let object = json!({
        "labels": document.labels,
        "pages": document.pages,
        "format": document.format.word(),
        "out": shown,
        "sheet": document.sheet,
        "symbology": document.symbology.map(|drawn| drawn.word()),
        "warnings": warnings,
    });
    let answer = context.answer(&object, |_| {
        let counted = |count: usize, word: &str| match count {
            1 => format!("1 {word}"),
            count => format!("{count} {word}s"),
        };
        let drawn = document.symbology;
        let drawn = drawn.map_or_else(String::new, |drawn| format!(", {drawn}"));
        format!(
            "{} on {} ({}{drawn}) written to {shown}",
            counted(document.labels, "label"),
            counted(document.pages, "page"),
            document.sheet,
        )
    })?;
    Ok(answer.text)
}

/// Writes a file whole or not at all: under another name first. What is no file, such as a
/// printer, is written to as it is.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let found = fs::metadata(path).ok();
    if found.is_some_and(|found| !found.is_file() && !found.is_dir()) {
        let mut out = File::options().write(true).open(path)?;
        return out.write_all(bytes).and_then(|()| out.flush());
    }
    // A link stays one.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let part = beside(&path);
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, &path)
    });
    if written.is_err() {
        // Nothing more can be done about what cannot be taken away.
        drop(fs::remove_file(&part));
    }
    written
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(".part");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("labels.pdf");
        write_whole(&file, b"one").unwrap();
        write_whole(&file, b"two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");

        let taken = folder.path().join("folder");
        fs::create_dir(&taken).unwrap();
        assert!(write_whole(&taken, b"three").is_err());
        assert!(write_whole(&folder.path().join("no/such/file"), b"four").is_err());
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["folder", "labels.pdf"], "no part is left behind");
    }
}
