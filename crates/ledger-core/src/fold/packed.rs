//! Older slots and rows in few bytes: a slot takes 14 or so instead of 48, a row 10 instead of 24.
//!
//! ```text
//! slot = flags u8 ‖ time ‖ effective? ‖ said? ‖ from? ‖ to? ‖ hash8
//! row  = flags u8 ‖ time ‖ origin? ‖ seq ‖ amount
//! ```
//!
//! - Numbers are LEB128. A time is the distance to the one before it in its block or line, 0 before
//!   the first; a seq that of the row before, where the origin is the same.
//! - These bytes never leave a checkpoint, which is made anew when its version is another one.
//!
//! **Invariant.** Readers never panic: bytes that nobody packed give fewer slots or rows.

use super::TxKey;
use super::line::Row;
use super::origin::Touch;
use super::slots::Slot;
use crate::quantity::Quantity;
use crate::time::Timestamp;
use crate::varint;

/// The effective time is the time.
const AS_SAID: u8 = 1;
/// The effective time is that of the slot before.
const AS_BEFORE: u8 = 1 << 1;
/// The user said another time.
const SAID: u8 = 1 << 2;
const FROM: u8 = 1 << 3;
const TO: u8 = 1 << 4;
const REVERSAL: u8 = 1 << 5;
/// A transaction, whatever lines it touches.
const LINES: u8 = 1 << 6;
/// The time is before that of the slot or row before.
const FALLS: u8 = 1 << 7;

const COUNT: u8 = 1;
const SAME_ORIGIN: u8 = 1 << 1;
const NEGATIVE: u8 = 1 << 2;
const UNITS: u8 = 1 << 3;
/// The seq is before that of the row before.
const EARLIER: u8 = 1 << 4;

/// The most bytes of a slot: flags, three times, two lines, and the hash.
pub(super) const SLOT_BYTES_MAX: usize = 49;

/// The parts of a unit.
const SCALE: u64 = 10_000;

fn flag(set: bool, flag: u8) -> u8 {
    if set { flag } else { 0 }
}

/// How far a number is from the one before, and whether it is below it.
const fn step(before: u64, value: u64) -> (u64, bool) {
    (value.abs_diff(before), value < before)
}

const fn stepped(before: u64, step: u64, falls: bool) -> u64 {
    if falls {
        before.wrapping_sub(step)
    } else {
        before.wrapping_add(step)
    }
}

/// Times of the slot before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SlotBefore {
    time: u64,
    effective: u64,
}

impl SlotBefore {
    /// Appends a slot.
    pub(super) fn put(&mut self, slot: &Slot, out: &mut Vec<u8>) {
        let (time, falls) = step(self.time, slot.time);
        let as_said = slot.effective == slot.time;
        let as_before = !as_said && slot.effective == self.effective;
        let (from, to) = slot.touch.lines();
        let flags = flag(as_said, AS_SAID)
            | flag(as_before, AS_BEFORE)
            | flag(slot.said.is_some(), SAID)
            | flag(from.is_some(), FROM)
            | flag(to.is_some(), TO)
            | flag(slot.touch == Touch::Reversal, REVERSAL)
            | flag(slot.touch.is_transaction(), LINES)
            | flag(falls, FALLS);
        out.push(flags);
        varint::write(out, time);
        if !as_said && !as_before {
            varint::write(out, slot.effective);
        }
        if let Some(said) = slot.said.get() {
            varint::write(out, said);
        }
        for line in [from, to].into_iter().flatten() {
            varint::write(out, u64::from(line));
        }
        out.extend_from_slice(&slot.hash8);
        *self = Self {
            time: slot.time,
            effective: slot.effective,
        };
    }

    /// Takes the next slot off the front.
    pub(super) fn take(&mut self, input: &mut &[u8]) -> Option<Slot> {
        let (&flags, rest) = input.split_first()?;
        *input = rest;
        let has = |flag: u8| flags & flag != 0;
        let time = stepped(self.time, varint::read(input)?, has(FALLS));
        let effective = match (has(AS_SAID), has(AS_BEFORE)) {
            (true, _) => time,
            (false, true) => self.effective,
            (false, false) => varint::read(input)?,
        };
        let said = if has(SAID) {
            Some(varint::read(input)?)
        } else {
            None
        };
        let mut line = |flag| {
            if !has(flag) {
                return Some(None);
            }
            Some(Some(u32::try_from(varint::read(input)?).ok()?))
        };
        let (from, to) = (line(FROM)?, line(TO)?);
        let touch = match (has(LINES), has(REVERSAL)) {
            (true, _) => Touch::Lines(from, to),
            (false, true) => Touch::Reversal,
            (false, false) => Touch::Other,
        };
        let (hash8, rest) = input.split_first_chunk::<8>()?;
        *input = rest;
        *self = Self { time, effective };
        Some(Slot {
            time,
            effective,
            said: said.into(),
            hash8: *hash8,
            touch,
        })
    }
}

