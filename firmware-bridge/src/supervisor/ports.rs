//! What stands at each port, and what is to be done about it: no I/O, no clock, no threads.
//!
//! Keyed by port, not by address: a scanner that was pulled out and put back gets a new address.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::route::{NotRead, Route};
use crate::source::Notice;
use crate::transport::{DeviceInfo, UsbTrouble};

/// The first wait before a scanner is tried again.
const AGAIN_MIN: Duration = Duration::from_millis(200);
/// The longest one.
const AGAIN_MAX: Duration = Duration::from_secs(5);
/// The most ports that are looked after; a bus has room for 127 devices.
const PORTS_MAX: usize = 256;

/// How a port stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// The scanner is being taken.
    Opening,
    /// It is read.
    Ready,
    /// This user may not use it.
    Denied,
    /// Another program has it.
    Busy,
    /// It is there and does not work.
    Failed,
    /// It was pulled out.
    Absent,
    /// What is there is not read.
    NotRead(NotRead),
}

impl State {
    /// A stable word for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Ready => "ready",
            Self::Denied => "no-permission",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::Absent => "absent",
            Self::NotRead(_) => "not-read",
        }
    }
}

/// One port as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The scanner's name in scans.
    pub key: String,
    /// What is or was there.
    pub device: DeviceInfo,
    /// How it stands.
    pub state: State,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    /// Take the scanner.
    Open {
        key: String,
        device: DeviceInfo,
        route: Route,
    },
    /// Let the reader of a port go.
    Close { port: String },
    /// Tell somebody.
    Tell(Notice),
}

/// Why a scanner does not work, as its reader saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// USB refused or failed.
    Usb(UsbTrouble),
    /// It is no barcode scanner after all.
    Unfit(String),
}

#[derive(Debug)]
struct Port {
    standing: Standing,
    route: Option<Route>,
    tries: u32,
    again_at: Option<Duration>,
    ready_at: Option<Duration>,
    /// What was told last, so that it is told once.
    told: Option<&'static str>,
}

/// All ports.
#[derive(Debug, Default)]
pub(super) struct Ports {
    ports: BTreeMap<String, Port>,
}

impl Ports {
    /// How they stand.
    pub(super) fn standing(&self) -> Vec<Standing> {
        self.ports
            .values()
            .map(|port| port.standing.clone())
            .collect()
    }

    /// The port of a scanner by its name in scans.
    pub(super) fn port_of(&self, key: &str) -> Option<&str> {
        let mut ports = self.ports.iter();
        let found =
            ports.find(|(_, port)| port.standing.key == key && port.standing.state == State::Ready);
        found.map(|(name, _)| name.as_str())
    }

    /// The bus was listed. `route` tells how a device is read.
    pub(super) fn seen(
        &mut self,
        list: &[DeviceInfo],
        route: impl Fn(&DeviceInfo) -> Result<Route, NotRead>,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        let here: BTreeSet<&str> = list.iter().map(|device| device.port.as_str()).collect();
        for (name, port) in &mut self.ports {
            if !here.contains(name.as_str()) {
                effects.extend(port.left());
            }
        }
        for device in list {
            effects.extend(self.seen_one(device, &route));
        }
        effects
    }

    fn seen_one(
        &mut self,
        device: &DeviceInfo,
        route: impl Fn(&DeviceInfo) -> Result<Route, NotRead>,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(port) = self.ports.get_mut(&device.port) {
            let is_same = port.standing.device.is_same_plug(device);
            let is_idle = matches!(port.standing.state, State::NotRead(_) | State::Absent);
            // What is taken looks different from outside: the kernel's driver is away.
            if !is_idle && is_same {
                return effects;
            }
            effects.extend(port.left());
        }
        let route = route(device);
        let state = match &route {
            Ok(_) => State::Opening,
            Err(why) => State::NotRead(*why),
        };
        let key = self.key_of(device);
        let told = self.ports.get(&device.port).and_then(|port| port.told);
        if self.ports.len() >= PORTS_MAX && !self.ports.contains_key(&device.port) {
            return effects;
        }
        let port = Port {
            standing: Standing {
                key: key.clone(),
                device: device.clone(),
                state,
            },
            route: route.as_ref().ok().cloned(),
            tries: 0,
            again_at: None,
            ready_at: None,
            told,
        };
        self.ports.insert(device.port.clone(), port);
        if let Ok(route) = route {
            let device = device.clone();
            effects.push(Effect::Open { key, device, route });
        }
        effects
    }

    /// The name of a device: by its serial number, unless another one has the same.
    fn key_of(&self, device: &DeviceInfo) -> String {
        let key = device.key();
        let is_taken = self.ports.iter().any(|(name, port)| {
            *name != device.port
                && port.standing.state != State::Absent
                && port.standing.device.key() == key
        });
        if is_taken {
            format!("{key}@{}", device.port)
        } else {
            key
        }
    }

