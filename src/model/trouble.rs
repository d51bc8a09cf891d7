//! What is wrong with a table's discovery, from its first sign until a run that went well: people are told of both.

/// What a trouble is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TroubleKind {
    /// The newest data is older than the table allows.
    Stale,
    /// Looks at the window fail.
    WindowFails,
    /// Sweeps fail.
    SweepFails,
    /// A sweep would have dropped more than the table allows, and dropped nothing.
    Braked,
    /// New partitions were registered whose files do not fit the table.
    Mismatch,
    /// Directories are left out because their files do not fit the table.
    Quarantined,
    /// Many directories are left out because they are no partitions.
    LeftOut,
}

impl TroubleKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Stale,
        Self::WindowFails,
        Self::SweepFails,
        Self::Braked,
        Self::Mismatch,
        Self::Quarantined,
        Self::LeftOut,
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::WindowFails => "window",
            Self::SweepFails => "sweep",
            Self::Braked => "braked",
            Self::Mismatch => "mismatch",
            Self::Quarantined => "quarantined",
            Self::LeftOut => "left_out",
        }
    }

    /// The kind of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// How a trouble ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleEnd {
    /// A run went well.
    Well,
    /// Nobody looks any more: the table opted out, or is gone.
    Gone,
}

impl TroubleEnd {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Gone => "gone",
        }
    }

    /// The end of that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Well, Self::Gone]
            .into_iter()
            .find(|end| end.as_str() == word)
    }
}

/// A trouble that lasts, or whose end is still to be told. Times are seconds since the epoch by the database's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The table's number.
    pub table_id: i64,
    /// What it is; a table has one of a kind at a time.
    pub kind: TroubleKind,
    /// The table as it was called then: `shop.orders`.
    pub table: String,
    /// What happened, in one line, with the table in backticks.
    pub text: String,
    /// Since when.
    pub began_at: i64,
    /// When people were told; `None` until then.
    pub told_at: Option<i64>,
    /// How it ended; `None` while it lasts.
    pub end: Option<TroubleEnd>,
}