/// Appends the rows of a line.
pub(super) fn put_rows(rows: &[Row], out: &mut Vec<u8>) {
    let (mut time, mut key): (u64, TxKey) = (0, (0, 0));
    for row in rows {
        let (later, _) = step(time, row.time().millis());
        let same_origin = row.key().0 == key.0;
        let (seq, earlier) = step(if same_origin { key.1 } else { 0 }, row.key().1);
        let amount = row.amount().ten_thousandths();
        let whole = amount.unsigned_abs() % SCALE == 0;
        let flags = flag(row.is_count(), COUNT)
            | flag(same_origin, SAME_ORIGIN)
            | flag(amount < 0, NEGATIVE)
            | flag(whole, UNITS)
            | flag(earlier, EARLIER)
            | flag(row.time().millis() < time, FALLS);
        out.push(flags);
        varint::write(out, later);
        if !same_origin {
            varint::write(out, u64::from(row.key().0));
        }
        varint::write(out, seq);
        let scale = if whole { SCALE } else { 1 };
        varint::write(out, amount.unsigned_abs() / scale);
        (time, key) = (row.time().millis(), row.key());
    }
}

/// Reads so many rows of a line, one after the other.
pub(super) fn rows(mut input: &[u8], count: u32) -> impl Iterator<Item = Row> + '_ {
    let (mut time, mut key): (u64, TxKey) = (0, (0, 0));
    let mut next = move || {
        let (&flags, rest) = input.split_first()?;
        input = rest;
        let has = |flag: u8| flags & flag != 0;
        time = stepped(time, varint::read(&mut input)?, has(FALLS));
        if !has(SAME_ORIGIN) {
            key = (u32::try_from(varint::read(&mut input)?).ok()?, 0);
        }
        key.1 = stepped(key.1, varint::read(&mut input)?, has(EARLIER));
        let scale = if has(UNITS) { SCALE } else { 1 };
        let amount = varint::read(&mut input)?.wrapping_mul(scale).cast_signed();
        let amount = if has(NEGATIVE) {
            amount.wrapping_neg()
        } else {
            amount
        };
        let (time, amount) = (
            Timestamp::from_millis(time),
            Quantity::from_ten_thousandths(amount),
        );
        Some(if has(COUNT) {
            Row::count(time, key, amount)
        } else {
            Row::movement(time, key, amount)
        })
    };
    (0..count).map_while(move |_| next())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row() -> impl Strategy<Value = Row> {
        let time = prop_oneof![0..100_u64, any::<u64>()];
        let key = (0..3_u32, prop_oneof![0..50_u64, 0..=u64::from(u32::MAX)]);
        let amount = prop_oneof![
            (-9_i64..9).prop_map(|units| units * 10_000),
            any::<i64>(),
            Just(i64::MIN),
            Just(i64::MAX)
        ];
        (time, key, amount, any::<bool>()).prop_map(|(time, key, amount, count)| {
            let time = Timestamp::from_millis(time);
            let amount = Quantity::from_ten_thousandths(amount);
            if count {
                Row::count(time, key, amount)
            } else {
                Row::movement(time, key, amount)
            }
        })
    }

    proptest! {
        #[test]
        fn packed_rows_are_what_they_were(all in proptest::collection::vec(row(), 0..20)) {
            let mut bytes = Vec::new();
            put_rows(&all, &mut bytes);
            let count = u32::try_from(all.len()).unwrap_or(0);
            prop_assert_eq!(rows(&bytes, count).collect::<Vec<_>>(), all);
        }

        #[test]
        fn any_bytes_give_rows_or_fewer(bytes: Vec<u8>, count in 0..50_u32) {
            prop_assert!(rows(&bytes, count).count() <= bytes.len());
        }
    }
}
