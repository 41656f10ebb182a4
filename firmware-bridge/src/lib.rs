//! Barcode scanners on USB: finding them, taking them for oneself, and what they scan as bytes.
//!
//! This crate knows nothing of the ledger: what comes out of it is what a scanner sent. The way of
//! a scan is [`transport`] (the bus), [`route`] (how a device is read), [`scanner`] (one that is
//! open), [`decode`] (from reports to scans), [`supervisor`] (all of them, as they come and go),
//! then [`source`] for a program that has the scanners itself, or [`spool`], [`publish`] and
//! [`client`] over a socket. libusb is behind the feature `usb`; everything else works without it.
//!
//! **Invariant.** A machine without USB (a container, a server) is an ordinary case with a clear
//! message, never a panic: everything goes through a `rusb::Context` of our own, not through
//! `rusb::devices`, which panics there.

pub mod capture;
pub mod client;
pub mod clock;
pub mod config;
pub mod decode;
pub mod doctor;
pub mod known;
pub mod publish;
pub mod route;
pub mod scanner;
pub mod source;
pub mod spool;
pub mod supervisor;
#[cfg(test)]
mod testing;
pub mod transport;
pub mod udev;
pub mod wire;

pub use self::client::Client;
pub use self::config::Config;
pub use self::source::{Heard, InProcess, Notice, ScanSource, SourceEnded};
pub use self::supervisor::Scanners;
pub use self::transport::{UsbTransport, UsbTrouble};
pub use self::wire::{Scan, ScanId, Tone};
