//! What is heard of devices' clocks when their entries arrive.
//!
//! The central server puts times right at once. A hub keeps what it heard until the central server
//! has numbered the entries, and hands it up with them: the handheld may not meet the server for
//! months, and its clock may have been set by then.

use ledger_core::{DeviceId, Origin};
use ledger_format::wire::{self, BatchMessage, ClockWord};
use ledger_store::{Group, Note, Record};

use crate::clock_runs::Arrived;
use crate::error::NodeError;
use crate::node::Node;

/// Note under which is kept what was heard of the clock that a chain is written by.
const HEARD: &str = "heard/";
/// Two words that differ by less are one.
const SAME_MILLIS: u64 = 1_000;

/// By how much a clock was ahead when a chain ended at a seq.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Heard {
    seq: u64,
    ahead: i64,
}

/// Written as `SEQ AHEAD`, one after the other.
fn text_of(heard: &[Heard]) -> String {
    let words = heard
        .iter()
        .map(|Heard { seq, ahead }| format!("{seq} {ahead}"));
    words.collect::<Vec<_>>().join(" ")
}

fn read(text: &str) -> Vec<Heard> {
    let mut words = text.split(' ');
    let mut heard = Vec::new();
    while let (Some(seq), Some(ahead)) = (words.next(), words.next()) {
        if let (Ok(seq), Ok(ahead)) = (seq.parse(), ahead.parse()) {
            heard.push(Heard { seq, ahead });
        }
    }
    heard
}

fn key_of(chain: Origin) -> String {
    format!("{HEARD}{chain}")
}

impl Node {
    /// Takes in what a caller's own clock and its words tell of the clocks of what just arrived,
    /// which is new from these seqs on.
    pub(crate) fn hear_clocks(
        &self,
        caller: DeviceId,
        words: &[ClockWord],
        arrived: &[(Origin, u64)],
    ) -> Result<(), NodeError> {
        let callers = self.shared.offsets.of(caller);
        let mut heard = Vec::new();
        for (chain, first_seq) in arrived {
            let writer = self.read(|fold| fold.device_of(*chain).map(|(writer, _)| writer));
            if let (true, Some(ahead)) = (writer == Some(caller), callers) {
                let head = self.store().head(*chain)?;
                let last_seq = head.map_or(0, |(seq, _)| seq);
                heard.push(Arrived {
                    chain: *chain,
                    first_seq: *first_seq,
                    last_seq,
                    ahead,
                });
            }
            let of_chain = words
                .iter()
                .filter(|word| wire::origin_of(&word.origin) == *chain);
            heard.extend(of_chain.map(|word| Arrived {
                chain: *chain,
                first_seq: *first_seq,
                last_seq: word.seq,
                ahead: word.ahead_millis.saturating_add(callers.unwrap_or(0)),
            }));
        }
        heard.sort_unstable_by_key(|it| (it.chain, it.last_seq));
        let is_central = self.lock().central.is_some();
        if is_central {
            return self.fix_clocks(&heard);
        }
        self.keep_heard(&heard)
    }

    fn keep_heard(&self, new: &[Arrived]) -> Result<(), NodeError> {
        let mut group = Group::new();
        for of_chain in new.chunk_by(|one, other| one.chain == other.chain) {
            let Some(chain) = of_chain.first().map(|it| it.chain) else {
                continue;
            };
            let mut heard = self.heard_of(chain)?;
            for Arrived {
                last_seq, ahead, ..
            } in of_chain
            {
                // A later word that says the same goes for the entries before it too.
                let is_same = |it: &Heard| it.ahead.abs_diff(*ahead) < SAME_MILLIS;
                if heard.last().is_some_and(is_same) {
                    heard.pop();
                }
                heard.push(Heard {
                    seq: *last_seq,
                    ahead: *ahead,
                });
            }
            group.push(Record::Note(Note {
                key: key_of(chain),
                value: text_of(&heard),
            }));
        }
        if group.records.is_empty() {
            return Ok(());
        }
        self.wait(self.store().append(group))
    }

    /// What was heard of the clock of a chain, as far as its entries have no central number here.
    fn heard_of(&self, chain: Origin) -> Result<Vec<Heard>, NodeError> {
        let kept = self.store().note(&key_of(chain))?.unwrap_or_default();
        let numbered = self.read(|fold| fold.numbered_up_to(chain));
        let mut heard = read(&kept);
        heard.retain(|it| it.seq > numbered);
        Ok(heard)
    }

    /// What goes with batches on their way up.
    pub(crate) fn clocks_heard(
        &self,
        batches: &[BatchMessage],
    ) -> Result<Vec<ClockWord>, NodeError> {
        let mut chains: Vec<_> = batches.iter().map(|batch| batch.origin).collect();
        chains.dedup();
        let mut words = Vec::new();
        for origin in chains {
            let heard = self.heard_of(wire::origin_of(&origin))?;
            words.extend(heard.into_iter().map(|Heard { seq, ahead }| ClockWord {
                origin,
                seq,
                ahead_millis: ahead,
            }));
        }
        Ok(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back() {
        let heard = [(3, -7_200_000), (9, 0), (u64::MAX, i64::MIN)];
        let heard = heard.map(|(seq, ahead)| Heard { seq, ahead });
        assert_eq!(read(&text_of(&heard)), heard);
        assert_eq!(read(""), []);
        assert_eq!(read("1 x 2 3 4"), [Heard { seq: 2, ahead: 3 }]);
    }
}
