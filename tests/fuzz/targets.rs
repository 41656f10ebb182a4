//! Every function that reads bytes or text from outside a process, as targets for a fuzzer.
//!
//! A target is a function of bytes that fails by panicking. It asks more than that nothing
//! panics: what was read must come back from what is written of it, what holds must hold again,
//! and what is refused must change nothing. The short test (`short.rs`) and the fuzzer
//! (`main.rs`) share this table; seeds are made in code, so that they follow the formats.

mod columns;
mod durable;
mod format;
mod index;
mod input;
mod node;
mod scanner;
mod seeds;
mod snapshot;
mod store;
mod sync;
mod text;
mod world;

/// One thing that reads from outside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    /// Its name on the command line and of its corpus folder.
    pub(crate) name: &'static str,
    /// Reads the bytes; panics when something is wrong.
    pub(crate) run: fn(&[u8]),
    /// Good and nearly good inputs to begin with.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
    /// How many changed inputs the short test tries.
    pub(crate) cases: u32,
}

const fn target(
    name: &'static str,
    run: fn(&[u8]),
    seeds: fn() -> Vec<Vec<u8>>,
    cases: u32,
) -> Target {
    Target {
        name,
        run,
        seeds,
        cases,
    }
}

/// All of them. A new decoder gets its row here, and its name in `short.rs`.
pub(crate) const TARGETS: &[Target] = &[
    target("entry", format::entry, seeds::entries, 40_000),
    target("fold", format::fold, seeds::histories, 6_000),
    target("unpack", format::unpack, seeds::packed, 12_000),
    target("pack", format::pack, seeds::entry_lists, 4_000),
    target("inflate", format::inflate, seeds::compressed, 8_000),
    target("codec", format::codec, seeds::codec_values, 30_000),
    target("wire", format::wire, seeds::messages, 16_000),
    target("signed", format::signed, seeds::signed_things, 10_000),
    target("frame", store::frame, store::frame_seeds, 40_000),
    target("journal", store::journal, store::journal_seeds, 1_000),
    target("values", index::values, index::values_seeds, 2_000),
    target("columns", columns::columns, columns::columns_seeds, 30_000),
    target("derive", columns::derive, seeds::entry_lists, 4_000),
    target(
        "dictionary",
        columns::dictionary,
        columns::dictionary_seeds,
        30_000,
    ),
    target("fence", durable::fence, durable::fence_seeds, 300),
    target("backup", durable::backup, durable::backup_seeds, 1_000),
    target(
        "checkpoint",
        snapshot::checkpoint,
        snapshot::checkpoint_seeds,
        20_000,
    ),
    target(
        "snapshot",
        snapshot::snapshot,
        snapshot::snapshot_seeds,
        10_000,
    ),
    target("resume", snapshot::resume, seeds::histories, 6_000),
    target("push", sync::push, sync::push_seeds, 4_000),
    target("pull", sync::pull, sync::pull_seeds, 8_000),
    target("answer", sync::answer, sync::answer_seeds, 4_000),
    target("piece", sync::piece, sync::piece_seeds, 3_000),
    target("server", node::server, node::server_seeds, 4_000),
    target(
        "conversation",
        node::conversation,
        node::conversation_seeds,
        2_000,
    ),
    target("keys", node::keys, node::keys_seeds, 200),
    target("text", text::text, text::text_seeds, 30_000),
    target("scanned", text::scanned, text::scanned_seeds, 30_000),
    target(
        "descriptor",
        scanner::descriptor,
        scanner::descriptor_seeds,
        30_000,
    ),
    target(
        "keyboard",
        scanner::keyboard,
        scanner::keyboard_seeds,
        10_000,
    ),
    target("pos", scanner::pos, scanner::pos_seeds, 10_000),
    target("serial", scanner::serial, scanner::serial_seeds, 10_000),
    target("devices", scanner::devices, scanner::devices_seeds, 4_000),
];

/// The target of a name.
pub(crate) fn by_name(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
