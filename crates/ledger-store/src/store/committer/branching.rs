//! Groups that change which chains there are.
//!
//! They are rare. Each is checked by itself, when all before it is written: what entries are moved
//! from is looked up in the index.

use super::{AppendError, Committer, Job, Links, check_record};
use crate::index::chains::Chains;
use crate::index::stretches::Stretches;
use crate::record::{Group, Record};

/// Jobs in their order, those with such a group apart from the others.
pub(super) fn apart(jobs: Vec<Job>) -> Vec<Vec<Job>> {
    let mut parts: Vec<Vec<Job>> = Vec::new();
    let mut alone = true;
    for job in jobs {
        let branches = job.group.branches();
        match parts.last_mut().filter(|_| !alone && !branches) {
            Some(part) => part.push(job),
            None => parts.push(vec![job]),
        }
        alone = branches;
    }
    parts
}

impl Committer {
    /// Checks such a group; gives its chain hashes and the chains as it leaves them.
    pub(super) fn check_branching(&self, group: &Group) -> Result<(Links, Chains), AppendError> {
        // Committing waits here until all that was handed over is indexed.
        let index = self.indexer.settled();
        if let Some(reason) = self.indexer.failure() {
            return Err(AppendError::Poisoned { reason });
        }
        let mut stretches = Stretches::new(self.chains.clone());
        let mut links = Links::with_capacity(group.records.len());
        for record in &group.records {
            check_record(record)?;
            let mut hashes = Vec::new();
            match record {
                Record::Own(slice) | Record::Foreign { slice, .. } => {
                    hashes = stretches.take(slice)?;
                }
                Record::Branch(branch) => stretches.declare(branch)?,
                Record::Renamed(renamed) => stretches
                    .rename(index, renamed)
                    .map_err(|source| AppendError::Read { source })??,
                Record::Head(_) | Record::Run(_) | Record::Cursor(_) | Record::Note(_) => {}
            }
            links.push(hashes);
        }
        Ok((links, stretches.into_chains()))
    }
}
