//! A bus in memory: devices are plugged in and pulled out by a test, answer what they are told to
//! answer, and fail as they are told to fail.
//!
//! It is part of the library, so that whoever uses the bridge can try it without a scanner too.
//! Time is made up: a read that finds nothing moves it on by the whole patience but waits only a
//! moment, so that nobody waits for a gap between two keys.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::decode::Now;
use crate::transport::{Control, DeviceInfo, EndpointInfo, UsbHandle, UsbTransport, UsbTrouble};

/// How long a read with nothing to read really waits.
const MOMENT: Duration = Duration::from_millis(10);
/// How much later each packet comes than the one before.
const PACKET: Duration = Duration::from_millis(1);

/// What a device does when it is asked.
#[derive(Debug, Default, Clone)]
pub struct FakeDevice {
    /// What the bus tells about it.
    pub info: DeviceInfo,
    /// Why it cannot be opened.
    pub open: Option<UsbTrouble>,
    /// Why its interfaces cannot be claimed.
    pub claim: Option<UsbTrouble>,
    /// Why nothing can be sent to it.
    pub write: Option<UsbTrouble>,
    /// What it answers to control requests; everything else it refuses.
    pub answers: BTreeMap<Control, Vec<u8>>,
    /// What reads get, in this order.
    pub reads: VecDeque<Result<Vec<u8>, UsbTrouble>>,
    /// What was sent to it: control requests as they print, endpoints by their address, each with
    /// the bytes.
    pub sent: Vec<(String, Vec<u8>)>,
    /// The interfaces that somebody has claimed.
    pub claimed: Vec<u8>,
    /// How often it was opened.
    pub opened: u32,
    /// How many reads found nothing since it sent something.
    pub quiet: u32,
}

impl FakeDevice {
    /// A device that can be opened and says nothing.
    #[must_use]
    pub fn of(info: DeviceInfo) -> Self {
        Self {
            info,
            ..Self::default()
        }
    }
}

#[derive(Debug, Default)]
struct Bus {
    trouble: Option<UsbTrouble>,
    devices: BTreeMap<String, FakeDevice>,
    address: u8,
    listeners: Vec<Sender<()>>,
    deaf: bool,
    time: Duration,
}

/// The bus. Clones are the same bus.
#[derive(Debug, Default, Clone)]
pub struct FakeBus {
    shared: Arc<(Mutex<Bus>, Condvar)>,
}

impl FakeBus {
    /// A bus with nothing on it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets every listing fail, or none.
    pub fn set_trouble(&self, trouble: Option<UsbTrouble>) {
        self.lock().trouble = trouble;
        self.tell();
    }

    /// Lets the bus not tell of plugging any more: lists have to be asked for.
    pub fn set_deaf(&self) {
        let mut bus = self.lock();
        bus.deaf = true;
        bus.listeners.clear();
    }

    /// Plugs a device in at its port, under a new address, in place of what was there.
    pub fn plug(&self, mut device: FakeDevice) {
        let mut bus = self.lock();
        bus.address = bus.address.wrapping_add(1);
        device.info.address = bus.address;
        bus.devices.insert(device.info.port.clone(), device);
        drop(bus);
        self.tell();
    }

    /// Pulls out what is at a port, and returns it as it was.
    pub fn pull(&self, port: &str) -> Option<FakeDevice> {
        let device = self.lock().devices.remove(port);
        self.tell();
        device
    }

    /// Looks at what is at a port, or changes it.
    pub fn with<T>(&self, port: &str, look: impl FnOnce(&mut FakeDevice) -> T) -> Option<T> {
        let seen = self.lock().devices.get_mut(port).map(look);
        self.shared.1.notify_all();
        seen
    }

    /// Lets the device at a port send packets.
    pub fn send(&self, port: &str, packets: &[&[u8]]) {
        let packets = packets.iter().map(|packet| Ok(packet.to_vec()));
        self.with(port, |device| device.reads.extend(packets));
    }

    /// Waits until something holds for the device at a port, for `patience` in all.
    pub fn wait(
        &self,
        port: &str,
        patience: Duration,
        holds: impl Fn(&FakeDevice) -> bool,
    ) -> bool {
        let (lock, changed) = &*self.shared;
        let bus = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_timeout_while(bus, patience, |bus| {
            !bus.devices.get(port).is_some_and(&holds)
        });
        let (_bus, end) = waited.unwrap_or_else(PoisonError::into_inner);
        !end.timed_out()
    }

    fn lock(&self) -> MutexGuard<'_, Bus> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        let mut bus = self.lock();
        bus.listeners.retain(|listener| listener.send(()).is_ok());
        drop(bus);
        self.shared.1.notify_all();
    }
}

impl UsbTransport for FakeBus {
    fn list(&self) -> Result<Vec<DeviceInfo>, UsbTrouble> {
        let bus = self.lock();
        match bus.trouble {
            Some(trouble) => Err(trouble),
            None => Ok(bus.devices.values().map(|d| d.info.clone()).collect()),
        }
    }

