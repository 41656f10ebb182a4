//! What the fold keeps of every entry of an origin: of recent ones as it is, of older ones packed.

use std::ops::Range;

use super::origin::Touch;
use super::packed::{SLOT_BYTES_MAX, SlotBefore};
use crate::time::Timestamp;

/// How many packed slots are read to find one.
const BLOCK: usize = 64;

/// A time that the user said, if any. Eight bytes, since there are as many as entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said(u64);

impl Said {
    const NONE: u64 = u64::MAX;

    pub(super) const fn get(self) -> Option<u64> {
        if self.0 == Self::NONE {
            None
        } else {
            Some(self.0)
        }
    }

    pub(super) const fn is_some(self) -> bool {
        self.0 != Self::NONE
    }
}

impl From<Option<u64>> for Said {
    fn from(millis: Option<u64>) -> Self {
        Self(millis.unwrap_or(Self::NONE))
    }
}

/// What the fold keeps of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    /// The writer's wall clock, 0 when it could not be read.
    pub(super) time: u64,
    /// Effective time of the writing.
    pub(super) effective: u64,
    pub(super) said: Said,
    pub(super) hash8: [u8; 8],
    pub(crate) touch: Touch,
}

impl Slot {
    pub(super) fn set_said(&mut self, said: Option<Timestamp>) {
        self.said = said.map(Timestamp::millis).into();
    }

    /// The time that transactions are ordered by: what the user said, at most the effective time.
    pub(crate) const fn order_time(&self) -> Timestamp {
        Timestamp::from_millis(match self.said.get() {
            Some(said) if said < self.effective => said,
            _ => self.effective,
        })
    }
}

/// The slots of an origin, by seq less 1.
#[derive(Debug, Default)]
pub(super) struct Slots {
    packed: Vec<u8>,
    /// Where each block of packed slots begins.
    starts: Vec<u32>,
    packed_len: usize,
    recent: Vec<Slot>,
    last_effective: u64,
}

impl Slots {
    pub(super) const fn len(&self) -> usize {
        self.packed_len.saturating_add(self.recent.len())
    }

    /// The effective time of the last entry, 0 before the first.
    pub(super) const fn last_effective(&self) -> u64 {
        self.last_effective
    }

    pub(super) fn push(&mut self, slot: Slot) {
        self.last_effective = slot.effective;
        self.recent.push(slot);
    }

    pub(super) fn get(&self, index: usize) -> Option<Slot> {
        if let Some(recent) = index.checked_sub(self.packed_len) {
            return self.recent.get(recent).copied();
        }
        self.block(index / BLOCK)?.nth(index % BLOCK)
    }

