//! One open scanner: taking it, reading it, letting it sound.
//!
//! What the scanner had waiting when it was taken was scanned while nobody read. It is not thrown
//! away but marked *stale*, so that whoever writes it down can ask.
//!
//! **Invariant.** Where bytes may be missing, nothing is made of the rest: after a failed read
//! everything is left out until the scanner is silent, and the person scans again.

mod whole;

use std::sync::Arc;
use std::time::Duration;

use self::whole::Whole;
use crate::config::{Mode, Settings};
use crate::decode::descriptor::{Descriptor, DescriptorError};
use crate::decode::keyboard::KeyShape;
use crate::decode::pos::Beeper;
use crate::decode::{Decoded, Decoder, Event, Now, Trouble};
use crate::known::{self, SerialTones};
use crate::route::Route;
use crate::transport::{Control, DeviceInfo, EndpointInfo, UsbHandle, UsbTransport, UsbTrouble};
use crate::wire::Tone;

/// How long a read waits before it is looked whether the scanner was let go.
const PATIENCE: Duration = Duration::from_millis(200);
/// A silence of this length shows that nothing old is left in a scanner.
const DRAINED: Duration = Duration::from_millis(50);
/// Whatever comes behind so many packets is new, though there was no silence: no scanner keeps more.
const DRAINED_MAX: u32 = 400;
/// How long it is waited after a failed read: a plug that is pulled out takes a moment.
const PAUSE: Duration = Duration::from_millis(30);
/// So many reads may fail one after the other.
const FAILURES_MAX: u32 = 6;
/// How long the rest of a report may take. A scanner is asked for a packet every 255 ms at least.
const REST_WITHIN: Duration = Duration::from_millis(500);
/// The most bytes of a report descriptor that are asked for.
const DESCRIPTOR_BYTES_MAX: usize = 4096;

/// Why a scanner cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// USB refuses.
    #[error(transparent)]
    Usb(#[from] UsbTrouble),
    /// Its report descriptor cannot be read.
    #[error("its HID report descriptor is damaged")]
    Descriptor(#[source] DescriptorError),
    /// Its reports are not those of a scanner.
    #[error("its HID reports are not those of a barcode scanner")]
    NoScanner,
}

impl OpenError {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Usb(trouble) => trouble.code(),
            Self::Descriptor(_) | Self::NoScanner => "unfit",
        }
    }

    /// What to do.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Usb(trouble) => trouble.hint(),
            Self::Descriptor(_) | Self::NoScanner => "see what `stock-bridge doctor` says of it",
        }
    }
}

/// What came of a read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A scan, and whether it was made before anybody read.
    Scan {
        /// The scan.
        decoded: Decoded,
        /// Made before anybody read.
        is_stale: bool,
    },
    /// Something that is no scan.
    Trouble(Trouble),
    /// Reading failed for a moment, and what was being scanned is lost.
    Disturbed(UsbTrouble),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// What comes now is old, but for this many packets at most.
    Draining(u32),
    /// What comes now belongs to something of which bytes are missing.
    Skipping,
    /// What comes now is a scan.
    Reading,
}

/// The reading half of a scanner.
#[derive(Debug)]
pub struct Reader {
    handle: Arc<dyn UsbHandle>,
    input: EndpointInfo,
    mode: Mode,
    decoder: Box<dyn Decoder>,
    buffer: Vec<u8>,
    whole: Whole,
    /// When the last packet came.
    last: Now,
    phase: Phase,
    failures: u32,
}

/// The sounding half of a scanner.
#[derive(Debug, Clone)]
pub struct Speaker {
    handle: Arc<dyn UsbHandle>,
    interface: u8,
    output: Option<EndpointInfo>,
    beeper: Beeper,
    tones: Option<SerialTones>,
}

