//! The USB bus through libusb.

use rusb::UsbContext as _;

use crate::{Device, UsbError};

/// The devices on the bus, in the order of bus and address.
pub fn devices() -> Result<Vec<Device>, UsbError> {
    let context = rusb::Context::new().map_err(UsbError::NoUsb)?;
    let list = context.devices().map_err(UsbError::List)?;
    let mut devices: Vec<Device> = list
        .iter()
        .filter_map(|device| described(&device))
        .collect();
    devices.sort_by_key(|device| (device.bus, device.address));
    Ok(devices)
}

/// What a device says of itself; its names only where we may open it.
fn described(device: &rusb::Device<rusb::Context>) -> Option<Device> {
    let descriptor = device.device_descriptor().ok()?;
    let handle = device.open().ok();
    let handle = handle.as_ref();
    Some(Device {
        bus: device.bus_number(),
        address: device.address(),
        vendor_id: descriptor.vendor_id(),
        product_id: descriptor.product_id(),
        manufacturer: handle.and_then(|open| open.read_manufacturer_string_ascii(&descriptor).ok()),
        product: handle.and_then(|open| open.read_product_string_ascii(&descriptor).ok()),
    })
}
