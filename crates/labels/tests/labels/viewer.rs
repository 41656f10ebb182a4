//! What a viewer of PDF puts on paper.

use std::path::Path;
use std::process::Command;

use crate::picture::Picture;

/// What is needed for it, and the test run says how to get.
pub(crate) const VIEWER: &str = "pdftoppm";

/// The pages of a PDF document at 300 dpi; none where there is no viewer.
pub(crate) fn pictures(pdf: &[u8]) -> Option<Vec<Picture>> {
    if Command::new(VIEWER).arg("-v").output().is_err() {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("labels.pdf");
    std::fs::write(&file, pdf).unwrap();
    let done = Command::new(VIEWER)
        .args(["-r", "300", "-gray"])
        .arg(&file)
        .arg(folder.path().join("page"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && said.is_empty(), "{said}");
    let mut files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    files.retain(|file| {
        file.as_ref()
            .unwrap()
            .path()
            .extension()
            .is_some_and(|end| end == "pgm")
    });
    let mut files: Vec<_> = files.into_iter().map(|file| file.unwrap().path()).collect();
    files.sort();
    Some(files.iter().map(|file| picture(file)).collect())
}

/// A picture in the form PGM: a head of four words, then a byte for each dot.
fn picture(file: &Path) -> Picture {
    let bytes = std::fs::read(file).unwrap();
    let mut head = bytes.splitn(5, u8::is_ascii_whitespace);
    let mut word = || {
        std::str::from_utf8(head.next().unwrap())
            .unwrap()
            .to_owned()
    };
    assert_eq!(word(), "P5");
    let (width, height) = (word().parse().unwrap(), word().parse().unwrap());
    assert_eq!(word(), "255");
    Picture {
        width,
        height,
        grey: head.next().unwrap().to_vec(),
    }
}
