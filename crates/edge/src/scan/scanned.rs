//! One scan on its way into the queue, wherever it came from.

use firmware_bridge::{Scan, ScanId};
use ledger_core::Timestamp;

/// A scan, or what a person typed instead of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scanned {
    /// When it was made.
    pub(crate) at: Timestamp,
    /// As it came; what a scanner says of the kind of barcode stands before it.
    pub(crate) text: String,
    /// What the scanner's bridge calls it, as often as it gives it. Of keys there is none.
    pub(crate) id: Option<ScanId>,
    /// Which scanner; none is the keyboard.
    pub(crate) device: Option<String>,
}

impl Scanned {
    /// What came as keys, or as a line.
    pub(crate) const fn typed(at: Timestamp, text: String) -> Self {
        Self {
            at,
            text,
            id: None,
            device: None,
        }
    }

    /// What a scanner gave. It may have waited for us, but it was not made later than now.
    pub(crate) fn of(scan: &Scan, now: Timestamp) -> Self {
        let at = Timestamp::from_millis(scan.at_ms);
        Self {
            at: at.min(now),
            text: text_of(scan),
            id: Some(scan.scan_id.clone()),
            device: Some(scan.device.clone()),
        }
    }
}

/// A scan as text, with what the scanner says of the kind of barcode before it. Bytes that are no
/// UTF-8 are Latin-1, which barcodes without another sign are in (ISO/IEC 15417, 16022, 18004).
pub(crate) fn text_of(scan: &Scan) -> String {
    let text = match scan.text() {
        Some(text) => text.to_owned(),
        None => scan.data.iter().copied().map(char::from).collect(),
    };
    let aim = scan.aim.as_deref().unwrap_or_default();
    format!("{aim}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(aim: Option<&str>, data: &[u8]) -> Scan {
        Scan {
            scan_id: "0190f5b6-0000-7000-8000-000000000000"
                .to_owned()
                .try_into()
                .unwrap(),
            device: "1-1".to_owned(),
            at_ms: 5_000,
            aim: aim.map(str::to_owned),
            data: data.to_vec(),
            framing: "report".to_owned(),
            mode: "hidpos".to_owned(),
            is_stale: false,
        }
    }

    #[test]
    fn every_byte_stays_and_the_kind_of_barcode_stands_before_it() {
        let gs1 = scan(Some("]C1"), b"10AB\x1d2112");
        assert_eq!(text_of(&gs1), "]C110AB\x1d2112");
        assert_eq!(text_of(&scan(None, "Käse".as_bytes())), "Käse");
        assert_eq!(text_of(&scan(None, b"K\xe4se")), "Käse");
    }

    #[test]
    fn a_scan_that_waited_keeps_its_time_and_none_is_of_tomorrow() {
        let at = |now| Scanned::of(&scan(None, b"A"), Timestamp::from_millis(now)).at;
        assert_eq!(at(9_000), Timestamp::from_millis(5_000));
        assert_eq!(at(4_000), Timestamp::from_millis(4_000));
    }
}
