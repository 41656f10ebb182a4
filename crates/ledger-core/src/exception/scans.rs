//! Exceptions about codes that nobody knew when they were scanned.

use super::{Exception, ExceptionKind, line_id, newest, place_words};
use crate::fold::{Fold, ScanInfo, ScanMeaning};

impl Fold {
    /// Codes that are still unknown, and scans in counts that turned out to be an item which no
    /// count has seen since.
    pub(super) fn scan_exceptions(&self, open: &mut Vec<Exception>) {
        for (code, meaning) in self.scanned_codes() {
            if meaning != ScanMeaning::Unknown {
                continue;
            }
            let mut scans = self.scans_of(code);
            scans.retain(|scan| scan.counts);
            let Some(first) = scans.first() else { continue };
            let text = format!(
                "The code {code} was scanned {}, and nobody knew it. Say what it is, and all its \
                 scans take effect.",
                times(scans.len())
            );
            open.push(Exception {
                id: format!("{}:{code}", ExceptionKind::UnknownCode.word()),
                kind: ExceptionKind::UnknownCode,
                item: None,
                location: None,
                line: None,
                document: None,
                since: first.at,
                entries: newest(scans.iter().map(|scan: &ScanInfo| scan.id).collect()),
                text,
            });
        }
        for (key, scans) in self.uncounted_scans() {
            let since = scans.first().and_then(|id| self.effective_time(*id));
            let text = format!(
                "{} was scanned in a count {} under a code that nobody knew then, so that the \
                 count does not include it. Count it again.",
                place_words(&key),
                times(scans.len())
            );
            open.push(Exception {
                id: line_id(ExceptionKind::UncountedScan, &key),
                kind: ExceptionKind::UncountedScan,
                item: Some(key.item.clone()),
                location: Some(key.location.clone()),
                line: Some(key),
                document: None,
                since: since.unwrap_or_default(),
                entries: newest(scans),
                text,
            });
        }
    }
}

fn times(count: usize) -> String {
    if count == 1 {
        "once".to_owned()
    } else {
        format!("{count} times")
    }
}
