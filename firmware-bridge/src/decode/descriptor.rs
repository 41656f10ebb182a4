//! HID report descriptors: which bits of a device's reports mean what.
//!
//! A descriptor is a little program that comes from the device, so anything may stand in it. Thirty
//! bytes can ask for two thousand million fields; libraries that make a value of each field end a
//! process with them. Here an item of any count is one [`Run`], so what is kept is never more than
//! a few times the descriptor itself, and a report of more than [`REPORT_BITS_MAX`] is refused
//! where its size is said.
//!
//! **Invariant.** Any bytes give a descriptor or an error; never a panic.

mod items;

use std::collections::BTreeMap;
use std::ops::Range;

use self::items::{Item, Items};

/// The longest descriptor that is read, in bytes. The longest of real devices have about 1,000.
pub const DESCRIPTOR_BYTES_MAX: usize = 4096;
/// The largest report that is believed, in bits: 64 Kibit. Scanners send 512.
pub const REPORT_BITS_MAX: u32 = 64 * 1024;
/// How many settings may be put aside at once. Real descriptors put one aside.
const SAVED_MAX: usize = 16;

/// The page of barcode scanners.
pub const PAGE_SCANNER: u16 = 0x8c;
/// The page of generic desktop controls.
pub const PAGE_DESKTOP: u16 = 0x01;
/// The page of keyboards' keys.
pub const PAGE_KEYS: u16 = 0x07;
const KEYBOARD: Usage = Usage::new(PAGE_DESKTOP, 0x06);

/// What a field or a collection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usage {
    /// The page.
    pub page: u16,
    /// The number in the page.
    pub id: u16,
}

impl Usage {
    /// A usage of a page.
    #[must_use]
    pub const fn new(page: u16, id: u16) -> Self {
        Self { page, id }
    }
}

/// Which way a report goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// From the device.
    Input,
    /// To the device.
    Output,
    /// Both, when asked for.
    Feature,
}

/// Neighbouring fields of the same width in one report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Which way the report goes.
    pub kind: Kind,
    /// The report's id; without one, the device has a single report of this kind.
    pub report_id: Option<u8>,
    /// The usage of the first field.
    pub first: Usage,
    /// How many of the fields count upwards from the first one's usage; all others have the usage
    /// of the last of these.
    pub usages: u32,
    /// The bit at which the first field begins. The id's byte is counted.
    pub start: u32,
    /// How wide a field is, in bits.
    pub width: u32,
    /// How many fields there are.
    pub count: u32,
    /// Whether each field holds the number of a usage, and not a usage's value.
    pub is_array: bool,
}

impl Run {
    /// Where the first field of a usage begins, in bits, if one is here.
    #[must_use]
    pub fn bit_of(&self, usage: Usage) -> Option<u32> {
        let step = u32::from(usage.id).checked_sub(u32::from(self.first.id))?;
        let is_here = usage.page == self.first.page && step < self.usages && step < self.count;
        // An array of one usage has the values of that usage; firmware writes this for data.
        let has_values = !self.is_array || self.usages == 1;
        (is_here && has_values).then(|| self.start.saturating_add(step.saturating_mul(self.width)))
    }

    /// The bits of all fields of a usage, if some are here.
    #[must_use]
    pub fn bits_of(&self, usage: Usage) -> Option<Range<u32>> {
        let start = self.bit_of(usage)?;
        let is_last = u32::from(usage.id) + 1 == u32::from(self.first.id) + self.usages;
        let end = if is_last {
            self.start.saturating_add(self.bits())
        } else {
            start.saturating_add(self.width)
        };
        Some(start..end)
    }

    /// How many bits all fields have together.
    #[must_use]
    pub const fn bits(&self) -> u32 {
        self.width.saturating_mul(self.count)
    }
}

/// A descriptor that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Descriptor {
    applications: Vec<Usage>,
    runs: Vec<Run>,
    bits: BTreeMap<(Kind, Option<u8>), u32>,
}

