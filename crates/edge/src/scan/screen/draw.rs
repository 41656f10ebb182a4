//! The picture of a [`View`]: a pure function of it and of the room there is.
//!
//! **Invariant.** From 40 columns and 15 rows on the mode, the location, what to scan next, the
//! last answer and what is not sent are whole; what is cut says so, and nothing lies over another
//! thing. With less room the rows from the top are drawn as far as they go. Whatever a colour says
//! a word says too.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::fit::{fitting, rows_max, short, tail, width};
use super::letters::{Scale, large};
use super::view::{Answered, Change, Item, Link, Scanner, Status, Tone, View};

/// From this width on there is room for more than the least.
const WIDE: u16 = 80;
/// From this width on there are two columns.
const BROAD: u16 = 100;
/// Of the list so many rows stay, whatever else wants room.
const LISTED_MIN: u16 = 5;

/// The keys, as the help shows them.
const HELP: [(&str, &str); 10] = [
    ("F1", "this help, and back"),
    ("F2", "UNDO: take back the last"),
    ("F3", "DONE: finish what is going on"),
    ("F10", "leave"),
    ("F6", "network off, and on again"),
    ("F5", "sync now"),
    ("12 Enter", "12 of the next item"),
    ("Esc", "clear what is typed"),
    ("words", "ADD REMOVE MOVE COUNT, then a location"),
    ("", "ORDER LOT PO STOCKTAKE, then its number"),
];

/// A part of the terminal, drawn in rows and columns of its own; what is outside is left out.
struct Part<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
}

impl Part<'_> {
    fn rows(&mut self, from: u16, count: u16) -> Part<'_> {
        let from = from.min(self.area.height);
        let area = Rect {
            y: self.area.y.saturating_add(from),
            height: count.min(self.area.height.saturating_sub(from)),
            ..self.area
        };
        Part {
            buffer: self.buffer,
            area,
        }
    }

    fn columns(&mut self, from: u16, count: u16) -> Part<'_> {
        let from = from.min(self.area.width);
        let area = Rect {
            x: self.area.x.saturating_add(from),
            width: count.min(self.area.width.saturating_sub(from)),
            ..self.area
        };
        Part {
            buffer: self.buffer,
            area,
        }
    }

    const fn width(&self) -> u16 {
        self.area.width
    }

    const fn height(&self) -> u16 {
        self.area.height
    }

    fn fill(&mut self, style: Style) {
        self.buffer.set_style(self.area, style);
    }

    fn put(&mut self, row: u16, column: u16, text: &str, style: Style) {
        if row >= self.area.height || column >= self.area.width {
            return;
        }
        let room = usize::from(self.area.width.saturating_sub(column));
        let (x, y) = (
            self.area.x.saturating_add(column),
            self.area.y.saturating_add(row),
        );
        self.buffer.set_stringn(x, y, text, room, style);
    }

    fn put_rows(&mut self, from: u16, column: u16, texts: &[String], style: Style) {
        for (row, text) in (from..).zip(texts) {
            self.put(row, column, text, style);
        }
    }

    /// A text that ends at the right edge.
    fn put_right(&mut self, row: u16, text: &str, style: Style) {
        let column = self.area.width.saturating_sub(cells(width(text)));
        self.put(row, column, text, style);
    }
}

