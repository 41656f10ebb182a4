//! `stock-bridge beep`: which scanners sound, and how.

use clap::ValueEnum;
use firmware_bridge::scanner::{self, OpenError};
use firmware_bridge::{Tone, UsbTrouble};
use serde_json::json;

use super::{Chosen, Common, Failure, Which, bus, say};

/// A tone on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum ToneArg {
    /// A good read.
    Ok,
    /// Written, but look.
    Warning,
    /// Not taken.
    Error,
}

/// The command's options.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How it sounds.
    #[arg(long, value_enum, default_value = "ok")]
    tone: ToneArg,
    #[command(flatten)]
    which: Which,
}

/// Lets each scanner that is meant sound.
pub(crate) fn run(common: &Common, args: &Args) -> Result<(), Failure> {
    let bus = bus()?;
    let tone = match args.tone {
        ToneArg::Ok => Tone::Ok,
        ToneArg::Warning => Tone::Warning,
        ToneArg::Error => Tone::Error,
    };
    let mut is_any = false;
    for Chosen {
        device,
        settings,
        route,
    } in args.which.all(&*bus, &common.config()?)?
    {
        let opened = scanner::open(&*bus, &device, &settings, &route);
        let (_reader, speaker) = opened.map_err(|error| not_opened(&error))?;
        let sounds = speaker.sound(tone)?;
        is_any |= sounds;
        let key = device.key();
        if common.json {
            say(&json!({ "device": key, "sounds": sounds, "tone": tone.word() }).to_string());
        } else if sounds {
            say(&format!("{key} was told to sound."));
        } else {
            say(&format!("{key} cannot be told to sound."));
        }
    }
    if is_any {
        return Ok(());
    }
    let text = "no scanner here can be told to sound";
    Err(Failure::new("no-sound", text).hint("scanners in HID POS mode mostly can"))
}

/// Why a scanner could not be taken.
pub(crate) fn not_opened(error: &OpenError) -> Failure {
    let failure = Failure::of(error.code(), error);
    if matches!(error, OpenError::Usb(UsbTrouble::Busy)) {
        return failure.hint("stop `stock-bridge run` for this");
    }
    failure.hint(error.hint())
}
