//! Encoding 1: shapes and columns.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{BytesWriter, ColumnReader, NumbersWriter};
use super::shape::{Leaf, Parts, Place, Shape, Source};
use super::{ENTRIES_MAX, INFLATED_BYTES_MAX, UnpackError, sealed, take_count};
use crate::batch::{ENTRY_BYTES_MAX, EntryBuf};
use crate::varint::{self, len64};

/// The most bytes that all shapes of a batch have together; a writer that needs more packs raw.
const SHAPES_BYTES_MAX: usize = 256 * 1024;
/// Streams from this length on get a zstd block of their own.
const OWN_BLOCK: usize = 128;

/// The columns that are there even when nothing is in them.
const ALWAYS: [Place; 3] = [Place::SHAPE, Place::TIME, Place::RAW];

#[derive(Debug)]
enum ColumnWriter<'a> {
    Numbers(NumbersWriter),
    Bytes(BytesWriter<'a>),
}

#[derive(Debug)]
struct Writer<'a> {
    columns: BTreeMap<Place, ColumnWriter<'a>>,
    numbers: BTreeMap<Vec<u8>, usize>,
    shapes: Vec<(Vec<u8>, Shape)>,
    shapes_bytes: usize,
}

impl<'a> Writer<'a> {
    fn new() -> Self {
        let mut writer = Self {
            columns: BTreeMap::new(),
            numbers: BTreeMap::new(),
            shapes: Vec::new(),
            shapes_bytes: 0,
        };
        for place in ALWAYS {
            let _ = writer.column(place);
        }
        writer
    }

    fn column(&mut self, place: Place) -> &mut ColumnWriter<'a> {
        self.columns.entry(place).or_insert_with(|| {
            if place.is_bytes {
                ColumnWriter::Bytes(BytesWriter::default())
            } else {
                ColumnWriter::Numbers(NumbersWriter::default())
            }
        })
    }

    fn push(&mut self, place: Place, leaf: Leaf<'a>) -> Option<()> {
        match (self.column(place), leaf) {
            (ColumnWriter::Numbers(column), Leaf::Number(value)) => {
                column.push(value);
                Some(())
            }
            (ColumnWriter::Bytes(column), Leaf::Bytes(value)) => column.push(value),
            _ => None,
        }
    }

    /// The number of a shape, from 1.
    fn number(&mut self, shape: &[u8]) -> Option<usize> {
        if let Some(number) = self.numbers.get(shape) {
            return Some(*number);
        }
        self.shapes_bytes = self.shapes_bytes.saturating_add(shape.len());
        if self.shapes_bytes > SHAPES_BYTES_MAX {
            return None;
        }
        self.shapes.push((shape.to_vec(), Shape::read(shape)?));
        let _ = self.numbers.insert(shape.to_vec(), self.shapes.len());
        Some(self.shapes.len())
    }

    /// Adds an entry, raw if need be; `None` when the batch cannot be packed in this way.
    fn entry(&mut self, entry: &'a [u8], parts: &mut Parts<'a>, again: &mut Vec<u8>) -> Option<()> {
        if parts.take_apart(entry).is_some() {
            let number = self.number(&parts.shape)?;
            let (_, shape) = self.shapes.get(number.checked_sub(1)?)?;
            again.clear();
            let rebuilt = shape.rebuild(&mut Leaves(parts.leaves.iter()), again);
            // The reader takes the values from the columns that the shape names.
            let places = parts.leaves.iter().map(|(place, _)| place);
            if rebuilt.is_some() && again == entry && places.eq(&shape.places) {
                self.push(Place::SHAPE, Leaf::Number(i64::try_from(number).ok()?))?;
                return parts
                    .leaves
                    .iter()
                    .try_for_each(|(place, leaf)| self.push(*place, *leaf));
            }
        }
        self.push(Place::SHAPE, Leaf::Number(0))?;
        self.push(Place::RAW, Leaf::Bytes(entry))
    }

    fn finish(self, rows: usize, encoding: u8) -> Vec<u8> {
        let mut directory = Vec::new();
        varint::write(&mut directory, len64(rows));
        varint::write(&mut directory, len64(self.shapes.len()));
        for (shape, _) in &self.shapes {
            varint::write(&mut directory, len64(shape.len()));
            directory.extend_from_slice(shape);
        }
        let mut streams = Vec::new();
        // A shape that no row has in the end still has its columns.
        let used = self.columns.keys().copied();
        let places: BTreeSet<Place> = used
            .chain(places_of(self.shapes.iter().map(|it| &it.1)))
            .collect();
        let mut columns = self.columns;
        for place in places {
            match columns.remove(&place) {
                Some(ColumnWriter::Numbers(column)) => column.finish(&mut directory, &mut streams),
                Some(ColumnWriter::Bytes(column)) => column.finish(&mut directory, &mut streams),
                None if place.is_bytes => {
                    BytesWriter::default().finish(&mut directory, &mut streams);
                }
                None => NumbersWriter::default().finish(&mut directory, &mut streams),
            }
        }
        let parts = blocks(directory, streams);
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        sealed(encoding, &parts)
    }
}