/// A number of cells; more than a terminal has are as many as it can have.
fn cells(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// A band of a colour with dark letters; without colours it is the terminal's own, reversed.
fn band(color: Color) -> Style {
    let style = Style::new().fg(color).bg(Color::Black);
    style.add_modifier(Modifier::REVERSED | Modifier::BOLD)
}

fn bold() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

const fn color_of_mode(mode: &str) -> Color {
    match mode.as_bytes() {
        b"ADD" => Color::LightBlue,
        b"REMOVE" => Color::LightMagenta,
        b"MOVE" => Color::LightCyan,
        b"COUNT" => Color::White,
        b"ORDER" | b"LOT" => Color::LightGreen,
        b"PO" => Color::LightBlue,
        b"STOCKTAKE" => Color::White,
        _ => Color::Gray,
    }
}

const fn color_of_tone(tone: Tone) -> Color {
    match tone {
        Tone::Ok | Tone::Duplicate => Color::Green,
        Tone::Warn => Color::LightYellow,
        Tone::Error => Color::LightRed,
    }
}

/// Draws the screen.
pub(super) fn render(frame: &mut Frame<'_>, view: &View) {
    let area = frame.area();
    let mut whole = Part {
        buffer: frame.buffer_mut(),
        area,
    };
    let (width, height) = (area.width, area.height);
    let top = Top::of(view, width, height);
    let status = 2;
    let fixed = top.height().saturating_add(2).saturating_add(status);
    let rest = height.saturating_sub(fixed);
    top.draw(&mut whole.rows(0, top.height()), view);
    draw_prompt(&mut whole.rows(top.height(), 2), view);
    let from = top.height().saturating_add(2);
    draw_middle(&mut whole.rows(from, rest), view);
    let from = height
        .saturating_sub(status)
        .max(fixed.saturating_sub(status));
    draw_status(&mut whole.rows(from, status), &view.status);
}

/// The band at the top: what is being done, where, by whom.
struct Top {
    mode: Vec<String>,
    /// What stands below the mode where there is little room.
    below: Vec<String>,
    location: Vec<String>,
    /// In which column the location begins.
    column: u16,
    context: Option<String>,
}

impl Top {
    fn of(view: &View, columns: u16, height: u16) -> Self {
        let is_wide = columns >= WIDE;
        let scale = if columns >= BROAD && height >= 36 {
            Scale::Whole
        } else {
            Scale::Half
        };
        let word = view.mode.unwrap_or("NO MODE");
        let column: u16 = match (is_wide, scale) {
            (false, _) => 13,
            (true, Scale::Half) => 30,
            (true, Scale::Whole) => 56,
        };
        let left = usize::from(column.saturating_sub(2));
        let mode = is_wide
            .then(|| large(word, scale, left))
            .flatten()
            .unwrap_or_else(|| vec![word.to_owned()]);
        let room = usize::from(columns.saturating_sub(column.saturating_add(1)));
        let location = view.location.as_deref().unwrap_or_default();
        let rows_of_location = usize::from(height / 3).max(3);
        let location = large(location, scale, room)
            .unwrap_or_else(|| rows_max(location, room, rows_of_location));
        let who = view.user.clone().unwrap_or_else(|| view.device.clone());
        let below = match is_wide {
            true => Vec::new(),
            false if view.user.is_some() => vec![short(&who, left), short(&view.device, left)],
            false => vec![short(&who, left)],
        };
        Self {
            mode,
            below,
            location,
            column,
            context: context(view, usize::from(columns.saturating_sub(2)), is_wide),
        }
    }

    fn height(&self) -> u16 {
        let left = self.mode.len().saturating_add(self.below.len());
        let rows = left.max(self.location.len()).max(3);
        cells(rows).saturating_add(u16::from(self.context.is_some()))
    }

    fn draw(&self, part: &mut Part<'_>, view: &View) {
        let style = band(view.mode.map_or(Color::Gray, color_of_mode));
        part.fill(style);
        part.put_rows(0, 1, &self.mode, style);
        part.put_rows(cells(self.mode.len()), 1, &self.below, style);
        let columns = part.width().saturating_sub(self.column);
        let mut right = part.columns(self.column, columns);
        // A single row stands in the middle of the band.
        let from = u16::from(self.location.len() == 1);
        right.put_rows(from, 0, &self.location, style);
        if let Some(context) = &self.context {
            part.put(part.height().saturating_sub(1), 1, context, style);
        }
    }
}

/// What else holds for every scan, in one row; none where nothing does and there is little room.
fn context(view: &View, columns: usize, is_wide: bool) -> Option<String> {
    let said = |what: &str, text: &Option<String>| {
        text.as_ref()
            .map_or_else(String::new, |text| format!("{what} {text}"))
    };
    let mut texts = vec![
        view.document.clone().unwrap_or_default(),
        said("stock of", &view.owner),
        said("reason:", &view.reason),
    ];
    if is_wide {
        let who = match &view.user {
            Some(user) => format!("{user} on {}", view.device),
            None => view.device.clone(),
        };
        texts.extend([who, view.location_name.clone()]);
    }
    let row = fitting(&texts, columns);
    (!row.is_empty()).then_some(row)
}

/// What to scan next, and what is being typed.
fn draw_prompt(part: &mut Part<'_>, view: &View) {
    let columns = usize::from(part.width().saturating_sub(3));
    part.put(0, 0, ">", bold());
    if !view.typed.is_empty() {
        part.put(0, 2, &short(&view.prompt, columns), bold());
        let typed = tail(&view.typed, columns.saturating_sub(1));
        part.put(1, 2, &format!("{typed}_"), bold());
        return;
    }
    let prompt = rows_max(&view.prompt, columns, 2);
    part.put_rows(0, 2, &prompt, bold());
    if let (Some(notice), true) = (&view.notice, prompt.len() < 2) {
        part.put(1, 2, &short(notice, columns), Style::new());
    }
}

/// The last answer, the scans before it, and what is to be picked.
fn draw_middle(part: &mut Part<'_>, view: &View) {
    if view.is_help {
        return draw_help(part, view);
    }
    let is_broad = part.width() >= BROAD && !view.tasks.is_empty();
    let (columns, rows) = (part.width(), part.height());
    let is_roomy = columns >= 60 && rows >= 12;
    if is_broad {
        let left = columns / 5 * 3;
        draw_answers(&mut part.columns(0, left), view, is_roomy);
        let from = left.saturating_add(2);
        let mut right = part.columns(from, columns.saturating_sub(from));
        return draw_tasks(&mut right, view);
    }
    let wanted = cells(view.tasks.len()).saturating_add(1);
    let answer = Answer::of_last(view, columns, rows, is_roomy);
    let answer = answer.map_or(0, |answer| answer.height);
    let spare = rows.saturating_sub(answer).saturating_sub(LISTED_MIN);
    let tasks = wanted.min(spare);
    if view.tasks.is_empty() || tasks < 3 {
        return draw_answers(part, view, is_roomy);
    }
    let upper = rows.saturating_sub(tasks);
    draw_answers(&mut part.rows(0, upper), view, is_roomy);
    draw_tasks(&mut part.rows(upper, tasks), view);
}

fn draw_answers(part: &mut Part<'_>, view: &View, is_roomy: bool) {
    let rows = part.height();
    let Some(answer) = Answer::of_last(view, part.width(), rows, is_roomy) else {
        return part.put(1, 1, "nothing scanned yet; F1 shows the keys", Style::new());
    };
    answer.draw(&mut part.rows(0, answer.height));
    let mut list = part.rows(answer.height, rows.saturating_sub(answer.height));
    for (row, answered) in (0..list.height()).zip(view.answered.iter().skip(1)) {
        draw_listed(&mut list.rows(row, 1), answered);
    }
}

/// The last answer, laid out.
struct Answer {
    tone: Tone,
    height: u16,
    /// The word in large letters.
    word: Vec<String>,
    /// In which column the text begins.
    column: u16,
    text: Vec<String>,
    item: Option<String>,
    /// Before and after in large letters.
    numbers: Vec<String>,
}

impl Answer {
    fn of_last(view: &View, columns: u16, rows: u16, is_roomy: bool) -> Option<Self> {
        let last = view.answered.first()?;
        let word = last.tone.word().to_uppercase();
        let drawn = large(&word, Scale::Half, 20).filter(|_| is_roomy);
        let drawn = drawn.unwrap_or_default();
        let numbers = numbers(last, columns).filter(|_| is_roomy);
        let numbers = numbers.unwrap_or_default();
        let column = match widest(&drawn) {
            0 => 1,
            used => used.saturating_add(3),
        };
        let used = column.saturating_add(widest(&numbers)).saturating_add(2);
        let room = usize::from(columns.saturating_sub(used));
        let text = if drawn.is_empty() {
            format!("{word} {}", last.says)
        } else {
            last.says.clone()
        };
        let item = last.item.as_ref().map(|item| item_row(item, room));
        let item = item.filter(|item| !item.is_empty());
        let text = rows_max(
            &text,
            room,
            usize::from(rows.saturating_sub(u16::from(item.is_some()))),
        );
        let wanted = cells(text.len()).saturating_add(u16::from(item.is_some()));
        let least = if is_roomy { 4 } else { 3 };
        Some(Self {
            tone: last.tone,
            height: wanted.max(least).min(rows),
            word: drawn,
            column,
            text,
            item,
            numbers,
        })
    }

    fn draw(&self, part: &mut Part<'_>) {
        let style = band(color_of_tone(self.tone));
        part.fill(style);
        part.put_rows(0, 1, &self.word, style);
        part.put_rows(0, self.column, &self.text, style);
        if let Some(item) = &self.item {
            part.put(cells(self.text.len()), self.column, item, style);
        }
        for (row, text) in (0..).zip(&self.numbers) {
            part.put_right(row, &format!("{text} "), style);
        }
    }
}

fn widest(rows: &[String]) -> u16 {
    let widest = rows.iter().map(|row| width(row)).max();
    cells(widest.unwrap_or_default())
}

/// How much there was and is, in large letters, where there is room for it.
fn numbers(last: &Answered, columns: u16) -> Option<Vec<String>> {
    let Change { before, after } = last.item.as_ref()?.on_hand.as_ref()?;
    let room = usize::from(columns / 3);
    large(&format!("{before}>{after}"), Scale::Half, room)
}

/// What the item is called and how much of it there was and is.
fn item_row(item: &Item, columns: usize) -> String {
    let told = |what: &str, change: &Option<Change>| {
        change.as_ref().map_or_else(String::new, |change| {
            format!("{what}{} → {}", change.before, change.after)
        })
    };
    // Where all of it lies here, once is enough.
    let here = item.here.clone().filter(|_| item.here != item.on_hand);
    let changes = [told("", &item.on_hand), told("here ", &here)];
    let changes = fitting(&changes, columns);
    let room = columns.saturating_sub(width(&changes));
    let name = match room.checked_sub(usize::from(!changes.is_empty()) * 2) {
        Some(room) if room >= 4 => short(&item.name, room),
        _ => String::new(),
    };
    let gap = if name.is_empty() || changes.is_empty() {
        ""
    } else {
        "  "
    };
    format!("{name}{gap}{changes}")
}

/// A scan among those before the last.
fn draw_listed(part: &mut Part<'_>, answered: &Answered) {
    let style = match answered.tone {
        Tone::Ok | Tone::Duplicate => Style::new(),
        Tone::Warn => Style::new().fg(Color::LightYellow),
        Tone::Error => Style::new().fg(Color::LightRed),
    };
    let mut column = 0;
    if part.width() >= 60 {
        part.put(0, 0, &answered.at, Style::new());
        column += 9;
    }
    part.put(
        0,
        column,
        answered.tone.word(),
        style.add_modifier(Modifier::BOLD),
    );
    column += 6;
    if part.width() >= BROAD {
        let item = answered.item.as_ref().map(|item| &item.code);
        let code = item.unwrap_or(&answered.scan);
        part.put(0, column, &short(code, 22), Style::new());
        column += 24;
    }
    let user = short(&answered.user, if part.width() >= 60 { 16 } else { 8 });
    let room = part.width().saturating_sub(column);
    let room = usize::from(room).saturating_sub(width(&user) + 1);
    part.put(0, column, &short(&answered.says, room), style);
    part.put_right(0, &user, Style::new());
}

fn draw_tasks(part: &mut Part<'_>, view: &View) {
    let tasks = &view.tasks;
    let columns = usize::from(part.width());
    let title = match view.mode {
        Some("PO") => "TO COME",
        Some("STOCKTAKE") => "TO COUNT",
        // Also in a count that an order or a lot was interrupted for.
        Some(_) | None => "PICK LIST",
    };
    part.put(
        0,
        0,
        &short(&format!("{title}, {} to go", tasks.len()), columns),
        bold(),
    );
    for (row, (number, task)) in (1..part.height()).zip((0_usize..).zip(tasks)) {
        let style = if number == 0 { bold() } else { Style::new() };
        part.put(row, 1, &short(task, columns.saturating_sub(1)), style);
    }
}

fn draw_help(part: &mut Part<'_>, view: &View) {
    let columns = usize::from(part.width());
    // What is the matter with the network is worth more than keys.
    let why = view.status.why_whole.as_deref().unwrap_or_default();
    let why = rows_max(why, columns, 4);
    part.put_rows(0, 0, &why, Style::new());
    for (row, (key, does)) in (cells(why.len())..).zip(HELP) {
        part.put(row, 0, key, bold());
        part.put(
            row,
            9,
            &short(does, columns.saturating_sub(9)),
            Style::new(),
        );
    }
}

fn draw_status(part: &mut Part<'_>, status: &Status) {
    let link = status.link.word();
    let style = match status.link {
        Link::Alone | Link::Asking | Link::Online => Style::new(),
        Link::Offline | Link::Off => band(Color::LightYellow),
        Link::Refused => band(Color::LightRed),
    };
    let columns = usize::from(part.width());
    let room = columns.saturating_sub(width(link) + 3);
    let unsent = if status.pending > 0 {
        bold()
    } else {
        Style::new()
    };
    part.put(0, 0, &pending(status, room), unsent);
    part.put_right(0, &format!(" {link} "), style);
    let ago = |what: &str, age: &Option<String>| {
        age.as_ref()
            .map_or_else(String::new, |age| format!("{what} {age} ago"))
    };
    let synced = match (&status.synced, status.link) {
        (None, Link::Alone) => String::new(),
        (None, _) => "never synced".to_owned(),
        (Some(_), _) => ago("synced", &status.synced),
    };
    let scanner = status.scanner.map_or("", Scanner::word);
    let said = [
        scanner.to_owned(),
        status.why.clone().unwrap_or_default(),
        synced,
        ago("scan", &status.scanned),
        "F1 help".to_owned(),
    ];
    part.put(1, 0, &fitting(&said, columns), Style::new());
}

/// What is not sent; whole, whatever else is not.
fn pending(status: &Status, columns: usize) -> String {
    let count = status.pending;
    if count == 0 {
        let is_alone = status.link == Link::Alone;
        return if is_alone { "" } else { "all sent" }.to_owned();
    }
    let oldest = status.oldest.as_deref().unwrap_or_default();
    let told = [
        format!("{count} not sent, oldest {oldest}"),
        format!("{count} not sent, {oldest}"),
        format!("{count} not sent"),
    ];
    let fits = told.iter().find(|text| width(text) <= columns);
    fits.cloned().unwrap_or_else(|| count.to_string())
}

#[cfg(test)]
pub(super) use self::tests::view as sample;

#[cfg(test)]
mod tests;
