//! Identities: origins, devices, ledgers and entries.
//!
//! All are random or derived 128-bit values that are printed as 32 lower-case hex digits. They do
//! not convert into each other.

use std::fmt;
use std::str::FromStr;

/// A text that is not the identity it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// Not 32 hex digits.
    #[error("{0:?} is not an id of 32 hex digits")]
    NotHex(String),
    /// Not `ORIGIN-SEQ`.
    #[error("{0:?} is not an entry id: it should look like ORIGIN-SEQ, with a number from 1")]
    NotEntry(String),
}

/// Parses 32 hex digits of either case into 16 bytes.
fn parse_hex(text: &str) -> Result<[u8; 16], IdError> {
    let bad = || IdError::NotHex(text.to_owned());
    if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(bad());
    }
    u128::from_str_radix(text, 16)
        .map(u128::to_be_bytes)
        .or(Err(bad()))
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Makes the id of its 16 bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The 16 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", u128::from_be_bytes(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_hex(text).map(Self)
            }
        }
    };
}

id_type! {
    /// One incarnation of a writer on one node. A restored or copied store makes a new one.
    Origin
}
id_type! {
    /// A device: the first 16 bytes of BLAKE3 of its public key.
    DeviceId
}
id_type! {
    /// A ledger: made at random by the central server at its first start.
    LedgerId
}

/// Names one entry: its origin and its place there, 1, 2, 3 … without holes.
///
/// Printed as `ORIGIN-SEQ`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// Who wrote it.
    pub origin: Origin,
    /// Its place in the origin's log, from 1.
    pub seq: u64,
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.origin, self.seq)
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryId({self})")
    }
}

impl FromStr for EntryId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let bad = || IdError::NotEntry(text.to_owned());
        let (origin, seq) = text.trim().rsplit_once('-').ok_or_else(bad)?;
        let seq: u64 = seq.parse().or(Err(bad()))?;
        if seq == 0 {
            return Err(bad());
        }
        Ok(Self {
            origin: origin.parse()?,
            seq,
        })
    }
}

/// How one entry refers to another: by its id and the first 8 bytes of its chain hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryRef {
    /// The entry referred to.
    pub id: EntryId,
    /// The first 8 bytes of its chain hash, so that a reference into another branch is noticed.
    pub hash8: [u8; 8],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_id_reads_as_it_prints() {
        let id = EntryId {
            origin: Origin::from_bytes([0xAB; 16]),
            seq: 42,
        };
        assert_eq!(id.to_string(), format!("{}-42", "ab".repeat(16)));
        assert_eq!(id.to_string().parse::<EntryId>().unwrap(), id);
    }

    #[test]
    fn other_texts_are_no_entry_ids() {
        for text in [
            "",
            "7",
            "-7",
            "abcd-7",
            &format!("{}-0", "ab".repeat(16)),
            "x-y",
        ] {
            assert!(text.parse::<EntryId>().is_err(), "{text}");
        }
    }
}
