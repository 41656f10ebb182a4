//! The label printers of the house: what they are called, where they listen, and what they print.
//!
//! They stand in the setting `printers`, so that every node knows them. Who sends to them is
//! elsewhere: this crate has no network.

use std::fmt;
use std::str::FromStr;

use super::settings::{self, PRINTERS};
use crate::fold::Fold;

/// Where label printers take their language as it comes (the raw port of print servers).
const RAW_PORT: u16 = 9100;
/// How many dots an inch label printers have, and which are usual while nobody says.
const DPIS: [u32; 2] = [203, 300];

/// A label printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printer {
    /// What people call it.
    pub name: String,
    /// Its name or address in the network.
    pub host: String,
    /// The port at which it listens.
    pub port: u16,
    /// How many dots it prints in an inch.
    pub dpi: u32,
    /// The label that is in it, as width and height in millimetres, such as `57x32`; none when that
    /// is what suits the kind of label.
    pub label: Option<String>,
}

/// A printer as it is typed: a name, where it is, and what is special about it.
///
/// `Dock=192.168.7.30`, `Dock=printer.local:9101/300dpi/57x32`.
impl FromStr for Printer {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (name, rest) = text.split_once('=').ok_or(())?;
        let mut parts = rest.split('/').map(str::trim);
        let (host, port) = place(parts.next().unwrap_or_default()).ok_or(())?;
        let mut printer = Self {
            name: name.trim().to_owned(),
            host,
            port,
            dpi: DPIS[0],
            label: None,
        };
        for part in parts {
            let part = part.to_ascii_lowercase();
            if let Some(dpi) = part.strip_suffix("dpi") {
                let dpi = dpi.trim().parse().or(Err(()))?;
                printer.dpi = DPIS.contains(&dpi).then_some(dpi).ok_or(())?;
            } else {
                let (width, height) = part.split_once('x').ok_or(())?;
                let (width, height) = (millimetres(width)?, millimetres(height)?);
                printer.label = Some(format!("{width}x{height}"));
            }
        }
        if printer.name.is_empty() {
            return Err(());
        }
        Ok(printer)
    }
}

impl fmt::Display for Printer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            host,
            port,
            dpi,
            label,
        } = self;
        write!(f, "{name}={host}")?;
        if *port != RAW_PORT {
            write!(f, ":{port}")?;
        }
        if *dpi != DPIS[0] {
            write!(f, "/{dpi}dpi")?;
        }
        if let Some(label) = label {
            write!(f, "/{label}")?;
        }
        Ok(())
    }
}

/// A host with a port, or one that listens where all do. An IPv6 address stands in brackets.
fn place(text: &str) -> Option<(String, u16)> {
    let has_port = |text: &str| text.rfind(':') > text.rfind(']');
    let (host, port) = if has_port(text) {
        let (host, port) = text.rsplit_once(':')?;
        (host, port.parse().ok().filter(|port| *port > 0)?)
    } else {
        (text, RAW_PORT)
    };
    let bare = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let is_name = |sign: char| sign.is_ascii_alphanumeric() || "-._".contains(sign);
    let is_host = match bare {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.chars().all(is_name),
    };
    is_host.then(|| (host.to_owned(), port))
}

/// A side of a label; a longer one is none.
fn millimetres(text: &str) -> Result<u32, ()> {
    let side = text.trim().parse().or(Err(()))?;
    (1..=1_000).contains(&side).then_some(side).ok_or(())
}

/// The printers of the house.
#[must_use]
pub fn printers(fold: &Fold) -> Vec<Printer> {
    let listed = settings::value(fold, &PRINTERS);
    let listed = listed.split(',').map(str::trim);
    listed.filter_map(|text| text.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printer_is_read_and_written_as_it_is_typed() {
        let dock: Printer = " Dock = 192.168.7.30 "
            .parse()
            .unwrap_or_else(|()| panic!());
        assert_eq!(
            (dock.name.as_str(), dock.host.as_str(), dock.port, dock.dpi),
            ("Dock", "192.168.7.30", 9100, 203)
        );
        assert_eq!(dock.label, None);
        assert_eq!(dock.to_string(), "Dock=192.168.7.30");
        for text in [
            "Dock=printer.local:9101/300dpi/57x32",
            "Pack table=zebra-2/100x50",
            "Six=[fe80::1]:9100",
            "Six=[fe80::1]",
        ] {
            let printer: Printer = text.parse().unwrap_or_else(|()| panic!("{text}"));
            let again = printer.to_string();
            assert_eq!(again.parse(), Ok(printer), "{text}");
        }
    }

    #[test]
    fn what_is_no_printer_is_not_taken_for_one() {
        for text in [
            "",
            "Dock",
            "=192.168.7.30",
            "Dock=",
            "Dock=host:0",
            "Dock=host:99999",
            "Dock=host/600dpi",
            "Dock=host/57",
            "Dock=host/0x32",
            "Dock=host name",
            "Dock=http://host",
            "Dock=[host]",
            "Dock=[fe80::1",
        ] {
            assert_eq!(text.parse::<Printer>(), Err(()), "{text}");
        }
    }
}
