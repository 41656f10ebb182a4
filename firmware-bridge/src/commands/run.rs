//! `stock-bridge run`: scans to whoever writes them down.

use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use firmware_bridge::clock;
use firmware_bridge::publish::Publisher;
use firmware_bridge::spool::Spool;
use firmware_bridge::wire::Ack;
use firmware_bridge::{Heard, InProcess, Notice, Scan, ScanSource as _, Scanners, Tone};

use super::{Common, Failure, bus, let_go_at_signal, shown, warn};

pub(crate) const EXAMPLES: &str = "Examples:
  stock-bridge run
  stock-bridge run --socket /tmp/scans.sock --spool /tmp/scans
  stock-bridge run --stdout | tee scans.jsonl";

const PATIENCE: Duration = Duration::from_secs(3600);
/// A sound that comes later than this belongs to nothing that a person remembers.
const SOUND_MS_MAX: u64 = 10_000;

/// The command's options.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The socket that one program at a time takes scans from.
    #[arg(
        long,
        value_name = "PATH",
        env = "STOCK_BRIDGE_SOCKET",
        default_value = "/run/stock-bridge/scan.sock"
    )]
    socket: PathBuf,
    /// The directory in which scans are kept until they are acknowledged.
    #[arg(
        long,
        value_name = "DIR",
        env = "STOCK_BRIDGE_SPOOL",
        default_value = "/var/lib/stock-bridge"
    )]
    spool: PathBuf,
    /// Print scans instead, keep none, and read acknowledgements on standard input.
    #[arg(long, conflicts_with_all = ["socket", "spool"])]
    stdout: bool,
}

/// Gives scans away until the process ends.
pub(crate) fn run(common: &Common, args: &Args) -> Result<(), Failure> {
    let config = common.config()?;
    // The spool first: a second bridge must not take the scanners from the first.
    let spool = if args.stdout {
        None
    } else {
        Some(opened(args)?)
    };
    let started = Scanners::start(config, bus()?);
    let (scanners, heard) = started.map_err(|error| Failure::of("no-thread", &error))?;
    let source = Arc::new(InProcess::new(scanners, heard));
    let_go_at_signal(&source)?;
    match spool {
        Some(spool) => to_socket(&source, common, args, spool),
        None => to_stdout(&source, common),
    }
}

fn opened(args: &Args) -> Result<Spool, Failure> {
    let spool = Spool::open(&args.spool)
        .map_err(|error| Failure::of(error.code(), &error).hint(error.hint()))?;
    if let Some(aside) = spool.set_aside() {
        let aside = aside.display();
        warn(&format!(
            "the file of waiting scans was damaged; what can be read of it waits, and the whole is \
             kept as {aside}"
        ));
    }
    Ok(spool)
}

fn to_socket(
    source: &Arc<InProcess>,
    common: &Common,
    args: &Args,
    spool: Spool,
) -> Result<(), Failure> {
    let scanners = Arc::clone(source);
    let sound = move |scan: &Scan, tone: Tone| {
        if clock::wall_ms().saturating_sub(scan.at_ms) <= SOUND_MS_MAX {
            scanners.scanners().sound(&scan.device, tone);
        }
    };
    let publisher = Publisher::new(spool, Box::new(sound));
    publisher
        .listen(&args.socket)
        .map_err(|error| Failure::of(error.code(), &error).hint(error.hint()))?;
    let waiting = publisher.waiting();
    warn(&format!(
        "scans go to {}; {waiting} wait",
        args.socket.display()
    ));
    let teller = publisher.clone();
    let tell = move |notice: &Notice| teller.tell(notice);
    each(source, common, tell, |scan| {
        publisher.take_at_last(&scan, |error| {
            Failure::of(error.code(), error)
                .hint(error.hint())
                .tell(common.json);
        });
        Ok(())
    })
}

/// Standard output is a pipe to somebody who keeps what comes; there is no second delivery.
fn to_stdout(source: &Arc<InProcess>, common: &Common) -> Result<(), Failure> {
    let acked = Arc::clone(source);
    let thread = std::thread::Builder::new().name("acknowledgements".to_owned());
    let listening = thread.spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            match serde_json::from_str::<Ack>(&line) {
                Ok(ack) => acked.done(&ack.ack, ack.tone),
                Err(_) => warn(r#"that is no acknowledgement: send {"ack":"SCAN_ID"}"#),
            }
        }
    });
    drop(listening.map_err(|error| Failure::of("no-thread", &error))?);
    let mut out = std::io::stdout().lock();
    each(
        source,
        common,
        |_notice| {},
        |scan| {
            let line = scan.to_line().map_err(std::io::Error::from);
            let given = line.and_then(|line| writeln!(out, "{line}").and_then(|()| out.flush()));
            given.map_err(|error| {
                Failure::of("no-reader", &error).hint("whoever reads this output went away")
            })
        },
    )
}

fn each(
    source: &InProcess,
    common: &Common,
    tell: impl Fn(&Notice),
    mut take: impl FnMut(Scan) -> Result<(), Failure>,
) -> Result<(), Failure> {
    loop {
        match source.next(PATIENCE) {
            Ok(Some(Heard::Scan(scan))) => take(scan)?,
            Ok(Some(Heard::Notice(notice))) => {
                shown::notice(&notice, common.json);
                tell(&notice);
            }
            Ok(None) => {}
            Err(ended) => return Err(Failure::of("ended", &ended)),
        }
    }
}