/// Joins short streams, so that only those worth it get a block of their own.
fn blocks(directory: Vec<u8>, streams: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut blocks = vec![directory];
    let mut is_open = true;
    for stream in streams {
        let is_long = stream.len() >= OWN_BLOCK;
        match blocks.last_mut() {
            Some(last) if is_open && !is_long => last.extend_from_slice(&stream),
            _ => blocks.push(stream),
        }
        is_open = !is_long;
    }
    blocks
}

/// The values of an entry that was taken apart.
struct Leaves<'l, 'a>(std::slice::Iter<'l, (Place, Leaf<'a>)>);

impl Source for Leaves<'_, '_> {
    fn number(&mut self) -> Option<i64> {
        match self.0.next()? {
            (_, Leaf::Number(value)) => Some(*value),
            (_, Leaf::Bytes(_)) => None,
        }
    }

    fn bytes(&mut self) -> Option<&[u8]> {
        match self.0.next()? {
            (_, Leaf::Bytes(bytes)) => Some(bytes),
            (_, Leaf::Number(_)) => None,
        }
    }
}

/// Packs entries; `None` when their shapes or values are too many.
pub(super) fn pack(entries: &EntryBuf, encoding: u8) -> Option<Vec<u8>> {
    let mut writer = Writer::new();
    let (mut parts, mut again) = (Parts::default(), Vec::new());
    for entry in entries.iter() {
        writer.entry(entry, &mut parts, &mut again)?;
    }
    Some(writer.finish(entries.len(), encoding))
}

fn places_of<'s>(shapes: impl IntoIterator<Item = &'s Shape>) -> impl Iterator<Item = Place> {
    shapes
        .into_iter()
        .flat_map(|shape| shape.places.iter().copied())
}

/// The values of one row, taken from their columns in the shape's order.
struct Row<'r, 'a> {
    columns: &'r mut [ColumnReader<'a>],
    order: std::slice::Iter<'r, usize>,
}

impl Source for Row<'_, '_> {
    fn number(&mut self) -> Option<i64> {
        match self.columns.get_mut(*self.order.next()?)? {
            ColumnReader::Numbers(column) => column.next(),
            ColumnReader::Bytes(_) => None,
        }
    }

    fn bytes(&mut self) -> Option<&[u8]> {
        match self.columns.get_mut(*self.order.next()?)? {
            ColumnReader::Bytes(column) => column.next(),
            ColumnReader::Numbers(_) => None,
        }
    }
}

/// Unpacks a payload.
pub(super) fn unpack(payload: &[u8]) -> Result<EntryBuf, UnpackError> {
    let mut rest = payload;
    let count = take_count(&mut rest, ENTRIES_MAX)?;
    let shapes = take_shapes(&mut rest)?;
    let mut rows = Rows::open(&shapes, rest)?;
    let (mut entries, mut entry) = (EntryBuf::new(), Vec::new());
    for _ in 0..count {
        entry.clear();
        rows.next(&mut entry)?;
        if entries.byte_len().saturating_add(entry.len()) > INFLATED_BYTES_MAX {
            return Err(UnpackError::TooLarge);
        }
        entries.push(&entry);
    }
    if rows.is_at_end() {
        Ok(entries)
    } else {
        Err(UnpackError::Damaged)
    }
}

/// The entry at an index of a payload. Those before it are passed over without being put together,
/// those behind it are not looked at.
pub(super) fn unpack_one(payload: &[u8], index: usize) -> Result<Vec<u8>, UnpackError> {
    let mut rest = payload;
    let count = take_count(&mut rest, ENTRIES_MAX)?;
    if index >= count {
        return Err(UnpackError::Damaged);
    }
    let shapes = take_shapes(&mut rest)?;
    let mut rows = Rows::open(&shapes, rest)?;
    let mut passed = 0_usize;
    for _ in 0..index {
        passed = passed.saturating_add(rows.skip().ok_or(UnpackError::Damaged)?);
        if passed > INFLATED_BYTES_MAX {
            return Err(UnpackError::TooLarge);
        }
    }
    let mut entry = Vec::new();
    rows.next(&mut entry)?;
    Ok(entry)
}

