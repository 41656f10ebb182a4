//! The USB bus as the bridge sees it: which devices are there, and what may be done with one.
//!
//! Two traits, so that the same code reads real scanners (`libusb`), a bus in memory with every
//! trouble that a test can think of ([`fake`]), and what was captured of somebody's scanner
//! ([`replay`]).
//!
//! **Invariant.** Time comes from the handle ([`UsbHandle::now`]): whoever reads scanners looks at
//! no clock, so a capture gives the same scans each time it is played, and a machine that is held
//! up takes no scan for two.

pub mod fake;
#[cfg(feature = "usb")]
pub mod libusb;
pub mod replay;

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::decode::Now;

/// A HID interface.
pub const CLASS_HID: u8 = 0x03;
/// The control half of a serial port (CDC).
pub const CLASS_COMM: u8 = 0x02;
/// The data half of a serial port (CDC).
pub const CLASS_DATA: u8 = 0x0a;
const CLASS_HUB: u8 = 0x09;
/// The kernel's name for "a program has this interface".
pub(crate) const BY_A_PROGRAM: &str = "usbfs";

/// What an endpoint carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EndpointKind {
    /// Short reports, soon.
    Interrupt,
    /// A stream of bytes.
    Bulk,
    /// Control or isochronous, which no scanner's data use.
    Other,
}

/// One end of a data stream of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointInfo {
    /// Its address; the highest bit says that it goes to the host.
    pub address: u8,
    /// What it carries.
    pub kind: EndpointKind,
    /// The most bytes of one packet.
    pub packet_bytes: u16,
}

impl EndpointInfo {
    /// Tells whether it goes from the device to the host.
    #[must_use]
    pub const fn is_input(&self) -> bool {
        self.address & 0x80 != 0
    }
}

/// One interface of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceInfo {
    /// Its number within the device.
    pub number: u8,
    /// Class, such as [`CLASS_HID`].
    pub class: u8,
    /// Subclass; 1 is a HID boot device.
    pub subclass: u8,
    /// Protocol; 1 is a boot keyboard, 2 a boot mouse.
    pub protocol: u8,
    /// Its endpoints.
    pub endpoints: Vec<EndpointInfo>,
    /// The kernel's driver that has it, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// Its HID report descriptor, where the system tells it without the interface being taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_descriptor: Option<Vec<u8>>,
}

impl InterfaceInfo {
    /// Tells whether it types like a keyboard by its own account.
    #[must_use]
    pub const fn is_boot_keyboard(&self) -> bool {
        self.class == CLASS_HID && self.subclass == 1 && self.protocol == 1
    }
}

/// A device on the bus, as it is now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// The bus it is on.
    pub bus: u8,
    /// Its address there, another one after each plug.
    pub address: u8,
    /// The socket it is plugged into, such as `1-1.2`; it stays the same.
    pub port: String,
    /// The maker's id.
    pub vendor_id: u16,
    /// The product's id.
    pub product_id: u16,
    /// The maker's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    /// The product's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The serial number; many cheap scanners have none, or all the same one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Its interfaces.
    pub interfaces: Vec<InterfaceInfo>,
}

impl DeviceInfo {
    /// Both ids as people write them: `0c2e:0b6a`.
    #[must_use]
    pub fn ids(&self) -> String {
        format!("{:04x}:{:04x}", self.vendor_id, self.product_id)
    }

    /// The name that outlives a replug: ids and serial number, or ids and port.
    #[must_use]
    pub fn key(&self) -> String {
        match self.serial.as_deref().map(str::trim) {
            Some(serial) if !serial.is_empty() => format!("{}/{serial}", self.ids()),
            Some(_) | None => self.port_key(),
        }
    }

    /// The name by the port, for devices that share their serial number.
    #[must_use]
    pub fn port_key(&self) -> String {
        format!("{}@{}", self.ids(), self.port)
    }

    /// Maker and product, as far as the device tells them.
    #[must_use]
    pub fn name(&self) -> String {
        let names = [self.manufacturer.as_deref(), self.product.as_deref()];
        let names: Vec<&str> = names.into_iter().flatten().map(str::trim).collect();
        names.join(" ").trim().to_owned()
    }

    /// Tells whether a program has an interface of it, through the kernel's usbfs.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        let drivers = self.interfaces.iter().map(|one| one.driver.as_deref());
        drivers.flatten().any(|driver| driver == BY_A_PROGRAM)
    }

    /// Tells whether it only connects others.
    #[must_use]
    pub fn is_hub(&self) -> bool {
        let mut interfaces = self.interfaces.iter().peekable();
        interfaces.peek().is_some() && interfaces.all(|interface| interface.class == CLASS_HUB)
    }

    /// Tells whether both are the same device in the same plug: nobody pulled it in between.
    #[must_use]
    pub fn is_same_plug(&self, other: &Self) -> bool {
        self.bus == other.bus && self.address == other.address && self.port == other.port
    }
}

