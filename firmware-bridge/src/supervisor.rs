//! All scanners of a bus: each read by a thread of its own, taken when it is plugged in, taken
//! again when it comes back, tried again while somebody else has it.
//!
//! One thread decides, by `ports`, and does what takes no time. Taking a scanner and reading it
//! is its reader's. Scans of all readers go into one channel of bounded length: whoever does not
//! take them holds up the scanners and nothing is lost.

mod ports;
mod reading;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::ports::{Effect, End, Ports};
pub use self::ports::{Standing, State};
use self::reading::{Output, Task};
use crate::clock::Steady;
use crate::config::Config;
use crate::route;
use crate::scanner::Speaker;
use crate::source::{Heard, Notice};
use crate::transport::{DeviceInfo, UsbTransport, UsbTrouble};
use crate::wire::Tone;

/// How many scans may wait for whoever takes them.
const HEARD_MAX: usize = 256;
/// How many sounds may wait.
const SOUNDS_MAX: usize = 1024;
/// How long it is waited until all scanners are given back.
const STOP: Duration = Duration::from_secs(2);
/// How often a bus is listed that does not tell of changes.
const LIST: Duration = Duration::from_secs(1);
/// How often one is listed that does, lest something was missed.
const LIST_RARELY: Duration = Duration::from_secs(5);
/// A device that came is looked at again after these times: its drivers come a moment later.
const LOOKS: [Duration; 2] = [Duration::from_millis(150), Duration::from_millis(700)];

/// What the deciding thread is told.
#[derive(Debug)]
enum Order {
    /// Something was plugged in or pulled out.
    Changed,
    /// A scanner is read now.
    Opened(DeviceInfo, Speaker),
    /// A reader ended.
    Ended(DeviceInfo, End),
    /// A scanner shall sound.
    Sound(String, Tone),
    /// All scanners are let go.
    Stop,
}

/// All scanners of a bus. Letting go of it lets the scanners go.
#[derive(Debug)]
pub struct Scanners {
    orders: Sender<Order>,
    standing: Arc<Mutex<Vec<Standing>>>,
    /// Closed when every thread has given back what it had.
    over: Mutex<Receiver<()>>,
}

impl Scanners {
    /// Begins to read every scanner of a bus, now and whenever one comes. Scans and news come out
    /// of the channel.
    pub fn start(
        config: Config,
        bus: Arc<dyn UsbTransport>,
    ) -> std::io::Result<(Self, Receiver<Heard>)> {
        let (orders, inbox) = mpsc::channel();
        let (heard, receiver) = mpsc::sync_channel(HEARD_MAX);
        let standing = Arc::new(Mutex::default());
        let (alive, over) = mpsc::channel();
        let tells = forward_changes(&*bus, orders.clone())?;
        let supervisor = Supervisor {
            config: Arc::new(config),
            bus,
            clock: Steady::start(),
            ports: Ports::default(),
            readers: BTreeMap::new(),
            orders: orders.clone(),
            output: Output::new(heard.clone()),
            heard,
            standing: Arc::clone(&standing),
            looks: vec![Duration::ZERO],
            every: if tells { LIST_RARELY } else { LIST },
            trouble: None,
            sounds: sounding(alive.clone())?,
            alive: alive.clone(),
        };
        std::thread::Builder::new()
            .name("scanners".to_owned())
            .spawn(move || {
                supervisor.run(&inbox);
                // A scanner may lie in there that nobody took any more.
                drop(inbox);
                drop(alive);
            })?;
        let over = Mutex::new(over);
        let scanners = Self {
            orders,
            standing,
            over,
        };
        Ok((scanners, receiver))
    }

    /// Lets a scanner sound, named as in its scans. One that is gone stays silent.
    pub fn sound(&self, device: &str, tone: Tone) {
        drop(self.orders.send(Order::Sound(device.to_owned(), tone)));
    }

    /// Lets all scanners go and waits, not for long, until they are given back to the kernel's
    /// drivers: a scanner that types is a keyboard again.
    pub fn stop(&self) {
        drop(self.orders.send(Order::Stop));
        let over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        let _closed = over.recv_timeout(STOP);
    }

    /// How every port stands.
    #[must_use]
    pub fn standing(&self) -> Vec<Standing> {
        let standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        standing.clone()
    }
}

