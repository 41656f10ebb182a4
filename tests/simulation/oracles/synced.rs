//! Whoever is told that everything is at the central server can rely on it.

use ledger_core::EntryId;
use ledger_node::{Node, SyncReport};

use crate::world::{CENTRAL, Failure, World, chain};

impl World {
    /// Judges what a sync said when it ended: "synced" only when the server has all entries of the
    /// device's own origins; a hub's word is not enough for it. A server that was restored meanwhile may have lost them again.
    ///
    /// # Errors
    /// When it is not so.
    pub fn judge_report(
        &self,
        which: usize,
        server: usize,
        report: &SyncReport,
    ) -> Result<(), Failure> {
        let is_hub = self.is_hub(server);
        if report.at_hub != is_hub || (report.synced && is_hub) {
            let name = &self.machines[which].name;
            return Err(format!(
                "{name} talked with a hub: {is_hub}, and says {report:?}"
            ));
        }
        if report.synced {
            self.judge_all_at_server(which)?;
        }
        Ok(())
    }

    /// Judges that the server has all of a device, unless it was restored.
    ///
    /// # Errors
    /// When it lacks something.
    pub fn judge_all_at_server(&self, which: usize) -> Result<(), Failure> {
        let (machine, central) = (&self.machines[which], &self.machines[CENTRAL]);
        let (Some(node), Some(central)) = (&machine.node, &central.node) else {
            return Ok(());
        };
        let turned_back = ["fault: server restored", "fault: server turned back"];
        if turned_back.iter().any(|fault| self.counters.has(fault)) {
            return Ok(());
        }
        let device = node.device();
        let own = node.read(|fold| {
            let origins = fold.origins_of(device);
            let last = |origin| EntryId {
                origin,
                seq: fold.last_seq(origin),
            };
            origins.map(last).collect::<Vec<_>>()
        });
        for id in own.into_iter().filter(|id| id.seq > 0) {
            if node.entry(id).map_err(|error| chain(&error))?.is_none() {
                // A branch that nothing goes by any more, since the server named it otherwise.
                continue;
            }
            if central.entry(id).map_err(|error| chain(&error))?.is_none() {
                let name = &machine.name;
                let held = |node: &Node| {
                    node.read(|fold| {
                        let family = fold.family(fold.root_of(id.origin));
                        let last = |origin| format!("{origin}-{}", fold.last_seq(origin));
                        family.into_iter().map(last).collect::<Vec<_>>().join(", ")
                    })
                };
                return Err(format!(
                    "{name} is told it is synced, and the server lacks {id}: {name} holds {}, \
                     the server {}",
                    held(node),
                    held(central)
                ));
            }
        }
        Ok(())
    }
}
