//! How grave troubles of discovery are told: `[alerts.discovery]`. Channels take them as changes of that severity.

use crate::choice::choose;
use crate::model::{Severity, TroubleKind};
use serde::{Deserialize, Serialize};

/// `[alerts.discovery]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TroubleSettings {
    /// A table whose newest data is older than it allows.
    pub stale: TroubleSeverity,
    /// A table whose runs fail.
    pub failing: TroubleSeverity,
    /// A sweep that would have dropped more than its table allows.
    pub braked: TroubleSeverity,
    /// Files that do not fit their table, registered or left out.
    pub mismatch: TroubleSeverity,
    /// Many directories that are no partitions.
    pub left_out: TroubleSeverity,
}

impl Default for TroubleSettings {
    fn default() -> Self {
        Self {
            stale: TroubleSeverity::Breaking,
            failing: TroubleSeverity::Breaking,
            braked: TroubleSeverity::Risky,
            mismatch: TroubleSeverity::Risky,
            left_out: TroubleSeverity::Risky,
        }
    }
}

impl TroubleSettings {
    /// How grave a trouble is; `None` where nobody is told of it.
    pub fn severity(&self, kind: TroubleKind) -> Option<Severity> {
        let chosen = match kind {
            TroubleKind::Stale => self.stale,
            TroubleKind::WindowFails | TroubleKind::SweepFails => self.failing,
            TroubleKind::Braked => self.braked,
            TroubleKind::Mismatch | TroubleKind::Quarantined => self.mismatch,
            TroubleKind::LeftOut => self.left_out,
        };
        chosen.severity()
    }
}

/// How grave a trouble is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", rename_all = "snake_case")]
pub enum TroubleSeverity {
    /// As an alarm: at once on every channel that hears of discovery.
    Alarm,
    /// As a breaking change.
    Breaking,
    /// As a risky change.
    Risky,
    /// As a change by which nothing breaks.
    Additive,
    /// Not at all.
    Never,
}

impl TroubleSeverity {
    /// The severity; `None` where nobody is told.
    pub(super) fn severity(self) -> Option<Severity> {
        match self {
            Self::Alarm => Some(Severity::Alarm),
            Self::Breaking => Some(Severity::Breaking),
            Self::Risky => Some(Severity::Risky),
            Self::Additive => Some(Severity::Additive),
            Self::Never => None,
        }
    }
}

impl TryFrom<String> for TroubleSeverity {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let words = [
            ("alarm", Self::Alarm),
            ("breaking", Self::Breaking),
            ("risky", Self::Risky),
            ("additive", Self::Additive),
            ("never", Self::Never),
        ];
        choose("severity", &text, &words)
    }
}
