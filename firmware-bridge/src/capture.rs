//! What a scanner and the bridge said to each other, as JSON lines: a scanner that does something
//! odd on a desk far away becomes a file that gives the same scans here.
//!
//! The first line is the device as the bus told it, each further one a step with its time in
//! microseconds. Reads that found nothing are left out; the times tell that they were there.
//! Bytes are in hexadecimal.

use std::fmt;
use std::io::{self, BufRead, Read as _, Write};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::decode::Now;
use crate::transport::{Control, DeviceInfo, EndpointInfo, UsbHandle, UsbTransport, UsbTrouble};

/// The most bytes of one line.
const LINE_BYTES_MAX: u64 = 256 * 1024;
/// The most steps of one capture: days of scanning.
const STEPS_MAX: usize = 1_000_000;

/// What was done, and with which end of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// An interface was claimed.
    Claim(u8),
    /// Bytes were asked for.
    ControlIn(Control),
    /// Bytes were sent by request.
    ControlOut(Control),
    /// Bytes came from an endpoint.
    Read(u8),
    /// Bytes were sent to an endpoint.
    Write(u8),
    /// An endpoint was made to work again.
    ClearHalt(u8),
}

/// One step: what was done, when, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When it was over, in microseconds of silence since the reader's start.
    pub at_us: u64,
    /// What was done.
    pub act: Act,
    /// The bytes that came or went, in hexadecimal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hex: String,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<UsbTrouble>,
}

/// A device and all that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// The device, as the bus told it.
    pub device: DeviceInfo,
    /// What was said, in order.
    pub steps: Vec<Step>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// The version of the format.
    capture: u32,
    device: DeviceInfo,
}

/// Why a capture cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// It cannot be read.
    #[error("the capture cannot be read")]
    Io(#[source] io::Error),
    /// It does not begin as captures do.
    #[error("this is no capture: its first line does not describe a device")]
    NoHead(#[source] serde_json::Error),
    /// It is of a version that this program does not know.
    #[error("the capture is of version {0}, and this program knows version 1")]
    Version(u32),
    /// A line of it is no step.
    #[error("line {line} of the capture is no step")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The bytes of a step are not written in hexadecimal.
    #[error("line {line} of the capture has bytes that are not hexadecimal")]
    Hex {
        /// Its number, from 1.
        line: usize,
    },
    /// It is longer than any capture that is made.
    #[error("the capture is too long")]
    TooLong,
}

impl Capture {
    /// Reads a capture. A last line that was cut off is left out: so it ends when a capturing
    /// program is killed.
    pub fn read(from: &mut impl BufRead) -> Result<Self, CaptureError> {
        let head = line(from)?.unwrap_or_default();
        let head: Head = serde_json::from_slice(&head).map_err(CaptureError::NoHead)?;
        if head.capture != 1 {
            return Err(CaptureError::Version(head.capture));
        }
        let mut steps = Vec::new();
        while let Some(bytes) = line(from)? {
            let number = steps.len().saturating_add(2);
            let step: Step = match serde_json::from_slice(&bytes) {
                Ok(step) => step,
                Err(_) if !bytes.ends_with(b"\n") => break,
                Err(source) => {
                    return Err(CaptureError::Line {
                        line: number,
                        source,
                    });
                }
            };
            if unhex(&step.hex).is_none() {
                return Err(CaptureError::Hex { line: number });
            }
            if steps.len() >= STEPS_MAX {
                return Err(CaptureError::TooLong);
            }
            steps.push(step);
        }
        Ok(Self {
            device: head.device,
            steps,
        })
    }
}

/// The next line with its end, `None` behind the last.
fn line(from: &mut impl BufRead) -> Result<Option<Vec<u8>>, CaptureError> {
    let mut bytes = Vec::new();
    let mut from = from.take(LINE_BYTES_MAX);
    from.read_until(b'\n', &mut bytes)
        .map_err(CaptureError::Io)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if !bytes.ends_with(b"\n") && from.limit() == 0 {
        return Err(CaptureError::TooLong);
    }
    Ok(Some(bytes))
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes out of hexadecimal; `None` for anything else.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits?;
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    });
    pairs.collect()
}

/// A bus that writes down what is said with the devices that are opened through it.
pub struct Recording<W> {
    bus: Arc<dyn UsbTransport>,
    to: Arc<Mutex<W>>,
}