fn take_shapes(rest: &mut &[u8]) -> Result<Vec<Shape>, UnpackError> {
    let count = take_count(rest, ENTRIES_MAX)?;
    let mut left = SHAPES_BYTES_MAX;
    let mut shapes = Vec::new();
    for _ in 0..count {
        let length = take_count(rest, left)?;
        left = left.saturating_sub(length);
        let (shape, behind) = rest.split_at_checked(length).ok_or(UnpackError::Damaged)?;
        *rest = behind;
        shapes.push(Shape::read(shape).ok_or(UnpackError::Damaged)?);
    }
    Ok(shapes)
}

/// The rows of a payload, one after the other.
struct Rows<'s, 'a> {
    shapes: &'s [Shape],
    columns: Vec<ColumnReader<'a>>,
    /// Which columns each shape takes its values from.
    orders: Vec<Vec<usize>>,
    raw_order: Vec<usize>,
    number_order: Vec<usize>,
    rest: &'a [u8],
}

impl<'s, 'a> Rows<'s, 'a> {
    fn open(shapes: &'s [Shape], rest: &'a [u8]) -> Result<Self, UnpackError> {
        Self::columns(shapes, rest).ok_or(UnpackError::Damaged)
    }

    fn columns(shapes: &'s [Shape], mut rest: &'a [u8]) -> Option<Self> {
        let places: BTreeSet<Place> = ALWAYS.into_iter().chain(places_of(shapes)).collect();
        let places: Vec<Place> = places.into_iter().collect();
        let mut columns = places
            .iter()
            .map(|place| ColumnReader::directory(place.is_bytes, &mut rest))
            .collect::<Option<Vec<_>>>()?;
        columns
            .iter_mut()
            .try_for_each(|column| column.streams(&mut rest))?;
        let index_of = |place: &Place| places.binary_search(place).ok();
        let order_of = |places: &[Place]| places.iter().map(index_of).collect::<Option<Vec<_>>>();
        let orders = shapes.iter().map(|shape| order_of(&shape.places));
        Some(Self {
            shapes,
            columns,
            orders: orders.collect::<Option<_>>()?,
            raw_order: order_of(&[Place::RAW])?,
            number_order: order_of(&[Place::SHAPE])?,
            rest,
        })
    }

    /// The number of the next row's shape.
    fn number(&mut self) -> Option<usize> {
        let mut row = Row {
            columns: &mut self.columns,
            order: self.number_order.iter(),
        };
        usize::try_from(row.number()?).ok()
    }

    /// Appends the next row's entry.
    fn next(&mut self, entry: &mut Vec<u8>) -> Result<(), UnpackError> {
        self.put(entry).ok_or(UnpackError::Damaged)?;
        if entry.len() > ENTRY_BYTES_MAX {
            return Err(UnpackError::TooLarge);
        }
        Ok(())
    }

    fn put(&mut self, entry: &mut Vec<u8>) -> Option<()> {
        let Some(index) = self.number()?.checked_sub(1) else {
            let mut row = Row {
                columns: &mut self.columns,
                order: self.raw_order.iter(),
            };
            entry.extend_from_slice(row.bytes()?);
            return Some(());
        };
        let mut row = Row {
            columns: &mut self.columns,
            order: self.orders.get(index)?.iter(),
        };
        self.shapes.get(index)?.rebuild(&mut row, entry)
    }

    /// Passes over the next row; how many bytes its values have, which its entry would have too.
    fn skip(&mut self) -> Option<usize> {
        let order = match self.number()?.checked_sub(1) {
            None => &self.raw_order,
            Some(index) => self.orders.get(index)?,
        };
        let mut bytes = 0_usize;
        for column in order {
            match self.columns.get_mut(*column)? {
                ColumnReader::Numbers(column) => column.next().map(drop)?,
                ColumnReader::Bytes(column) => bytes = bytes.saturating_add(column.next()?.len()),
            }
            if bytes > ENTRY_BYTES_MAX {
                return None;
            }
        }
        Some(bytes)
    }

    fn is_at_end(&self) -> bool {
        self.rest.is_empty() && self.columns.iter().all(ColumnReader::is_at_end)
    }
}
