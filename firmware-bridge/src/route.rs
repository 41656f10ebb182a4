//! How a device is read, if it is: which mode, which interfaces, which endpoints. Nothing is
//! opened to find that out.
//!
//! **Invariant.** A keyboard is taken only where somebody named it or its numbers are those of a
//! scanner: nobody's own keyboard is taken away. What says by its report descriptor that it is a
//! barcode scanner is taken always.

use crate::config::{Identity, Mode, Settings};
use crate::decode::descriptor::Descriptor;
use crate::decode::pos::PosLayout;
use crate::known::{self, Speaks};
use crate::transport::{
    CLASS_COMM, CLASS_DATA, CLASS_HID, DeviceInfo, EndpointInfo, EndpointKind, InterfaceInfo,
};

/// What of a device is used, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Keyboard, HID POS or serial.
    pub mode: Mode,
    /// The interface that requests go to.
    pub interface: u8,
    /// The interfaces that are claimed.
    pub claims: Vec<u8>,
    /// Where its reports come from.
    pub input: EndpointInfo,
    /// Where it takes reports, if not by request.
    pub output: Option<EndpointInfo>,
}

/// Why a device is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotRead {
    /// `devices.toml` says so.
    Ignored,
    /// Nothing says that it is a scanner.
    NoScanner,
    /// It types, and nobody said that it is a scanner.
    Keyboard,
    /// It is a scanner that speaks what this program cannot read.
    Unreadable(Speaks),
    /// `devices.toml` names a mode that it has no interface for.
    NoInterface(Mode),
    /// A program has it, perhaps a bridge.
    Taken,
}

impl NotRead {
    /// Why, in a few words.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Ignored => "ignored by devices.toml".to_owned(),
            Self::NoScanner => "no scanner".to_owned(),
            Self::Keyboard => "a keyboard".to_owned(),
            Self::Unreadable(speaks) => format!("speaks {}", speaks.name()),
            Self::NoInterface(mode) => format!("has no interface for {}", mode.word()),
            Self::Taken => "read by another program".to_owned(),
        }
    }
}

/// By what the configuration knows a device.
#[must_use]
pub fn identity(device: &DeviceInfo) -> Identity {
    Identity {
        vid: device.vendor_id,
        pid: device.product_id,
        serial: device.serial.clone(),
        port: device.port.clone(),
    }
}

/// How a device is read under its settings.
pub fn route(device: &DeviceInfo, settings: &Settings) -> Result<Route, NotRead> {
    match settings.mode {
        Mode::Ignore => Err(NotRead::Ignored),
        Mode::Auto => automatic(device),
        mode @ (Mode::Keyboard | Mode::Pos | Mode::Serial) => {
            by(device, mode).ok_or(NotRead::NoInterface(mode))
        }
    }
}

fn automatic(device: &DeviceInfo) -> Result<Route, NotRead> {
    if device.is_hub() {
        return Err(NotRead::NoScanner);
    }
    if let Some(interface) = device.interfaces.iter().find(|one| says_scanner(one)) {
        return hid(interface, Mode::Pos).ok_or(NotRead::NoInterface(Mode::Pos));
    }
    match known::known_as(device.vendor_id, device.product_id).map(|known| known.speaks) {
        Some(Speaks::Keyboard) => by(device, Mode::Keyboard).ok_or(NotRead::NoScanner),
        Some(Speaks::HidPos) => by(device, Mode::Pos).ok_or(NotRead::NoScanner),
        Some(Speaks::Serial) => by(device, Mode::Serial).ok_or(NotRead::NoScanner),
        Some(Speaks::Unknown) => of_a_maker(device),
        Some(speaks) => Err(NotRead::Unreadable(speaks)),
        None if known::maker_of(device.vendor_id).is_some() => of_a_maker(device),
        // A HID device tells what it is only as long as the kernel's driver has it.
        None if device.is_taken() => Err(NotRead::Taken),
        None if device
            .interfaces
            .iter()
            .any(InterfaceInfo::is_boot_keyboard) =>
        {
            Err(NotRead::Keyboard)
        }
        None => Err(NotRead::NoScanner),
    }
}

/// A scanner whose mode its interfaces must tell.
fn of_a_maker(device: &DeviceInfo) -> Result<Route, NotRead> {
    let serial = by(device, Mode::Serial);
    let unseen = || {
        let mut interfaces = device.interfaces.iter();
        interfaces.find(|one| {
            one.class == CLASS_HID && one.protocol == 0 && one.report_descriptor.is_none()
        })
    };
    if let Some(route) = serial.or_else(|| unseen().and_then(|one| hid(one, Mode::Pos))) {
        return Ok(route);
    }
    if device
        .interfaces
        .iter()
        .any(InterfaceInfo::is_boot_keyboard)
    {
        return Err(NotRead::Keyboard);
    }
    Err(NotRead::Unreadable(Speaks::Unknown))
}

fn says_scanner(interface: &InterfaceInfo) -> bool {
    let bytes = interface.report_descriptor.as_deref();
    let descriptor = bytes.and_then(|bytes| Descriptor::parse(bytes).ok());
    descriptor
        .is_some_and(|descriptor| descriptor.is_scanner() && PosLayout::of(&descriptor).is_some())
}

fn says_keyboard(interface: &InterfaceInfo) -> bool {
    let bytes = interface.report_descriptor.as_deref();
    let descriptor = bytes.and_then(|bytes| Descriptor::parse(bytes).ok());
    descriptor.is_some_and(|descriptor| descriptor.is_keyboard())
}

/// The route in a mode, if the device has interfaces for it.
fn by(device: &DeviceInfo, mode: Mode) -> Option<Route> {
    let hids = || {
        device
            .interfaces
            .iter()
            .filter(|one| one.class == CLASS_HID)
    };
    match mode {
        Mode::Keyboard => {
            let boot = hids().find(|one| one.is_boot_keyboard());
            hid(boot.or_else(|| hids().find(|one| one.protocol != 2))?, mode)
        }
        Mode::Pos => {
            let said = hids().find(|one| says_scanner(one));
            let may_be = || hids().find(|one| one.protocol == 0 && !says_keyboard(one));
            hid(said.or_else(may_be)?, mode)
        }
        Mode::Serial => serial(device),
        Mode::Auto | Mode::Ignore => None,
    }
}

fn hid(interface: &InterfaceInfo, mode: Mode) -> Option<Route> {
    let kind = EndpointKind::Interrupt;
    Some(Route {
        mode,
        interface: interface.number,
        claims: vec![interface.number],
        input: endpoint(interface, kind, true)?,
        output: endpoint(interface, kind, false),
    })
}

/// A serial port: bytes on one interface, requests to the other. Both are claimed, since the
/// kernel's driver has both.
fn serial(device: &DeviceInfo) -> Option<Route> {
    let of = |class| device.interfaces.iter().find(|one| one.class == class);
    let data = of(CLASS_DATA)?;
    let comm = of(CLASS_COMM).unwrap_or(data).number;
    let mut claims = vec![comm, data.number];
    claims.dedup();
    Some(Route {
        mode: Mode::Serial,
        interface: comm,
        claims,
        input: endpoint(data, EndpointKind::Bulk, true)?,
        output: endpoint(data, EndpointKind::Bulk, false),
    })
}

fn endpoint(interface: &InterfaceInfo, kind: EndpointKind, is_input: bool) -> Option<EndpointInfo> {
    let mut endpoints = interface.endpoints.iter().copied();
    endpoints.find(|one| one.kind == kind && one.is_input() == is_input)
}