impl<W> fmt::Debug for Recording<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("bus", &self.bus).finish()
    }
}

impl<W: Write + Send + 'static> Recording<W> {
    /// Writes down what is said on a bus.
    #[must_use]
    pub fn new(bus: Arc<dyn UsbTransport>, to: W) -> Self {
        let to = Arc::new(Mutex::new(to));
        Self { bus, to }
    }
}

impl<W: Write + Send + 'static> UsbTransport for Recording<W> {
    fn list(&self) -> Result<Vec<DeviceInfo>, UsbTrouble> {
        self.bus.list()
    }

    fn open(&self, device: &DeviceInfo) -> Result<Arc<dyn UsbHandle>, UsbTrouble> {
        let handle = self.bus.open(device)?;
        let head = Head {
            capture: 1,
            device: device.clone(),
        };
        written(&self.to, &head);
        Ok(Arc::new(Recorded {
            handle,
            to: Arc::clone(&self.to),
        }))
    }

    fn changes(&self) -> Option<Receiver<()>> {
        self.bus.changes()
    }
}

/// A capture that cannot be written any more must not keep a scanner from working; that its file
/// ends early shows in it.
fn written<W: Write>(to: &Mutex<W>, line: &impl Serialize) {
    if let Ok(mut bytes) = serde_json::to_vec(line) {
        bytes.push(b'\n');
        let mut to = to.lock().unwrap_or_else(PoisonError::into_inner);
        drop(to.write_all(&bytes).and_then(|()| to.flush()));
    }
}

struct Recorded<W> {
    handle: Arc<dyn UsbHandle>,
    to: Arc<Mutex<W>>,
}

impl<W> fmt::Debug for Recorded<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Recorded").field(&self.handle).finish()
    }
}

impl<W: Write> Recorded<W> {
    fn note(&self, act: Act, bytes: &[u8], trouble: Option<UsbTrouble>) {
        let step = Step {
            at_us: u64::try_from(self.handle.now().as_micros()).unwrap_or(u64::MAX),
            act,
            hex: hex(bytes),
            trouble,
        };
        written(&self.to, &step);
    }

    fn noted<T>(
        &self,
        act: Act,
        bytes: &[u8],
        result: Result<T, UsbTrouble>,
    ) -> Result<T, UsbTrouble> {
        self.note(act, bytes, result.as_ref().err().copied());
        result
    }

    /// Notes what came.
    fn noted_input(
        &self,
        act: Act,
        buffer: &[u8],
        result: Result<usize, UsbTrouble>,
    ) -> Result<usize, UsbTrouble> {
        let len = result.as_ref().copied().unwrap_or_default();
        self.noted(act, buffer.get(..len).unwrap_or_default(), result)
    }
}

impl<W: Write + Send> UsbHandle for Recorded<W> {
    fn now(&self) -> Now {
        self.handle.now()
    }

    fn claim(&self, interface: u8) -> Result<(), UsbTrouble> {
        let result = self.handle.claim(interface);
        self.noted(Act::Claim(interface), &[], result)
    }

    fn control_in(&self, request: Control, buffer: &mut [u8]) -> Result<usize, UsbTrouble> {
        let result = self.handle.control_in(request, buffer);
        self.noted_input(Act::ControlIn(request), buffer, result)
    }

    fn control_out(&self, request: Control, bytes: &[u8]) -> Result<(), UsbTrouble> {
        let result = self.handle.control_out(request, bytes);
        self.noted(Act::ControlOut(request), bytes, result)
    }

    fn read(
        &self,
        endpoint: EndpointInfo,
        buffer: &mut [u8],
        patience: Duration,
    ) -> Result<usize, UsbTrouble> {
        match self.handle.read(endpoint, buffer, patience) {
            Err(UsbTrouble::Timeout) => Err(UsbTrouble::Timeout),
            result => self.noted_input(Act::Read(endpoint.address), buffer, result),
        }
    }

    fn write(&self, endpoint: EndpointInfo, bytes: &[u8]) -> Result<(), UsbTrouble> {
        let result = self.handle.write(endpoint, bytes);
        self.noted(Act::Write(endpoint.address), bytes, result)
    }

    fn clear_halt(&self, endpoint: EndpointInfo) -> Result<(), UsbTrouble> {
        let result = self.handle.clear_halt(endpoint);
        self.noted(Act::ClearHalt(endpoint.address), &[], result)
    }
}
