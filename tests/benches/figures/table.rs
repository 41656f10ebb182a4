//! Medians, and the table of what was measured beside goal and peer.

use std::fmt::Write as _;

/// One measured thing.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// The value, with its spread.
    pub measured: String,
    /// What it should be.
    pub goal: String,
    /// What was measured beside it in the same run.
    pub beside: String,
}

/// Rows in the order in which they were measured.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// Adds a row, and says so at once.
    pub fn add(&mut self, what: &str, measured: &str, goal: &str, beside: &str) {
        eprintln!("  {what}: {measured} | {beside}");
        self.rows.push(Row {
            what: what.to_owned(),
            measured: measured.to_owned(),
            goal: goal.to_owned(),
            beside: beside.to_owned(),
        });
    }

    /// The table, as Markdown or in columns.
    pub fn text(&self, markdown: bool) -> String {
        let head = ["what", "measured", "goal", "beside it, same run"];
        let mut lines = vec![head.map(str::to_owned)];
        if markdown {
            lines.push([const { "---" }; 4].map(str::to_owned));
        }
        for row in &self.rows {
            lines.push([&row.what, &row.measured, &row.goal, &row.beside].map(String::clone));
        }
        let mut widths = [0; 4];
        for line in &lines {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = cell.chars().count().max(*width);
            }
        }
        let mut out = String::new();
        for line in lines {
            if markdown {
                writeln!(out, "| {} |", line.join(" | ")).unwrap();
                continue;
            }
            for (width, cell) in widths.iter().zip(&line) {
                write!(out, "{cell:width$}  ").unwrap();
            }
            out.truncate(out.trim_end().len());
            out.push('\n');
        }
        out
    }
}

/// Several runs of one measurement.
#[derive(Debug, Clone)]
pub struct Runs(Vec<f64>);

impl Runs {
    /// Of these values; there is at least one.
    pub fn new(mut values: Vec<f64>) -> Self {
        assert!(!values.is_empty(), "nothing was measured");
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// The middle one.
    pub fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }

    /// The value that a share of the runs, of 0 to 1, does not exceed.
    pub fn at(&self, share: f64) -> f64 {
        let last = self.0.len() - 1;
        self.0[(share * last as f64).round() as usize]
    }

    /// "median unit (min–max)".
    pub fn text(&self, unit: &str) -> String {
        let (first, last) = (self.0[0], self.0[self.0.len() - 1]);
        if self.0.len() == 1 {
            return format!("{} {unit}", number(first));
        }
        let median = number(self.median());
        format!("{median} {unit} ({}–{})", number(first), number(last))
    }
}

/// A number with three digits or all of its whole part, thousands apart.
pub fn number(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) && digit != '-' {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

/// Seconds since.
pub fn seconds(start: std::time::Instant) -> f64 {
    start.elapsed().as_secs_f64()
}
