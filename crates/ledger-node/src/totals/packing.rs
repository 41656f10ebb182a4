//! How a node's store packs cold entries: the format's encoding, and columns for totals.

use std::sync::Arc;

use ledger_format::OriginSlice;
use ledger_format::columns::{self, Dictionary};
use ledger_format::pack::{self, FACTORED};
use ledger_store::{Derive, Packing};

#[derive(Debug, Default)]
struct Columns(Dictionary);

impl Derive for Columns {
    fn read_part(&mut self, part: &[u8]) -> bool {
        self.0.read_part(part)
    }

    fn columns(&mut self, slice: &OriginSlice) -> Vec<u8> {
        columns::derive(&mut self.0, slice)
    }

    fn new_part(&mut self) -> Vec<u8> {
        self.0.new_part()
    }
}

/// How cold entries are packed.
#[must_use]
pub fn packing() -> Packing {
    Packing {
        pack: Arc::new(|slice| Some(pack::pack(slice, FACTORED))),
        unpack: Arc::new(|bytes, origin, first_seq, prev| {
            pack::unpack(bytes, origin, first_seq, prev).map_err(|error| error.to_string())
        }),
        unpack_one: Arc::new(|bytes, index| {
            pack::unpack_one(bytes, index).map_err(|error| error.to_string())
        }),
        derive: Some(Arc::new(|| Box::<Columns>::default())),
    }
}
