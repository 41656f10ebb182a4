//! Codes as small numbers, so that a stock line's key is four of them.

#![expect(
    clippy::disallowed_types,
    reason = "hash maps that are only looked up, never iterated: their order cannot leak"
)]

use std::collections::HashMap;

use rustc_hash::FxHashMap;

use crate::code::Code;

/// The symbol of an absent owner or batch.
pub(super) const NONE: u32 = u32::MAX;

/// The codes met so far.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    codes: Vec<Code>,
    index: HashMap<Code, u32>,
}

impl Symbols {
    pub(super) fn intern(&mut self, code: &Code) -> u32 {
        if let Some(symbol) = self.index.get(code) {
            return *symbol;
        }
        let symbol = u32::try_from(self.codes.len()).unwrap_or(NONE);
        self.codes.push(code.clone());
        self.index.insert(code.clone(), symbol);
        symbol
    }

    pub(super) fn find(&self, code: &Code) -> Option<u32> {
        self.index.get(code).copied()
    }

    /// How many there are: symbols are the numbers below.
    pub(super) const fn count(&self) -> usize {
        self.codes.len()
    }

    pub(super) fn has(&self, symbol: u32) -> bool {
        usize::try_from(symbol).is_ok_and(|symbol| symbol < self.codes.len())
    }

    pub(super) fn optional(&self, symbol: u32) -> Option<Code> {
        self.codes.get(usize::try_from(symbol).ok()?).cloned()
    }

    /// Writes the codes in the order of their symbols.
    pub(super) fn put(&self, out: &mut super::snapshot::Out) {
        out.length(self.codes.len());
        self.codes.iter().for_each(|code| out.code(code));
    }

    /// The code of a symbol that this table made.
    pub(super) fn code(&self, symbol: u32) -> Code {
        self.optional(symbol)
            .unwrap_or_else(|| unreachable!("a symbol made here"))
    }
}

/// A stock line's key in symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LineSymbols {
    pub(crate) item: u32,
    pub(crate) location: u32,
    pub(crate) owner: u32,
    pub(crate) batch: u32,
}

/// From a stock line's key to its index. Symbols are given out by this table, so nobody can choose
/// keys that fall together, and a quick hash will do.
#[derive(Debug, Default)]
pub(super) struct LineIndex(FxHashMap<LineSymbols, u32>);

impl LineIndex {
    pub(super) fn get(&self, key: &LineSymbols) -> Option<&u32> {
        self.0.get(key)
    }

    pub(super) fn reserve(&mut self, more: usize) {
        self.0.reserve(more);
    }

    pub(super) fn insert(&mut self, key: LineSymbols, line: u32) {
        self.0.insert(key, line);
    }
}