    fn block(&self, number: usize) -> Option<impl Iterator<Item = Slot> + '_> {
        let start = usize::try_from(*self.starts.get(number)?).ok()?;
        let mut input = self.packed.get(start..)?;
        let len = self.packed_len.saturating_sub(number.saturating_mul(BLOCK));
        let mut before = SlotBefore::default();
        Some((0..len.min(BLOCK)).map_while(move |_| before.take(&mut input)))
    }

    /// Whether any slot of a range is such a one.
    pub(super) fn any(&self, range: Range<usize>, is_it: impl Fn(&Slot) -> bool) -> bool {
        let range = range.start..range.end.min(self.len());
        if range.is_empty() {
            return false;
        }
        let packed = (range.start.min(self.packed_len) / BLOCK)
            ..range.end.min(self.packed_len).div_ceil(BLOCK);
        let in_packed = packed.into_iter().any(|number| {
            let slots = self.block(number).into_iter().flatten();
            (number.saturating_mul(BLOCK)..)
                .zip(slots)
                .any(|(index, slot)| range.contains(&index) && is_it(&slot))
        });
        let recent =
            range.start.saturating_sub(self.packed_len)..range.end.saturating_sub(self.packed_len);
        in_packed
            || self
                .recent
                .get(recent)
                .is_some_and(|slots| slots.iter().any(is_it))
    }

    /// Takes note of the effective time before the first.
    pub(super) const fn begin_behind(&mut self, effective: u64) {
        if self.len() == 0 {
            self.last_effective = effective;
        }
    }

    /// Lets a function change all slots, which are unpacked for that; they are counted from 1.
    /// Before the first there is this effective time.
    pub(super) fn change(&mut self, before: u64, mut change: impl FnMut(u64, &mut Slot)) {
        let mut all: Vec<Slot> = (0..self.starts.len())
            .filter_map(|number| self.block(number))
            .flatten()
            .collect();
        all.append(&mut self.recent);
        for (place, slot) in (1_u64..).zip(&mut all) {
            change(place, slot);
        }
        let last_effective = all.last().map_or(before, |slot| slot.effective);
        *self = Self {
            recent: all,
            last_effective,
            ..Self::default()
        };
    }

    /// Packs the recent slots too; says whether all are packed.
    pub(super) fn pack(&mut self) -> bool {
        let most = self
            .recent
            .len()
            .saturating_add(BLOCK)
            .saturating_mul(SLOT_BYTES_MAX);
        if u32::try_from(self.packed.len().saturating_add(most)).is_err() {
            return false;
        }
        // The last block goes on where it has room.
        if !self.packed_len.is_multiple_of(BLOCK) {
            let last = self.starts.len().saturating_sub(1);
            let mut recent: Vec<Slot> = self.block(last).into_iter().flatten().collect();
            if let Some(start) = self.starts.pop() {
                self.packed.truncate(usize::try_from(start).unwrap_or(0));
            }
            self.packed_len = last.saturating_mul(BLOCK);
            recent.append(&mut self.recent);
            self.recent = recent;
        }
        for block in self.recent.chunks(BLOCK) {
            let start = u32::try_from(self.packed.len()).unwrap_or(u32::MAX);
            self.starts.push(start);
            let mut before = SlotBefore::default();
            for slot in block {
                before.put(slot, &mut self.packed);
            }
        }
        self.packed_len = self.len();
        self.recent = Vec::new();
        self.packed.shrink_to_fit();
        true
    }

    /// The bytes of all slots, if all are packed.
    pub(super) fn packed(&self) -> Option<&[u8]> {
        self.recent.is_empty().then_some(&self.packed)
    }

    /// Where each block of packed slots ends.
    pub(super) fn block_ends(&self) -> impl Iterator<Item = usize> + '_ {
        let starts = self.starts.iter().skip(1);
        let ends = starts.filter_map(|start| usize::try_from(*start).ok());
        ends.chain((!self.starts.is_empty()).then_some(self.packed.len()))
    }

    /// Slots as they were packed, by where their blocks end. Nothing is read yet.
    pub(super) fn of_packed(
        packed: Vec<u8>,
        len: usize,
        last_effective: u64,
        ends: impl IntoIterator<Item = usize>,
    ) -> Option<Self> {
        let mut starts = Vec::with_capacity(len.div_ceil(BLOCK).min(packed.len()));
        let mut start = 0;
        for end in ends {
            if end <= start || end > packed.len() {
                return None;
            }
            starts.push(u32::try_from(start).ok()?);
            start = end;
        }
        let whole = start == packed.len() && starts.len() == len.div_ceil(BLOCK);
        whole.then_some(Self {
            packed,
            starts,
            packed_len: len,
            recent: Vec::new(),
            last_effective,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slot() -> impl Strategy<Value = Slot> {
        let near = 1_000_000..1_000_500_u64;
        let any_time = || prop_oneof![near.clone(), any::<u64>()];
        let line = proptest::option::of(any::<u32>());
        let touch = prop_oneof![
            (line.clone(), line).prop_map(|(from, to)| Touch::Lines(from, to)),
            Just(Touch::Reversal),
            Just(Touch::Other),
        ];
        let said = proptest::option::of(0..u64::MAX);
        let effective = proptest::option::of(any_time());
        (any_time(), effective, said, any::<[u8; 8]>(), touch).prop_map(
            |(time, effective, said, hash8, touch)| Slot {
                time,
                effective: effective.unwrap_or(time),
                said: said.into(),
                hash8,
                touch,
            },
        )
    }

    /// Slots of which the first were packed, in several steps.
    fn packed_in_steps(all: &[Slot], cuts: &[usize]) -> Slots {
        let mut slots = Slots::default();
        for (index, slot) in all.iter().enumerate() {
            if cuts.contains(&index) {
                assert!(slots.pack());
            }
            slots.push(*slot);
        }
        slots
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

        #[test]
        fn packed_slots_are_what_they_were(
            all in proptest::collection::vec(slot(), 0..200),
            cuts in proptest::collection::vec(0..200_usize, 0..4),
            range in (0..210_usize, 0..210_usize),
            wanted in 0..200_usize,
        ) {
            let mut slots = packed_in_steps(&all, &cuts);
            prop_assert_eq!(slots.len(), all.len());
            prop_assert_eq!(slots.last_effective(), all.last().map_or(0, |slot| slot.effective));
            for index in 0..all.len() + 2 {
                prop_assert_eq!(slots.get(index), all.get(index).copied());
            }
            let is_it = |slot: &Slot| all.get(wanted).is_some_and(|it| it.hash8 == slot.hash8);
            let within = all.iter().take(range.1).skip(range.0).any(is_it);
            prop_assert_eq!(slots.any(range.0..range.1, is_it), within);

            prop_assert!(slots.pack());
            let packed = slots.packed().map(<[u8]>::to_vec).unwrap_or_default();
            let ends: Vec<usize> = slots.block_ends().collect();
            let made = |len, ends: &[usize]| {
                let last = slots.last_effective();
                Slots::of_packed(packed.clone(), len, last, ends.iter().copied())
            };
            let again = made(all.len(), &ends);
            let again = again.ok_or_else(|| TestCaseError::fail("not what was packed"))?;
            for index in 0..all.len() + 2 {
                prop_assert_eq!(again.get(index), all.get(index).copied());
            }
            prop_assert!(made(all.len() + BLOCK, &ends).is_none());
            if let Some((_, fewer)) = ends.split_last() {
                prop_assert!(made(all.len(), fewer).is_none());
            }

            slots.change(0, |place, slot| slot.effective = place);
            for (index, effective) in (0..all.len()).zip(1..) {
                prop_assert_eq!(slots.get(index).map(|slot| slot.effective), Some(effective));
            }
        }
    }
}
