//! Why a scanner does not work here, and what to do: the answer for somebody who plugged one in
//! and sees nothing.
//!
//! Looks at every device as the bridge would, takes each scanner for a moment and gives it back.
//! Nothing is read from it and nothing is changed for good.

use serde::Serialize;

use crate::config::{Config, Mode};
use crate::known;
use crate::route::{self, NotRead, Route};
use crate::scanner::{self, OpenError};
use crate::transport::{
    BY_A_PROGRAM, CLASS_COMM, CLASS_DATA, CLASS_HID, DeviceInfo, InterfaceInfo, UsbTransport,
    UsbTrouble,
};
use crate::udev::{GROUP, PATH};

/// How weighty a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// It works.
    Ok,
    /// Good to know.
    Note,
    /// Scanning does not work until something is done.
    Trouble,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable word.
    pub code: &'static str,
    /// How weighty it is.
    pub weight: Weight,
    /// The device, where it is about one.
    pub device: Option<String>,
    /// In words.
    pub text: String,
    /// What to do.
    pub hint: Option<String>,
}

/// A program that has a device open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// Its name.
    pub name: String,
}

/// What of the machine around the bus plays a part.
pub trait Surroundings {
    /// Which programs have a device open, as far as this user may know.
    fn holders(&self, device: &DeviceInfo) -> Vec<Holder>;

    /// The processes of `stock-bridge` beside this one.
    fn bridges(&self) -> Vec<u32>;

    /// Whether there is a group of scanners, and whether this user is in it.
    fn group(&self) -> Membership;

    /// Programs that take serial ports to see what they are: ModemManager, brltty.
    fn meddlers(&self) -> Vec<String>;
}

/// How this user stands to the group of scanners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// There is no such group.
    NoGroup,
    /// There is, without this user.
    Outside,
    /// This user is in it, or may do everything.
    Inside,
}

/// Examines a bus, or says why there is none.
pub fn examine(
    bus: Result<&dyn UsbTransport, UsbTrouble>,
    config: &Config,
    around: &dyn Surroundings,
) -> Vec<Finding> {
    let list = match bus.and_then(UsbTransport::list) {
        Ok(list) => list,
        Err(trouble) => return vec![no_bus(trouble)],
    };
    let mut findings = Vec::new();
    for device in list.iter().filter(|device| !device.is_hub()) {
        let settings = config.settings(&route::identity(device));
        match route::route(device, &settings) {
            Ok(route) => {
                let Ok(bus) = bus else { continue };
                let opened = scanner::open(bus, device, &settings, &route);
                let opened = opened.map(|(_, speaker)| speaker.has_voice());
                findings.push(taken(device, &route, opened, around));
                findings.extend(has_driver(device, &route));
            }
            Err(NotRead::Taken) => findings.push(busy(device, around)),
            Err(why) => findings.extend(not_read(device, why)),
        }
    }
    if findings
        .iter()
        .all(|finding| finding.code == "unknown-device")
    {
        findings.push(no_scanner(list.is_empty()));
    }
    let serial = |finding: &Finding| finding.text.contains("serial");
    if findings.iter().any(serial) {
        findings.extend(around.meddlers().iter().map(|name| meddler(name)));
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.weight));
    findings
}

fn no_bus(trouble: UsbTrouble) -> Finding {
    Finding {
        code: trouble.code(),
        weight: Weight::Trouble,
        device: None,
        text: if trouble == UsbTrouble::NoUsb {
            "there is no USB here: libusb finds no bus, neither in /dev/bus/usb nor in /sys"
                .to_owned()
        } else {
            format!("the USB bus cannot be listed: {trouble}")
        },
        hint: Some(trouble.hint().to_owned()),
    }
}

fn no_scanner(is_empty: bool) -> Finding {
    let text = if is_empty {
        "there is USB here, and no device on it"
    } else {
        "no device here is known as a scanner"
    };
    Finding {
        code: "no-scanner",
        weight: Weight::Trouble,
        device: None,
        text: text.to_owned(),
        hint: Some(
            "plug the scanner in, with its own cable; if it is there and looks like a keyboard or \
             is not known, run `stock-bridge learn`"
                .to_owned(),
        ),
    }
}