/// Why a descriptor cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptorError {
    /// It is longer than any real one.
    #[error("the report descriptor has {bytes} bytes, and at most {DESCRIPTOR_BYTES_MAX} are read")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// It ends within an item.
    #[error("the report descriptor ends within the item at byte {at}")]
    Cut {
        /// Where the item begins.
        at: usize,
    },
    /// A report would be larger than any real one.
    #[error("the report descriptor asks for a report of more than {REPORT_BITS_MAX} bits")]
    ReportTooLarge,
    /// A report has the id 0, which stands for none, or one that is no byte.
    #[error("the report descriptor has a report id that is not from 1 to 255")]
    BadReportId,
    /// It puts settings aside without an end, or takes back what it did not put aside.
    #[error("the report descriptor saves and restores its settings unevenly")]
    BadStack,
}

impl Descriptor {
    /// Reads a descriptor.
    pub fn parse(bytes: &[u8]) -> Result<Self, DescriptorError> {
        if bytes.len() > DESCRIPTOR_BYTES_MAX {
            let bytes = bytes.len();
            return Err(DescriptorError::TooLong { bytes });
        }
        let mut reading = Reading::default();
        for item in Items::of(bytes) {
            reading.take(item?)?;
        }
        Ok(reading.descriptor)
    }

    /// Whether the device says that it is a barcode scanner.
    #[must_use]
    pub fn is_scanner(&self) -> bool {
        let mut applications = self.applications.iter();
        applications.any(|usage| usage.page == PAGE_SCANNER)
    }

    /// Whether the device says that it is a keyboard.
    #[must_use]
    pub fn is_keyboard(&self) -> bool {
        self.applications.contains(&KEYBOARD)
    }

    /// What the device says that it is: the usages of its outermost collections.
    #[must_use]
    pub fn applications(&self) -> &[Usage] {
        &self.applications
    }

    /// All fields, in the order in which they stand there. Fields that only fill up are left out.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// How many bytes a report has, its id included; 0 where there is no such report.
    #[must_use]
    pub fn report_bytes(&self, kind: Kind, report_id: Option<u8>) -> usize {
        let bits = self.bits.get(&(kind, report_id)).copied().unwrap_or(0);
        usize::try_from(bits.div_ceil(8)).unwrap_or(usize::MAX)
    }

    /// How many bytes the longest report from the device has; 0 where it sends none. A read must
    /// have room for it.
    #[must_use]
    pub fn input_bytes_max(&self) -> usize {
        let inputs = self.bits.keys().filter(|(kind, _)| *kind == Kind::Input);
        let lengths = inputs.map(|(kind, id)| self.report_bytes(*kind, *id));
        lengths.max().unwrap_or(0)
    }
}

/// What holds until it is said anew.
#[derive(Debug, Clone, Copy, Default)]
struct Globals {
    page: u16,
    width: u32,
    count: u32,
    report_id: Option<u8>,
}

/// A usage, or a range of them, as it stands there; without a page it takes the one that holds.
#[derive(Debug, Clone, Copy)]
struct Named {
    page: Option<u16>,
    first: u16,
    last: u16,
}

#[derive(Debug, Default)]
struct Reading {
    descriptor: Descriptor,
    globals: Globals,
    saved: Vec<Globals>,
    named: Vec<Named>,
    range_starts: Option<(Option<u16>, u16)>,
    /// Within a set of alternatives: whether the first of them has come.
    alternatives: Option<bool>,
    depth: usize,
}

