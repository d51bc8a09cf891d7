//! Thrift's compact protocol, as far as a footer needs it: reading what is known and skipping the rest. Sizes that the
//! bytes claim are never believed: a list that claims more elements than bytes follow is refused.

/// Levels of nesting that are skipped over at most.
const SKIP_LEVELS_MAX: usize = 64;

/// The kinds of values.
pub(super) mod kind {
    pub(crate) const TRUE: u8 = 1;
    pub(crate) const FALSE: u8 = 2;
    pub(crate) const BYTE: u8 = 3;
    pub(crate) const I16: u8 = 4;
    pub(crate) const I32: u8 = 5;
    pub(crate) const I64: u8 = 6;
    pub(crate) const DOUBLE: u8 = 7;
    pub(crate) const BINARY: u8 = 8;
    pub(crate) const LIST: u8 = 9;
    pub(crate) const SET: u8 = 10;
    pub(crate) const MAP: u8 = 11;
    pub(crate) const STRUCT: u8 = 12;
    pub(crate) const UUID: u8 = 13;
}

/// What is wrong with the bytes.
pub(super) type Read<T> = Result<T, String>;

/// A place in the bytes.
pub(super) struct Compact<'a> {
    rest: &'a [u8],
}

impl<'a> Compact<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn take(&mut self, count: usize) -> Read<&'a [u8]> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            return Err("it ends in the middle of a value".to_owned());
        };
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Read<u8> {
        Ok(self.take(1)?[0])
    }

    fn varint(&mut self) -> Read<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err("a number is longer than 64 bits".to_owned())
    }

    /// A signed number of at most 64 bits.
    pub(super) fn integer(&mut self) -> Read<i64> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// A signed number that must fit into 32 bits.
    pub(super) fn i32(&mut self) -> Read<i32> {
        i32::try_from(self.integer()?).map_err(|_| "a number is longer than 32 bits".to_owned())
    }

    /// A number of eight bits.
    pub(super) fn i8(&mut self) -> Read<i8> {
        Ok(self.byte()?.cast_signed())
    }

    /// A text.
    pub(super) fn text(&mut self) -> Read<String> {
        let size = self.size()?;
        let bytes = self.take(size)?.to_vec();
        String::from_utf8(bytes).map_err(|_| "a text is not UTF-8".to_owned())
    }

    fn size(&mut self) -> Read<usize> {
        let size = self.varint()?;
        match usize::try_from(size) {
            Ok(size) if size <= self.rest.len() => Ok(size),
            _ => Err(format!(
                "it claims {size} bytes or elements where {} bytes follow",
                self.rest.len()
            )),
        }
    }

    /// The next field of a struct: its number and kind; `None` at its end. `last` is the number of the one before.
    pub(super) fn field(&mut self, last: &mut i16) -> Read<Option<(i16, u8)>> {
        let head = self.byte()?;
        if head == 0 {
            return Ok(None);
        }
        let number = match i16::from(head >> 4) {
            0 => i16::try_from(self.integer()?).ok(),
            step => last.checked_add(step),
        };
        *last = number.ok_or("a field's number is longer than 16 bits")?;
        Ok(Some((*last, head & 0x0f)))
    }

    /// The head of a list: how many elements follow, of which kind.
    pub(super) fn list(&mut self) -> Read<(usize, u8)> {
        let head = self.byte()?;
        let size = match usize::from(head >> 4) {
            15 => self.size()?,
            size => size,
        };
        Ok((size, head & 0x0f))
    }

    /// Passes over a value.
    pub(super) fn skip(&mut self, kind: u8) -> Read<()> {
        self.skip_below(kind, SKIP_LEVELS_MAX)
    }

    fn skip_below(&mut self, kind: u8, levels: usize) -> Read<()> {
        let Some(below) = levels.checked_sub(1) else {
            return Err(format!("it is nested over {SKIP_LEVELS_MAX} levels deep"));
        };
        match kind {
            kind::TRUE | kind::FALSE => {}
            kind::BYTE => drop(self.byte()?),
            kind::I16 | kind::I32 | kind::I64 => drop(self.varint()?),
            kind::DOUBLE => drop(self.take(8)?),
            kind::UUID => drop(self.take(16)?),
            kind::BINARY => {
                let size = self.size()?;
                self.take(size)?;
            }
            kind::LIST | kind::SET => {
                let (size, element) = self.list()?;
                for _ in 0..size {
                    self.skip_element(element, below)?;
                }
            }
            kind::MAP => {
                let size = self.size()?;
                let kinds = if size == 0 { 0 } else { self.byte()? };
                for _ in 0..size {
                    self.skip_element(kinds >> 4, below)?;
                    self.skip_element(kinds & 0x0f, below)?;
                }
            }
            kind::STRUCT => {
                let mut last = 0;
                while let Some((_, kind)) = self.field(&mut last)? {
                    self.skip_below(kind, below)?;
                }
            }
            other => return Err(format!("there is no kind {other} of values")),
        }
        Ok(())
    }

    /// Booleans have a byte of their own in a collection.
    fn skip_element(&mut self, kind: u8, levels: usize) -> Read<()> {
        match kind {
            kind::TRUE | kind::FALSE => self.byte().map(drop),
            other => self.skip_below(other, levels),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Compact, kind};
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_they_were_zigzagged() {
        for (bytes, value) in [
            (&[0][..], 0),
            (&[1][..], -1),
            (&[2][..], 1),
            (&[0xac, 0x02][..], 150),
            (
                &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01][..],
                i64::MIN,
            ),
        ] {
            assert_eq!(Compact::new(bytes).integer(), Ok(value));
        }
        assert!(Compact::new(&[0xff; 11]).integer().is_err());
    }

    #[test]
    fn claims_beyond_the_bytes_are_refused() {
        let huge = [0xff, 0xff, 0xff, 0xff, 0x07];
        assert!(Compact::new(&huge).text().is_err());
        let list = [0xfc, 0xff, 0xff, 0xff, 0xff, 0x07];
        assert!(Compact::new(&list).list().is_err());
    }

    #[test]
    fn nesting_has_an_end() {
        let lists = vec![0x19; 100_000];
        let error = Compact::new(&lists).skip(kind::LIST).unwrap_err();
        assert!(error.contains("64 levels"), "{error}");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_go_on_for_ever(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for kind in 0..16 {
                let _ = Compact::new(&bytes).skip(kind);
            }
        }
    }
}
