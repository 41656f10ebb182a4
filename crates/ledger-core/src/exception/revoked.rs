//! Exceptions about revoked devices (F10): what waits for somebody to admit or to refuse it.

use super::{Exception, ExceptionKind, NAMED_MAX};
use crate::fold::{Fold, RevokedChain};
use crate::time::Timestamp;

impl Fold {
    /// What revoked devices wrote that nobody has decided about, one for each device.
    pub(super) fn revoked_exceptions(&self, open: &mut Vec<Exception>) {
        let kind = ExceptionKind::RevokedWaits;
        for device in self.revoked_devices() {
            let mut chains = self.revoked_chains(device);
            chains.retain(|chain| chain.waiting > 0);
            let since = chains.iter().filter_map(|chain| chain.since).min();
            if chains.is_empty() {
                continue;
            }
            open.push(Exception {
                id: format!("{}:{device}", kind.word()),
                kind,
                item: None,
                location: None,
                line: None,
                document: None,
                since: since.unwrap_or(Timestamp::ZERO),
                entries: self.newest_waiting(device, NAMED_MAX),
                text: text(&self.device_name(device), &chains),
            });
        }
    }
}

fn text(name: &str, chains: &[RevokedChain]) -> String {
    let waiting = chains.iter().map(|chain| chain.waiting);
    let waiting = waiting.fold(0, u64::saturating_add);
    let told = chains.iter().map(|chain| {
        let origin = chain.origin;
        format!(
            "{} of {origin} behind its entry {}",
            chain.waiting, chain.trusted
        )
    });
    let told: Vec<String> = told.collect();
    format!(
        "The device {name} was revoked, and entries that it wrote beyond the last trusted one wait \
         ({waiting}: {}). They do not count until an administrator admits them (stock-server device \
         admit ORIGIN), or never when they are refused (stock-server device refuse ORIGIN).",
        told.join(", ")
    )
}
