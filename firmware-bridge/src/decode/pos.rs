//! Scanners that speak HID POS: where things are in their reports, scans from reports, and the
//! reports that make a scanner beep.
//!
//! Makers lay out the report in different ways, some with the symbology identifier in front of the
//! data and some without, so places are taken from the device's own descriptor; where that is
//! wrong, [`PosOverrides`] say it.

use std::ops::Range;
use std::time::Duration;

use super::descriptor::{Descriptor, Kind, PAGE_DESKTOP, PAGE_SCANNER, Run, Usage};
use super::{Aim, Decoder, Event, Framing, Now, SCAN_BYTES_MAX, Trim, Trouble};

const BYTE_COUNT: Usage = Usage::new(PAGE_DESKTOP, 0x3b);
const ERROR_BEEP: Usage = Usage::new(PAGE_SCANNER, 0x85);
const GOOD_READ_BEEP: Usage = Usage::new(PAGE_SCANNER, 0x86);
const NOT_ON_FILE_BEEP: Usage = Usage::new(PAGE_SCANNER, 0x87);
const AIM: [Usage; 3] = [
    Usage::new(PAGE_SCANNER, 0xfb),
    Usage::new(PAGE_SCANNER, 0xfc),
    Usage::new(PAGE_SCANNER, 0xfd),
];
const DATA: Usage = Usage::new(PAGE_SCANNER, 0xfe);
const CONTINUED: Usage = Usage::new(PAGE_SCANNER, 0xff);

/// How long the rest of a scan may take to come.
const REST_WITHIN: Duration = Duration::from_millis(500);

/// Where things are in a report. Bytes are counted from 0 at the front of the report as it comes
/// over the wire, its id included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PosLayout {
    /// The id of the reports that hold scans; other reports are none of the decoder's.
    pub report_id: Option<u8>,
    /// The byte that says how many bytes of data there are; without one, data ends before its
    /// trailing NULs.
    pub count_at: Option<usize>,
    /// The three bytes of the symbology identifier.
    pub aim_at: Option<[usize; 3]>,
    /// The bytes that hold data.
    pub data: Range<usize>,
    /// The byte and the bit in it that say that the next report goes on with this scan.
    pub continued: Option<(usize, u8)>,
}

impl PosLayout {
    /// What a descriptor says, if it has reports that hold scans.
    #[must_use]
    pub fn of(descriptor: &Descriptor) -> Option<Self> {
        let runs = descriptor.runs();
        let holds_data = |run: &&Run| run.kind == Kind::Input && run.bit_of(DATA).is_some();
        let first = runs.iter().find(holds_data)?;
        let report: Vec<&Run> = runs
            .iter()
            .filter(|run| run.kind == Kind::Input && run.report_id == first.report_id)
            .collect();
        let byte = |usage| {
            let bit = report.iter().find_map(|run| run.bit_of(usage))?;
            whole_byte(bit)
        };
        let aim = AIM.map(byte);
        let continued = report.iter().find_map(|run| run.bit_of(CONTINUED));
        Some(Self {
            report_id: first.report_id,
            count_at: byte(BYTE_COUNT),
            aim_at: match aim {
                [Some(a), Some(b), Some(c)] => Some([a, b, c]),
                _ => None,
            },
            data: data_bytes(&report)?,
            continued: continued
                .and_then(|bit| Some((usize::try_from(bit / 8).ok()?, 1 << (bit % 8)))),
        })
    }
}

fn whole_byte(bit: u32) -> Option<usize> {
    bit.is_multiple_of(8)
        .then(|| usize::try_from(bit / 8).ok())
        .flatten()
}

/// The bytes of all fields of data that follow one another.
fn data_bytes(report: &[&Run]) -> Option<Range<usize>> {
    let mut bytes: Option<Range<usize>> = None;
    for run in report {
        let bits = run.bits_of(DATA);
        let ends = bits.and_then(|bits| Some((whole_byte(bits.start)?, whole_byte(bits.end)?)));
        let Some((start, end)) = ends else {
            continue;
        };
        match &mut bytes {
            None => bytes = Some(start..end),
            Some(bytes) if bytes.end == start => bytes.end = end,
            Some(_) => break,
        }
    }
    bytes.filter(|bytes| !bytes.is_empty())
}

