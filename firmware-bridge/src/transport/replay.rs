//! Plays a capture: the device that it describes says again what it said, at the same times by a
//! clock of its own, as fast as it is read. Behind the last step the device is gone.

use std::collections::VecDeque;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::capture::{Act, Capture, Step, unhex};
use crate::decode::Now;
use crate::transport::{Control, DeviceInfo, EndpointInfo, UsbHandle, UsbTransport, UsbTrouble};

/// A bus with the one device of a capture.
#[derive(Debug)]
pub struct Replay {
    device: DeviceInfo,
    played: Arc<Mutex<Played>>,
}

#[derive(Debug)]
struct Played {
    now: Now,
    reads: VecDeque<Step>,
    answers: VecDeque<Step>,
    claims: VecDeque<Step>,
}

impl Replay {
    /// The bus of a capture.
    #[must_use]
    pub fn new(capture: Capture) -> Self {
        let (mut reads, mut answers, mut claims) =
            (VecDeque::new(), VecDeque::new(), VecDeque::new());
        let mut now = None;
        for step in capture.steps {
            now = now.or(Some(step.at_us));
            match step.act {
                Act::Read(_) => reads.push_back(step),
                Act::ControlIn(_) => answers.push_back(step),
                Act::Claim(_) => claims.push_back(step),
                Act::ControlOut(_) | Act::Write(_) | Act::ClearHalt(_) => {}
            }
        }
        let played = Played {
            now: Duration::from_micros(now.unwrap_or_default()),
            reads,
            answers,
            claims,
        };
        Self {
            device: capture.device,
            played: Arc::new(Mutex::new(played)),
        }
    }
}

impl UsbTransport for Replay {
    fn list(&self) -> Result<Vec<DeviceInfo>, UsbTrouble> {
        let is_over = lock(&self.played).reads.is_empty();
        Ok(if is_over {
            Vec::new()
        } else {
            vec![self.device.clone()]
        })
    }

    fn open(&self, _device: &DeviceInfo) -> Result<Arc<dyn UsbHandle>, UsbTrouble> {
        Ok(Arc::new(ReplayHandle(Arc::clone(&self.played))))
    }

    fn changes(&self) -> Option<Receiver<()>> {
        None
    }
}

#[derive(Debug)]
struct ReplayHandle(Arc<Mutex<Played>>);

fn lock(played: &Mutex<Played>) -> MutexGuard<'_, Played> {
    played.lock().unwrap_or_else(PoisonError::into_inner)
}

impl UsbHandle for ReplayHandle {
    fn now(&self) -> Now {
        lock(&self.0).now
    }

    fn claim(&self, interface: u8) -> Result<(), UsbTrouble> {
        let mut played = lock(&self.0);
        let claims = &mut played.claims;
        let place = claims
            .iter()
            .position(|step| step.act == Act::Claim(interface));
        let step = place.and_then(|place| claims.remove(place));
        step.and_then(|step| step.trouble).map_or(Ok(()), Err)
    }

    fn control_in(&self, request: Control, buffer: &mut [u8]) -> Result<usize, UsbTrouble> {
        let mut played = lock(&self.0);
        let answers = &mut played.answers;
        let asked = Act::ControlIn(request);
        let place = answers.iter().position(|step| step.act == asked);
        let step = place.and_then(|place| answers.remove(place));
        step.map_or(Err(UsbTrouble::Stalled), |step| given(&step, buffer))
    }

    fn control_out(&self, _request: Control, _bytes: &[u8]) -> Result<(), UsbTrouble> {
        Ok(())
    }

    fn read(
        &self,
        endpoint: EndpointInfo,
        buffer: &mut [u8],
        patience: Duration,
    ) -> Result<usize, UsbTrouble> {
        let mut played = lock(&self.0);
        let read = Act::Read(endpoint.address);
        let place = played.reads.iter().position(|step| step.act == read);
        let Some((place, next)) = place.and_then(|at| Some((at, played.reads.get(at)?))) else {
            return Err(UsbTrouble::Gone);
        };
        let at = Duration::from_micros(next.at_us);
        let end = played.now.saturating_add(patience);
        // A silence that was as long as the patience was told before what came behind it.
        if at >= end {
            played.now = end;
            return Err(UsbTrouble::Timeout);
        }
        played.now = played.now.max(at);
        let step = played.reads.remove(place);
        step.map_or(Err(UsbTrouble::Gone), |step| given(&step, buffer))
    }

    fn write(&self, _endpoint: EndpointInfo, _bytes: &[u8]) -> Result<(), UsbTrouble> {
        Ok(())
    }

    fn clear_halt(&self, _endpoint: EndpointInfo) -> Result<(), UsbTrouble> {
        Ok(())
    }
}

fn given(step: &Step, buffer: &mut [u8]) -> Result<usize, UsbTrouble> {
    if let Some(trouble) = step.trouble {
        return Err(trouble);
    }
    let bytes = unhex(&step.hex).unwrap_or_default();
    let room = buffer.get_mut(..bytes.len()).ok_or(UsbTrouble::Overflow)?;
    room.copy_from_slice(&bytes);
    Ok(bytes.len())
}
