//! What labels can be printed for, and as what.

/// What labels are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Places, by their numbers.
    Locations,
    /// Items, by their SKUs.
    Items,
    /// The commands of a scan session.
    Commands,
    /// Users: their badges.
    Users,
    /// Orders, by their numbers.
    Orders,
    /// Production lots, by their numbers.
    Lots,
    /// Purchase orders, by their numbers.
    Pos,
    /// Stocktakes, by their numbers.
    Stocktakes,
    /// Customers, by their codes.
    Customers,
    /// The reasons that are offered.
    Reasons,
    /// The card that shows what a scanner makes of codes.
    Calibration,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::Locations,
        Self::Items,
        Self::Commands,
        Self::Users,
        Self::Orders,
        Self::Lots,
        Self::Pos,
        Self::Stocktakes,
        Self::Customers,
        Self::Reasons,
        Self::Calibration,
    ];

    /// The word for it, on command lines and in queries.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Locations => "locations",
            Self::Items => "items",
            Self::Commands => "commands",
            Self::Users => "users",
            Self::Orders => "orders",
            Self::Lots => "lots",
            Self::Pos => "pos",
            Self::Stocktakes => "stocktakes",
            Self::Customers => "customers",
            Self::Reasons => "reasons",
            Self::Calibration => "calibration",
        }
    }

    /// The one of that word, in any case.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.word().eq_ignore_ascii_case(word.trim()))
    }
}

/// What kind of file labels become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Pages for any printer.
    Pdf,
    /// One page, to be shown or changed.
    Svg,
    /// What label printers understand.
    Zpl,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Svg, Self::Zpl];

    /// The word for it, which is the end of a file's name too.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Svg => "svg",
            Self::Zpl => "zpl",
        }
    }

    /// The one of that word, in any case.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|format| format.word().eq_ignore_ascii_case(word.trim()))
    }

    /// Its media type.
    #[must_use]
    pub const fn media(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Svg => "image/svg+xml",
            Self::Zpl => "application/zpl",
        }
    }
}
