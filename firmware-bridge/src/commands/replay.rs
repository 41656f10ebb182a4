//! `stock-bridge replay`: the scans of a capture, as the decoders of this program see them now.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use firmware_bridge::capture::Capture;
use firmware_bridge::route;
use firmware_bridge::scanner::{self, Reader, Said};
use firmware_bridge::transport::replay::Replay;
use serde_json::json;

use super::beep::not_opened;
use super::{Common, Failure, say, shown, warn};

/// The command's options.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The capture.
    file: PathBuf,
}

/// Plays a capture, with what devices.toml says of its scanner.
pub(crate) fn run(common: &Common, args: &Args) -> Result<(), Failure> {
    let no_file = |error: &std::io::Error| {
        Failure::of("no-file", error).hint(format!("is {} there?", args.file.display()))
    };
    let file = File::open(&args.file).map_err(|error| no_file(&error))?;
    let capture = Capture::read(&mut BufReader::new(file)).map_err(|error| {
        Failure::of("no-capture", &error).hint("name a file that `stock-bridge capture` wrote")
    })?;
    let device = capture.device.clone();
    let settings = common.config()?.settings(&route::identity(&device));
    let route = route::route(&device, &settings).map_err(|_why| {
        let text = format!("{} is not read as a scanner", device.key());
        Failure::new("no-scanner", text).hint("name its mode in devices.toml")
    })?;
    let opened = scanner::open(&Replay::new(capture), &device, &settings, &route);
    let (mut reader, _speaker) = opened.map_err(|error| not_opened(&error))?;
    read(&mut reader, |said| {
        tell(&said, common.json);
        true
    });
    Ok(())
}

/// Reads a scanner until it is gone or nobody wants more of it.
pub(crate) fn read(reader: &mut Reader, mut wants: impl FnMut(Said) -> bool) {
    let mut said = Vec::new();
    loop {
        let step = reader.step(&mut said);
        if !said.drain(..).all(&mut wants) || step.is_err() {
            return;
        }
    }
}

/// Prints what a scanner said.
pub(crate) fn tell(said: &Said, json: bool) {
    match said {
        Said::Scan { decoded, is_stale } if json => {
            let data = firmware_bridge::capture::hex(&decoded.data);
            let scan = json!({
                "aim": decoded.aim.map(|aim| aim.to_string()),
                "data_hex": data,
                "text": std::str::from_utf8(&decoded.data).ok(),
                "framing": decoded.framing.word(),
                "stale": is_stale,
            });
            say(&scan.to_string());
        }
        Said::Scan { decoded, .. } => say(&shown::decoded_text(decoded)),
        Said::Trouble(trouble) => warn(&trouble.to_string()),
        Said::Disturbed(trouble) => warn(&format!("a scan was disturbed: {trouble}")),
    }
}
