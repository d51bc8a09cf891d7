//! The answer to "does this hold?" where one text can have two readings, or a value none.
//!
//! Two independent questions are asked at once: can it be true, can it be false? Usually exactly one
//! of them is answered yes. Neither: the value is null or no value of its type, SQL's *unknown*. Both:
//! two readings disagree. `NOT` swaps the questions, so the answer stays on the safe side under any
//! nesting: whatever might match under some reading is kept.

/// Whether a condition can be true, and whether it can be false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The condition holds in at least one reading.
    pub can_be_true: bool,
    /// The condition fails in at least one reading.
    pub can_be_false: bool,
}

impl Verdict {
    /// SQL's unknown: neither the condition nor its negation holds.
    pub const UNKNOWN: Self = Self {
        can_be_true: false,
        can_be_false: false,
    };
    /// The readings disagree.
    pub const BOTH: Self = Self {
        can_be_true: true,
        can_be_false: true,
    };

    /// A plain yes or no.
    pub fn of(holds: bool) -> Self {
        Self {
            can_be_true: holds,
            can_be_false: !holds,
        }
    }

    /// The negation.
    #[must_use]
    pub fn negated(self) -> Self {
        Self {
            can_be_true: self.can_be_false,
            can_be_false: self.can_be_true,
        }
    }

    /// Both conditions together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            can_be_true: self.can_be_true && other.can_be_true,
            can_be_false: self.can_be_false || other.can_be_false,
        }
    }

    /// One condition or the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.negated().and(other.negated()).negated()
    }

    /// True when every reading says yes: what a caller must ask before it drops anything.
    pub fn is_certain(self) -> bool {
        self.can_be_true && !self.can_be_false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_logic_of_sql() {
        let (yes, no, unknown) = (Verdict::of(true), Verdict::of(false), Verdict::UNKNOWN);
        assert_eq!(yes.and(unknown), unknown);
        assert_eq!(no.and(unknown), no);
        assert_eq!(yes.or(unknown), yes);
        assert_eq!(no.or(unknown), unknown);
        assert_eq!(unknown.negated(), unknown);
        assert_eq!(yes.negated(), no);
    }

    #[test]
    fn disagreement_survives_negation() {
        let (yes, no, both) = (Verdict::of(true), Verdict::of(false), Verdict::BOTH);
        assert_eq!(both.negated(), both);
        assert_eq!(both.and(no), no);
        assert_eq!(both.and(yes), both);
        assert_eq!(both.or(yes), yes);
        assert!(!both.is_certain() && yes.is_certain() && !Verdict::UNKNOWN.is_certain());
    }
}
