//! What a backup says about itself, as JSON, so that people can read it with any tool.
//!
//! Fields may be added within a version of the container, never taken away: an older reader
//! passes over what it does not know.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::index::Heads;

/// What a backup says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The program that made it, with its version.
    pub program: String,
    /// When, in the caller's words.
    pub made_at: String,
    /// What else the caller says.
    #[serde(default)]
    pub about: BTreeMap<String, String>,
    /// The store's id in hex.
    pub store: String,
    /// The version of the journal in it.
    pub journal_version: u32,
    /// After the last group in it.
    pub position: ManifestPosition,
    /// How many entries are in it.
    pub entries: u64,
    /// All origins with their last seq and the chain hash after it, by origin.
    pub heads: Vec<ManifestHead>,
    /// What could not be read when it was made, in words; empty when it is whole.
    #[serde(default)]
    pub missing: Vec<String>,
    /// What is in the file, in this order.
    pub parts: Vec<Part>,
}

/// A journal position in a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestPosition {
    /// The segment's number; 0 before the first group.
    pub segment: u64,
    /// The offset after the group in bytes.
    pub offset: u64,
    /// BLAKE3 of the last frame in hex.
    pub frame: String,
}

/// The end of an origin in a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestHead {
    /// Whose.
    pub origin: String,
    /// The last seq.
    pub seq: u64,
    /// The chain hash after it in hex.
    pub hash: String,
}

/// A part of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What it is.
    pub name: String,
    /// How long it is, not compressed.
    pub bytes: u64,
    /// BLAKE3 of it, not compressed, in hex.
    pub blake3: String,
}

impl Manifest {
    /// How many origins are in it.
    #[must_use]
    pub const fn origins(&self) -> usize {
        self.heads.len()
    }

    /// How many bytes its parts are.
    pub(super) fn bytes(&self) -> u64 {
        let add = |sum: u64, part: &Part| sum.saturating_add(part.bytes);
        self.parts.iter().fold(0, add)
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        // Strings and numbers under string keys can always be written.
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(super) fn of_json(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }
}

/// Heads as a manifest has them.
pub(super) fn manifest_heads(heads: &Heads) -> Vec<ManifestHead> {
    let head =
        |(origin, (seq, hash)): (&ledger_core::Origin, &(u64, ledger_format::Hash))| ManifestHead {
            origin: origin.to_string(),
            seq: *seq,
            hash: hash.to_string(),
        };
    heads.iter().map(head).collect()
}
