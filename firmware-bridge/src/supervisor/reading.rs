//! The thread of one scanner: takes it, reads it, gives its scans ids and passes them on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};

use super::Order;
use super::ports::End;
use crate::clock;
use crate::config::Settings;
use crate::decode::Decoded;
use crate::route::Route;
use crate::scanner::{self, OpenError, Reader, Said};
use crate::source::{Heard, Notice};
use crate::transport::{DeviceInfo, UsbTransport};
use crate::wire::{Luck, Scan, ScanIds};

/// Nobody listens any more.
#[derive(Debug)]
struct Over;

/// Where the scans of all readers go.
#[derive(Debug, Clone)]
pub(super) struct Output {
    heard: SyncSender<Heard>,
    ids: Arc<Mutex<ScanIds>>,
}

impl Output {
    pub(super) fn new(heard: SyncSender<Heard>) -> Self {
        Self {
            heard,
            ids: Arc::default(),
        }
    }

    /// Passes a scan on; waits where too many wait already.
    fn scan(&self, task: &Task, decoded: Decoded, is_stale: bool) -> Result<(), Over> {
        let at_ms = clock::wall_ms();
        let mut luck = Luck::default();
        // Without randomness the ids of this process still differ from each other.
        let _lucky = getrandom::fill(&mut luck);
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let scan_id = ids.next(at_ms, luck);
        drop(ids);
        let scan = Scan {
            scan_id,
            device: task.key.clone(),
            at_ms,
            aim: decoded.aim.map(|aim| aim.to_string()),
            data: decoded.data,
            framing: decoded.framing.word().to_owned(),
            mode: task.route.mode.word().to_owned(),
            is_stale,
        };
        self.heard.send(Heard::Scan(scan)).map_err(|_nobody| Over)
    }
}

/// A scanner to be read.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) bus: Arc<dyn UsbTransport>,
    pub(super) settings: Settings,
    pub(super) orders: Sender<Order>,
    pub(super) output: Output,
    pub(super) device: DeviceInfo,
    pub(super) key: String,
    pub(super) route: Route,
    pub(super) stop: Arc<AtomicBool>,
    /// Held until the scanner is given back.
    pub(super) _alive: Sender<()>,
}

impl Task {
    /// Reads the scanner until it is gone or let go.
    pub(super) fn run(self) {
        let opened = scanner::open(&*self.bus, &self.device, &self.settings, &self.route);
        let end = match opened {
            Ok((reader, speaker)) => {
                let opened = Order::Opened(self.device.clone(), speaker);
                drop(self.orders.send(opened));
                self.read(reader)
            }
            Err(OpenError::Usb(trouble)) => Some(End::Usb(trouble)),
            Err(error @ (OpenError::Descriptor(_) | OpenError::NoScanner)) => {
                Some(End::Unfit(error.to_string()))
            }
        };
        if let Some(end) = end {
            drop(self.orders.send(Order::Ended(self.device.clone(), end)));
        }
    }

    fn read(&self, mut reader: Reader) -> Option<End> {
        let mut said = Vec::new();
        while !self.stop.load(Ordering::Relaxed) {
            let step = reader.step(&mut said);
            for said in said.drain(..) {
                if self.pass_on(said).is_err() {
                    return None;
                }
            }
            if let Err(trouble) = step {
                return Some(End::Usb(trouble));
            }
        }
        None
    }

    fn pass_on(&self, said: Said) -> Result<(), Over> {
        let text = match said {
            Said::Scan { decoded, is_stale } => {
                return self.output.scan(self, decoded, is_stale);
            }
            Said::Trouble(trouble) => trouble.to_string(),
            Said::Disturbed(trouble) => format!("a scan was disturbed: {trouble}"),
        };
        let notice = Notice {
            device: Some(self.key.clone()),
            code: "unreadable".into(),
            text,
            hint: Some("scan it again".to_owned()),
            is_trouble: false,
        };
        // News do not hold up scans.
        drop(self.output.heard.try_send(Heard::Notice(notice)));
        Ok(())
    }
}
