//! What happened in a seed, for people; told only when somebody wants to read it.

/// The story of one seed.
#[derive(Debug, Default)]
pub struct Story {
    loud: bool,
    lines: Vec<String>,
}

impl Story {
    /// A story that is told, or one that costs nothing.
    #[must_use]
    pub const fn new(loud: bool) -> Self {
        Self {
            loud,
            lines: Vec::new(),
        }
    }

    /// Adds a line at a moment, in milliseconds since the beginning.
    pub fn tell(&mut self, millis: u64, line: impl FnOnce() -> String) {
        if self.loud {
            let (seconds, rest) = (millis / 1000, millis % 1000);
            self.lines
                .push(format!("{seconds:>6}.{rest:03} s  {}", line()));
        }
    }

    /// All lines.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }
}
