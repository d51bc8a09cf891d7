//! How grave it is told that data lacks: `[alerts.freshness]`. Channels take it as changes of that severity.

use super::trouble::TroubleSeverity;
use crate::model::{GapKind, Severity};
use serde::{Deserialize, Serialize};

/// `[alerts.freshness]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct GapSettings {
    /// Data that a table expects did not come in time.
    pub missing: TroubleSeverity,
    /// It came, but is less than a table expects.
    pub thin: TroubleSeverity,
    /// It came, but is more than a table expects.
    pub swollen: TroubleSeverity,
    /// It cannot be told: what a table expects makes no sense, or its partitions tell no time.
    pub faulty: TroubleSeverity,
}

impl Default for GapSettings {
    fn default() -> Self {
        Self {
            missing: TroubleSeverity::Breaking,
            thin: TroubleSeverity::Risky,
            swollen: TroubleSeverity::Risky,
            faulty: TroubleSeverity::Risky,
        }
    }
}

impl GapSettings {
    /// How grave a gap is; `None` where nobody is told of it.
    pub fn severity(&self, kind: GapKind) -> Option<Severity> {
        let chosen = match kind {
            GapKind::Missing => self.missing,
            GapKind::Thin => self.thin,
            GapKind::Swollen => self.swollen,
            GapKind::Faulty => self.faulty,
        };
        chosen.severity()
    }
}
