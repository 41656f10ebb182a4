//! `stock-bridge test`: what the scanners here send, for somebody who sets one up.

use std::sync::Arc;
use std::time::Duration;

use firmware_bridge::{Heard, InProcess, ScanSource as _, Scanners, Tone};

use super::{Common, Failure, bus, let_go_at_signal, say, shown};

const PATIENCE: Duration = Duration::from_secs(3600);

/// The command's options.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// End after so many scans; without it, after Ctrl-C.
    #[arg(long, value_name = "N")]
    count: Option<u64>,
}

/// Prints scans. Each scanner sounds at once, since there is nothing to wait for.
pub(crate) fn run(common: &Common, args: &Args) -> Result<(), Failure> {
    let started = Scanners::start(common.config()?, bus()?);
    let (scanners, heard) = started.map_err(|error| Failure::of("no-thread", &error))?;
    let source = Arc::new(InProcess::new(scanners, heard));
    let_go_at_signal(&source)?;
    let mut left = args.count;
    while left != Some(0) {
        match source.next(PATIENCE) {
            Ok(Some(Heard::Scan(scan))) => {
                if common.json {
                    say(&scan
                        .to_line()
                        .map_err(|error| Failure::of("json", &error))?);
                } else {
                    say(&shown::scan_text(&scan));
                }
                source.done(&scan.scan_id, Tone::Ok);
                left = left.map(|left| left.saturating_sub(1));
            }
            Ok(Some(Heard::Notice(notice))) => shown::notice(&notice, common.json),
            Ok(None) => {}
            Err(ended) => return Err(Failure::of("ended", &ended)),
        }
    }
    source.scanners().stop();
    Ok(())
}
