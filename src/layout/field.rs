//! The units of time that a layout can tell, and how each is written: digits of a fixed width, or
//! without leading zeros where a template says so.

/// A unit of civil time, the coarsest first. Its position is its index in [`Fields`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// What is known of a civil time: a number a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Fields([Option<i16>; 6]);

impl Unit {
    pub(super) const ALL: [Self; 6] = [
        Self::Year,
        Self::Month,
        Self::Day,
        Self::Hour,
        Self::Minute,
        Self::Second,
    ];

    /// The unit of a directive's letter.
    pub(super) fn of_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.letter() == letter)
    }

    /// The directive's letter, as in `strftime`.
    pub(super) fn letter(self) -> char {
        match self {
            Self::Year => 'Y',
            Self::Month => 'm',
            Self::Day => 'd',
            Self::Hour => 'H',
            Self::Minute => 'M',
            Self::Second => 'S',
        }
    }

    /// Digits of the padded form.
    pub(super) fn width(self) -> usize {
        if self == Self::Year { 4 } else { 2 }
    }

    /// The least number, which also stands for a unit that is not told.
    pub(super) fn least(self) -> i16 {
        match self {
            Self::Month | Self::Day => 1,
            _ => 0,
        }
    }

    fn most(self) -> i16 {
        match self {
            Self::Year => 9999,
            Self::Month => 12,
            Self::Day => 31,
            Self::Hour => 23,
            Self::Minute | Self::Second => 59,
        }
    }

    /// The number that these digits write, where it is in the unit's range. Unpadded digits have no leading
    /// zero, so that a number has one spelling.
    pub(super) fn read(self, digits: &str, padded: bool) -> Option<i16> {
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let has_leading_zero = digits.len() > 1 && digits.starts_with('0');
        if digits.is_empty() || !is_number || (!padded && has_leading_zero) {
            return None;
        }
        let number = digits.parse().ok()?;
        (self.least()..=self.most())
            .contains(&number)
            .then_some(number)
    }

    /// The digits of a number.
    pub(super) fn write(self, number: i16, padded: bool) -> String {
        let width = if padded { self.width() } else { 1 };
        format!("{number:0width$}")
    }
}

impl Fields {
    /// The number of a unit, where it is known.
    pub(super) fn get(&self, unit: Unit) -> Option<i16> {
        self.0[unit as usize]
    }

    /// Notes the number of a unit.
    pub(super) fn set(&mut self, unit: Unit, number: i16) {
        self.0[unit as usize] = Some(number);
    }

    /// The number of a unit, or its least one.
    pub(super) fn or_least(&self, unit: Unit) -> i16 {
        self.get(unit).unwrap_or(unit.least())
    }

    /// Takes over what the other one knows.
    pub(super) fn extend(&mut self, other: &Self) {
        for unit in Unit::ALL {
            if let Some(number) = other.get(unit) {
                self.set(unit, number);
            }
        }
    }

    /// The finest unit that is known together with all coarser ones.
    pub(super) fn finest(&self) -> Option<Unit> {
        Unit::ALL
            .into_iter()
            .take_while(|unit| self.get(*unit).is_some())
            .last()
    }
}
