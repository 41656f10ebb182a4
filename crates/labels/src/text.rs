//! Texts that fit: shrunk, wrapped or cut, never wider than their place.

use crate::font::{ASCENT, EM, Face, LINE};
use crate::unit::Rect;

/// One line of text at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// All that it covers, from the tallest to the lowest letter.
    pub rect: Rect,
    /// The size of the font.
    pub size: u32,
    /// How letters look.
    pub face: Face,
    /// Characters that can be printed only.
    pub text: String,
}

impl Text {
    /// Where the letters stand, from the upper edge.
    #[must_use]
    pub fn base(&self) -> u32 {
        self.rect.y.saturating_add(scaled(self.size, ASCENT))
    }

    /// The text with its upper left corner at a point.
    fn at(x: u32, y: u32, face: Face, size: u32, text: String) -> Self {
        let width = narrow(
            face.width(&text)
                .saturating_mul(u64::from(size))
                .div_ceil(u64::from(EM)),
        );
        let rect = Rect::new(x, y, width, line_height(size));
        Self {
            rect,
            size,
            face,
            text,
        }
    }

    /// The same in the middle of a rectangle that is large enough.
    pub(crate) fn centred(mut self, within: Rect) -> Self {
        self.rect.x = within.x + within.width.saturating_sub(self.rect.width) / 2;
        self.rect.y = within.y + within.height.saturating_sub(self.rect.height) / 2;
        self
    }
}

fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// A length of the font at a size, rounded up.
fn scaled(size: u32, length: u32) -> u32 {
    narrow((u64::from(size) * u64::from(length)).div_ceil(u64::from(EM)))
}

/// How high a line of a size is.
pub(crate) fn line_height(size: u32) -> u32 {
    scaled(size, LINE)
}

/// The largest size of which one line is no higher than that.
pub(crate) fn size_of_height(height: u32) -> u32 {
    narrow(u64::from(height) * u64::from(EM) / u64::from(LINE))
}

/// How sizes are chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// Text that does not fit at this size is cut.
    pub(crate) min: u32,
    /// Where there is room.
    pub(crate) max: u32,
}

/// One line in the upper left corner of an area, as large as it fits; none where not even the
/// smallest does, or there is nothing to write.
pub(crate) fn line(text: &str, face: Face, sizes: Sizes, area: Rect) -> Option<Text> {
    let text = face.printable(text);
    let max = sizes.max.min(size_of_height(area.height));
    if text.is_empty() || max < sizes.min {
        return None;
    }
    let size = widest(&text, face, area.width).min(max);
    if size >= sizes.min {
        return Some(Text::at(area.x, area.y, face, size, text));
    }
    let text = cut(&text, face, sizes.min, area.width)?;
    Some(Text::at(area.x, area.y, face, sizes.min, text))
}

/// The largest size at which a text is no wider than that.
fn widest(text: &str, face: Face, width: u32) -> u32 {
    narrow(u64::from(width) * u64::from(EM) / face.width(text).max(1))
}

/// As much of a text as fits, with dots for the rest; none when not even one character does.
fn cut(text: &str, face: Face, size: u32, width: u32) -> Option<String> {
    let mut kept = text.to_owned();
    while kept.pop().is_some() && !kept.is_empty() {
        let shown = format!("{}…", kept.trim_end());
        if widest(&shown, face, width) >= size {
            return Some(shown);
        }
    }
    None
}

/// Several paragraphs below each other, each wrapped at words, at the largest size at which all of
/// them fit. At the smallest size what is too much is left out, with dots for it.
pub(crate) fn paragraphs(texts: &[String], face: Face, sizes: Sizes, area: Rect) -> Vec<Text> {
    let texts: Vec<String> = texts
        .iter()
        .map(|text| face.printable(text))
        .filter(|text| !text.is_empty())
        .collect();
    let mut size = sizes.max;
    loop {
        let wrapped = texts.iter().map(|text| wrap(text, face, size, area.width));
        let lines: Option<Vec<Vec<String>>> = wrapped.collect();
        let room = area.height / line_height(size).max(1);
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        let smallest = size <= sizes.min;
        match lines {
            Some(lines) if lines.iter().map(Vec::len).sum::<usize>() <= room => {
                let whole = texts.iter().map(|text| widest(text, face, area.width));
                let whole = whole.min().unwrap_or(size).min(size);
                // A little smaller is better than a single word on a line of its own.
                if whole >= sizes.min.max(size - size / 4) {
                    return stacked(texts, face, whole, area);
                }
                return stacked(lines.concat(), face, size, area);
            }
            Some(_) | None if smallest => {
                return stacked(
                    shortened(&texts, face, size, area.width, room),
                    face,
                    size,
                    area,
                );
            }
            Some(_) | None => size = (size - size.div_ceil(12)).max(sizes.min),
        }
    }
}

/// One line for each text, cut where needed, as many as there is room for.
fn shortened(texts: &[String], face: Face, size: u32, width: u32, room: usize) -> Vec<String> {
    let line = |text: &String| {
        if widest(text, face, width) >= size {
            return Some(text.clone());
        }
        cut(text, face, size, width)
    };
    texts.iter().take(room).filter_map(line).collect()
}

fn stacked(lines: Vec<String>, face: Face, size: u32, area: Rect) -> Vec<Text> {
    let mut y = area.y;
    lines
        .into_iter()
        .map(|line| {
            let text = Text::at(area.x, y, face, size, line);
            y = y.saturating_add(line_height(size));
            text
        })
        .collect()
}

/// A text in lines of that width; none when a word is wider.
fn wrap(text: &str, face: Face, size: u32, width: u32) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        if widest(word, face, width) < size {
            return None;
        }
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match (longer, lines.last_mut()) {
            (Some(longer), Some(line)) if widest(&longer, face, width) >= size => *line = longer,
            _ => lines.push(word.to_owned()),
        }
    }
    Some(lines)
}
