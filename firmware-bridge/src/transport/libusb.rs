//! The bus of this machine, through libusb.
//!
//! The only file that knows rusb. Each endpoint that is read has a thread that waits without an end
//! and passes on what comes: a transfer of libusb whose time is over just when something comes is
//! reported as silence, and what came is lost. So no time is ever over, and a reader that was held
//! up finds everything in its order.
//!
//! **Invariant.** Silence is what was waited for and found: the clock of a handle moves on by the
//! patience of reads that found nothing, and by nothing else. A program that was not let run for a
//! moment must not take a scan for two.
//!
//! A thread of its own hears of plugging; it only passes the fact on, since libusb must not be
//! called from there. Names, serial numbers and report descriptors come from sysfs, where anybody
//! may read them and no device is disturbed.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusb::UsbContext as _;

use crate::decode::Now;
use crate::transport::{
    CLASS_HID, Control, DeviceInfo, EndpointInfo, EndpointKind, InterfaceInfo, UsbHandle,
    UsbTransport, UsbTrouble,
};

const SYSFS: &str = "/sys/bus/usb/devices";
/// How long a device may take to answer a request, or to take what is sent to it.
const ANSWER: Duration = Duration::from_millis(500);
/// libusb waits without an end.
const NO_END: Duration = Duration::ZERO;
/// How much longer is waited before silence is believed.
const GRACE: Duration = Duration::from_millis(30);
/// How many packets of an endpoint may wait; after that the device has to.
const PACKETS_MAX: usize = 8;
/// How long the thread that hears of plugging waits at a time.
const EVENTS: Duration = Duration::from_millis(500);

/// The bus of this machine.
#[derive(Debug)]
pub struct LibUsb {
    context: rusb::Context,
}

impl LibUsb {
    /// Starts libusb. On a machine without USB that is [`UsbTrouble::NoUsb`].
    pub fn start() -> Result<Self, UsbTrouble> {
        // Whatever libusb cannot be started for, the cause is a bus that this process cannot see.
        let context = rusb::Context::new().map_err(|_whatever| UsbTrouble::NoUsb)?;
        Ok(Self { context })
    }

    fn find(&self, wanted: &DeviceInfo) -> Result<rusb::Device<rusb::Context>, UsbTrouble> {
        let devices = self.context.devices().map_err(trouble)?;
        devices
            .iter()
            .find(|device| device.bus_number() == wanted.bus && device.address() == wanted.address)
            .ok_or(UsbTrouble::Gone)
    }
}

impl UsbTransport for LibUsb {
    fn list(&self) -> Result<Vec<DeviceInfo>, UsbTrouble> {
        let devices = self.context.devices().map_err(trouble)?;
        let mut list: Vec<DeviceInfo> = devices.iter().filter_map(|d| described(&d)).collect();
        list.sort_by(|a, b| (a.bus, &a.port).cmp(&(b.bus, &b.port)));
        Ok(list)
    }

    fn open(&self, device: &DeviceInfo) -> Result<Arc<dyn UsbHandle>, UsbTrouble> {
        let handle = self.find(device)?.open().map_err(trouble)?;
        match handle.set_auto_detach_kernel_driver(true) {
            Ok(()) | Err(rusb::Error::NotSupported) => {}
            Err(error) => return Err(trouble(error)),
        }
        Ok(Arc::new(Open {
            shared: Arc::new(Shared {
                handle,
                is_over: AtomicBool::new(false),
            }),
            claimed: Mutex::default(),
            endpoints: Mutex::default(),
            silence: Mutex::default(),
        }))
    }

    fn changes(&self) -> Option<Receiver<()>> {
        if !rusb::has_hotplug() {
            return None;
        }
        let (sender, receiver) = mpsc::channel();
        let listener = Listener {
            sender: sender.clone(),
        };
        let registration = rusb::HotplugBuilder::new()
            .register(&self.context, Box::new(listener))
            .ok()?;
        let context = self.context.clone();
        std::thread::Builder::new()
            .name("usb events".to_owned())
            .spawn(move || {
                // Whoever listened is gone when a message finds nobody; an idle thread ends with
                // the process.
                let _registration = registration;
                while context.handle_events(Some(EVENTS)).is_ok() {}
                let _heard = sender.send(());
            })
            .ok()?;
        Some(receiver)
    }
}

struct Listener {
    sender: Sender<()>,
}

impl rusb::Hotplug<rusb::Context> for Listener {
    fn device_arrived(&mut self, _device: rusb::Device<rusb::Context>) {
        let _heard = self.sender.send(());
    }

    fn device_left(&mut self, _device: rusb::Device<rusb::Context>) {
        let _heard = self.sender.send(());
    }
}

/// A device as its threads share it.
#[derive(Debug)]
struct Shared {
    handle: rusb::DeviceHandle<rusb::Context>,
    is_over: AtomicBool,
}

/// What comes from an endpoint, or why nothing comes any more.
type Packets = Receiver<Result<Vec<u8>, UsbTrouble>>;