    /// A scanner was taken and is read.
    pub(super) fn opened(&mut self, now: Duration, device: &DeviceInfo) -> Vec<Effect> {
        let Some(port) = self.current(device) else {
            return Vec::new();
        };
        port.standing.state = State::Ready;
        port.ready_at = Some(now);
        port.again_at = None;
        port.tell("ready", "is ready", None, false)
    }

    /// A reader ended.
    pub(super) fn ended(&mut self, now: Duration, device: &DeviceInfo, end: &End) -> Vec<Effect> {
        let Some(port) = self.current(device) else {
            return Vec::new();
        };
        let (state, code) = match end {
            End::Usb(UsbTrouble::Access) => (State::Denied, UsbTrouble::Access.code()),
            End::Usb(UsbTrouble::Busy) => (State::Busy, UsbTrouble::Busy.code()),
            End::Usb(trouble) => (State::Failed, trouble.code()),
            End::Unfit(_) => (State::Failed, "unfit"),
        };
        port.standing.state = state;
        // One that worked for a while is not one that fails each time.
        let ready_at = port.ready_at.take();
        if ready_at.is_some_and(|at| now >= at.saturating_add(AGAIN_MAX)) {
            port.tries = 0;
        }
        let pause = AGAIN_MIN.saturating_mul(1 << port.tries.min(5));
        port.tries = port.tries.saturating_add(1);
        port.again_at = Some(now.saturating_add(pause.min(AGAIN_MAX)));
        // What is no scanner will be none: it is taken from its driver once and not again.
        if matches!(end, End::Unfit(_)) {
            port.again_at = None;
        }
        match end {
            // Whether it was pulled out, the bus tells.
            End::Usb(UsbTrouble::Gone | UsbTrouble::Io) if port.tries == 1 => Vec::new(),
            End::Usb(trouble) => {
                let hint = Some(trouble.hint().to_owned());
                port.tell(code, &format!("cannot be used: {trouble}"), hint, true)
            }
            End::Unfit(why) => {
                let hint = "see what `stock-bridge doctor` says of it".to_owned();
                port.tell(code, &format!("cannot be used: {why}"), Some(hint), true)
            }
        }
    }

    /// What is tried again by now.
    pub(super) fn due(&mut self, now: Duration) -> Vec<Effect> {
        let mut effects = Vec::new();
        for port in self.ports.values_mut() {
            let is_due = port.again_at.is_some_and(|at| at <= now);
            let Some(route) = port.route.clone().filter(|_| is_due) else {
                continue;
            };
            port.again_at = None;
            port.standing.state = State::Opening;
            effects.push(Effect::Open {
                key: port.standing.key.clone(),
                device: port.standing.device.clone(),
                route,
            });
        }
        effects
    }

    /// When something is tried again.
    pub(super) fn next_due(&self) -> Option<Duration> {
        self.ports.values().filter_map(|port| port.again_at).min()
    }

    /// Tells whether a device is still there, in that very plug.
    pub(super) fn has(&mut self, device: &DeviceInfo) -> bool {
        self.current(device).is_some()
    }

    /// The port of a device, if that very plug is still there.
    fn current(&mut self, device: &DeviceInfo) -> Option<&mut Port> {
        let port = self.ports.get_mut(&device.port)?;
        let is_current =
            port.standing.device.is_same_plug(device) && port.standing.state != State::Absent;
        is_current.then_some(port)
    }
}

impl Port {
    /// What is at the port was pulled out.
    fn left(&mut self) -> Vec<Effect> {
        let was = std::mem::replace(&mut self.standing.state, State::Absent);
        self.again_at = None;
        if matches!(was, State::Absent | State::NotRead(_)) {
            return Vec::new();
        }
        let mut effects = vec![Effect::Close {
            port: self.standing.device.port.clone(),
        }];
        let hint = UsbTrouble::Gone.hint().to_owned();
        effects.extend(self.tell("lost", "was unplugged", Some(hint), true));
        effects
    }

    fn tell(
        &mut self,
        code: &'static str,
        text: &str,
        hint: Option<String>,
        is_trouble: bool,
    ) -> Vec<Effect> {
        if self.told.replace(code) == Some(code) {
            return Vec::new();
        }
        let device = &self.standing.device;
        let name = device.name();
        let name = if name.is_empty() { device.ids() } else { name };
        vec![Effect::Tell(Notice {
            device: Some(self.standing.key.clone()),
            code: code.into(),
            text: format!("scanner {name} at port {} {text}", device.port),
            hint,
            is_trouble,
        })]
    }
}

#[cfg(test)]
mod tests;
