//! `stock-bridge capture`: a scanner that does something odd becomes a file.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use firmware_bridge::capture::Recording;
use firmware_bridge::scanner::{self, Said};

use super::beep::not_opened;
use super::replay::{read, tell};
use super::{Common, Failure, Which, bus, warn};

/// The command's options.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to; the file must not be there yet.
    file: PathBuf,
    /// End after so many scans; without it, when the scanner is unplugged, or after Ctrl-C.
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    #[command(flatten)]
    which: Which,
}

/// Writes down what is said with a scanner, and prints its scans.
pub(crate) fn run(common: &Common, args: &Args) -> Result<(), Failure> {
    let bus = bus()?;
    let chosen = args.which.one(&*bus, &common.config()?)?;
    let file = File::create_new(&args.file).map_err(|error| {
        let hint = format!(
            "name a file that can be made; {} cannot",
            args.file.display()
        );
        Failure::of("no-file", &error).hint(hint)
    })?;
    let recording = Recording::new(Arc::clone(&bus), file);
    let opened = scanner::open(&recording, &chosen.device, &chosen.settings, &chosen.route);
    let (mut reader, _speaker) = opened.map_err(|error| not_opened(&error))?;
    warn(&format!("scan with {} now", chosen.device.key()));
    let mut left = args.count;
    read(&mut reader, |said| {
        tell(&said, common.json);
        if let Said::Scan { .. } = said {
            left = left.map(|left| left.saturating_sub(1));
        }
        left != Some(0)
    });
    Ok(())
}
