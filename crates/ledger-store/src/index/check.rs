//! Whether an index that was not closed is whole.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::chunk::Head;
use super::{Index, ReadError};
use crate::keys;

impl Index {
    /// Reads every value, and looks whether the chunks of each origin follow each other up to its
    /// head. Nothing is unpacked and no chain is hashed: that is `verify`'s.
    pub(crate) fn check(&self) -> Result<(), ReadError> {
        let branches = self.branches()?;
        let mut ends = BTreeMap::new();
        self.scan(&[], &keys::end_of(&[0xFE]), false, &mut |key, body| {
            if key.starts_with(keys::CHUNK) {
                let origin = keys::origin_in(key).ok_or_else(|| ReadError::corrupt(key))?;
                let (head, _entries) = Head::read(key, body)?;
                let before = || {
                    let branch = branches.get(&origin);
                    branch.map_or(0, |branch| branch.first_seq.saturating_sub(1))
                };
                let end = ends.entry(origin).or_insert_with(before);
                if head.first_seq != end.saturating_add(1) {
                    return Err(ReadError::corrupt(key));
                }
                *end = head.last_seq();
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let heads = self.heads()?;
        let heads: BTreeMap<_, _> = heads.iter().map(|(id, (seq, _))| (*id, *seq)).collect();
        if heads == ends {
            return Ok(());
        }
        Err(ReadError::corrupt(keys::HEAD))
    }
}
