//! Scanners that are a serial port (CDC-ACM): scans from a stream of bytes.
//!
//! A read may hold a piece of a scan or several of them; only the bytes count, not how they were
//! cut into reads. Empty scans are dropped, so CR LF ends one scan and not two.

use super::{Decoder, Ends, Event, Framing, Now, SCAN_BYTES_MAX, Terminator, Trim, Trouble};

const CR: u8 = b'\r';
const LF: u8 = b'\n';
const STX: u8 = 0x02;

/// What ends a scan of a serial scanner, where nobody said anything else.
pub const USUAL_TERMINATORS: [Terminator; 3] = [Terminator::Cr, Terminator::Lf, Terminator::Etx];

/// Scans from the bytes of a scanner that is a serial port.
#[derive(Debug, Clone)]
pub struct SerialDecoder {
    ends: Ends,
    trim: Trim,
    data: Vec<u8>,
    /// Whether STX began this scan, so that only ETX ends it.
    is_framed: bool,
    /// Whether more came than a scan may have; then the rest up to its end is only waited for.
    is_too_long: bool,
    until: Option<Now>,
}

impl SerialDecoder {
    /// A decoder for scans that end like this.
    #[must_use]
    pub const fn new(ends: Ends, trim: Trim) -> Self {
        Self {
            ends,
            trim,
            data: Vec::new(),
            is_framed: false,
            is_too_long: false,
            until: None,
        }
    }

    fn byte(&mut self, byte: u8, events: &mut Vec<Event>) {
        if let Some(framing) = self.ending(byte) {
            self.finish(framing, events);
        } else if byte == STX && self.begins_frame() {
            self.end_frame(events);
            self.is_framed = true;
        } else if self.data.len() < SCAN_BYTES_MAX && !self.is_too_long {
            self.data.push(byte);
        } else {
            self.is_too_long = true;
            self.data.clear();
        }
    }

    fn begins_frame(&self) -> bool {
        let is_at_start = self.data.is_empty() && !self.is_too_long;
        self.ends_with(Terminator::Etx) && (self.is_framed || is_at_start)
    }

    /// Ends a frame without ETX. Where a line end came last, the scanner was set to send STX in
    /// front and a line end behind; otherwise the rest is lost.
    fn end_frame(&mut self, events: &mut Vec<Event>) {
        let framing = match self.data.last() {
            Some(&CR) if self.ends_with(Terminator::Cr) => Some(Framing::Cr),
            Some(&LF) if self.ends_with(Terminator::Lf) => Some(Framing::Lf),
            _ => None,
        };
        if let Some(framing) = framing {
            self.data.pop();
            let has_both = framing == Framing::Lf && self.data.pop_if(|last| *last == CR).is_some();
            self.finish(if has_both { Framing::Cr } else { framing }, events);
        } else if self.data.is_empty() {
            self.finish(Framing::Timeout, events);
        } else {
            let kept = self.data.len();
            self.data.clear();
            self.is_framed = false;
            events.push(Event::Trouble(Trouble::Truncated { kept }));
        }
    }

    /// How a byte ends the scan that is going on, if it does.
    fn ending(&self, byte: u8) -> Option<Framing> {
        let framing = self.ends.framing(byte)?;
        (!self.is_framed || framing == Framing::Etx).then_some(framing)
    }

    fn ends_with(&self, terminator: Terminator) -> bool {
        self.ends.terminators.contains(&terminator)
    }

    fn finish(&mut self, framing: Framing, events: &mut Vec<Event>) {
        let data = std::mem::take(&mut self.data);
        self.is_framed = false;
        if std::mem::take(&mut self.is_too_long) {
            let limit = SCAN_BYTES_MAX;
            events.push(Event::Trouble(Trouble::TooLong { limit }));
            return;
        }
        let scan = self.trim.scan(data, framing);
        if !scan.data.is_empty() {
            events.push(Event::Scan(scan));
        }
    }

    /// Ends what silence followed on.
    fn give_up(&mut self, events: &mut Vec<Event>) {
        let (kept, min) = (self.data.len(), self.ends.min_len);
        if self.is_framed {
            self.end_frame(events);
        } else if (1..min).contains(&kept) {
            self.data.clear();
            events.push(Event::Trouble(Trouble::TooShort { kept, min }));
        } else {
            self.finish(Framing::Timeout, events);
        }
    }
}

impl Decoder for SerialDecoder {
    fn push(&mut self, now: Now, report: &[u8], events: &mut Vec<Event>) {
        self.expire(now, events);
        for byte in report {
            self.byte(*byte, events);
        }
        let is_open = self.is_framed || self.is_too_long || !self.data.is_empty();
        if !report.is_empty() {
            self.until = is_open.then(|| now.saturating_add(self.ends.gap));
        }
    }

    fn deadline(&self) -> Option<Now> {
        self.until
    }

    fn expire(&mut self, now: Now, events: &mut Vec<Event>) {
        if self.until.take_if(|until| now >= *until).is_some() {
            self.give_up(events);
        }
    }

    fn reset(&mut self) {
        self.data.clear();
        self.is_framed = false;
        self.is_too_long = false;
        self.until = None;
    }
}

#[cfg(test)]
mod tests;
