//! How much a run looks at.

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiscoveryScope {
    /// The stretch of time where new partitions appear; everything for layouts without a time, but without a look into
    /// what is known.
    Window,
    /// Everything.
    Sweep,
}

impl DiscoveryScope {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Sweep => "sweep",
        }
    }
}
