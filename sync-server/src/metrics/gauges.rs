//! How the ledger stands.

use ledger_node::View;
use ledger_node::times::parse_moment;
use ledger_node::view::Level;

use super::{add, head, quoted};
use crate::problem::Problem;

/// How the ledger stands, as it was looked at.
#[derive(Debug, Clone)]
pub(super) struct Gauges {
    /// Which state the numbers that take long are of.
    changes: u64,
    low: usize,
    out: usize,
    backorders: usize,
    exceptions: usize,
    entries: u64,
    pending: u64,
    devices: usize,
    behind: usize,
    /// The central number and the moment, in milliseconds, of the last verified backup.
    safe: Option<(u64, u64)>,
}

impl Gauges {
    /// Looks, and takes from an earlier look what cannot have changed since.
    pub(super) fn of(view: &View<'_>, kept: Option<Self>) -> Result<Self, Problem> {
        let changes = view.changes();
        let kept = kept.filter(|kept| kept.changes == changes);
        let (low, out, backorders, exceptions) = match kept {
            Some(kept) => (kept.low, kept.out, kept.backorders, kept.exceptions),
            None => {
                let levels = view.levels();
                let of = |level| levels.get(&level).copied().unwrap_or_default();
                (
                    of(Level::Low),
                    of(Level::Out),
                    view.backorders(false).len(),
                    view.exception_kinds().values().sum::<usize>(),
                )
            }
        };
        let safe = view.safe_mark()?;
        let safe =
            safe.and_then(|mark| Some((mark.central, parse_moment(&mark.at).ok()?.millis())));
        Ok(Self {
            changes,
            low,
            out,
            backorders,
            exceptions,
            entries: view.fold().entry_count(),
            pending: view.pending()?.0,
            devices: view.devices().len(),
            behind: view.behind().len(),
            safe,
        })
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let name = "stock_build_info";
        head(&mut text, name, "gauge", "The version that runs");
        let version = quoted(env!("CARGO_PKG_VERSION"));
        text.push_str(&format!("{name}{{version={version}}} 1\n"));
        let mut gauge =
            |name: &str, meaning: &str, value: u64| add(&mut text, name, "gauge", meaning, value);
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        gauge("stock_entries", "Entries in the log", self.entries);
        gauge(
            "stock_entries_pending",
            "Own entries that the central server is not known to hold",
            self.pending,
        );
        gauge("stock_devices", "Enrolled devices", count(self.devices));
        gauge(
            "stock_devices_behind",
            "Devices whose news may be missing",
            count(self.behind),
        );
        gauge(
            "stock_exceptions_open",
            "Exceptions that wait for a person",
            count(self.exceptions),
        );
        gauge("stock_items_low", "Items that are low", count(self.low));
        gauge("stock_items_out", "Items that are out", count(self.out));
        gauge(
            "stock_backorder_lines",
            "Order lines that wait for stock, or can be filled",
            count(self.backorders),
        );
        if let Some((central, millis)) = self.safe {
            let seconds = millis.div_euclid(1_000);
            gauge(
                "stock_backup_last_timestamp_seconds",
                "When the last verified backup was made",
                seconds,
            );
            gauge(
                "stock_backup_last_central_number",
                "The last central number in it",
                central,
            );
        }
        if let Some(bytes) = resident_bytes() {
            gauge(
                "process_resident_memory_bytes",
                "Memory of this process",
                bytes,
            );
        }
        text
    }
}

/// How much memory this process holds, where the system tells.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    kib.checked_mul(1024)
}
