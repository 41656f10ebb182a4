//! What is said to whoever plugged a scanner in and sees nothing.

use super::*;
use crate::decode::fixtures;
use crate::testing::{REPORT_DESCRIPTOR, hid, keyboard, pos, serial};
use crate::transport::fake::{FakeBus, FakeDevice};

/// A machine of the test's making.
struct Machine {
    holders: Vec<Holder>,
    bridges: Vec<u32>,
    group: Membership,
    meddlers: Vec<String>,
}

impl Surroundings for Machine {
    fn holders(&self, _device: &DeviceInfo) -> Vec<Holder> {
        self.holders.clone()
    }

    fn bridges(&self) -> Vec<u32> {
        self.bridges.clone()
    }

    fn group(&self) -> Membership {
        self.group
    }

    fn meddlers(&self) -> Vec<String> {
        self.meddlers.clone()
    }
}

fn machine() -> Machine {
    Machine {
        holders: Vec::new(),
        bridges: Vec::new(),
        group: Membership::NoGroup,
        meddlers: Vec::new(),
    }
}

fn examined(devices: Vec<FakeDevice>, config: &str, machine: &Machine) -> Vec<Finding> {
    let bus = FakeBus::new();
    for device in devices {
        bus.plug(device);
    }
    let before = claims(&bus);
    let found = examine(Ok(&bus), &Config::parse(config).unwrap(), machine);
    assert_eq!(claims(&bus), before, "everything is given back");
    found
}

fn claims(bus: &FakeBus) -> Vec<usize> {
    let list = bus.list().unwrap();
    let claims = list
        .iter()
        .map(|device| bus.with(&device.port, |one| one.claimed.len()));
    claims.flatten().collect()
}

fn one(found: &[Finding], code: &str) -> (Weight, String, String) {
    let mut of_code = found.iter().filter(|finding| finding.code == code);
    let one = of_code
        .next()
        .unwrap_or_else(|| panic!("{code} in {found:?}"));
    assert_eq!(of_code.next(), None);
    (
        one.weight,
        one.text.clone(),
        one.hint.clone().unwrap_or_default(),
    )
}

#[test]
fn no_usb_at_all() {
    let found = examine(Err(UsbTrouble::NoUsb), &Config::default(), &machine());
    let (weight, text, hint) = one(&found, "no-usb");
    assert_eq!(weight, Weight::Trouble);
    assert!(text.contains("/dev/bus/usb"));
    assert!(hint.contains("container or virtual machine"));
    let found = examined(Vec::new(), "", &machine());
    assert!(one(&found, "no-scanner").1.contains("no device on it"));
}

#[test]
fn no_permission_says_what_is_missing() {
    let mut device = pos("1-1", None);
    device.open = Some(UsbTrouble::Access);
    let of = |group| {
        let machine = Machine { group, ..machine() };
        let found = examined(vec![device.clone()], "", &machine);
        let (weight, _, hint) = one(&found, "no-permission");
        assert_eq!(weight, Weight::Trouble);
        hint
    };
    assert!(of(Membership::NoGroup).contains("groupadd --system scanner"));
    let outside = of(Membership::Outside);
    assert!(outside.contains("usermod -aG scanner") && !outside.contains("groupadd"));
    assert!(of(Membership::Inside).contains("stock-bridge udev-rules"));
}

#[test]
fn busy_names_who_has_it_where_that_can_be_known() {
    let mut device = pos("1-1", None);
    device.claim = Some(UsbTrouble::Busy);
    let found = examined(vec![device.clone()], "", &machine());
    assert!(one(&found, "busy").2.contains("as root"));
    let held = |name: &str| Machine {
        holders: vec![Holder {
            pid: 812,
            name: name.to_owned(),
        }],
        ..machine()
    };
    let found = examined(vec![device.clone()], "", &held("qz-tray"));
    assert!(one(&found, "busy").1.contains("qz-tray (process 812)"));
    let found = examined(vec![device], "", &held("stock-bridge"));
    assert_eq!(
        one(&found, "in-use").0,
        Weight::Ok,
        "that is how it should be"
    );
}

#[test]
fn a_kernel_driver_is_told_and_one_that_holds_on_is_trouble() {
    let scanner = keyboard("1-1", (0x05e0, 0x1200));
    let found = examined(vec![scanner.clone()], "", &machine());
    let (weight, text, _) = one(&found, "driver-attached");
    assert_eq!(weight, Weight::Note);
    assert!(text.contains("usbhid") && text.contains("types into whatever is in front"));
    assert_eq!(one(&found, "ok").0, Weight::Ok);
    let mut held = scanner;
    held.claim = Some(UsbTrouble::Busy);
    let found = examined(vec![held], "", &machine());
    let troubles: Vec<&Finding> = found
        .iter()
        .filter(|finding| finding.weight == Weight::Trouble)
        .collect();
    assert_eq!(troubles.len(), 1);
    assert_eq!(troubles[0].code, "driver-attached");
    assert!(
        troubles[0]
            .hint
            .as_ref()
            .unwrap()
            .contains("modprobe -r usbhid")
    );
}

