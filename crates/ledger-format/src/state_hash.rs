//! The hash that nodes with the same entries and central numbers have in common.

use ledger_core::Origin;

use crate::chain::Hash;

/// Separates state hashes from every other use of BLAKE3 here.
const DOMAIN: &[u8] = b"stockledger state hash 1\0";

/// Hashes a folded state: the fold's version, its canonical dump record by record in the order
/// given, and the (branch, seq, head) of every origin, which are sorted here.
///
/// Laid out as `domain ‖ version ‖ (1 ‖ length ‖ record)* ‖ (2 ‖ origin ‖ seq ‖ head)*`, numbers
/// as 8 bytes big-endian, so that no two different states give the same bytes.
#[must_use]
pub fn state_hash<D, H>(fold_version: u32, dump: D, heads: H) -> Hash
where
    D: IntoIterator<Item: AsRef<[u8]>>,
    H: IntoIterator<Item = (Origin, u64, Hash)>,
{
    let mut hasher = blake3::Hasher::new();
    let mut put = |bytes: &[u8]| {
        let _ = hasher.update(bytes);
    };
    put(DOMAIN);
    put(&u64::from(fold_version).to_be_bytes());
    for record in dump {
        let record = record.as_ref();
        put(&[1]);
        put(&u64::try_from(record.len())
            .unwrap_or(u64::MAX)
            .to_be_bytes());
        put(record);
    }
    let mut heads: Vec<_> = heads.into_iter().collect();
    heads.sort_unstable();
    for (origin, seq, hash) in heads {
        put(&[2]);
        put(origin.as_bytes());
        put(&seq.to_be_bytes());
        put(hash.as_bytes());
    }
    Hash::from_bytes(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_the_state_changes_the_hash_and_the_order_of_heads_does_not() {
        let (a, b) = (Origin::from_bytes([1; 16]), Origin::from_bytes([2; 16]));
        let head = Hash::of(b"head");
        let base = state_hash(1, [b"x", b"y"], [(a, 1, head), (b, 2, head)]);
        assert_eq!(
            base,
            state_hash(1, [b"x", b"y"], [(b, 2, head), (a, 1, head)])
        );
        assert_ne!(
            base,
            state_hash(2, [b"x", b"y"], [(a, 1, head), (b, 2, head)])
        );
        assert_ne!(base, state_hash(1, [b"xy"], [(a, 1, head), (b, 2, head)]));
        assert_ne!(
            base,
            state_hash(1, [b"y", b"x"], [(a, 1, head), (b, 2, head)])
        );
        assert_ne!(
            base,
            state_hash(1, [b"x", b"y"], [(a, 2, head), (b, 2, head)])
        );
    }
}