    fn open(&self, device: &DeviceInfo) -> Result<Arc<dyn UsbHandle>, UsbTrouble> {
        let handle = FakeHandle {
            bus: self.clone(),
            port: device.port.clone(),
            address: device.address,
            claimed: Mutex::default(),
        };
        handle.on(|device| {
            device.opened = device.opened.saturating_add(1);
            device.open.map_or(Ok(()), Err)
        })?;
        Ok(Arc::new(handle))
    }

    fn changes(&self) -> Option<Receiver<()>> {
        let mut bus = self.lock();
        if bus.deaf {
            return None;
        }
        let (sender, receiver) = mpsc::channel();
        bus.listeners.push(sender);
        Some(receiver)
    }
}

/// A device that was opened, as long as it stays in its plug.
#[derive(Debug)]
struct FakeHandle {
    bus: FakeBus,
    port: String,
    address: u8,
    claimed: Mutex<Vec<u8>>,
}

impl FakeHandle {
    fn on<T>(
        &self,
        act: impl FnOnce(&mut FakeDevice) -> Result<T, UsbTrouble>,
    ) -> Result<T, UsbTrouble> {
        let mut bus = self.bus.lock();
        let result = find(&mut bus, &self.port, self.address).map_or(Err(UsbTrouble::Gone), act);
        drop(bus);
        self.bus.shared.1.notify_all();
        result
    }
}

fn find<'b>(bus: &'b mut Bus, port: &str, address: u8) -> Option<&'b mut FakeDevice> {
    let device = bus.devices.get_mut(port)?;
    (device.info.address == address).then_some(device)
}

impl UsbHandle for FakeHandle {
    fn now(&self) -> Now {
        self.bus.lock().time
    }

    fn claim(&self, interface: u8) -> Result<(), UsbTrouble> {
        self.on(|device| {
            if let Some(trouble) = device.claim {
                return Err(trouble);
            }
            if device.claimed.contains(&interface) {
                return Err(UsbTrouble::Busy);
            }
            device.claimed.push(interface);
            Ok(())
        })?;
        let mut claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        claimed.push(interface);
        Ok(())
    }

    fn control_in(&self, request: Control, buffer: &mut [u8]) -> Result<usize, UsbTrouble> {
        self.on(|device| {
            let answer = device.answers.get(&request).ok_or(UsbTrouble::Stalled)?;
            fill(
                buffer,
                answer
                    .get(..answer.len().min(buffer.len()))
                    .unwrap_or_default(),
            )
        })
    }

    fn control_out(&self, request: Control, bytes: &[u8]) -> Result<(), UsbTrouble> {
        self.on(|device| sent(device, request.to_string(), bytes))
    }

    fn read(
        &self,
        _endpoint: EndpointInfo,
        buffer: &mut [u8],
        patience: Duration,
    ) -> Result<usize, UsbTrouble> {
        let (lock, changed) = &*self.bus.shared;
        let bus = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_timeout_while(bus, MOMENT.min(patience), |bus| {
            find(bus, &self.port, self.address).is_some_and(|device| device.reads.is_empty())
        });
        let (mut bus, _end) = waited.unwrap_or_else(PoisonError::into_inner);
        let device = find(&mut bus, &self.port, self.address).ok_or(UsbTrouble::Gone)?;
        let read = device.reads.pop_front();
        let came = read.unwrap_or(Err(UsbTrouble::Timeout));
        let is_quiet = came == Err(UsbTrouble::Timeout);
        device.quiet = if is_quiet {
            device.quiet.saturating_add(1)
        } else {
            0
        };
        bus.time += if is_quiet { patience } else { PACKET };
        drop(bus);
        changed.notify_all();
        fill(buffer, &came?)
    }

    fn write(&self, endpoint: EndpointInfo, bytes: &[u8]) -> Result<(), UsbTrouble> {
        self.on(|device| sent(device, format!("{:02x}", endpoint.address), bytes))
    }

    fn clear_halt(&self, endpoint: EndpointInfo) -> Result<(), UsbTrouble> {
        self.on(|device| sent(device, format!("{:02x} clear halt", endpoint.address), &[]))
    }
}

impl Drop for FakeHandle {
    fn drop(&mut self) {
        let claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        let claimed = claimed.clone();
        let _given_back = self.on(|device| {
            device.claimed.retain(|one| !claimed.contains(one));
            Ok(())
        });
    }
}

fn sent(device: &mut FakeDevice, to: String, bytes: &[u8]) -> Result<(), UsbTrouble> {
    if let Some(trouble) = device.write {
        return Err(trouble);
    }
    device.sent.push((to, bytes.to_vec()));
    Ok(())
}

fn fill(buffer: &mut [u8], bytes: &[u8]) -> Result<usize, UsbTrouble> {
    let room = buffer.get_mut(..bytes.len()).ok_or(UsbTrouble::Overflow)?;
    room.copy_from_slice(bytes);
    Ok(bytes.len())
}
