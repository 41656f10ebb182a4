//! Scanners that are read through `firmware_bridge`: by this program itself, or by a bridge at a
//! socket.
//!
//! **Invariant.** A scan is done, and its scanner sounds, only when what came of it is on the disk.
//! Until then the bridge gives it again, under the same id, by which it is known.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use firmware_bridge::{Client, Config, Heard, InProcess, ScanId, ScanSource, Tone, transport};
use ledger_node::{SystemClock, WallClock as _};
use scanning::Sign;

use super::scanned::{Scanned, text_of};
use crate::cli::ScanArgs;
use crate::report::{Failure, chain};

/// How often a wait looks whether it is over.
const TICK: Duration = Duration::from_millis(250);
/// What is known of the scanners of this machine, where nobody names another file.
const CONFIG: &str = "/etc/stock-bridge/devices.toml";
/// The variable that names one.
const CONFIG_VARIABLE: &str = "STOCK_BRIDGE_CONFIG";

/// What scanners have to tell.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// A scan.
    Scan(Scanned),
    /// How it stands with a scanner or the bridge, and whether scanning does not work until
    /// something is done.
    Stands {
        /// In words, with what to do.
        text: String,
        /// Whether something must be done.
        is_trouble: bool,
    },
}

/// The scanners of a session, if it has any besides the keyboard.
#[derive(Debug, Clone, Default)]
pub(super) struct Scanners(Option<Arc<dyn ScanSource>>);

impl Scanners {
    /// Those that the command names. A screen takes signals over; without one they let the
    /// scanners go before they end the program.
    pub(super) fn of(args: &ScanArgs, has_screen: bool) -> Result<Self, Failure> {
        if let Some(socket) = &args.bridge {
            return Ok(Self(Some(Arc::new(Client::new(socket)))));
        }
        if !args.usb {
            return Ok(Self::default());
        }
        let named = std::env::var_os(CONFIG_VARIABLE);
        let path = named.as_deref().map_or(Path::new(CONFIG), Path::new);
        let config = Config::read(path).map_err(|error| {
            Failure::new("config", chain(&error))
                .hint("mend that file, or look at it with: stock-bridge list")
        })?;
        let bus = transport::system().map_err(|trouble| {
            Failure::new(trouble.code(), chain(&trouble)).hint(trouble.hint())
        })?;
        let failed = |error: io::Error| Failure::io("the scanners", &error);
        let started = firmware_bridge::Scanners::start(config, bus);
        let (scanners, heard) = started.map_err(failed)?;
        let source = Arc::new(InProcess::new(scanners, heard));
        if !has_screen {
            source.let_go_at_signal().map_err(failed)?;
        }
        Ok(Self(Some(source)))
    }

    /// Whether there are any besides the keyboard.
    pub(super) const fn are_there(&self) -> bool {
        self.0.is_some()
    }

    /// Hears them until it is over, or until nobody takes what they tell.
    pub(super) fn hear(&self, is_over: &AtomicBool, mut take: impl FnMut(News) -> bool) {
        let Some(source) = &self.0 else {
            return;
        };
        while !is_over.load(Ordering::Relaxed) {
            let news = match source.next(TICK) {
                Ok(None) => continue,
                Ok(Some(heard)) => Self::news(source.as_ref(), heard),
                Err(ended) => {
                    take(News::Stands {
                        text: ended.to_string(),
                        is_trouble: true,
                    });
                    return;
                }
            };
            if !take(news) {
                return;
            }
        }
    }

    fn news(source: &dyn ScanSource, heard: Heard) -> News {
        match heard {
            // When and for what it was made nobody knows.
            Heard::Scan(scan) if scan.is_stale => {
                source.done(&scan.scan_id, Tone::Error);
                News::Stands {
                    text: format!(
                        "{} was scanned before anybody read the scanner: scan it again if it counts",
                        text_of(&scan)
                    ),
                    is_trouble: false,
                }
            }
            Heard::Scan(scan) => News::Scan(Scanned::of(&scan, SystemClock.now())),
            Heard::Notice(notice) => News::Stands {
                text: match notice.hint {
                    Some(hint) => format!("{}; {hint}", notice.text),
                    None => notice.text,
                },
                is_trouble: notice.is_trouble,
            },
        }
    }

    /// What came of a scan is on the disk, or it is refused for good: its scanner says how it went.
    pub(super) fn done(&self, id: Option<&ScanId>, sign: Sign) {
        let tone = match sign {
            Sign::Ok => Tone::Ok,
            Sign::Warning => Tone::Warning,
            Sign::Error => Tone::Error,
        };
        if let (Some(source), Some(id)) = (&self.0, id) {
            source.done(id, tone);
        }
    }
}

#[cfg(test)]
mod tests {
    use firmware_bridge::transport::fake::FakeBus;

    use super::*;
    use crate::scan::listen;

    #[test]
    fn scanners_are_let_go_when_nobody_hears_them_any_more() {
        let config = Config::parse("").unwrap();
        let started = firmware_bridge::Scanners::start(config, Arc::new(FakeBus::new()));
        let (started, heard) = started.unwrap();
        let source: Arc<dyn ScanSource> = Arc::new(InProcess::new(started, heard));
        let held = Arc::downgrade(&source);
        let scanners = Scanners(Some(source));
        let (hearing, coming) = listen(&scanners, false);
        drop((coming, hearing, scanners));
        assert!(held.upgrade().is_none(), "who hears them has them still");
    }
}
