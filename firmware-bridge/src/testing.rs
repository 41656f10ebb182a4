//! Devices for the tests: the scanners that people have, and what is plugged in beside them.

use crate::decode::fixtures;
use crate::transport::fake::FakeDevice;
use crate::transport::{Control, DeviceInfo, EndpointInfo, EndpointKind, InterfaceInfo};

/// What a HID POS scanner is asked for its report descriptor with.
pub(crate) const REPORT_DESCRIPTOR: Control = Control {
    request_type: 0x81,
    request: 0x06,
    value: 0x2200,
    index: 0,
};

pub(crate) const fn endpoint(address: u8, kind: EndpointKind, packet_bytes: u16) -> EndpointInfo {
    EndpointInfo {
        address,
        kind,
        packet_bytes,
    }
}

fn device(port: &str, ids: (u16, u16), interfaces: Vec<InterfaceInfo>) -> DeviceInfo {
    DeviceInfo {
        bus: 1,
        port: port.to_owned(),
        vendor_id: ids.0,
        product_id: ids.1,
        interfaces,
        ..DeviceInfo::default()
    }
}

/// An interface with interrupt endpoints in and, where `has_output`, out.
pub(crate) fn hid(protocol: u8, packet_bytes: u16, has_output: bool) -> InterfaceInfo {
    let mut endpoints = vec![endpoint(0x81, EndpointKind::Interrupt, packet_bytes)];
    if has_output {
        endpoints.push(endpoint(0x02, EndpointKind::Interrupt, packet_bytes));
    }
    InterfaceInfo {
        class: 3,
        subclass: u8::from(protocol != 0),
        protocol,
        endpoints,
        ..InterfaceInfo::default()
    }
}

/// A scanner with HID POS that beeps, of a maker that is known.
pub(crate) fn pos(port: &str, serial: Option<&str>) -> FakeDevice {
    let mut info = device(port, (0x0c2e, 0x0907), vec![hid(0, 64, true)]);
    info.serial = serial.map(str::to_owned);
    info.product = Some("Xenon".to_owned());
    info.interfaces[0].report_descriptor = Some(fixtures::bytes(fixtures::POS));
    let mut device = FakeDevice::of(info);
    let descriptor = fixtures::bytes(fixtures::POS);
    device.answers.insert(REPORT_DESCRIPTOR, descriptor);
    device
}

/// A keyboard, or a scanner that is one: nobody can tell.
pub(crate) fn keyboard(port: &str, ids: (u16, u16)) -> FakeDevice {
    let mut info = device(port, ids, vec![hid(1, 8, false)]);
    info.interfaces[0].driver = Some("usbhid".to_owned());
    FakeDevice::of(info)
}

/// A scanner that is a serial port.
pub(crate) fn serial(port: &str) -> FakeDevice {
    let comm = InterfaceInfo {
        class: 2,
        subclass: 2,
        protocol: 1,
        endpoints: vec![endpoint(0x83, EndpointKind::Interrupt, 8)],
        driver: Some("cdc_acm".to_owned()),
        ..InterfaceInfo::default()
    };
    let data = InterfaceInfo {
        number: 1,
        class: 10,
        endpoints: vec![
            endpoint(0x81, EndpointKind::Bulk, 64),
            endpoint(0x02, EndpointKind::Bulk, 64),
        ],
        driver: Some("cdc_acm".to_owned()),
        ..InterfaceInfo::default()
    };
    FakeDevice::of(device(port, (0x05e0, 0x1701), vec![comm, data]))
}

/// A report of [`pos`]: a whole scan, or a part of one.
pub(crate) fn pos_report(aim: &str, data: &[u8], is_continued: bool) -> Vec<u8> {
    let mut report = vec![0; 64];
    report[0] = 2;
    report[1] = u8::try_from(data.len()).unwrap();
    report[2..5].copy_from_slice(aim.as_bytes());
    report[5..5 + data.len()].copy_from_slice(data);
    report[63] = u8::from(is_continued);
    report
}
