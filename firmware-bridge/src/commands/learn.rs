//! `stock-bridge learn`: a device that nobody can tell from a keyboard is named as a scanner.
//!
//! The scanner is the device that is plugged in while this waits: so nobody has to know numbers,
//! and nobody's keyboard is named by mistake. Where somebody says what the code holds that is
//! scanned, the layout is the one under which the keys spell it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use firmware_bridge::capture::{Capture, Recording};
use firmware_bridge::clock::Steady;
use firmware_bridge::config::{Match, Mode, Rule, Settings};
use firmware_bridge::decode::keyboard::Layout;
use firmware_bridge::route;
use firmware_bridge::scanner::{self, Said};
use firmware_bridge::transport::replay::Replay;
use firmware_bridge::transport::{CLASS_DATA, DeviceInfo, InterfaceInfo};
use firmware_bridge::{Config, UsbTransport};
use serde_json::json;

use super::beep::not_opened;
use super::replay::{read, tell};
use super::{Common, Failure, Which, bus, say, warn};

pub(crate) const EXAMPLES: &str = "Examples:
  stock-bridge learn
  stock-bridge learn --expect 'ABC-1234'
  stock-bridge learn --device 1-1.2 --mode keyboard --layout de --no-scan";

/// How often the bus is listed while nothing is told of it.
const LOOK: Duration = Duration::from_millis(300);

/// How long a device's driver takes to come.
const DRIVER: Duration = Duration::from_millis(700);

/// The command's options.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// How it is read: keyboard, hidpos, cdc or ignore. Without it, as it looks.
    #[arg(long, value_name = "MODE")]
    mode: Option<String>,
    /// The keyboard layout that it is set to: us, uk, de or fr.
    #[arg(long, value_name = "LAYOUT")]
    layout: Option<String>,
    /// What the code holds that is scanned; the layout is found out by it.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["layout", "no_scan"])]
    expect: Option<String>,
    /// Write it down without a scan to try it.
    #[arg(long)]
    no_scan: bool,
    /// Only print what would be written.
    #[arg(long)]
    dry_run: bool,
    /// How long to wait for the scanner to be plugged in.
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    seconds: u64,
}

/// Learns a scanner.
pub(crate) fn run(common: &Common, args: &Args) -> Result<(), Failure> {
    let config = common.config()?;
    let mode = args.mode.as_deref().map(mode_of).transpose()?;
    let layout = args.layout.as_deref().map(layout_of).transpose()?;
    let bus = bus()?;
    let device = found(&*bus, args)?;
    let mode = mode.or_else(|| mode_by_looks(&device)).ok_or_else(|| {
        let text = format!("{} has no interface that a scanner has", device.ids());
        Failure::new("no-interface", text).hint("see `stock-bridge doctor`")
    })?;
    let mut rule = Rule {
        matching: matching(&device),
        mode: Some(mode),
        layout,
        ..Rule::default()
    };
    if !args.no_scan && mode != Mode::Ignore {
        rule.layout = tried(
            &bus,
            common,
            &config,
            &device,
            &rule,
            args.expect.as_deref(),
        )?;
    }
    let entry = rule.to_toml();
    if !args.dry_run {
        append(&common.config, &entry)?;
    }
    if common.json {
        let written = (!args.dry_run).then_some(&common.config);
        say(&json!({ "device": device.key(), "entry": entry, "written": written }).to_string());
    } else {
        say(entry.trim_end());
        if !args.dry_run {
            warn(&format!("written to {}", common.config.display()));
            warn("a bridge that runs reads it when it is started anew");
        }
    }
    Ok(())
}

fn mode_of(word: &str) -> Result<Mode, Failure> {
    Mode::from_word(word)
        .filter(|mode| *mode != Mode::Auto)
        .ok_or_else(|| {
            Failure::new("mode", format!("there is no mode {word}"))
                .hint("it is one of keyboard, hidpos, cdc, ignore")
        })
}

fn layout_of(word: &str) -> Result<Layout, Failure> {
    Layout::from_word(word).ok_or_else(|| {
        let words = Layout::ALL.map(Layout::word);
        Failure::new("layout", format!("there is no layout {word}"))
            .hint(format!("it is one of {}", words.join(", ")))
    })
}

/// The device that is named, or the one that is plugged in now.
fn found(bus: &dyn UsbTransport, args: &Args) -> Result<DeviceInfo, Failure> {
    let mut list = bus.list()?;
    list.retain(|device| !device.is_hub());
    if args.which.is_named() {
        list.retain(|device| args.which.means(device));
        return match <[DeviceInfo; 1]>::try_from(list) {
            Ok([device]) => Ok(device),
            Err(list) if list.is_empty() => {
                Err(Failure::new("no-device", "no such device is here")
                    .hint("see `stock-bridge list`"))
            }
            Err(_) => Err(
                Failure::new("several-devices", "several devices are called that")
                    .hint("name its port, as in `stock-bridge list`"),
            ),
        };
    }
    warn("plug the scanner in now; if it is plugged in, pull it out and plug it in again");
    let (silent, never) = mpsc::channel();
    let changes = bus.changes().unwrap_or(never);
    let found = plugged_in(bus, list, &changes, Duration::from_secs(args.seconds));
    drop(silent);
    found
}