impl Reading {
    fn take(&mut self, item: Item) -> Result<(), DescriptorError> {
        match item {
            Item::Field { kind, flags } => {
                self.field(kind, flags)?;
                self.forget_names();
            }
            Item::Collection => {
                self.open();
                self.forget_names();
            }
            Item::EndCollection => {
                self.depth = self.depth.saturating_sub(1);
                self.forget_names();
            }
            Item::Page(page) => self.globals.page = page,
            Item::Width(width) => self.globals.width = width,
            Item::Count(count) => self.globals.count = count,
            Item::ReportId(id) => self.globals.report_id = Some(report_id(id)?),
            Item::Push if self.saved.len() < SAVED_MAX => self.saved.push(self.globals),
            Item::Push => return Err(DescriptorError::BadStack),
            Item::Pop => self.globals = self.saved.pop().ok_or(DescriptorError::BadStack)?,
            Item::Usage { page, id } => self.name(page, id, id),
            Item::UsageMin { page, id } => self.range_starts = Some((page, id)),
            Item::UsageMax { page, id } => self.end_range(page, id),
            Item::Delimiter(opens) => self.alternatives = opens.then_some(false),
            Item::Other => {}
        }
        Ok(())
    }

    fn name(&mut self, page: Option<u16>, first: u16, last: u16) {
        // Of alternatives the first counts.
        if self.alternatives == Some(true) {
            return;
        }
        self.alternatives = self.alternatives.map(|_| true);
        self.named.push(Named { page, first, last });
    }

    fn end_range(&mut self, page: Option<u16>, last: u16) {
        if let Some((first_page, first)) = self.range_starts.take()
            && first <= last
        {
            self.name(first_page.or(page), first, last);
        }
    }

    fn forget_names(&mut self) {
        self.named.clear();
        self.range_starts = None;
        self.alternatives = None;
    }

    fn usage(&self, named: Named) -> Usage {
        Usage::new(named.page.unwrap_or(self.globals.page), named.first)
    }

    fn open(&mut self) {
        if self.depth == 0
            && let Some(named) = self.named.first()
        {
            let usage = self.usage(*named);
            self.descriptor.applications.push(usage);
        }
        self.depth = self.depth.saturating_add(1);
    }

    fn field(&mut self, kind: Kind, flags: u32) -> Result<(), DescriptorError> {
        const CONSTANT: u32 = 1;
        const VARIABLE: u32 = 2;
        let Globals {
            width,
            count,
            report_id,
            ..
        } = self.globals;
        let bits = width
            .checked_mul(count)
            .ok_or(DescriptorError::ReportTooLarge)?;
        let id_bits = if report_id.is_some() { 8 } else { 0 };
        let before = self.descriptor.bits.get(&(kind, report_id)).copied();
        let start = before.unwrap_or(id_bits);
        let end = start
            .checked_add(bits)
            .filter(|end| *end <= REPORT_BITS_MAX);
        let end = end.ok_or(DescriptorError::ReportTooLarge)?;
        self.descriptor.bits.insert((kind, report_id), end);
        if flags & CONSTANT == 0 && bits > 0 {
            self.runs(kind, start, flags & VARIABLE == 0);
        }
        Ok(())
    }

    /// The fields of one item: each takes the next usage that was named, the last one's for all
    /// that are left. An array has all usages in each of its fields.
    fn runs(&mut self, kind: Kind, start: u32, is_array: bool) {
        let globals = self.globals;
        let mut run = Run {
            kind,
            report_id: globals.report_id,
            first: Usage::new(globals.page, 0),
            usages: 1,
            start,
            width: globals.width,
            count: globals.count,
            is_array,
        };
        let named = std::mem::take(&mut self.named);
        for (at, one) in named.iter().enumerate() {
            let is_last = at + 1 == named.len();
            run.first = self.usage(*one);
            run.usages = u32::from(one.last - one.first) + 1;
            if is_array {
                self.descriptor.runs.push(run);
                continue;
            }
            let left = globals
                .count
                .saturating_sub((run.start - start) / globals.width);
            run.count = if is_last { left } else { left.min(run.usages) };
            if run.count == 0 {
                break;
            }
            self.descriptor.runs.push(run);
            run.start = run.start.saturating_add(run.bits());
        }
    }
}

fn report_id(id: u32) -> Result<u8, DescriptorError> {
    match u8::try_from(id) {
        Ok(id) if id > 0 => Ok(id),
        Ok(_) | Err(_) => Err(DescriptorError::BadReportId),
    }
}

#[cfg(test)]
mod tests;
