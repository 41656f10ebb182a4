//! Scanners on USB: which devices are there. Reading and decoding their reports will live here.
//!
//! This crate knows nothing of the ledger: what comes out of it is bytes that a scanner sent. libusb
//! is behind the feature `usb`; without it only what needs no hardware is built.
//!
//! **Invariant.** A machine without USB (a container, a server) is an ordinary case with a clear
//! message, never a panic: everything goes through a `rusb::Context` of our own, not through
//! `rusb::devices`, which panics there.

pub mod config;
pub mod decode;
pub mod known;
pub mod udev;
#[cfg(feature = "usb")]
mod usb;

#[cfg(feature = "usb")]
pub use self::usb::devices;

/// A device on the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The bus it is on.
    pub bus: u8,
    /// Its address there.
    pub address: u8,
    /// The vendor's id.
    pub vendor_id: u16,
    /// The product's id.
    pub product_id: u16,
    /// The maker's name, where it may be read.
    pub manufacturer: Option<String>,
    /// The product's name, where it may be read.
    pub product: Option<String>,
}

/// Why devices cannot be listed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UsbError {
    /// The program was built without USB.
    #[error("this program was built without USB")]
    NotBuilt,
    /// libusb cannot be started.
    #[cfg(feature = "usb")]
    #[error("there is no USB here")]
    NoUsb(#[source] rusb::Error),
    /// The bus cannot be read.
    #[cfg(feature = "usb")]
    #[error("the USB devices cannot be listed")]
    List(#[source] rusb::Error),
}

impl UsbError {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotBuilt => "no-usb-support",
            #[cfg(feature = "usb")]
            Self::NoUsb(_) => "no-usb",
            #[cfg(feature = "usb")]
            Self::List(_) => "usb-failed",
        }
    }

    /// What to do.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NotBuilt => "build it with the feature `usb`",
            #[cfg(feature = "usb")]
            Self::NoUsb(_) | Self::List(_) => {
                "in a container or virtual machine the USB bus must be passed through"
            }
        }
    }
}

/// The devices on the bus: none can be known without the feature `usb`.
#[cfg(not(feature = "usb"))]
pub fn devices() -> Result<Vec<Device>, UsbError> {
    Err(UsbError::NotBuilt)
}
