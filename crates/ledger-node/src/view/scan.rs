//! Scans of codes that nobody knew: what was scanned where, beside what, and what the codes turned
//! out to be.

use std::cmp::Reverse;

use ledger_core::Barcode;
use ledger_core::fold::{ScanInfo, ScanMeaning};
use serde::Serialize;
use utoipa::ToSchema;

use super::device::{DeviceNames, writer};
use super::{View, day_text, text_of, time_text};

/// One scan of a code that nobody knew.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ScanView {
    /// The entry.
    pub entry: String,
    /// When, by its effective time.
    pub at: String,
    /// The code by which it is resolved.
    pub code: String,
    /// The whole text as it was scanned, where that is more than the code.
    pub scanned: Option<String>,
    /// The scanner's AIM id of the kind of barcode.
    pub aim: Option<String>,
    /// What the session was doing.
    #[schema(pattern = "^(add|remove|move|count)$")]
    pub mode: &'static str,
    /// Where; of a move, from where.
    pub location: String,
    /// Where a move went to.
    pub to: Option<String>,
    /// Whose stock; null is our own.
    pub owner: Option<String>,
    /// The batch that the label told.
    pub batch: Option<String>,
    /// The serial number that the label told.
    pub serial: Option<String>,
    /// The day on which the label says that the batch expires.
    pub expiry: Option<String>,
    /// For how many scans it stands.
    pub quantity: String,
    /// The item that was scanned just before.
    pub neighbour: Option<String>,
    /// Who: a user, or `device:NAME`.
    pub user: String,
    /// On which device.
    pub device: String,
    /// What the code stands for.
    #[schema(pattern = "^(unknown|item|dismissed)$")]
    pub state: &'static str,
    /// The item that the code stands for, as it is called today.
    pub item: Option<String>,
    /// How much of the item it comes to; null when it changes no stock.
    pub comes_to: Option<String>,
    /// How many scans of this code there are that were not undone.
    pub of_code: usize,
    /// Undone.
    pub voided: bool,
    /// Why it does not count though it was not undone: `waiting` or `refused`, of a revoked device.
    pub withheld: Option<&'static str>,
    /// Has no central number yet.
    pub provisional: bool,
}

/// A code that nobody knew, with what its scans come to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ScannedCodeView {
    /// The code.
    pub code: String,
    /// What it stands for.
    #[schema(pattern = "^(unknown|item|dismissed)$")]
    pub state: &'static str,
    /// The item that it stands for, as it is called today.
    pub item: Option<String>,
    /// How much of the item one scan is.
    pub pack: Option<String>,
    /// How many scans of it there are that were not undone.
    pub scans: usize,
    /// How many of those change stock now.
    pub effective: usize,
}

impl View<'_> {
    /// The scans of codes that nobody knew, newest first; those of codes that are still unknown
    /// alone where that is asked.
    #[must_use]
    pub fn scans(&self, unknown_only: bool) -> Vec<ScanView> {
        let mut found: Vec<(ScanInfo, usize)> = Vec::new();
        for (code, meaning) in self.fold().scanned_codes() {
            if unknown_only && meaning != ScanMeaning::Unknown {
                continue;
            }
            let mut scans = self.fold().scans_of(code);
            let of_code = scans.iter().filter(|scan| scan.counts).count();
            if unknown_only {
                scans.retain(|scan| scan.counts);
            }
            found.extend(scans.into_iter().map(|scan| (scan, of_code)));
        }
        found.sort_by_key(|(scan, _)| Reverse((scan.at, scan.id)));
        let mut names = DeviceNames::new(self.fold());
        let found = found.into_iter();
        found
            .map(|(scan, of_code)| self.scan_view(scan, of_code, &mut names))
            .collect()
    }

    fn scan_view(&self, info: ScanInfo, of_code: usize, names: &mut DeviceNames<'_>) -> ScanView {
        let item = info.meaning.item();
        let device = names.of(info.id.origin);
        let scan = info.scan;
        ScanView {
            entry: info.id.to_string(),
            at: time_text(info.at),
            code: scan.code.to_string(),
            scanned: scan.scanned,
            aim: scan.aim,
            mode: scan.mode.word(),
            location: scan.place.location.to_string(),
            to: text_of(scan.to.as_ref()),
            owner: text_of(scan.place.owner.as_ref()),
            batch: text_of(scan.place.batch.as_ref()),
            serial: scan.particulars.details.serial,
            expiry: scan.particulars.expiry.map(day_text),
            quantity: scan.quantity.to_string(),
            neighbour: text_of(scan.neighbour.as_ref()),
            user: writer(info.user.as_ref(), &device),
            device,
            state: info.meaning.word(),
            item: item.map(|item| self.fold().canonical(item).to_string()),
            comes_to: info.comes_to.map(|quantity| quantity.to_string()),
            of_code,
            voided: info.voided,
            withheld: info.withheld.map(ledger_core::fold::Withheld::word),
            provisional: info.provisional,
        }
    }

    /// What the scans of a code come to.
    #[must_use]
    pub fn scanned_code(&self, code: &Barcode) -> ScannedCodeView {
        let meaning = self.fold().scan_meaning(code);
        let mut scans = self.fold().scans_of(code);
        scans.retain(|scan| scan.counts);
        let effective = scans.iter().filter(|scan| scan.comes_to.is_some());
        ScannedCodeView {
            code: code.to_string(),
            state: meaning.word(),
            item: meaning
                .item()
                .map(|item| self.fold().canonical(item).to_string()),
            pack: match &meaning {
                ScanMeaning::Item(_, pack) => Some(pack.to_string()),
                ScanMeaning::Unknown | ScanMeaning::Dismissed => None,
            },
            effective: effective.count(),
            scans: scans.len(),
        }
    }
}