impl Drop for Scanners {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Lets scanners sound on a thread of its own: one that does not take it takes half a second not to.
fn sounding(alive: Sender<()>) -> std::io::Result<SyncSender<(Speaker, Tone)>> {
    let (sender, sounds) = mpsc::sync_channel::<(Speaker, Tone)>(SOUNDS_MAX);
    let thread = std::thread::Builder::new().name("sounds".to_owned());
    thread.spawn(move || {
        for (speaker, tone) in sounds {
            // A scanner that cannot sound any more is one that its reader tells of.
            let _sounded = speaker.sound(tone);
        }
        drop(alive);
    })?;
    Ok(sender)
}

/// Passes on what the bus tells of changes; whether it tells.
fn forward_changes(bus: &dyn UsbTransport, orders: Sender<Order>) -> std::io::Result<bool> {
    let Some(changes) = bus.changes() else {
        return Ok(false);
    };
    let thread = std::thread::Builder::new().name("plugging".to_owned());
    thread.spawn(
        move || {
            while changes.recv().is_ok() && orders.send(Order::Changed).is_ok() {}
        },
    )?;
    Ok(true)
}

/// The reader of a port.
#[derive(Debug)]
struct Running {
    stop: Arc<AtomicBool>,
    speaker: Option<Speaker>,
}

#[derive(Debug)]
struct Supervisor {
    config: Arc<Config>,
    bus: Arc<dyn UsbTransport>,
    clock: Steady,
    ports: Ports,
    readers: BTreeMap<String, Running>,
    orders: Sender<Order>,
    output: Output,
    heard: SyncSender<Heard>,
    standing: Arc<Mutex<Vec<Standing>>>,
    /// When the bus is listed next, earliest last.
    looks: Vec<Duration>,
    every: Duration,
    trouble: Option<UsbTrouble>,
    sounds: SyncSender<(Speaker, Tone)>,
    alive: Sender<()>,
}

impl Supervisor {
    fn run(mut self, inbox: &Receiver<Order>) {
        loop {
            self.look();
            let now = self.clock.now();
            let effects = self.ports.due(now);
            self.carry_out(effects);
            match inbox.recv_timeout(self.patience()) {
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(order) => self.follow(order),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        for reader in self.readers.values() {
            reader.stop.store(true, Ordering::Relaxed);
        }
    }

    fn patience(&self) -> Duration {
        let next = [self.looks.last().copied(), self.ports.next_due()];
        let next = next.into_iter().flatten().min().unwrap_or_default();
        next.saturating_sub(self.clock.now())
    }

    /// Lists the bus where that is due.
    fn look(&mut self) {
        let now = self.clock.now();
        let due = self.looks.iter().filter(|at| **at <= now).count();
        if due == 0 {
            return;
        }
        self.looks.retain(|at| *at > now);
        if self.looks.is_empty() {
            self.looks.push(now.saturating_add(self.every));
        }
        match self.bus.list() {
            Ok(list) => {
                self.trouble = None;
                let config = Arc::clone(&self.config);
                let effects = self.ports.seen(&list, |device| {
                    route::route(device, &config.settings(&route::identity(device)))
                });
                self.carry_out(effects);
            }
            Err(trouble) => self.no_list(trouble),
        }
    }

    fn no_list(&mut self, trouble: UsbTrouble) {
        if self.trouble.replace(trouble) == Some(trouble) {
            return;
        }
        self.tell(Notice {
            device: None,
            code: trouble.code().into(),
            text: format!("the USB bus cannot be listed: {trouble}"),
            hint: Some(trouble.hint().to_owned()),
            is_trouble: true,
        });
    }

    fn follow(&mut self, order: Order) {
        match order {
            Order::Changed => self.changed(),
            Order::Opened(device, speaker) => {
                if let Some(reader) = self.readers.get_mut(&device.port) {
                    reader.speaker = Some(speaker);
                }
                let effects = self.ports.opened(self.clock.now(), &device);
                self.carry_out(effects);
            }
            Order::Ended(device, end) => {
                self.let_go(&device);
                let effects = self.ports.ended(self.clock.now(), &device, &end);
                self.carry_out(effects);
                self.changed();
            }
            Order::Sound(key, tone) => self.sound(&key, tone),
            Order::Stop => {}
        }
    }

    /// Closes a scanner whose reader has ended; one that came to its port since stays.
    fn let_go(&mut self, device: &DeviceInfo) {
        if self.ports.has(device) {
            self.readers.remove(&device.port);
        }
    }

    /// The bus is listed at once, and soon again.
    fn changed(&mut self) {
        let now = self.clock.now();
        self.looks = LOOKS
            .iter()
            .rev()
            .map(|after| now.saturating_add(*after))
            .collect();
        self.looks.push(now);
    }

    fn sound(&self, key: &str, tone: Tone) {
        let port = self.ports.port_of(key);
        let speaker = port.and_then(|port| self.readers.get(port)?.speaker.clone());
        if let Some(speaker) = speaker {
            // Where so many wait, nobody knows any more what sounds for what.
            drop(self.sounds.try_send((speaker, tone)));
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        // Whoever is told and asks sees what was told.
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        *standing = self.ports.standing();
        drop(standing);
        for effect in effects {
            match effect {
                Effect::Open { key, device, route } => self.open(key, device, route),
                Effect::Close { port } => {
                    if let Some(reader) = self.readers.remove(&port) {
                        reader.stop.store(true, Ordering::Relaxed);
                    }
                }
                Effect::Tell(notice) => self.tell(notice),
            }
        }
    }

    fn open(&mut self, key: String, device: DeviceInfo, route: route::Route) {
        let stop = Arc::new(AtomicBool::new(false));
        let running = Running {
            stop: Arc::clone(&stop),
            speaker: None,
        };
        if let Some(old) = self.readers.insert(device.port.clone(), running) {
            old.stop.store(true, Ordering::Relaxed);
        }
        let task = Task {
            bus: Arc::clone(&self.bus),
            settings: self.config.settings(&route::identity(&device)),
            orders: self.orders.clone(),
            output: self.output.clone(),
            device: device.clone(),
            key,
            route,
            stop,
            _alive: self.alive.clone(),
        };
        let thread = std::thread::Builder::new().name(format!("scanner {}", device.port));
        if thread.spawn(move || task.run()).is_err() {
            let end = End::Usb(UsbTrouble::Other);
            drop(self.orders.send(Order::Ended(device, end)));
        }
    }

    /// Tells somebody; where nobody listens, how things stand can be asked for.
    fn tell(&self, notice: Notice) {
        drop(self.heard.try_send(Heard::Notice(notice)));
    }
}

#[cfg(test)]
mod tests;
