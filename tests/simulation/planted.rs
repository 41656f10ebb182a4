//! Bugs planted on purpose: each must be noticed within a few hundred seeds.

use ledger_core::planted::{Bug, plant};

use crate::options::Options;
use crate::seeds;

/// Within so many seeds every bug is found.
pub const SEEDS: u64 = 500;

/// The bugs, and what may happen in the worlds in which they are looked for. A new bug gets a row.
#[must_use]
pub fn bugs() -> Vec<(Bug, Options)> {
    // Most were found in worlds without plans, and are looked for there.
    let usual = Options::without_plans();
    let turned_back = Options {
        turned_back: true,
        restores: false,
        troubles: 30,
        ..usual
    };
    let with_hubs = Options {
        hubs: 100,
        handhelds: 6,
        acts: 150,
        ..usual
    };
    let rough = Options {
        varied: false,
        troubles: 40,
        ..usual
    };
    let options = |bug: &Bug| match bug {
        // What takes many losses of power, or of the server's memory.
        Bug::SkipFrameCheck => Options {
            troubles: 80,
            ..rough
        },
        Bug::FormerNumbersCount | Bug::NothingGivenBack => rough,
        Bug::SkipHashCompare => turned_back,
        // What many handhelds and a server that is restored bring about at a hub.
        Bug::HeadsNotKept | Bug::CertificatesNotShown => with_hubs,
        Bug::VoidedForDocuments => Options::default(),
        _ => usual,
    };
    Bug::ALL
        .into_iter()
        .map(|bug| (bug, options(&bug)))
        .collect()
}

/// The seed that finds a bug, and how.
///
/// # Errors
/// When none does, or when one fails without the bug.
pub fn found(bug: Bug, options: Options) -> Result<(u64, String), String> {
    let killed = seeds::first_failure(0..SEEDS, options, || plant(Some(bug)));
    let Some((seed, how)) = killed else {
        return Err(format!("{} is not found in {SEEDS} seeds", bug.name()));
    };
    match seeds::run(seed, options).rounds {
        Ok(_) => Ok((seed, how)),
        Err(why) => Err(format!(
            "seed {seed} fails without {} too: {why}",
            bug.name()
        )),
    }
}
