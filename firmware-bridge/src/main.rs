//! The program `stock-bridge`: reads barcode scanners on USB and gives their scans to `stock`.

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::commands::{
    Common, Failure, beep, capture, doctor, learn, list, replay, run, test, udev_rules,
};

/// Barcode scanners on USB.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lists the devices on the USB bus, and how each is read.
    #[command(after_help = "Example:\n  stock-bridge list --json")]
    List,
    /// Says why a scanner does not work here, and what to do.
    #[command(after_help = "Example:\n  sudo stock-bridge doctor")]
    Doctor,
    /// Learns that a device is a scanner, and writes it into devices.toml.
    #[command(after_help = learn::EXAMPLES)]
    Learn(learn::Args),
    /// Prints every scan with its bytes; nothing is written down.
    #[command(after_help = "Examples:\n  stock-bridge test\n  stock-bridge test --count 1 --json")]
    Test(test::Args),
    /// Writes down all that a scanner and this program say to each other.
    #[command(after_help = "Example:\n  stock-bridge capture odd-scanner.jsonl --count 3")]
    Capture(capture::Args),
    /// Plays a capture and prints its scans.
    #[command(after_help = "Example:\n  stock-bridge replay odd-scanner.jsonl --json")]
    Replay(replay::Args),
    /// Lets scanners sound that can.
    #[command(after_help = "Example:\n  stock-bridge beep --tone error")]
    Beep(beep::Args),
    /// Gives scans away: over a socket, kept until they are acknowledged, or on standard output.
    #[command(after_help = run::EXAMPLES)]
    Run(run::Args),
    /// Prints the udev rules that give scanners to the group `scanner`.
    #[command(after_help = "Example:\n  stock-bridge udev-rules \
                            | sudo tee /etc/udev/rules.d/70-stock-bridge.rules")]
    UdevRules,
}

fn main() -> ExitCode {
    let Cli { common, command } = Cli::parse();
    let done = match command {
        Command::List => list::run(&common),
        Command::Doctor => doctor::run(&common),
        Command::Learn(args) => learn::run(&common, &args),
        Command::Test(args) => test::run(&common, &args),
        Command::Capture(args) => capture::run(&common, &args),
        Command::Replay(args) => replay::run(&common, &args),
        Command::Beep(args) => beep::run(&common, &args),
        Command::Run(args) => run::run(&common, &args),
        Command::UdevRules => udev_rules::run(&common),
    };
    done.map_or_else(
        |failure| told(&failure, common.json),
        |()| ExitCode::SUCCESS,
    )
}

fn told(failure: &Failure, json: bool) -> ExitCode {
    failure.tell(json);
    ExitCode::FAILURE
}
