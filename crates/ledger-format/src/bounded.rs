//! The general-purpose codecs, each with a limit: MessagePack with named fields for the wire,
//! bincode for checkpoints that can be rebuilt, and zstd frames with a declared size.
//!
//! A compressed part is `0 ‖ bytes` when compressing does not pay, or
//! `1 ‖ LEB128 raw size ‖ one zstd frame`; the declared size is checked against the reader's
//! limit before anything is allocated, and against what came out.
//!
//! **Invariant.** Every reader here refuses input or output beyond its limit and trailing bytes.

use std::io::Write;

use bincode::Options;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::varint;

/// How deep a wire message may nest.
const DEPTH_MAX: usize = 32;
/// The level that compresses: higher ones take far longer for a few percent.
const ZSTD_LEVEL: i32 = 3;
/// The first byte of a part that is not compressed.
const PLAIN: u8 = 0;
/// The first byte of a compressed part.
const ZSTD: u8 = 1;

/// Bytes that cannot be taken, or a value that cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// Larger than the reader or writer allows.
    #[error("{size} bytes are more than the {limit} that are allowed here")]
    TooLarge {
        /// What it would take.
        size: usize,
        /// What is allowed.
        limit: usize,
    },
    /// Bytes after the end of the value.
    #[error("there are bytes after the end")]
    Trailing,
    /// Not a compressed part, or not of the size it declares.
    #[error("not a compressed part: {0}")]
    Frame(&'static str),
    /// zstd could not read or write a frame.
    #[error("zstd could not process the part")]
    Zstd(#[source] std::io::Error),
    /// The value cannot be written as MessagePack.
    #[error("the value cannot be written as MessagePack")]
    Encode(#[from] rmp_serde::encode::Error),
    /// The bytes are not the MessagePack of this value.
    #[error("the bytes are not the expected MessagePack")]
    Decode(#[from] rmp_serde::decode::Error),
    /// bincode could not read or write the value, or it is over the limit.
    #[error("bincode could not process the value")]
    Bincode(#[from] bincode::Error),
}

/// Writes a value as MessagePack, structures as maps with named fields.
pub fn to_msgpack<T: Serialize>(value: &T) -> Result<Vec<u8>, CodecError> {
    Ok(rmp_serde::to_vec_named(value)?)
}

/// Reads a value of MessagePack bytes, at most `limit` of them and nothing after it.
pub fn from_msgpack<T: DeserializeOwned>(bytes: &[u8], limit: usize) -> Result<T, CodecError> {
    if bytes.len() > limit {
        return Err(CodecError::TooLarge {
            size: bytes.len(),
            limit,
        });
    }
    let mut rest = bytes;
    let mut reader = rmp_serde::Deserializer::new(&mut rest);
    reader.set_max_depth(DEPTH_MAX);
    let value = T::deserialize(&mut reader)?;
    if !rest.is_empty() {
        return Err(CodecError::Trailing);
    }
    Ok(value)
}

/// Compresses bytes where that makes them smaller; [`inflate`] reads the result.
#[must_use]
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    deflate_parts(&[bytes])
}

/// Compresses parts one behind the other, each with its own statistics inside the one frame;
/// [`inflate`] gives them back joined.
pub(crate) fn deflate_parts(parts: &[&[u8]]) -> Vec<u8> {
    let size: usize = parts.iter().map(|part| part.len()).sum();
    let mut packed = vec![ZSTD];
    varint::write(&mut packed, u64::try_from(size).unwrap_or(u64::MAX));
    if let Ok(packed) = compress(packed, parts)
        && packed.len() <= size
    {
        return packed;
    }
    let mut plain = Vec::with_capacity(size.saturating_add(1));
    plain.push(PLAIN);
    parts.iter().for_each(|part| plain.extend_from_slice(part));
    plain
}

fn compress(out: Vec<u8>, parts: &[&[u8]]) -> std::io::Result<Vec<u8>> {
    let mut encoder = zstd::stream::write::Encoder::new(out, ZSTD_LEVEL)?;
    encoder.include_contentsize(false)?;
    for (index, part) in parts.iter().enumerate() {
        encoder.write_all(part)?;
        // A flush ends a block, and each block has its own Huffman table.
        if index + 1 < parts.len() {
            encoder.flush()?;
        }
    }
    encoder.finish()
}

/// Reads what [`deflate`] wrote, at most `limit` bytes of it.
pub fn inflate(bytes: &[u8], limit: usize) -> Result<Vec<u8>, CodecError> {
    let (kind, rest) = bytes.split_first().ok_or(CodecError::Frame("empty"))?;
    match *kind {
        PLAIN if rest.len() > limit => Err(CodecError::TooLarge {
            size: rest.len(),
            limit,
        }),
        PLAIN => Ok(rest.to_vec()),
        ZSTD => {
            let mut frame = rest;
            let size = varint::read(&mut frame).ok_or(CodecError::Frame("no size"))?;
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            if size > limit {
                return Err(CodecError::TooLarge { size, limit });
            }
            let raw = zstd::bulk::decompress(frame, size).map_err(CodecError::Zstd)?;
            if raw.len() != size {
                return Err(CodecError::Frame("not of the declared size"));
            }
            Ok(raw)
        }
        _ => Err(CodecError::Frame("unknown compression")),
    }
}

fn bincode_options(limit: usize) -> impl Options {
    bincode::DefaultOptions::new()
        .with_limit(u64::try_from(limit).unwrap_or(u64::MAX))
        .with_varint_encoding()
        .with_little_endian()
        .reject_trailing_bytes()
}

/// Writes a value that can be rebuilt at any time (a checkpoint, an index), at most `limit` bytes.
pub fn to_bincode<T: Serialize>(value: &T, limit: usize) -> Result<Vec<u8>, CodecError> {
    Ok(bincode_options(limit).serialize(value)?)
}

/// Reads what [`to_bincode`] wrote, at most `limit` bytes and nothing after it.
pub fn from_bincode<T: DeserializeOwned>(bytes: &[u8], limit: usize) -> Result<T, CodecError> {
    if bytes.len() > limit {
        return Err(CodecError::TooLarge {
            size: bytes.len(),
            limit,
        });
    }
    Ok(bincode_options(limit).deserialize(bytes)?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn bincode_takes_the_limit_and_not_one_byte_more() {
        // Seven elements: one length byte and seven payload bytes.
        let value = vec![1_u8; 7];
        let bytes = to_bincode(&value, 8).unwrap();
        assert_eq!(bytes.len(), 8);
        assert_eq!(from_bincode::<Vec<u8>>(&bytes, 8).unwrap(), value);
        assert!(to_bincode(&value, 7).is_err());
        assert!(from_bincode::<Vec<u8>>(&bytes, 7).is_err());
        let mut longer = bytes;
        longer.push(0);
        assert!(
            from_bincode::<Vec<u8>>(&longer, 100).is_err(),
            "trailing byte"
        );
    }

    #[test]
    fn a_lying_length_is_refused_without_allocating() {
        let lying = [0xFD, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F];
        assert!(from_bincode::<Vec<u8>>(&lying, 1 << 20).is_err());
        assert!(from_bincode::<String>(&lying, 1 << 20).is_err());
        assert!(from_msgpack::<Vec<u8>>(&[0xDD, 0xFF, 0xFF, 0xFF, 0xFF, 1], 1 << 20).is_err());
        assert!(from_msgpack::<String>(&[0xDB, 0xFF, 0xFF, 0xFF, 0xFF, 1], 1 << 20).is_err());
    }

    #[test]
    fn messagepack_is_named_bounded_and_ends_at_its_end() {
        let value: BTreeMap<String, u64> = [("seq".to_owned(), 7)].into();
        let bytes = to_msgpack(&value).unwrap();
        assert_eq!(bytes, b"\x81\xA3seq\x07");
        assert_eq!(
            from_msgpack::<BTreeMap<String, u64>>(&bytes, bytes.len()).unwrap(),
            value
        );
        assert!(matches!(
            from_msgpack::<BTreeMap<String, u64>>(&bytes, bytes.len() - 1),
            Err(CodecError::TooLarge { .. })
        ));
        let mut longer = bytes;
        longer.push(0xC0);
        assert!(matches!(
            from_msgpack::<BTreeMap<String, u64>>(&longer, 100),
            Err(CodecError::Trailing)
        ));
    }

    #[test]
    fn compressed_parts_come_back_and_are_capped() {
        for raw in [&b""[..], b"x", &[7; 100_000]] {
            let packed = deflate(raw);
            assert_eq!(inflate(&packed, raw.len()).unwrap(), raw);
            assert!(packed.len() <= raw.len() + 1);
            if let Some(less) = raw.len().checked_sub(1) {
                assert!(matches!(
                    inflate(&packed, less),
                    Err(CodecError::TooLarge { .. })
                ));
            }
        }
        let halves = deflate_parts(&[&[1; 500], &[2; 500]]);
        assert_eq!(
            inflate(&halves, 1_000).unwrap(),
            [[1; 500], [2; 500]].concat()
        );
    }

    #[test]
    fn a_part_that_lies_about_its_size_is_refused() {
        let packed = deflate(&[7; 1_000]);
        // The declared size is the LEB128 number behind the first byte.
        assert_eq!(&packed[..3], [ZSTD, 0xE8, 0x07]);
        let mut more = packed.clone();
        more[1] = 0xE9;
        let mut less = packed;
        less[1] = 0xE7;
        assert!(inflate(&more, 1 << 20).is_err());
        assert!(inflate(&less, 1 << 20).is_err());
        for bad in [&[][..], &[2], &[ZSTD], &[ZSTD, 0x80], &[ZSTD, 5, 1, 2, 3]] {
            assert!(inflate(bad, 1 << 20).is_err(), "{bad:?}");
        }
    }
}
