//! The checkpoint file: a folded state to go on from, made anew whenever it does not fit.
//!
//! ```text
//! checkpoint = magic "stockfld" ‖ version u32 = 2 ‖ CRC32C of what follows u32
//!            ‖ length of the head u32 ‖ head in bincode ‖ parts one behind the other
//! ```
//!
//! The head names what the state was made of, and how long each part is. What the parts hold is the
//! fold's business, and fits one version of its rules only.
//!
//! **Invariant.** A reader gives back what was written or nothing, and allocates no more than the
//! file is said to have.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::bounded;

const MAGIC: [u8; 8] = *b"stockfld";
/// The version of the file.
pub const CHECKPOINT_VERSION: u32 = 2;
/// The most bytes of a head: 72 for each origin, 8 for each part.
const HEAD_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What a checkpoint was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointHead {
    /// The version of the fold's rules.
    pub fold_version: u32,
    /// Whose central numbers, if any.
    pub epoch: Option<u64>,
    /// The last central number.
    pub number: u64,
    /// The central chain's hash after it.
    pub number_hash: [u8; 32],
    /// The hybrid clock, packed.
    pub clock: u64,
    /// Every origin with its last seq and the chain hash after it.
    pub origins: Vec<([u8; 16], u64, [u8; 32])>,
    /// How long each part is.
    parts: Vec<u64>,
}

impl CheckpointHead {
    /// A head without parts yet.
    #[must_use]
    pub const fn new(
        fold_version: u32,
        epoch: Option<u64>,
        (number, number_hash): (u64, [u8; 32]),
        clock: u64,
        origins: Vec<([u8; 16], u64, [u8; 32])>,
    ) -> Self {
        Self {
            fold_version,
            epoch,
            number,
            number_hash,
            clock,
            origins,
            parts: Vec::new(),
        }
    }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Writes a checkpoint.
///
/// # Errors
///
/// What the writer says, or that the head is too large.
pub fn write(mut head: CheckpointHead, parts: &[&[u8]], out: &mut impl Write) -> io::Result<()> {
    let length = |part: &&[u8]| u64::try_from(part.len()).unwrap_or(u64::MAX);
    head.parts = parts.iter().map(length).collect();
    let head = bounded::to_bincode(&head, HEAD_BYTES_MAX).map_err(io::Error::other)?;
    let head_len = u32::try_from(head.len()).map_err(io::Error::other)?;
    let head_len = head_len.to_le_bytes();
    let behind = || {
        [&head_len[..], &head]
            .into_iter()
            .chain(parts.iter().copied())
    };
    let crc = behind().fold(0, crc32c::crc32c_append);
    out.write_all(&MAGIC)?;
    out.write_all(&CHECKPOINT_VERSION.to_le_bytes())?;
    out.write_all(&crc.to_le_bytes())?;
    behind().try_for_each(|part| out.write_all(part))?;
    out.flush()
}

/// Reads a checkpoint of so many bytes: its head and its parts.
///
/// # Errors
///
/// What the reader says; `InvalidData` when it is no checkpoint of this version, or is damaged.
pub fn read(input: &mut impl Read, bytes: u64) -> io::Result<(CheckpointHead, Vec<Vec<u8>>)> {
    let mut reading = Reading {
        input,
        left: bytes,
        crc: 0,
    };
    let magic: [u8; 8] = reading.array()?;
    let version = u32::from_le_bytes(reading.array()?);
    if (magic, version) != (MAGIC, CHECKPOINT_VERSION) {
        return Err(invalid("not a checkpoint of this version"));
    }
    let expected = u32::from_le_bytes(reading.array()?);
    reading.crc = 0;
    let head_len = u64::from(u32::from_le_bytes(reading.array()?));
    let head = reading.part(head_len)?;
    let head: CheckpointHead =
        bounded::from_bincode(&head, HEAD_BYTES_MAX).map_err(|_error| invalid("a bad head"))?;
    let parts = head.parts.iter().map(|length| reading.part(*length));
    let parts = parts.collect::<io::Result<Vec<_>>>()?;
    if reading.left > 0 || reading.crc != expected {
        return Err(invalid("the checkpoint is damaged"));
    }
    Ok((head, parts))
}

/// A checkpoint while it is read.
struct Reading<'a, R> {
    input: &'a mut R,
    /// How many bytes there are still.
    left: u64,
    /// The checksum of those that were read.
    crc: u32,
}

impl<R: Read> Reading<'_, R> {
    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let length = u64::try_from(N).unwrap_or(u64::MAX);
        let bytes = self.part(length)?;
        bytes.try_into().map_err(|_bytes| invalid("cut off"))
    }

    fn part(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let left = self.left.checked_sub(length);
        let capacity = usize::try_from(length).ok().zip(left);
        let Some((capacity, left)) = capacity else {
            return Err(invalid("the checkpoint is cut off"));
        };
        self.left = left;
        let mut bytes = Vec::with_capacity(capacity);
        self.input.by_ref().take(length).read_to_end(&mut bytes)?;
        if bytes.len() != capacity {
            return Err(invalid("the checkpoint is cut off"));
        }
        self.crc = crc32c::crc32c_append(self.crc, &bytes);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> (CheckpointHead, Vec<u8>) {
        let origins = vec![([1; 16], 5, [2; 32]), ([3; 16], 1 << 40, [4; 32])];
        let head = CheckpointHead::new(7, Some(9), (11, [5; 32]), 13, origins);
        let mut bytes = Vec::new();
        write(head.clone(), &[b"one", b"", b"three"], &mut bytes).unwrap();
        (head, bytes)
    }

    fn read_all(bytes: &[u8]) -> io::Result<(CheckpointHead, Vec<Vec<u8>>)> {
        read(&mut &*bytes, u64::try_from(bytes.len()).unwrap())
    }

    #[test]
    fn what_was_written_is_read() {
        let (mut head, bytes) = example();
        head.parts = vec![3, 0, 5];
        let parts = vec![b"one".to_vec(), Vec::new(), b"three".to_vec()];
        assert_eq!(read_all(&bytes).unwrap(), (head, parts));
    }

    #[test]
    fn any_flipped_bit_and_any_other_length_is_refused() {
        let (_, bytes) = example();
        for bit in 0..bytes.len() * 8 {
            let mut wrong = bytes.clone();
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert!(read_all(&wrong).is_err(), "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert!(read_all(&bytes[..length]).is_err(), "{length} bytes");
            // A file that became shorter since its length was asked for.
            let size = u64::try_from(bytes.len()).unwrap();
            assert!(read(&mut &bytes[..length], size).is_err(), "{length} bytes");
        }
        let longer = [&bytes[..], b"x"].concat();
        assert!(read_all(&longer).is_err());
    }
}