#[derive(Debug)]
struct Open {
    shared: Arc<Shared>,
    claimed: Mutex<Vec<u8>>,
    endpoints: Mutex<BTreeMap<u8, Packets>>,
    silence: Mutex<Duration>,
}

impl Open {
    /// What comes next from an endpoint.
    fn next(
        &self,
        endpoint: EndpointInfo,
        room: usize,
        patience: Duration,
    ) -> Result<Vec<u8>, UsbTrouble> {
        let mut endpoints = lock(&self.endpoints);
        let packets = match endpoints.entry(endpoint.address) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(started(&self.shared, endpoint, room)?),
        };
        let came = packets.recv_timeout(patience).or_else(|error| match error {
            // Whoever was not let run for so long lets the other thread run once more.
            RecvTimeoutError::Timeout => packets.recv_timeout(GRACE),
            RecvTimeoutError::Disconnected => Err(error),
        });
        match came {
            Ok(Ok(packet)) => Ok(packet),
            Err(RecvTimeoutError::Timeout) => {
                let mut silence = lock(&self.silence);
                *silence = silence.saturating_add(patience);
                Err(UsbTrouble::Timeout)
            }
            // The thread has ended; the next read starts another one.
            Ok(Err(trouble)) => {
                endpoints.remove(&endpoint.address);
                Err(trouble)
            }
            Err(RecvTimeoutError::Disconnected) => {
                endpoints.remove(&endpoint.address);
                Err(UsbTrouble::Gone)
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts to wait for what an endpoint sends.
fn started(
    shared: &Arc<Shared>,
    endpoint: EndpointInfo,
    room: usize,
) -> Result<Packets, UsbTrouble> {
    let (sender, packets) = mpsc::sync_channel(PACKETS_MAX);
    let shared = Arc::clone(shared);
    std::thread::Builder::new()
        .name(format!("endpoint {:02x}", endpoint.address))
        .spawn(move || wait(&shared, endpoint, room, &sender))
        .map_err(|_no_thread| UsbTrouble::Other)?;
    Ok(packets)
}

/// Passes on what an endpoint sends, until it fails or nobody wants it any more.
fn wait(
    shared: &Shared,
    endpoint: EndpointInfo,
    room: usize,
    sender: &SyncSender<Result<Vec<u8>, UsbTrouble>>,
) {
    let address = endpoint.address;
    while !shared.is_over.load(Ordering::Relaxed) {
        let mut packet = vec![0; room];
        let read = match endpoint.kind {
            EndpointKind::Bulk => shared.handle.read_bulk(address, &mut packet, NO_END),
            EndpointKind::Interrupt | EndpointKind::Other => {
                shared.handle.read_interrupt(address, &mut packet, NO_END)
            }
        };
        let came = match read {
            // Empty packets come while an interface is claimed and when it is released.
            Ok(0) | Err(rusb::Error::Interrupted) => continue,
            Ok(count) => {
                packet.truncate(count);
                Ok(packet)
            }
            Err(error) => Err(trouble(error)),
        };
        let is_last = came.is_err();
        if sender.send(came).is_err() || is_last {
            return;
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // Whoever waits in a read of an interface is let go with it. The last comes first: the
        // kernel's driver of a serial port takes the first only when the second is free.
        for interface in lock(&self.claimed).iter().rev() {
            let _released = self.shared.handle.release_interface(*interface);
        }
    }
}

impl UsbHandle for Open {
    fn now(&self) -> Now {
        *lock(&self.silence)
    }

    fn claim(&self, interface: u8) -> Result<(), UsbTrouble> {
        let claimed = self.shared.handle.claim_interface(interface);
        claimed.map_err(trouble)?;
        lock(&self.claimed).push(interface);
        Ok(())
    }

    fn control_in(&self, request: Control, buffer: &mut [u8]) -> Result<usize, UsbTrouble> {
        let Control {
            request_type,
            request,
            value,
            index,
        } = request;
        self.shared
            .handle
            .read_control(request_type, request, value, index, buffer, ANSWER)
            .map_err(trouble)
    }

    fn control_out(&self, request: Control, bytes: &[u8]) -> Result<(), UsbTrouble> {
        let Control {
            request_type,
            request,
            value,
            index,
        } = request;
        let sent = self
            .shared
            .handle
            .write_control(request_type, request, value, index, bytes, ANSWER)
            .map_err(trouble)?;
        all_of(sent, bytes)
    }

    fn read(
        &self,
        endpoint: EndpointInfo,
        buffer: &mut [u8],
        patience: Duration,
    ) -> Result<usize, UsbTrouble> {
        let packet = self.next(endpoint, buffer.len(), patience)?;
        let room = buffer.get_mut(..packet.len());
        room.ok_or(UsbTrouble::Overflow)?.copy_from_slice(&packet);
        Ok(packet.len())
    }

    fn write(&self, endpoint: EndpointInfo, bytes: &[u8]) -> Result<(), UsbTrouble> {
        let address = endpoint.address;
        let handle = &self.shared.handle;
        let sent = match endpoint.kind {
            EndpointKind::Bulk => handle.write_bulk(address, bytes, ANSWER),
            EndpointKind::Interrupt | EndpointKind::Other => {
                handle.write_interrupt(address, bytes, ANSWER)
            }
        };
        all_of(sent.map_err(trouble)?, bytes)
    }

    fn clear_halt(&self, endpoint: EndpointInfo) -> Result<(), UsbTrouble> {
        let cleared = self.shared.handle.clear_halt(endpoint.address);
        cleared.map_err(trouble)
    }
}

fn all_of(sent: usize, bytes: &[u8]) -> Result<(), UsbTrouble> {
    if sent == bytes.len() {
        Ok(())
    } else {
        Err(UsbTrouble::Io)
    }
}

fn trouble(error: rusb::Error) -> UsbTrouble {
    match error {
        rusb::Error::Access => UsbTrouble::Access,
        rusb::Error::Busy => UsbTrouble::Busy,
        rusb::Error::NoDevice | rusb::Error::NotFound => UsbTrouble::Gone,
        rusb::Error::Timeout => UsbTrouble::Timeout,
        rusb::Error::Pipe => UsbTrouble::Stalled,
        rusb::Error::Overflow => UsbTrouble::Overflow,
        rusb::Error::Io => UsbTrouble::Io,
        rusb::Error::InvalidParam
        | rusb::Error::Interrupted
        | rusb::Error::NoMem
        | rusb::Error::NotSupported
        | rusb::Error::BadDescriptor
        | rusb::Error::Other => UsbTrouble::Other,
    }
}

/// What a device says of itself; `None` for one that left meanwhile.
fn described(device: &rusb::Device<rusb::Context>) -> Option<DeviceInfo> {
    let descriptor = device.device_descriptor().ok()?;
    let port = port_of(device);
    let text = |name: &str| {
        let text = fs::read_to_string(PathBuf::from(SYSFS).join(&port).join(name)).ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    Some(DeviceInfo {
        bus: device.bus_number(),
        address: device.address(),
        vendor_id: descriptor.vendor_id(),
        product_id: descriptor.product_id(),
        manufacturer: text("manufacturer"),
        product: text("product"),
        serial: text("serial"),
        interfaces: interfaces(device, &port),
        port,
    })
}

/// The port as the kernel writes it: `1-1.2`, and `usb1` for the root of a bus.
fn port_of(device: &rusb::Device<rusb::Context>) -> String {
    let bus = device.bus_number();
    let numbers = device.port_numbers().unwrap_or_default();
    if numbers.is_empty() {
        return format!("usb{bus}");
    }
    let numbers: Vec<String> = numbers.iter().map(u8::to_string).collect();
    format!("{bus}-{}", numbers.join("."))
}

fn interfaces(device: &rusb::Device<rusb::Context>, port: &str) -> Vec<InterfaceInfo> {
    let Ok(config) = device
        .active_config_descriptor()
        .or_else(|_error| device.config_descriptor(0))
    else {
        return Vec::new();
    };
    let descriptors = config
        .interfaces()
        .filter_map(|interface| interface.descriptors().next());
    descriptors
        .map(|interface| {
            let number = interface.interface_number();
            let folder = format!("{port}:{}.{number}", config.number());
            let folder = PathBuf::from(SYSFS).join(folder);
            let is_hid = interface.class_code() == CLASS_HID;
            InterfaceInfo {
                number,
                class: interface.class_code(),
                subclass: interface.sub_class_code(),
                protocol: interface.protocol_code(),
                endpoints: interface
                    .endpoint_descriptors()
                    .map(|endpoint| endpoint_info(&endpoint))
                    .collect(),
                driver: driver(&folder),
                report_descriptor: is_hid.then(|| report_descriptor(&folder)).flatten(),
            }
        })
        .collect()
}

fn endpoint_info(endpoint: &rusb::EndpointDescriptor<'_>) -> EndpointInfo {
    EndpointInfo {
        address: endpoint.address(),
        kind: match endpoint.transfer_type() {
            rusb::TransferType::Interrupt => EndpointKind::Interrupt,
            rusb::TransferType::Bulk => EndpointKind::Bulk,
            rusb::TransferType::Control | rusb::TransferType::Isochronous => EndpointKind::Other,
        },
        // The two bits above the size say how many packets there are in a moment.
        packet_bytes: endpoint.max_packet_size() & 0x07ff,
    }
}

/// The kernel's driver of an interface, by sysfs.
fn driver(folder: &std::path::Path) -> Option<String> {
    let driver = fs::read_link(folder.join("driver")).ok()?;
    Some(driver.file_name()?.to_string_lossy().into_owned())
}

/// The report descriptor that the kernel's HID driver keeps in a folder below the interface's.
fn report_descriptor(folder: &std::path::Path) -> Option<Vec<u8>> {
    let files = fs::read_dir(folder).ok()?;
    files
        .flatten()
        .find_map(|file| fs::read(file.path().join("report_descriptor")).ok())
}
