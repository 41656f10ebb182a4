//! Scanners that are known by the numbers they show on the bus, and how they are set to a mode
//! that we can read.
//!
//! The numbers are from the list of USB ids that Debian has and from what people wrote in public.
//! Many cheap scanners show numbers that ordinary keyboards show as well; these are in no table,
//! since a keyboard must not be taken away from whoever types on it.

/// What a device speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Speaks {
    /// It types like a keyboard.
    Keyboard,
    /// HID POS: reports with length, symbology and data.
    HidPos,
    /// A serial port (CDC-ACM).
    Serial,
    /// A serial port that needs its maker's driver; this program cannot read it.
    VendorSerial,
    /// The hand-held, table-top or OEM way of cash registers; this program cannot read it.
    CashRegister,
    /// SNAPI, Zebra's own; this program cannot read it.
    Snapi,
    /// It can be told by its number that it is a scanner, and no more.
    Unknown,
}

impl Speaks {
    /// Whether this program can read it.
    #[must_use]
    pub const fn is_readable(self) -> bool {
        matches!(self, Self::Keyboard | Self::HidPos | Self::Serial)
    }

    /// Its name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keyboard => "keyboard",
            Self::HidPos => "HID POS",
            Self::Serial => "USB serial (CDC-ACM)",
            Self::VendorSerial => "a serial port with a driver of its maker",
            Self::CashRegister => "an interface for cash registers (IBM, OPOS)",
            Self::Snapi => "SNAPI, an interface of its maker",
            Self::Unknown => "an unknown interface",
        }
    }
}

/// Who makes scanners under a vendor's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Maker {
    /// The vendor's number.
    pub vid: u16,
    /// Its name.
    pub name: &'static str,
}

/// A product that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Who made it.
    pub maker: Maker,
    /// The product's number.
    pub pid: u16,
    /// Its name, or that of its family.
    pub model: &'static str,
    /// What it speaks under this number; most scanners show another number in another mode.
    pub speaks: Speaks,
}

const fn maker(vid: u16, name: &'static str) -> Maker {
    Maker { vid, name }
}

const ZEBRA: Maker = maker(0x05e0, "Zebra (Symbol)");
const HONEYWELL: Maker = maker(0x0c2e, "Honeywell (Metrologic)");
const DATALOGIC_PSC: Maker = maker(0x05f9, "Datalogic (PSC)");
const DATALOGIC: Maker = maker(0x080c, "Datalogic");
const NEWLAND: Maker = maker(0x1eab, "Newland");
const HHP: Maker = maker(0x0536, "Hand Held Products (Honeywell)");
const OPTICON: Maker = maker(0x065a, "Opticon");
const YOUJIE: Maker = maker(0x23d0, "Youjie (Honeywell)");

/// Makers under whose numbers there are scanners. The udev rules give access to these.
pub const MAKERS: [Maker; 8] = [
    ZEBRA,
    HONEYWELL,
    DATALOGIC_PSC,
    DATALOGIC,
    NEWLAND,
    HHP,
    OPTICON,
    YOUJIE,
];

const fn known(maker: Maker, pid: u16, model: &'static str, speaks: Speaks) -> Known {
    Known {
        maker,
        pid,
        model,
        speaks,
    }
}

const KNOWN: [Known; 40] = [
    known(ZEBRA, 0x0600, "Simple COM", Speaks::VendorSerial),
    known(ZEBRA, 0x0700, "CS1504", Speaks::Unknown),
    known(ZEBRA, 0x1200, "scanner", Speaks::Keyboard),
    known(ZEBRA, 0x1300, "hand-held scanner", Speaks::CashRegister),
    known(ZEBRA, 0x1400, "table-top scanner", Speaks::CashRegister),
    known(ZEBRA, 0x1701, "scanner", Speaks::Serial),
    known(ZEBRA, 0x1900, "scanner", Speaks::Snapi),
    known(ZEBRA, 0x1a00, "CS4070", Speaks::Unknown),
    known(HONEYWELL, 0x0007, "SurePOS scanner", Speaks::CashRegister),
    known(HONEYWELL, 0x0200, "MS7120", Speaks::Unknown),
    known(HONEYWELL, 0x0204, "MS7120", Speaks::Keyboard),
    known(HONEYWELL, 0x0206, "MS4980", Speaks::Unknown),
    known(HONEYWELL, 0x0700, "scanner", Speaks::VendorSerial),
    known(HONEYWELL, 0x0720, "scanner", Speaks::VendorSerial),
    known(HONEYWELL, 0x0900, "scanner", Speaks::Serial),
    known(HONEYWELL, 0x0901, "Xenon", Speaks::Keyboard),
    known(HONEYWELL, 0x0907, "Xenon 1900", Speaks::HidPos),
    known(HONEYWELL, 0x0b61, "Voyager 1250g", Speaks::Keyboard),
    known(HONEYWELL, 0x0b6a, "Vuquest 3310", Speaks::Unknown),
    known(HONEYWELL, 0x0b81, "Voyager 1400g", Speaks::Unknown),
    known(HONEYWELL, 0x1007, "scanner", Speaks::HidPos),
    known(HONEYWELL, 0x10d3, "CM4680SR", Speaks::Unknown),
    known(DATALOGIC_PSC, 0x1206, "Gryphon", Speaks::CashRegister),
    known(DATALOGIC_PSC, 0x2206, "scanner", Speaks::Keyboard),
    known(DATALOGIC_PSC, 0x220c, "Gryphon GD4430", Speaks::Unknown),
    known(DATALOGIC_PSC, 0x2601, "Magellan 1000i", Speaks::Unknown),
    known(DATALOGIC_PSC, 0x2602, "Magellan 1100i", Speaks::Unknown),
    known(DATALOGIC_PSC, 0x4204, "scanner", Speaks::Serial),
    known(
        DATALOGIC_PSC,
        0x5204,
        "scanner in its setup mode",
        Speaks::Unknown,
    ),
    known(DATALOGIC, 0x0300, "scanner", Speaks::Unknown),
    known(DATALOGIC, 0x0400, "scanner", Speaks::Unknown),
    known(DATALOGIC, 0x0500, "scanner", Speaks::Unknown),
    known(DATALOGIC, 0x0600, "scanner", Speaks::Unknown),
    known(NEWLAND, 0x0103, "HR200", Speaks::Keyboard),
    known(NEWLAND, 0x0106, "HR200", Speaks::Serial),
    known(NEWLAND, 0x0110, "HR200", Speaks::HidPos),
    known(NEWLAND, 0x0d03, "EM2028", Speaks::Keyboard),
    known(NEWLAND, 0x0d06, "EM2028", Speaks::Serial),
    known(HHP, 0x01ca, "IT4800", Speaks::Unknown),
    known(OPTICON, 0x0001, "scanner", Speaks::Keyboard),
];

