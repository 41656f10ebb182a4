//! Ports on a made-up clock: plugging, pulling, refusals and back-off.

use super::*;
use crate::config::Config;
use crate::route;
use crate::testing::{keyboard, pos};

fn seen(ports: &mut Ports, list: &[DeviceInfo]) -> Vec<Effect> {
    let config = Config::default();
    ports.seen(list, |device| {
        route::route(device, &config.settings(&route::identity(device)))
    })
}

fn at(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn scanner(port: &str, address: u8, serial: Option<&str>) -> DeviceInfo {
    DeviceInfo {
        address,
        ..pos(port, serial).info
    }
}

fn opens(effects: &[Effect]) -> Vec<&str> {
    let mut keys = Vec::new();
    for effect in effects {
        if let Effect::Open { key, .. } = effect {
            keys.push(key.as_str());
        }
    }
    keys
}

fn told(effects: &[Effect]) -> Vec<&str> {
    let mut codes = Vec::new();
    for effect in effects {
        if let Effect::Tell(notice) = effect {
            codes.push(notice.code.as_ref());
        }
    }
    codes
}

#[test]
fn a_scanner_is_taken_once_and_told_once() {
    let mut ports = Ports::default();
    let list = [scanner("1-1", 4, Some("S1"))];
    assert_eq!(opens(&seen(&mut ports, &list)), ["0c2e:0907/S1"]);
    assert_eq!(seen(&mut ports, &list), [], "while it is being opened");
    assert_eq!(told(&ports.opened(at(0), &list[0])), ["ready"]);
    assert_eq!(seen(&mut ports, &list), []);
    assert_eq!(ports.port_of("0c2e:0907/S1"), Some("1-1"));
}

#[test]
fn a_replug_at_the_same_port_is_the_same_scanner_under_a_new_address() {
    let mut ports = Ports::default();
    let first = scanner("1-1", 4, None);
    seen(&mut ports, std::slice::from_ref(&first));
    ports.opened(at(0), &first);
    assert_eq!(ports.ended(at(0), &first, &End::Usb(UsbTrouble::Io)), []);
    assert_eq!(
        ports
            .ended(at(10), &first, &End::Usb(UsbTrouble::Gone))
            .len(),
        1
    );
    assert_eq!(told(&seen(&mut ports, &[])), ["lost"]);
    assert_eq!(ports.next_due(), None, "nothing is tried where nothing is");
    let second = scanner("1-1", 5, None);
    let effects = seen(&mut ports, std::slice::from_ref(&second));
    assert_eq!(opens(&effects), ["0c2e:0907@1-1"]);
    assert_eq!(
        ports.ended(at(20), &first, &End::Usb(UsbTrouble::Gone)),
        [],
        "the old reader"
    );
    assert_eq!(told(&ports.opened(at(30), &second)), ["ready"]);
}

#[test]
fn a_plug_that_nobody_saw_leave_is_taken_anew() {
    let mut ports = Ports::default();
    let first = scanner("1-1", 4, None);
    seen(&mut ports, std::slice::from_ref(&first));
    ports.opened(at(0), &first);
    let effects = seen(&mut ports, &[scanner("1-1", 9, None)]);
    let close = Effect::Close {
        port: "1-1".to_owned(),
    };
    assert_eq!(effects[0], close);
    assert_eq!(opens(&effects), ["0c2e:0907@1-1"]);
}

#[test]
fn equal_scanners_have_names_of_their_own() {
    let mut ports = Ports::default();
    let list = [scanner("1-1", 4, None), scanner("1-2", 5, None)];
    assert_eq!(
        opens(&seen(&mut ports, &list)),
        ["0c2e:0907@1-1", "0c2e:0907@1-2"]
    );
    let list = [
        scanner("1-3", 6, Some("0001")),
        scanner("1-4", 7, Some("0001")),
    ];
    let names = ["0c2e:0907/0001", "0c2e:0907/0001@1-4"];
    assert_eq!(opens(&seen(&mut ports, &list)), names);
}

#[test]
fn a_refusal_is_tried_again_ever_more_slowly_and_told_once() {
    let mut ports = Ports::default();
    let device = scanner("1-1", 4, None);
    seen(&mut ports, std::slice::from_ref(&device));
    let mut now = at(0);
    let mut pauses = Vec::new();
    for round in 0..8 {
        let effects = ports.ended(now, &device, &End::Usb(UsbTrouble::Access));
        assert_eq!(told(&effects).len(), usize::from(round == 0));
        assert_eq!(ports.standing()[0].state, State::Denied);
        let due = ports.next_due().unwrap();
        pauses.push((due - now).as_millis());
        assert_eq!(ports.due(due - at(1)), []);
        assert_eq!(opens(&ports.due(due)).len(), 1);
        assert_eq!(ports.next_due(), None, "one try at a time");
        now = due;
    }
    assert_eq!(pauses, [200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
    // One that is taken and fails at once is no better.
    assert_eq!(told(&ports.opened(now, &device)), ["ready"]);
    let effects = ports.ended(now, &device, &End::Usb(UsbTrouble::Busy));
    assert_eq!(told(&effects), ["busy"]);
    assert_eq!(ports.next_due(), Some(now + AGAIN_MAX));
    ports.opened(now, &device);
    let later = now + AGAIN_MAX;
    ports.ended(later, &device, &End::Usb(UsbTrouble::Busy));
    assert_eq!(ports.next_due(), Some(later + AGAIN_MIN), "from the start");
}

#[test]
fn what_is_no_scanner_after_all_is_taken_once() {
    let mut ports = Ports::default();
    let device = scanner("1-1", 4, None);
    seen(&mut ports, std::slice::from_ref(&device));
    let effects = ports.ended(at(0), &device, &End::Unfit("no scanner".to_owned()));
    assert_eq!(told(&effects), ["unfit"]);
    assert_eq!(ports.next_due(), None);
    assert_eq!(seen(&mut ports, &[device]), []);
    assert_eq!(
        opens(&seen(&mut ports, &[scanner("1-1", 5, None)])).len(),
        1
    );
}

#[test]
fn what_is_no_scanner_is_looked_at_again_since_drivers_come_late() {
    let mut ports = Ports::default();
    let mut device = DeviceInfo {
        vendor_id: 0x1234,
        ..scanner("1-1", 4, None)
    };
    let descriptor = device.interfaces[0].report_descriptor.take();
    assert_eq!(seen(&mut ports, std::slice::from_ref(&device)), []);
    device.interfaces[0].report_descriptor = descriptor;
    assert_eq!(
        opens(&seen(&mut ports, std::slice::from_ref(&device))).len(),
        1
    );
    // Taken, it shows no descriptor any more; it stays taken.
    device.interfaces[0].report_descriptor = None;
    ports.opened(at(0), &device);
    assert_eq!(seen(&mut ports, &[device]), []);
}

#[test]
fn somebodys_keyboard_is_left_alone() {
    let mut ports = Ports::default();
    let list = [keyboard("1-1", (0x046d, 0xc31c)).info];
    assert_eq!(seen(&mut ports, &list), []);
    let state = ports.standing()[0].state;
    assert_eq!(state, State::NotRead(NotRead::Keyboard));
}