fn meddler(name: &str) -> Finding {
    Finding {
        code: "meddler",
        weight: Weight::Note,
        device: None,
        text: format!("{name} runs, and opens serial ports to see what they are"),
        hint: Some("install the udev rules, which tell it to leave scanners alone".to_owned()),
    }
}

/// A device as people find it on the desk.
fn called(device: &DeviceInfo) -> String {
    let name = device.name();
    let known = known::known_as(device.vendor_id, device.product_id);
    let name = match known {
        Some(known) if name.is_empty() => format!("{} {}", known.maker.name, known.model),
        Some(_) | None => name,
    };
    format!("{} {name}", device.ids()).trim_end().to_owned()
}

fn finding(
    device: &DeviceInfo,
    code: &'static str,
    weight: Weight,
    text: &str,
    hint: Option<String>,
) -> Finding {
    Finding {
        code,
        weight,
        device: Some(device.key()),
        text: format!("{} at port {}: {text}", called(device), device.port),
        hint,
    }
}

/// What came of taking a scanner.
fn taken(
    device: &DeviceInfo,
    route: &Route,
    opened: Result<bool, OpenError>,
    around: &dyn Surroundings,
) -> Finding {
    match opened {
        Ok(has_voice) => {
            let sounds = if has_voice {
                "and sounds when a scan is written"
            } else {
                "and cannot be told to sound"
            };
            let text = format!("works as {} {sounds}", mode_name(route));
            finding(device, "ok", Weight::Ok, &text, None)
        }
        Err(OpenError::Usb(UsbTrouble::Access)) => denied(device, around.group()),
        Err(OpenError::Usb(UsbTrouble::Busy)) => busy(device, around),
        Err(OpenError::Usb(trouble)) => {
            let text = format!("cannot be used: {trouble}");
            let hint = Some(trouble.hint().to_owned());
            finding(device, trouble.code(), Weight::Trouble, &text, hint)
        }
        Err(error @ (OpenError::Descriptor(_) | OpenError::NoScanner)) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            let text = format!("{error}{}", cause.unwrap_or_default());
            let hint = Some(known::switch_to_hid_pos(device.vendor_id));
            finding(device, "wrong-mode", Weight::Trouble, &text, hint)
        }
    }
}

fn mode_name(route: &Route) -> &'static str {
    match route.mode {
        Mode::Keyboard => "a keyboard",
        Mode::Serial => "a serial port",
        Mode::Pos | Mode::Auto | Mode::Ignore => "HID POS",
    }
}

fn denied(device: &DeviceInfo, group: Membership) -> Finding {
    let hint = match group {
        Membership::NoGroup => format!(
            "as root: groupadd --system {GROUP}; usermod -aG {GROUP} USER; stock-bridge udev-rules \
             >{PATH}; udevadm control --reload; then log in again and plug the scanner in again"
        ),
        Membership::Outside => format!(
            "as root: usermod -aG {GROUP} USER; then log in again. If that was done, plug the \
             scanner in again"
        ),
        Membership::Inside => format!(
            "as root: stock-bridge udev-rules >{PATH}; udevadm control --reload; then plug the \
             scanner in again"
        ),
    };
    let text = "this user has no permission to use it";
    let code = UsbTrouble::Access.code();
    finding(device, code, Weight::Trouble, text, Some(hint))
}