/// Takes a scanner for this program alone and makes it ready to be read.
pub fn open(
    bus: &dyn UsbTransport,
    device: &DeviceInfo,
    settings: &Settings,
    route: &Route,
) -> Result<(Reader, Speaker), OpenError> {
    let handle = bus.open(device)?;
    for interface in &route.claims {
        handle.claim(*interface)?;
    }
    let mut beeper = Beeper::default();
    let mut whole = Whole::default();
    let decoder: Box<dyn Decoder> = match route.mode {
        Mode::Keyboard => {
            let descriptor = key_descriptor(&*handle, device, route.interface)?;
            let shape = descriptor.as_ref().and_then(KeyShape::of);
            if let (Some(descriptor), Some(_)) = (&descriptor, shape) {
                whole = Whole::of(descriptor, route.input);
            }
            let shape = shape.unwrap_or(KeyShape::BOOT);
            keyboard_init(&*handle, route.interface)?;
            Box::new(settings.keyboard(shape))
        }
        Mode::Serial => {
            serial_init(&*handle, route.interface)?;
            Box::new(settings.serial())
        }
        Mode::Pos | Mode::Auto | Mode::Ignore => {
            let bytes = report_descriptor(&*handle, route.interface)?;
            let descriptor = Descriptor::parse(&bytes).map_err(OpenError::Descriptor)?;
            let decoder = settings.pos(Some(&descriptor));
            let decoder = decoder.ok_or(OpenError::NoScanner)?;
            pos_init(&*handle, route.interface, settings)?;
            beeper = Beeper::of(&descriptor);
            whole = Whole::of(&descriptor, route.input);
            Box::new(decoder)
        }
    };
    let phase = Phase::Draining(DRAINED_MAX);
    let speaker = Speaker {
        handle: Arc::clone(&handle),
        interface: route.interface,
        output: route.output,
        beeper,
        tones: known::serial_tones(device.vendor_id).filter(|_| route.mode == Mode::Serial),
    };
    let reader = Reader {
        // Room for one packet: a transfer with room for more ends only when something shorter than
        // a packet comes, and what has come is lost when its time is over.
        buffer: vec![0; usize::from(route.input.packet_bytes).max(1)],
        whole,
        last: handle.now(),
        handle,
        input: route.input,
        mode: route.mode,
        decoder,
        phase,
        failures: 0,
    };
    Ok((reader, speaker))
}

