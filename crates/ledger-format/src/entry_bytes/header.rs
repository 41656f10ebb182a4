//! The part of an entry in front of its body.

use ledger_core::entry::{Entry, Kind};
use ledger_core::{Clock, Timestamp, UserName};

use super::{EncodeError, Reader, Reason};
use crate::varint;

/// The version that this program writes.
pub(crate) const VERSION: u8 = 1;

/// The presence bit of the clock.
const CLOCK: u8 = 1;
/// The presence bit of the user.
const USER: u8 = 2;

/// A header as it lies in the bytes, the user's name unchecked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    pub(crate) kind: u16,
    pub(crate) time: u64,
    pub(crate) clock: Option<u64>,
    pub(crate) user: Option<&'a [u8]>,
}

impl<'a> Header<'a> {
    /// Appends the header of this version.
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        varint::write(out, u64::from(self.kind));
        let [_, _, time @ ..] = self.time.to_be_bytes();
        out.extend_from_slice(&time);
        let clock_bit = if self.clock.is_some() { CLOCK } else { 0 };
        let user_bit = if self.user.is_some() { USER } else { 0 };
        out.push(clock_bit | user_bit);
        if let Some(clock) = self.clock {
            out.extend_from_slice(&clock.to_be_bytes());
        }
        if let Some(user) = self.user {
            varint::write(out, u64::try_from(user.len()).unwrap_or(u64::MAX));
            out.extend_from_slice(user);
        }
    }

    /// Reads a header of this version, without looking at what it means.
    pub(crate) fn take(reader: &mut Reader<'a>) -> Result<Self, Reason> {
        let (version, kind, time) = read_start(reader).map_err(|(_, reason)| reason)?;
        if version != VERSION {
            return Err("another version");
        }
        let (clock, user) = read_optional(reader)?;
        Ok(Self {
            kind: kind.0,
            time: time.millis(),
            clock,
            user,
        })
    }
}

/// Appends an entry's header.
pub(super) fn write(entry: &Entry, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let user = entry.user.as_ref().map(UserName::as_str);
    if user.is_some_and(|name| UserName::from_normalised(name).is_none()) {
        return Err(EncodeError::NotNormalised("user"));
    }
    Header {
        kind: entry.body.kind().0,
        time: entry.time.millis(),
        clock: Some(entry.clock.packed()).filter(|clock| *clock != implied_clock(entry.time)),
        user: user.map(str::as_bytes),
    }
    .put(out);
    Ok(())
}

/// The clock that is left out.
const fn implied_clock(time: Timestamp) -> u64 {
    Clock::new(time, 0).packed()
}

/// What every version begins with: its number, the kind, the time. An error comes with the time
/// where that could be read.
pub(super) fn read_start(
    reader: &mut Reader<'_>,
) -> Result<(u8, Kind, Timestamp), (Option<Timestamp>, Reason)> {
    let start = |reader: &mut Reader<'_>| {
        let version = reader.byte()?;
        let kind = u16::try_from(reader.leb128()?).or(Err("a kind beyond 16 bits"))?;
        let [a, b, c, d, e, f] = reader.array()?;
        let time = Timestamp::from_millis(u64::from_be_bytes([0, 0, a, b, c, d, e, f]));
        Ok((version, Kind(kind), time))
    };
    match start(reader) {
        Ok((0, _, time)) => Err((Some(time), "version 0")),
        Ok(read) => Ok(read),
        Err(reason) => Err((None, reason)),
    }
}

fn read_optional<'a>(reader: &mut Reader<'a>) -> Result<(Option<u64>, Option<&'a [u8]>), Reason> {
    let presence = reader.byte()?;
    if presence & !(CLOCK | USER) != 0 {
        return Err("presence");
    }
    let clock = match presence & CLOCK {
        0 => None,
        _ => Some(u64::from_be_bytes(reader.array()?)),
    };
    let user = match presence & USER {
        0 => None,
        _ => {
            let len = usize::try_from(reader.leb128()?).or(Err("a user beyond the end"))?;
            Some(reader.take(len)?)
        }
    };
    Ok((clock, user))
}

/// The rest of the header of this version: the clock and the user.
pub(super) fn read_rest(
    reader: &mut Reader<'_>,
    time: Timestamp,
) -> Result<(Clock, Option<UserName>), Reason> {
    let (clock, user) = read_optional(reader)?;
    let clock = match clock {
        None => Clock::new(time, 0),
        Some(packed) if packed == implied_clock(time) => {
            return Err("a clock that should be left out");
        }
        Some(packed) => {
            let [.., high, low] = packed.to_be_bytes();
            Clock::new(
                Timestamp::from_millis(packed >> 16),
                u16::from_be_bytes([high, low]),
            )
        }
    };
    let user = match user {
        None => None,
        Some(name) => {
            let name = std::str::from_utf8(name).or(Err("a user that is not UTF-8"))?;
            Some(UserName::from_normalised(name).ok_or("a user that is not normalised")?)
        }
    };
    Ok((clock, user))
}
