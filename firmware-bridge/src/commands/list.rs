//! `stock-bridge list`: what is on the bus, and how each device is read.

use firmware_bridge::config::Mode;
use firmware_bridge::known;
use firmware_bridge::route::{self, NotRead, Route};
use firmware_bridge::transport::DeviceInfo;
use firmware_bridge::{Config, UsbTransport};
use serde_json::{Value, json};

use super::{Common, Failure, bus, say};

/// Lists the bus.
pub(crate) fn run(common: &Common) -> Result<(), Failure> {
    let config = common.config()?;
    let bus = bus()?;
    let list = bus.list()?;
    let text = if common.json {
        list.iter()
            .map(|device| as_json(&*bus, &config, device))
            .collect::<Value>()
            .to_string()
    } else if list.is_empty() {
        "No USB devices.".to_owned()
    } else {
        let rows: Vec<String> = list.iter().map(|device| as_text(&config, device)).collect();
        rows.join("\n")
    };
    say(&text);
    Ok(())
}

fn routed(config: &Config, device: &DeviceInfo) -> Result<Route, NotRead> {
    route::route(device, &config.settings(&route::identity(device)))
}

fn as_json(bus: &dyn UsbTransport, config: &Config, device: &DeviceInfo) -> Value {
    let route = routed(config, device);
    let drivers: Vec<&str> = device
        .interfaces
        .iter()
        .filter_map(|interface| interface.driver.as_deref())
        .collect();
    // Only scanners are opened to see whether that is allowed.
    let access = route.as_ref().ok().map(|_| match bus.open(device) {
        Ok(_) => "ok",
        Err(trouble) => trouble.code(),
    });
    json!({
        "bus": device.bus,
        "address": device.address,
        "port": device.port,
        "vendor_id": format!("{:04x}", device.vendor_id),
        "product_id": format!("{:04x}", device.product_id),
        "manufacturer": device.manufacturer,
        "product": device.product,
        "serial": device.serial,
        "device": device.key(),
        "mode": route.as_ref().ok().map(|route| route.mode.word()),
        "not_read": route.as_ref().err().map(|why| why.text()),
        "access": access,
        "drivers": drivers,
    })
}

fn as_text(config: &Config, device: &DeviceInfo) -> String {
    let name = match (
        device.name(),
        known::known_as(device.vendor_id, device.product_id),
    ) {
        (name, Some(known)) if name.is_empty() => {
            format!("{} {}", known.maker.name, known.model)
        }
        (name, _) => name,
    };
    let read = match routed(config, device) {
        Ok(route) => match route.mode {
            Mode::Keyboard => "scanner, as a keyboard".to_owned(),
            Mode::Serial => "scanner, as a serial port".to_owned(),
            Mode::Pos | Mode::Auto | Mode::Ignore => "scanner, as HID POS".to_owned(),
        },
        Err(why) => why.text(),
    };
    format!("{:10} {:24} {read:28} {name}", device.port, device.key())
        .trim_end()
        .to_owned()
}
