//! Lengths in whole units of the medium that is printed on.

/// How fine a medium is.
///
/// Lengths of labels are given in micrometres. They are laid out in units: micrometres on paper, and
/// dots on a label printer, where every bar has to be a whole number of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolution {
    units_per_metre: u32,
}

impl Resolution {
    /// Units of a micrometre, for documents that are printed on paper.
    pub const PAPER: Self = Self {
        units_per_metre: 1_000_000,
    };

    /// A printer with so many dots in a metre.
    #[must_use]
    pub const fn dots(per_metre: u32) -> Self {
        Self {
            units_per_metre: per_metre,
        }
    }

    /// The whole units within a length in micrometres.
    #[must_use]
    pub fn units(self, um: u32) -> u32 {
        let units = u64::from(um) * u64::from(self.units_per_metre) / 1_000_000;
        u32::try_from(units).unwrap_or(u32::MAX)
    }

    /// The fewest units that are no shorter than a length in micrometres.
    #[must_use]
    pub fn units_at_least(self, um: u32) -> u32 {
        let units = (u64::from(um) * u64::from(self.units_per_metre)).div_ceil(1_000_000);
        u32::try_from(units).unwrap_or(u32::MAX)
    }

    /// The length of so many units, in micrometres, rounded up.
    #[must_use]
    pub fn um(self, units: u32) -> u32 {
        let um = (u64::from(units) * 1_000_000).div_ceil(u64::from(self.units_per_metre.max(1)));
        u32::try_from(um).unwrap_or(u32::MAX)
    }
}

/// A rectangle in units, from the upper left corner of the page or label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// From the left edge.
    pub x: u32,
    /// From the upper edge.
    pub y: u32,
    /// To the right.
    pub width: u32,
    /// Downwards.
    pub height: u32,
}

impl Rect {
    /// A rectangle by its corner and its size.
    #[must_use]
    pub const fn new(x: u32, y: u32, width: u32, height: u32) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }

    /// Where it ends on the right.
    #[must_use]
    pub const fn right(self) -> u32 {
        self.x.saturating_add(self.width)
    }

    /// Where it ends below.
    #[must_use]
    pub const fn bottom(self) -> u32 {
        self.y.saturating_add(self.height)
    }

    /// Whether another one lies in it as a whole.
    #[must_use]
    pub const fn holds(self, other: Self) -> bool {
        other.x >= self.x
            && other.y >= self.y
            && other.right() <= self.right()
            && other.bottom() <= self.bottom()
    }

    /// Whether the two have any area in common.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    /// The same, moved to the right and down.
    pub(crate) const fn moved(self, x: u32, y: u32) -> Self {
        Self {
            x: self.x.saturating_add(x),
            y: self.y.saturating_add(y),
            ..self
        }
    }

    /// Without a border of that width on all sides.
    pub(crate) const fn inside(self, border: u32) -> Self {
        let twice = border.saturating_mul(2);
        Self {
            x: self.x.saturating_add(border),
            y: self.y.saturating_add(border),
            width: self.width.saturating_sub(twice),
            height: self.height.saturating_sub(twice),
        }
    }

    /// With so much more on the left and right, and above and below. Cut off at zero.
    pub(crate) const fn around(self, sides: u32, ends: u32) -> Self {
        let x = self.x.saturating_sub(sides);
        let y = self.y.saturating_sub(ends);
        Self {
            x,
            y,
            width: self.right().saturating_add(sides).saturating_sub(x),
            height: self.bottom().saturating_add(ends).saturating_sub(y),
        }
    }
}