/// Where a scanner's reports differ from what its descriptor says. Bytes are counted as in
/// [`PosLayout`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PosOverrides {
    /// The report's id.
    pub report_id: Option<u8>,
    /// The byte that says how many bytes of data there are.
    pub count_at: Option<usize>,
    /// Whether the count is not to be trusted: data then ends before its trailing NULs.
    pub ignore_count: Option<bool>,
    /// The first of the three bytes of the symbology identifier.
    pub aim_at: Option<usize>,
    /// The first byte of the data.
    pub data_at: Option<usize>,
    /// How many bytes of data there are in a report.
    pub data_len: Option<usize>,
    /// The byte whose lowest bit says that another report continues the scan.
    pub continued_at: Option<usize>,
}

impl PosOverrides {
    /// The layout with what is said here put in its place.
    ///
    /// Without a layout there is one only where the place and the length of the data are said.
    #[must_use]
    pub fn over(&self, layout: Option<PosLayout>) -> Option<PosLayout> {
        let found = layout.as_ref().map(|layout| layout.data.clone());
        let start = self.data_at.or(found.as_ref().map(|data| data.start))?;
        let length = self
            .data_len
            .or(found.as_ref().map(ExactSizeIterator::len))?;
        let mut layout = layout.unwrap_or(PosLayout {
            report_id: None,
            count_at: None,
            aim_at: None,
            data: 0..0,
            continued: None,
        });
        layout.data = start..start.saturating_add(length);
        layout.report_id = self.report_id.or(layout.report_id);
        layout.count_at = self.count_at.or(layout.count_at);
        if self.ignore_count == Some(true) {
            layout.count_at = None;
        }
        let three = |at: usize| [at, at.saturating_add(1), at.saturating_add(2)];
        layout.aim_at = self.aim_at.map(three).or(layout.aim_at);
        layout.continued = self.continued_at.map(|at| (at, 1)).or(layout.continued);
        Some(layout)
    }
}

/// A report that goes to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputReport {
    /// Its id, where the device's reports have one.
    pub report_id: Option<u8>,
    /// All its bytes, the id in front included.
    pub bytes: Vec<u8>,
}

/// The reports that make a scanner beep, as far as its descriptor has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beeper {
    /// The beep of a good read.
    pub good: Option<OutputReport>,
    /// The beep of a code that is in no list.
    pub not_on_file: Option<OutputReport>,
    /// The beep of an error.
    pub error: Option<OutputReport>,
}

impl Beeper {
    /// What a descriptor has.
    #[must_use]
    pub fn of(descriptor: &Descriptor) -> Self {
        let beep = |usage| {
            let mut runs = descriptor.runs().iter();
            runs.find_map(|run| with_bit_of(descriptor, run, usage))
        };
        Self {
            good: beep(GOOD_READ_BEEP),
            not_on_file: beep(NOT_ON_FILE_BEEP),
            error: beep(ERROR_BEEP),
        }
    }
}

/// The report in which nothing is set but the lowest bit of one field.
fn with_bit_of(descriptor: &Descriptor, run: &Run, usage: Usage) -> Option<OutputReport> {
    if run.kind != Kind::Output {
        return None;
    }
    let bit = run.bit_of(usage)?;
    let mut bytes = vec![0; descriptor.report_bytes(Kind::Output, run.report_id)];
    *bytes.get_mut(usize::try_from(bit / 8).ok()?)? |= 1 << (bit % 8);
    if let (Some(id), Some(first)) = (run.report_id, bytes.first_mut()) {
        *first = id;
    }
    Some(OutputReport {
        report_id: run.report_id,
        bytes,
    })
}

/// Scans from the reports of a scanner that speaks HID POS.
#[derive(Debug, Clone)]
pub struct PosDecoder {
    layout: PosLayout,
    trim: Trim,
    /// The scan that is going on: what has come of it so far.
    partial: Option<Partial>,
}

#[derive(Debug, Clone)]
struct Partial {
    aim: Option<Aim>,
    data: Vec<u8>,
    /// Why nothing of it can be used; its further reports are only waited for.
    spoilt: Option<Trouble>,
    until: Now,
}

