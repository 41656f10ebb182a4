//! The hash chain of an origin: `hash(0) = BLAKE3(domain ‖ origin)`,
//! `hash(n) = BLAKE3(hash(n-1) ‖ entry bytes)`.

use std::fmt;

use ledger_core::Origin;

/// Separates entry chains from every other use of BLAKE3 here.
const DOMAIN: &[u8] = b"stockledger entry chain 1\0";

/// A BLAKE3 hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// Makes a hash of its 32 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Hashes bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// The chain of an origin before its first entry.
    #[must_use]
    pub fn before_first(origin: Origin) -> Self {
        let mut hasher = blake3::Hasher::new();
        let _ = hasher.update(DOMAIN).update(origin.as_bytes());
        Self(*hasher.finalize().as_bytes())
    }

    /// The chain after one more link.
    #[must_use]
    pub fn then(&self, bytes: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new();
        let _ = hasher.update(&self.0).update(bytes);
        Self(*hasher.finalize().as_bytes())
    }

    /// The id of a branch: of an origin, and of the chain hash after its first own entry.
    #[must_use]
    pub fn branch_id(root: Origin, first: Self) -> Origin {
        let mut hasher = blake3::Hasher::new();
        let _ = hasher.update(root.as_bytes()).update(&first.0);
        let mut id = [0; 16];
        hasher.finalize_xof().fill(&mut id);
        Origin::from_bytes(id)
    }

    /// The first 8 bytes, by which entries refer to each other.
    #[must_use]
    pub fn hash8(&self) -> [u8; 8] {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        [a, b, c, d, e, f, g, h]
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}