/// What a keyboard says of its reports that does not take the boot protocol.
fn key_descriptor(
    handle: &dyn UsbHandle,
    device: &DeviceInfo,
    interface: u8,
) -> Result<Option<Descriptor>, UsbTrouble> {
    let mut interfaces = device.interfaces.iter();
    if interfaces.any(|one| one.number == interface && one.is_boot_keyboard()) {
        match handle.control_out(class_request(SET_PROTOCOL, 0, interface), &[]) {
            Ok(()) => return Ok(None),
            refused => wish(refused)?,
        }
    }
    match report_descriptor(handle, interface) {
        Ok(bytes) => Ok(Descriptor::parse(&bytes).ok()),
        Err(UsbTrouble::Stalled | UsbTrouble::Timeout) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

fn class_request(request: u8, value: u16, interface: u8) -> Control {
    Control {
        request_type: 0x21,
        request,
        value,
        index: u16::from(interface),
    }
}

const SET_REPORT: u8 = 0x09;
const SET_IDLE: u8 = 0x0a;
const SET_PROTOCOL: u8 = 0x0b;
const SET_LINE_CODING: u8 = 0x20;
const SET_CONTROL_LINE_STATE: u8 = 0x22;
const OUTPUT_REPORT: u16 = 0x0200;
const FEATURE_REPORT: u16 = 0x0300;

/// A request that not every scanner knows: one that refuses it works without.
fn wish(result: Result<(), UsbTrouble>) -> Result<(), UsbTrouble> {
    match result {
        Err(UsbTrouble::Stalled | UsbTrouble::Timeout | UsbTrouble::Io) | Ok(()) => Ok(()),
        Err(trouble) => Err(trouble),
    }
}

/// Nothing repeated, and no light of Caps Lock, which nobody turns off any more.
fn keyboard_init(handle: &dyn UsbHandle, interface: u8) -> Result<(), UsbTrouble> {
    wish(handle.control_out(class_request(SET_IDLE, 0, interface), &[]))?;
    let lights = class_request(SET_REPORT, OUTPUT_REPORT, interface);
    wish(handle.control_out(lights, &[0]))
}

/// 9600 8N1, which most ignore, and DTR with RTS, without which some send nothing.
fn serial_init(handle: &dyn UsbHandle, interface: u8) -> Result<(), UsbTrouble> {
    let coding = class_request(SET_LINE_CODING, 0, interface);
    wish(handle.control_out(coding, &[0x80, 0x25, 0, 0, 0, 0, 8]))?;
    wish(handle.control_out(class_request(SET_CONTROL_LINE_STATE, 3, interface), &[]))
}

fn report_descriptor(handle: &dyn UsbHandle, interface: u8) -> Result<Vec<u8>, UsbTrouble> {
    let request = Control {
        request_type: 0x81,
        request: 0x06,
        value: 0x2200,
        index: u16::from(interface),
    };
    let mut bytes = vec![0; DESCRIPTOR_BYTES_MAX];
    let count = handle.control_in(request, &mut bytes)?;
    bytes.truncate(count);
    Ok(bytes)
}

fn pos_init(handle: &dyn UsbHandle, interface: u8, settings: &Settings) -> Result<(), UsbTrouble> {
    for report in &settings.init {
        let value = FEATURE_REPORT | u16::from(report.id);
        let mut bytes = vec![report.id];
        bytes.extend(&report.data);
        wish(handle.control_out(class_request(SET_REPORT, value, interface), &bytes))?;
    }
    Ok(())
}

impl Reader {
    /// How the scanner is read.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The time as the scanner's reads see it.
    #[must_use]
    pub fn now(&self) -> Now {
        self.handle.now()
    }

    /// Reads once, and tells what came of it. An error means that the scanner is gone; what it was
    /// in the middle of is told before.
    pub fn step(&mut self, said: &mut Vec<Said>) -> Result<(), UsbTrouble> {
        let patience = self.patience();
        match self.handle.read(self.input, &mut self.buffer, patience) {
            // An empty read comes while a scanner is taken. It is no silence.
            Ok(0) => {}
            Ok(count) => {
                self.failures = 0;
                self.came(count, said);
            }
            Err(UsbTrouble::Timeout) => self.silent(said),
            Err(trouble) => return self.failed(trouble, said),
        }
        Ok(())
    }

    fn patience(&self) -> Duration {
        let most = match self.phase {
            Phase::Draining(_) | Phase::Skipping => DRAINED,
            Phase::Reading => PATIENCE,
        };
        let left = self
            .decoder
            .deadline()
            .map(|at| at.saturating_sub(self.handle.now()));
        // libusb takes no time at all for waiting without an end.
        left.map_or(most, |left| left.min(most))
            .max(Duration::from_millis(1))
    }

    fn came(&mut self, count: usize, said: &mut Vec<Said>) {
        if self.phase == Phase::Skipping {
            return;
        }
        let now = self.handle.now();
        self.last = now;
        if let Phase::Draining(left) = self.phase {
            self.phase = match left.checked_sub(1) {
                Some(left) => Phase::Draining(left),
                None => Phase::Reading,
            };
        }
        let packet = self.buffer.get(..count).unwrap_or_default();
        let mut events = Vec::new();
        if let Some(report) = self.whole.report(packet) {
            self.decoder.push(now, &report, &mut events);
        }
        self.tell(events, said);
    }

    fn silent(&mut self, said: &mut Vec<Said>) {
        self.failures = 0;
        let now = self.handle.now();
        if self.whole.has_part() && now.saturating_sub(self.last) >= REST_WITHIN {
            // What comes now is the next scan's.
            self.whole.reset();
            said.push(Said::Disturbed(UsbTrouble::Timeout));
        }
        let mut events = Vec::new();
        self.decoder.expire(now, &mut events);
        self.tell(events, said);
        if self.decoder.deadline().is_none() {
            self.phase = Phase::Reading;
        }
    }

    fn tell(&self, events: Vec<Event>, said: &mut Vec<Said>) {
        let is_stale = matches!(self.phase, Phase::Draining(_));
        said.extend(events.into_iter().map(|event| match event {
            Event::Scan(decoded) => Said::Scan { decoded, is_stale },
            Event::Trouble(trouble) => Said::Trouble(trouble),
        }));
    }

    fn failed(&mut self, trouble: UsbTrouble, said: &mut Vec<Said>) -> Result<(), UsbTrouble> {
        self.failures = self.failures.saturating_add(1);
        if self.decoder.deadline().is_some() || self.whole.has_part() {
            said.push(Said::Disturbed(trouble));
        }
        self.decoder.reset();
        self.whole.reset();
        if self.failures >= FAILURES_MAX {
            return Err(trouble);
        }
        match trouble {
            UsbTrouble::Io | UsbTrouble::Other | UsbTrouble::Overflow => {
                std::thread::park_timeout(PAUSE);
            }
            UsbTrouble::Stalled => self.handle.clear_halt(self.input)?,
            UsbTrouble::NotBuilt
            | UsbTrouble::NoUsb
            | UsbTrouble::Access
            | UsbTrouble::Busy
            | UsbTrouble::Gone
            | UsbTrouble::Timeout => return Err(trouble),
        }
        self.phase = Phase::Skipping;
        Ok(())
    }
}

impl Speaker {
    /// Tells whether the scanner can sound when it is told to.
    #[must_use]
    pub const fn has_voice(&self) -> bool {
        self.beeper.good.is_some() || (self.tones.is_some() && self.output.is_some())
    }

    /// Lets the scanner sound, if it can; returns whether it can.
    pub fn sound(&self, tone: Tone) -> Result<bool, UsbTrouble> {
        if let (Some(tones), Some(output)) = (&self.tones, self.output) {
            let bytes = match tone {
                Tone::Ok => tones.good,
                Tone::Warning | Tone::Error => tones.error,
            };
            self.handle.write(output, bytes)?;
            return Ok(true);
        }
        let Beeper { good, error, .. } = &self.beeper;
        let report = match tone {
            Tone::Ok => good.as_ref(),
            Tone::Warning | Tone::Error => error.as_ref().or(self.beeper.not_on_file.as_ref()),
        };
        let Some(report) = report else {
            return Ok(false);
        };
        if let Some(output) = self.output {
            self.handle.write(output, &report.bytes)?;
        } else {
            let value = OUTPUT_REPORT | u16::from(report.report_id.unwrap_or_default());
            let request = class_request(SET_REPORT, value, self.interface);
            self.handle.control_out(request, &report.bytes)?;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