impl Partial {
    fn take(&mut self, data: Result<&[u8], Trouble>) {
        if self.spoilt.is_some() {
            return;
        }
        match data {
            Ok(data) if self.data.len().saturating_add(data.len()) <= SCAN_BYTES_MAX => {
                self.data.extend_from_slice(data);
            }
            Ok(_) => {
                let limit = SCAN_BYTES_MAX;
                self.spoilt = Some(Trouble::TooLong { limit });
            }
            Err(trouble) => self.spoilt = Some(trouble),
        }
    }
}

impl PosDecoder {
    /// A decoder for reports of this layout.
    #[must_use]
    pub const fn new(layout: PosLayout, trim: Trim) -> Self {
        Self {
            layout,
            trim,
            partial: None,
        }
    }

    /// The data of one report, or why it cannot be used.
    ///
    /// A report that is continued is full: where nothing counts its bytes, NULs at its end are data.
    fn data<'a>(&self, report: &'a [u8]) -> Result<&'a [u8], Trouble> {
        let all = &self.layout.data;
        let there = report
            .get(all.start..all.end.min(report.len()))
            .unwrap_or_default();
        let short = |needed: usize| Trouble::ShortReport {
            bytes: report.len(),
            needed,
        };
        let is_continued = self.is_continued(report);
        let Some(count_at) = self.layout.count_at else {
            let data = if is_continued {
                there
            } else {
                without_nuls(there)
            };
            return Ok(data);
        };
        let count = report.get(count_at).copied().map(usize::from);
        let count = count.ok_or_else(|| short(count_at.saturating_add(1)))?;
        let room = all.len();
        if count > room && !is_continued {
            return Err(Trouble::BadCount { count, room });
        }
        let count = count.min(room);
        let data = there.get(..count);
        data.ok_or_else(|| short(all.start.saturating_add(count)))
    }

    fn aim(&self, report: &[u8]) -> Option<Aim> {
        let [a, b, c] = self.layout.aim_at?.map(|at| report.get(at).copied());
        Aim::at_start_of(&[a?, b?, c?])
    }

    fn is_continued(&self, report: &[u8]) -> bool {
        let continued = self.layout.continued;
        continued.is_some_and(|(at, mask)| report.get(at).is_some_and(|byte| byte & mask != 0))
    }

    fn finish(&self, partial: Partial, events: &mut Vec<Event>) {
        if let Some(trouble) = partial.spoilt {
            events.push(Event::Trouble(trouble));
            return;
        }
        let mut trim = self.trim.clone();
        // What stands in its own field is not looked for in the data once more.
        trim.takes_aim &= partial.aim.is_none();
        let mut scan = trim.scan(partial.data, Framing::Report);
        scan.aim = partial.aim.or(scan.aim);
        if !scan.data.is_empty() {
            events.push(Event::Scan(scan));
        }
    }
}

fn without_nuls(data: &[u8]) -> &[u8] {
    let end = data.iter().rposition(|byte| *byte != 0);
    end.and_then(|end| data.get(..=end)).unwrap_or_default()
}

impl Decoder for PosDecoder {
    fn push(&mut self, now: Now, report: &[u8], events: &mut Vec<Event>) {
        self.expire(now, events);
        if report.is_empty()
            || self
                .layout
                .report_id
                .is_some_and(|id| report.first() != Some(&id))
        {
            return;
        }
        let mut partial = self.partial.take().unwrap_or_else(|| Partial {
            aim: self.aim(report),
            data: Vec::new(),
            spoilt: None,
            until: now,
        });
        partial.take(self.data(report));
        if self.is_continued(report) {
            partial.until = now.saturating_add(REST_WITHIN);
            self.partial = Some(partial);
        } else {
            self.finish(partial, events);
        }
    }

    fn deadline(&self) -> Option<Now> {
        self.partial.as_ref().map(|partial| partial.until)
    }

    fn expire(&mut self, now: Now, events: &mut Vec<Event>) {
        let due = self.partial.take_if(|partial| now >= partial.until);
        if let Some(partial) = due {
            let kept = partial.data.len();
            let trouble = partial.spoilt.unwrap_or(Trouble::Truncated { kept });
            events.push(Event::Trouble(trouble));
        }
    }

    fn reset(&mut self) {
        self.partial = None;
    }
}

#[cfg(test)]
mod tests;