fn plugged_in(
    bus: &dyn UsbTransport,
    mut before: Vec<DeviceInfo>,
    changes: &Receiver<()>,
    patience: Duration,
) -> Result<DeviceInfo, Failure> {
    let clock = Steady::start();
    while clock.now() < patience {
        let _changed = changes.recv_timeout(LOOK);
        let list = bus.list()?;
        let is_new = |device: &&DeviceInfo| {
            !device.is_hub() && !before.iter().any(|old| old.is_same_plug(device))
        };
        if let Some(device) = list.iter().find(is_new) {
            // Its driver comes a moment later, and with it what it says of itself.
            let _more = changes.recv_timeout(DRIVER);
            let settled = bus.list()?;
            let same = settled.iter().find(|one| one.is_same_plug(device));
            return Ok(same.unwrap_or(device).clone());
        }
        before = list;
    }
    Err(Failure::new("nothing-came", "nothing was plugged in")
        .hint("try another port or cable; or name the device with --device"))
}

fn mode_by_looks(device: &DeviceInfo) -> Option<Mode> {
    let has = |looks: fn(&InterfaceInfo) -> bool| device.interfaces.iter().any(looks);
    if let Ok(route) = route::route(
        device,
        &Config::default().settings(&route::identity(device)),
    ) {
        return Some(route.mode);
    }
    if has(InterfaceInfo::is_boot_keyboard) {
        return Some(Mode::Keyboard);
    }
    if has(|interface| interface.class == CLASS_DATA) {
        return Some(Mode::Serial);
    }
    let is_hid = has(|interface| interface.class == firmware_bridge::transport::CLASS_HID);
    is_hid.then_some(Mode::Keyboard)
}

/// What names this device and no other: many keyboards share their numbers with scanners.
fn matching(device: &DeviceInfo) -> Match {
    let serial = device.serial.clone();
    Match {
        vid: Some(device.vendor_id),
        pid: Some(device.product_id),
        port: serial.is_none().then(|| device.port.clone()),
        serial,
    }
}

/// Takes one scan with the device, prints it, and returns the layout that it is set to.
fn tried(
    bus: &Arc<dyn UsbTransport>,
    common: &Common,
    config: &Config,
    device: &DeviceInfo,
    rule: &Rule,
    expect: Option<&str>,
) -> Result<Option<Layout>, Failure> {
    let settings = with(config, rule, rule.layout).settings(&route::identity(device));
    let notes = Notes::default();
    let recording = Recording::new(Arc::clone(bus), notes.clone());
    let scans = scans_of(&recording, device, &settings, true)?;
    for said in &scans {
        tell(said, common.json);
    }
    let Some(expect) = expect else {
        return Ok(rule.layout);
    };
    let bytes = notes.take();
    let capture =
        Capture::read(&mut bytes.as_slice()).map_err(|error| Failure::of("no-capture", &error))?;
    for layout in Layout::ALL {
        let settings = with(config, rule, Some(layout)).settings(&route::identity(device));
        let replay = Replay::new(capture.clone());
        let scans = scans_of(&replay, device, &settings, false)?;
        let is_it = |said: &Said| match said {
            Said::Scan { decoded, .. } => decoded.data == expect.as_bytes(),
            Said::Trouble(_) | Said::Disturbed(_) => false,
        };
        if scans.iter().any(is_it) {
            return Ok(Some(layout));
        }
    }
    let words = Layout::ALL.map(Layout::word).join(", ");
    Err(Failure::new(
        "no-layout",
        format!("under no layout ({words}) that is {expect}"),
    )
    .hint("scan the code that holds that text, or set the scanner to one of these layouts"))
}

fn with(config: &Config, rule: &Rule, layout: Option<Layout>) -> Config {
    let mut config = config.clone();
    config.push(Rule {
        layout,
        ..rule.clone()
    });
    config
}

/// What a device says up to its first scan, or to its end.
fn scans_of(
    bus: &dyn UsbTransport,
    device: &DeviceInfo,
    settings: &Settings,
    is_asked: bool,
) -> Result<Vec<Said>, Failure> {
    let route = route::route(device, settings).map_err(|_why| {
        Failure::new("no-interface", "it has no interface for that mode")
            .hint("name the mode that the scanner is in")
    })?;
    let opened = scanner::open(bus, device, settings, &route);
    let (mut reader, _speaker) = opened.map_err(|error| not_opened(&error))?;
    if is_asked {
        warn("scan a code with it now");
    }
    let mut all = Vec::new();
    read(&mut reader, |said| {
        let is_scan = matches!(said, Said::Scan { .. });
        all.push(said);
        !is_scan
    });
    Ok(all)
}