#[test]
fn a_wrong_mode_comes_with_the_barcode_to_scan() {
    let mut snapi = pos("1-1", None);
    snapi.info.vendor_id = 0x05e0;
    snapi.info.product_id = 0x1900;
    snapi.info.interfaces[0].report_descriptor = None;
    let (weight, text, hint) = one(&examined(vec![snapi], "", &machine()), "wrong-mode");
    assert_eq!(weight, Weight::Trouble);
    assert!(text.contains("SNAPI"));
    assert!(hint.contains("setup barcode \"USB HID POS\"") && hint.contains("Zebra"));
    let typing = keyboard("1-1", (0x0c2e, 0x0b6a));
    let (_, _, hint) = one(&examined(vec![typing], "", &machine()), "wrong-mode");
    assert!(hint.contains("terminal id 131") && hint.contains("stock-bridge learn"));
    // Its numbers are those of HID POS, its reports are not.
    let mut lying = pos("1-1", None);
    lying.info.interfaces[0].report_descriptor = None;
    let descriptor = fixtures::bytes(fixtures::KEYBOARD);
    lying.answers.insert(REPORT_DESCRIPTOR, descriptor);
    assert!(
        one(&examined(vec![lying], "", &machine()), "wrong-mode")
            .1
            .contains("not those")
    );
    let config = "[[device]]\nmatch = { vid = 0x0c2e }\nmode = \"cdc\"\n";
    let found = examined(vec![pos("1-1", None)], config, &machine());
    assert!(one(&found, "wrong-mode").1.contains("no interface"));
}

#[test]
fn an_unknown_device_is_left_alone_and_told_how_to_name_it() {
    let strange = keyboard("1-1", (0x05fe, 0x1010));
    let found = examined(vec![strange], "", &machine());
    let (weight, text, hint) = one(&found, "unknown-device");
    assert_eq!(weight, Weight::Note);
    assert!(text.contains("05fe:1010") && hint.contains("stock-bridge learn"));
    assert_eq!(one(&found, "no-scanner").0, Weight::Trouble);
    let mut mouse = keyboard("1-1", (0x046d, 0xc077));
    mouse.info.interfaces = vec![hid(2, 8, false)];
    let found = examined(vec![mouse, pos("1-2", None)], "", &machine());
    assert_eq!(
        found.len(),
        1,
        "nobody wants to hear of the mouse: {found:?}"
    );
}

#[test]
fn what_works_is_said_with_what_it_can() {
    let found = examined(vec![pos("1-1", Some("S1")), serial("1-2")], "", &machine());
    let ok: Vec<&Finding> = found
        .iter()
        .filter(|finding| finding.code == "ok")
        .collect();
    assert_eq!(ok.len(), 2);
    assert!(ok[0].text.contains("HID POS and sounds"), "{ok:?}");
    assert!(
        ok[1]
            .text
            .contains("serial port and cannot be told to sound"),
        "{ok:?}"
    );
    let nosy = Machine {
        meddlers: vec!["ModemManager".to_owned()],
        ..machine()
    };
    let found = examined(vec![serial("1-2")], "", &nosy);
    assert!(one(&found, "meddler").1.contains("ModemManager"));
    let found = examined(vec![pos("1-1", None)], "", &nosy);
    assert!(found.iter().all(|finding| finding.code != "meddler"));
}

#[test]
fn a_hostile_descriptor_is_refused_in_bounded_memory() {
    let mut hostile = pos("1-1", None);
    let bytes = fixtures::bytes(fixtures::HOSTILE);
    hostile.info.interfaces[0].report_descriptor = Some(bytes.clone());
    hostile.answers.insert(REPORT_DESCRIPTOR, bytes);
    let found = examined(vec![hostile], "", &machine());
    assert_eq!(one(&found, "wrong-mode").0, Weight::Trouble);
}

#[test]
fn what_a_bridge_reads_is_well_for_a_user_who_may_not_see_who_has_it() {
    let mut device = pos("1-1", None);
    device.info.vendor_id = 0x1234;
    device.info.interfaces[0].report_descriptor = None;
    device.info.interfaces[0].driver = Some("usbfs".to_owned());
    let found = examined(vec![device.clone()], "", &machine());
    assert_eq!(one(&found, "busy").0, Weight::Trouble);
    let beside = Machine {
        bridges: vec![77],
        ..machine()
    };
    let found = examined(vec![device], "", &beside);
    assert!(one(&found, "in-use").1.contains("process 77"), "{found:?}");
    assert_eq!(found.len(), 1);
}
