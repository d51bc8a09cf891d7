//! Stretches of partition names: what a filter or a prefix leaves of a table, and what the store reads by its key.
//!
//! Names are compared byte by byte, as the store's key does.

/// A stretch of partition names in byte order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameRange {
    /// The first name, itself included; `None` is from the beginning.
    pub from: Option<String>,
    /// The end, itself not included; `None` is to the end.
    pub to: Option<String>,
}

impl NameRange {
    /// Every name there is.
    pub const ALL: Self = Self {
        from: None,
        to: None,
    };

    /// Every name that begins with `prefix`.
    pub fn prefix(prefix: &str) -> Self {
        // The least text above all that begin with the prefix: its last character that has a successor, raised.
        let mut end: Vec<char> = prefix.chars().collect();
        while let Some(last) = end.pop() {
            // The surrogates have no characters; the one after them comes next, in UTF-8 too.
            let next = if last == '\u{D7FF}' {
                Some('\u{E000}')
            } else {
                char::from_u32(last as u32 + 1)
            };
            if let Some(next) = next {
                end.push(next);
                return Self {
                    from: Some(prefix.into()),
                    to: Some(end.into_iter().collect()),
                };
            }
        }
        Self {
            from: Some(prefix.into()),
            to: None,
        }
    }

    /// Whether a name lies in the range.
    pub fn contains(&self, name: &str) -> bool {
        self.from.as_deref().is_none_or(|from| name >= from)
            && self.to.as_deref().is_none_or(|to| name < to)
    }

    /// Whether every name lies in the range.
    pub fn is_all(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// Whether the range ends before or at a name that was already seen.
    pub fn is_behind(&self, seen: Option<&str>) -> bool {
        matches!((self.to.as_deref(), seen), (Some(to), Some(seen)) if to <= seen)
    }
}

#[cfg(test)]
mod tests {
    use super::NameRange;

    #[test]
    fn a_prefix_is_a_range() {
        let range = NameRange::prefix("ds=1");
        assert_eq!(range.to.as_deref(), Some("ds=2"));
        assert!(range.contains("ds=19") && !range.contains("ds=2"));
        assert_eq!(NameRange::prefix("a\u{10FFFF}").to.as_deref(), Some("b"));
        assert_eq!(
            NameRange::prefix("a\u{D7FF}").to.as_deref(),
            Some("a\u{E000}")
        );
        assert_eq!(NameRange::prefix("\u{10FFFF}").to, None);
        assert_eq!(NameRange::prefix("").to, None);
    }
}