/// A capture in memory.
#[derive(Debug, Clone, Default)]
struct Notes(Arc<Mutex<Vec<u8>>>);

impl Notes {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Notes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Puts an entry behind what a file says; the file is whole at any moment.
fn append(path: &Path, entry: &str) -> Result<(), Failure> {
    let no_file = |error: &io::Error| {
        Failure::of("no-file", error).hint(format!(
            "run this as root, or name a file with --config; {} cannot be written",
            path.display()
        ))
    };
    let before = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(no_file(&error)),
    };
    let gap = if before.is_empty() { "" } else { "\n" };
    let text = format!("{before}{gap}{entry}");
    if let Err(error) = Config::parse(&text) {
        return Err(Failure::of("config", &error).hint("this is a fault of this program"));
    }
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| {
            let new = path.with_extension("toml.new");
            let mut file = fs::File::create(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, path)
        });
    written.map_err(|error| no_file(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use firmware_bridge::transport::fake::{FakeBus, FakeDevice};

    fn keyboard(port: &str) -> DeviceInfo {
        DeviceInfo {
            bus: 1,
            port: port.to_owned(),
            vendor_id: 0x05fe,
            product_id: 0x1010,
            interfaces: vec![InterfaceInfo {
                class: 3,
                subclass: 1,
                protocol: 1,
                endpoints: vec![firmware_bridge::transport::EndpointInfo {
                    address: 0x81,
                    kind: firmware_bridge::transport::EndpointKind::Interrupt,
                    packet_bytes: 8,
                }],
                ..InterfaceInfo::default()
            }],
            ..DeviceInfo::default()
        }
    }

    fn press(usage: u8) -> [Result<Vec<u8>, firmware_bridge::UsbTrouble>; 2] {
        [Ok(vec![0, 0, usage, 0, 0, 0, 0, 0]), Ok(vec![0; 8])]
    }

    #[test]
    fn the_device_that_comes_is_the_scanner_and_never_one_that_was_there() {
        let bus = FakeBus::new();
        bus.plug(FakeDevice::of(keyboard("1-1")));
        let before = bus.list().unwrap();
        let changes = bus.changes().unwrap();
        bus.plug(FakeDevice::of(keyboard("1-2")));
        let device = plugged_in(&bus, before, &changes, Duration::from_secs(20)).unwrap();
        assert_eq!(device.port, "1-2");
        let before = bus.list().unwrap();
        let nothing = plugged_in(&bus, before.clone(), &changes, Duration::from_millis(1));
        assert_eq!(nothing.unwrap_err().code, "nothing-came");
        bus.plug(FakeDevice::of(keyboard("1-1")));
        let again = plugged_in(&bus, before, &changes, Duration::from_secs(20)).unwrap();
        assert_eq!(again.port, "1-1", "pulled out and plugged in again");
    }

    #[test]
    fn the_layout_is_the_one_that_spells_what_is_expected() {
        let mut device = FakeDevice::of(keyboard("1-1"));
        // On a German scanner these keys are z, y and Enter.
        let keys = [0x1c, 0x1d, 0x28];
        device.reads = keys.into_iter().flat_map(press).collect();
        let bus = FakeBus::new();
        bus.plug(device);
        let info = bus.list().unwrap().remove(0);
        let rule = Rule {
            matching: matching(&info),
            mode: mode_by_looks(&info),
            ..Rule::default()
        };
        let common = Common {
            json: true,
            config: "none".into(),
        };
        let config = Config::default();
        let on_bus: Arc<dyn UsbTransport> = Arc::new(bus.clone());
        let layout = tried(&on_bus, &common, &config, &info, &rule, Some("zy")).unwrap();
        assert_eq!(layout, Some(Layout::De));
        bus.with("1-1", |device| {
            device.reads = keys.into_iter().flat_map(press).collect();
        });
        let none = tried(&on_bus, &common, &config, &info, &rule, Some("12")).unwrap_err();
        assert_eq!(none.code, "no-layout");
    }

    #[test]
    fn an_entry_is_put_behind_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sub/devices.toml");
        let rule = Rule {
            matching: matching(&keyboard("1-1")),
            mode: Some(Mode::Keyboard),
            ..Rule::default()
        };
        append(&path, &rule.to_toml()).unwrap();
        let ignore = Rule {
            mode: Some(Mode::Ignore),
            ..rule
        };
        append(&path, &ignore.to_toml()).unwrap();
        let config = Config::read(&path).unwrap();
        assert_eq!(config.rules().len(), 2);
        let settings = config.settings(&route::identity(&keyboard("1-1")));
        assert_eq!(settings.mode, Mode::Ignore, "the last one counts");
        let other = config.settings(&route::identity(&keyboard("1-2")));
        assert_eq!(other.mode, Mode::Auto, "another port is another device");
    }
}