fn busy(device: &DeviceInfo, around: &dyn Surroundings) -> Finding {
    let code = UsbTrouble::Busy.code();
    let holders = around.holders(device);
    let mut bridges: Vec<u32> = holders
        .iter()
        .filter(|holder| holder.name == "stock-bridge")
        .map(|holder| holder.pid)
        .collect();
    // Who has it, only root may see; that a bridge runs, everybody.
    if holders.is_empty() && device.is_taken() {
        bridges = around.bridges();
    }
    if let Some(bridge) = bridges.first() {
        let text = format!("stock-bridge, process {bridge}, reads it");
        return finding(device, "in-use", Weight::Ok, &text, None);
    }
    let named: Vec<String> = holders
        .iter()
        .map(|holder| format!("{} (process {})", holder.name, holder.pid))
        .collect();
    if !named.is_empty() {
        let text = format!("another program has it: {}", named.join(", "));
        let hint = Some("stop that program".to_owned());
        return finding(device, code, Weight::Trouble, &text, hint);
    }
    let interfaces = device.interfaces.iter();
    let mut drivers = interfaces.filter_map(|one| one.driver.as_deref());
    match drivers.find(|driver| *driver != BY_A_PROGRAM) {
        Some(driver) => {
            let text = format!("the kernel's driver {driver} has it and does not give it away");
            let hint = format!("as root: modprobe -r {driver}, or plug the scanner in again");
            finding(
                device,
                "driver-attached",
                Weight::Trouble,
                &text,
                Some(hint),
            )
        }
        None => {
            let text = "another program has it";
            let hint = "stop the other program; run this as root to see which one it is";
            finding(device, code, Weight::Trouble, text, Some(hint.to_owned()))
        }
    }
}

fn drivers<'d>(device: &'d DeviceInfo, route: &'d Route) -> impl Iterator<Item = &'d str> {
    let claimed = |one: &&InterfaceInfo| route.claims.contains(&one.number);
    let interfaces = device.interfaces.iter().filter(claimed);
    interfaces.filter_map(|one| one.driver.as_deref())
}

/// The kernel reads the scanner as long as no bridge does.
fn has_driver(device: &DeviceInfo, route: &Route) -> Option<Finding> {
    let driver = drivers(device, route).find(|driver| *driver != BY_A_PROGRAM)?;
    let mut text = format!("the kernel's driver {driver} has it until stock-bridge takes it");
    if route.mode == Mode::Keyboard {
        text.push_str(": till then it types into whatever is in front");
    }
    let hint = Some("run `stock-bridge run`".to_owned());
    Some(finding(
        device,
        "driver-attached",
        Weight::Note,
        &text,
        hint,
    ))
}

/// Why a device is left alone; `None` for what cannot be a scanner.
fn not_read(device: &DeviceInfo, why: NotRead) -> Option<Finding> {
    let is_makers = known::maker_of(device.vendor_id).is_some();
    let learn = "if it is the scanner, run `stock-bridge learn`";
    Some(match why {
        NotRead::Ignored => {
            let text = "devices.toml says that it is ignored";
            finding(device, "ignored", Weight::Note, text, None)
        }
        NotRead::Unreadable(speaks) => {
            let text = format!(
                "the scanner speaks {}, which this program cannot read",
                speaks.name()
            );
            let hint = known::switch_to_hid_pos(device.vendor_id);
            finding(device, "wrong-mode", Weight::Trouble, &text, Some(hint))
        }
        NotRead::Keyboard if is_makers => {
            let text = "the scanner types like a keyboard, and is in no list of such scanners";
            let hint = format!(
                "{}, which reads every character; or run `stock-bridge learn`",
                known::switch_to_hid_pos(device.vendor_id)
            );
            finding(device, "wrong-mode", Weight::Trouble, text, Some(hint))
        }
        NotRead::Keyboard => {
            let text = "a keyboard by its own account, so it is left alone";
            finding(
                device,
                "unknown-device",
                Weight::Note,
                text,
                Some(learn.to_owned()),
            )
        }
        NotRead::NoInterface(mode) => {
            let text = format!(
                "devices.toml says mode \"{}\", and it has no interface for that",
                mode.word()
            );
            let hint = "set the mode that the scanner is in, or scan the setup barcode of that \
                        mode"
                .to_owned();
            finding(device, "wrong-mode", Weight::Trouble, &text, Some(hint))
        }
        NotRead::NoScanner if may_scan(device) => {
            let text = "nothing says that it is a scanner, so it is left alone";
            finding(
                device,
                "unknown-device",
                Weight::Note,
                text,
                Some(learn.to_owned()),
            )
        }
        NotRead::NoScanner | NotRead::Taken => return None,
    })
}

fn may_scan(device: &DeviceInfo) -> bool {
    device.interfaces.iter().any(|interface| {
        let is_hid = interface.class == CLASS_HID && interface.protocol != 2;
        is_hid || interface.class == CLASS_COMM || interface.class == CLASS_DATA
    })
}

#[cfg(test)]
mod tests;