/// Why USB did not do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum UsbTrouble {
    /// The program was built without USB.
    #[error("this program was built without USB")]
    NotBuilt,
    /// There is no USB here: no bus, or none that this process sees.
    #[error("there is no USB here")]
    NoUsb,
    /// This user may not use the device.
    #[error("no permission to use the device")]
    Access,
    /// Another program has the device.
    #[error("another program has the device")]
    Busy,
    /// The device is gone.
    #[error("the device was unplugged")]
    Gone,
    /// Nothing came in time. While reading that is no trouble.
    #[error("the device did not answer in time")]
    Timeout,
    /// The device refused a request or stopped an endpoint.
    #[error("the device refused the request")]
    Stalled,
    /// More came than there was room for.
    #[error("the device sent more than was expected")]
    Overflow,
    /// The transfer failed, as it does when a plug is being pulled.
    #[error("the transfer failed")]
    Io,
    /// Anything else.
    #[error("USB failed")]
    Other,
}

impl UsbTrouble {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotBuilt => "no-usb-support",
            Self::NoUsb => "no-usb",
            Self::Access => "no-permission",
            Self::Busy => "busy",
            Self::Gone => "gone",
            Self::Timeout => "timeout",
            Self::Stalled => "stalled",
            Self::Overflow => "overflow",
            Self::Io => "io",
            Self::Other => "usb-failed",
        }
    }

    /// What to do.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::NotBuilt => "build it with the feature `usb`",
            Self::NoUsb => "in a container or virtual machine the USB bus must be passed through",
            Self::Access => {
                "install the udev rules (`stock-bridge udev-rules`), join the group `scanner`, \
                 and plug the scanner in again"
            }
            Self::Busy => "stop the other program; `stock-bridge doctor` names it where it can",
            Self::Gone => "plug it in again",
            Self::Timeout | Self::Stalled | Self::Overflow | Self::Io | Self::Other => {
                "plug the scanner in again, without a hub in between if it goes on"
            }
        }
    }
}

/// A request to a device's control endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Control {
    /// Direction, type and recipient.
    pub request_type: u8,
    /// What is asked.
    pub request: u8,
    /// Its first argument.
    pub value: u16,
    /// Its second one, mostly the interface.
    pub index: u16,
}

impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            request_type,
            request,
            value,
            index,
        } = self;
        write!(
            f,
            "{request_type:02x} {request:02x} {value:04x} {index:04x}"
        )
    }
}

/// A bus: what is on it, and ways to open something.
pub trait UsbTransport: Send + Sync + fmt::Debug {
    /// What is on the bus now, in the order of the ports.
    fn list(&self) -> Result<Vec<DeviceInfo>, UsbTrouble>;

    /// Opens a device of the list. Nobody else is kept from it by that.
    fn open(&self, device: &DeviceInfo) -> Result<Arc<dyn UsbHandle>, UsbTrouble>;

    /// Hears whenever something was plugged in or pulled out; what it was, the list tells. `None`
    /// where the system does not tell: then the list is asked now and then.
    fn changes(&self) -> Option<Receiver<()>>;
}

/// An open device. Closing it gives its interfaces back to the kernel's drivers. Several threads
/// may use it at once, so that a scanner beeps while it is read.
pub trait UsbHandle: Send + Sync + fmt::Debug {
    /// The time as the device's reader sees it: how long it has found nothing. It never goes back.
    fn now(&self) -> Now;

    /// Takes an interface for this program alone, from the kernel's driver too.
    fn claim(&self, interface: u8) -> Result<(), UsbTrouble>;

    /// Asks for bytes on the control endpoint; returns how many came.
    fn control_in(&self, request: Control, buffer: &mut [u8]) -> Result<usize, UsbTrouble>;

    /// Sends bytes on the control endpoint.
    fn control_out(&self, request: Control, bytes: &[u8]) -> Result<(), UsbTrouble>;

    /// Reads what the device sends next; [`UsbTrouble::Timeout`] when nothing came in that time.
    fn read(
        &self,
        endpoint: EndpointInfo,
        buffer: &mut [u8],
        patience: Duration,
    ) -> Result<usize, UsbTrouble>;

    /// Sends bytes.
    fn write(&self, endpoint: EndpointInfo, bytes: &[u8]) -> Result<(), UsbTrouble>;

    /// Makes an endpoint work again that stopped itself.
    fn clear_halt(&self, endpoint: EndpointInfo) -> Result<(), UsbTrouble>;
}

/// The bus of this machine.
#[cfg(feature = "usb")]
pub fn system() -> Result<Arc<dyn UsbTransport>, UsbTrouble> {
    Ok(Arc::new(libusb::LibUsb::start()?))
}

/// The bus of this machine: none without the feature `usb`.
#[cfg(not(feature = "usb"))]
pub fn system() -> Result<Arc<dyn UsbTransport>, UsbTrouble> {
    Err(UsbTrouble::NotBuilt)
}