/// The maker that a vendor's number stands for, if it is one of scanners.
#[must_use]
pub fn maker_of(vid: u16) -> Option<Maker> {
    MAKERS.into_iter().find(|maker| maker.vid == vid)
}

/// What is known of a device.
///
/// Newland numbers its products by a rule, so models that are in no table are known too.
#[must_use]
pub fn known_as(vid: u16, pid: u16) -> Option<Known> {
    KNOWN
        .into_iter()
        .find(|known| known.maker.vid == vid && known.pid == pid)
        .or_else(|| newland(vid, pid))
}

fn newland(vid: u16, pid: u16) -> Option<Known> {
    let [_, mode] = pid.to_be_bytes();
    let speaks = match mode {
        0x03 => Speaks::Keyboard,
        0x06 => Speaks::Serial,
        0x10 => Speaks::HidPos,
        _ => return None,
    };
    (vid == NEWLAND.vid).then_some(Known {
        maker: NEWLAND,
        pid,
        model: "scanner",
        speaks,
    })
}

/// What to scan so that a scanner of this vendor speaks HID POS: a sentence for people.
///
/// It names the code as the maker's manual does where we know that, and says where to find it
/// otherwise.
#[must_use]
pub fn switch_to_hid_pos(vid: u16) -> String {
    match maker_of(vid) {
        Some(maker) if maker == HONEYWELL || maker == HHP || maker == YOUJIE => format!(
            "scan the setup barcode for terminal id 131 (USB HID POS) of the manual of your {} \
             scanner",
            maker.name
        ),
        Some(maker) => format!(
            "scan the setup barcode \"USB HID POS\" of the manual of your {} scanner",
            maker.name
        ),
        None => "scan the setup barcode \"USB HID POS\" of your scanner's manual".to_owned(),
    }
}

/// What a scanner that is a serial port is sent to make it beep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SerialTones {
    /// The tone of a code that was taken.
    pub good: &'static [u8],
    /// The tone of a code that was not.
    pub error: &'static [u8],
}

/// The tones of a vendor's serial scanners, where they are known. Honeywell calls them *on file*
/// and *razz*.
#[must_use]
pub fn serial_tones(vid: u16) -> Option<SerialTones> {
    (vid == HONEYWELL.vid).then_some(SerialTones {
        good: b"\x1b7,",
        error: b"\x1b8,",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_product_is_in_the_table_twice() {
        for (at, known) in KNOWN.iter().enumerate() {
            let same = |other: &Known| (other.maker.vid, other.pid) == (known.maker.vid, known.pid);
            assert_eq!(KNOWN.iter().position(same), Some(at), "{known:?}");
            assert_eq!(maker_of(known.maker.vid), Some(known.maker));
        }
    }

    #[test]
    fn newland_numbers_by_a_rule() {
        for (pid, speaks) in [
            (0x1303, Speaks::Keyboard),
            (0x1306, Speaks::Serial),
            (0x1310, Speaks::HidPos),
        ] {
            assert_eq!(
                known_as(0x1eab, pid).map(|known| known.speaks),
                Some(speaks)
            );
        }
        assert_eq!(known_as(0x1eab, 0x1311), None);
        assert_eq!(known_as(0x046d, 0x1310), None, "a mouse of somebody else");
    }

    #[test]
    fn a_mode_that_cannot_be_read_is_told_with_what_to_scan() {
        let snapi = known_as(0x05e0, 0x1900).expect("it is in the table");
        assert!(!snapi.speaks.is_readable());
        assert_eq!(
            switch_to_hid_pos(0x05e0),
            "scan the setup barcode \"USB HID POS\" of the manual of your Zebra (Symbol) scanner"
        );
        assert!(switch_to_hid_pos(0x0c2e).contains("terminal id 131"));
        assert!(switch_to_hid_pos(0x1234).contains("your scanner's manual"));
    }

    #[test]
    fn only_known_scanners_are_sent_anything() {
        let tones = serial_tones(0x0c2e).expect("they are in its manual");
        assert_eq!(
            (tones.good, tones.error),
            (&[0x1b, 0x37, 0x2c][..], &[0x1b, 0x38, 0x2c][..])
        );
        assert_eq!(serial_tones(0x05e0), None);
    }

    #[test]
    fn numbers_that_keyboards_have_too_are_nobodys() {
        for (vid, pid) in [
            (0x05fe, 0x1010),
            (0x0145, 0x0012),
            (0xffff, 0x0035),
            (0x0416, 0xc141),
        ] {
            assert_eq!(known_as(vid, pid), None);
        }
    }
}
