//! Finds the end of an unframed message while its bytes arrive: such a message has no length, only
//! its structure tells where it ends. It enforces the limits before anybody allocates by a claim of
//! the message; it builds no values, knows no IDL, and never looks at a byte twice.

use crate::{
    protocol::{Protocol, compact, fixed_size},
    wire::{MessageKind, WireType},
};

/// What a message may cost. All bounds are inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The bytes of a whole message.
    pub message_bytes_max: usize,
    /// How deep structs and containers nest, the argument struct included.
    pub depth_max: usize,
    /// The elements of one list or set, the pairs of one map.
    pub container_items_max: usize,
    /// The bytes of one string, the method name included.
    pub string_bytes_max: usize,
}

impl Default for Limits {
    /// 100 MiB a message, as Hive's `hive.metastore.server.max.message.size`; the rest is far above
    /// what any client sends.
    fn default() -> Self {
        Self {
            message_bytes_max: 100 << 20,
            depth_max: crate::wire::DEPTH_MAX as usize,
            container_items_max: 10_000_000,
            string_bytes_max: 64 << 20,
        }
    }
}

/// What a scan found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The message is not complete.
    NeedMore {
        /// The length of the whole buffer below which another scan cannot get further.
        at_least: usize,
    },
    /// The message ends here; what follows in the buffer is the next one.
    Complete {
        /// The bytes of the message.
        len: usize,
    },
}

/// Why a message cannot be scanned to its end. The connection is of no use after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// The message is longer than [`Limits::message_bytes_max`].
    #[error("the message is longer than {limit} bytes")]
    MessageTooLong {
        /// The limit.
        limit: usize,
    },
    /// Values nest deeper than [`Limits::depth_max`].
    #[error("values nest deeper than {limit}")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// A container claims more than [`Limits::container_items_max`].
    #[error("a container claims {claimed} items, more than {limit}")]
    ContainerTooLarge {
        /// The items claimed.
        claimed: usize,
        /// The limit.
        limit: usize,
    },
    /// A string claims more than [`Limits::string_bytes_max`].
    #[error("a string claims {claimed} bytes, more than {limit}")]
    StringTooLong {
        /// The bytes claimed.
        claimed: usize,
        /// The limit.
        limit: usize,
    },
    /// A length or count below zero.
    #[error("a length of {0} is below zero")]
    NegativeLength(i32),
    /// A type tag that Thrift or Hive does not know.
    #[error("{0} is no wire type")]
    UnknownType(u8),
    /// A message is neither call, reply, exception nor oneway.
    #[error("{0} is no kind of message")]
    UnknownKind(u8),
    /// The message does not start with the version of its protocol.
    #[error("the message starts with a wrong protocol version")]
    BadVersion,
    /// A variable-length integer does not end.
    #[error("a variable-length integer is too long")]
    IntegerTooLong,
}

/// A struct or container that has been entered and not left.
#[derive(Clone, Copy, Debug)]
enum Frame {
    Struct,
    Elements {
        wire: WireType,
        left: usize,
    },
    Pairs {
        key: WireType,
        value: WireType,
        left: usize,
        at_value: bool,
    },
}

/// Why a step did not finish.
enum Stop {
    /// The buffer has to be at least this long.
    Need(usize),
    Bad(ScanError),
}

impl From<ScanError> for Stop {
    fn from(error: ScanError) -> Self {
        Self::Bad(error)
    }
}

/// A resumable scanner of one connection.
#[derive(Clone, Debug)]
pub struct Scanner {
    protocol: Protocol,
    limits: Limits,
    /// Where the next step begins. It may lie beyond the bytes that have arrived, after a string of
    /// known length: then nothing is looked at until they are there.
    position: usize,
    /// The bytes of the message that were taken out of the buffer by [`Scanner::pass`].
    passed: usize,
    started: bool,
    stack: Vec<Frame>,
}

impl Scanner {
    /// A scanner at the start of a message.
    pub fn new(protocol: Protocol, limits: Limits) -> Self {
        Self {
            protocol,
            limits,
            position: 0,
            passed: 0,
            started: false,
            stack: Vec::new(),
        }
    }

    /// Where the scan stands in the message: after an error, where it went wrong.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Lets go of what was scanned of an unfinished message, for who wants its end and not its bytes: of `arrived` bytes in
    /// the buffer, so many are not needed any more. The caller removes them from the front of the buffer.
    pub fn pass(&mut self, arrived: usize) -> usize {
        let passed = self.position.min(arrived);
        self.position -= passed;
        self.passed += passed;
        passed
    }

    /// Goes on with all bytes of the message that have arrived, those of earlier calls included.
    ///
    /// After [`Progress::Complete`] the scanner stands at the start of the next message; the caller
    /// removes the finished one from the front of the buffer before the next call.
    pub fn scan(&mut self, buffer: &[u8]) -> Result<Progress, ScanError> {
        loop {
            if self.started && self.stack.is_empty() {
                let len = self.position;
                self.position = 0;
                self.passed = 0;
                self.started = false;
                return Ok(Progress::Complete { len });
            }
            match self.step(buffer) {
                Ok(()) => {}
                Err(Stop::Bad(error)) => return Err(error),
                Err(Stop::Need(at_least)) => {
                    self.check_end(at_least)?;
                    return Ok(Progress::NeedMore { at_least });
                }
            }
        }
    }

    /// Passes one unit: the message header, or one field, element or pair half down to the header of
    /// a nested container. It changes nothing unless all bytes of the unit's headers are there.
    fn step(&mut self, buffer: &[u8]) -> Result<(), Stop> {
        let mut cursor = Cursor {
            buffer,
            at: self.position,
        };
        if !self.started {
            self.message_header(&mut cursor)?;
            self.started = true;
            self.position = cursor.at;
            self.stack.push(Frame::Struct);
            return Ok(());
        }
        let Some(frame) = self.stack.last().copied() else {
            return Ok(());
        };
        let wire = match frame {
            Frame::Struct => match self.field_header(&mut cursor)? {
                Some(wire) => wire,
                None => return self.leave(cursor.at),
            },
            Frame::Elements { left: 0, .. } | Frame::Pairs { left: 0, .. } => {
                return self.leave(cursor.at);
            }
            Frame::Elements { wire, .. } => wire,
            Frame::Pairs {
                key,
                at_value: false,
                ..
            } => key,
            Frame::Pairs { value, .. } => value,
        };
        let inner = self.value(&mut cursor, wire, matches!(frame, Frame::Struct))?;
        self.check_end(cursor.at)?;
        // A container without nested values is a level, too: readers count it.
        let nests = matches!(
            wire,
            WireType::Struct | WireType::Map | WireType::Set | WireType::List
        );
        if nests && self.stack.len() >= self.limits.depth_max {
            return Err(ScanError::TooDeep {
                limit: self.limits.depth_max,
            }
            .into());
        }
        match self.stack.last_mut() {
            Some(Frame::Elements { left, .. }) => *left -= 1,
            Some(Frame::Pairs { left, at_value, .. }) => {
                if *at_value {
                    *left -= 1;
                }
                *at_value = !*at_value;
            }
            Some(Frame::Struct) | None => {}
        }
        self.stack.extend(inner);
        self.position = cursor.at;
        Ok(())
    }

    fn leave(&mut self, position: usize) -> Result<(), Stop> {
        self.check_end(position)?;
        self.position = position;
        self.stack.pop();
        Ok(())
    }

    fn check_end(&self, end: usize) -> Result<(), ScanError> {
        let limit = self.limits.message_bytes_max;
        if self.passed.saturating_add(end) > limit {
            return Err(ScanError::MessageTooLong { limit });
        }
        Ok(())
    }

    fn message_header(&self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        let tag = match self.protocol {
            Protocol::Binary => {
                let [high, low, _, tag] = cursor.array()?;
                if [high, low] != [0x80, 0x01] {
                    return Err(ScanError::BadVersion.into());
                }
                tag
            }
            Protocol::Compact => {
                let [id, byte] = cursor.array()?;
                if id != compact::PROTOCOL_ID || byte & compact::VERSION_MASK != compact::VERSION {
                    return Err(ScanError::BadVersion.into());
                }
                cursor.varint()?;
                byte >> compact::KIND_SHIFT
            }
        };
        if MessageKind::from_tag(tag).is_none() {
            return Err(ScanError::UnknownKind(tag).into());
        }
        self.string(cursor)?;
        if self.protocol == Protocol::Binary {
            cursor.jump(4);
        }
        self.check_end(cursor.at)?;
        Ok(())
    }

    /// The type of the next field, or `None` at the end of the struct.
    fn field_header(&self, cursor: &mut Cursor<'_>) -> Result<Option<WireType>, Stop> {
        let [byte] = cursor.array()?;
        if byte == 0 {
            return Ok(None);
        }
        let wire = match self.protocol {
            Protocol::Binary => {
                let wire = WireType::from_tag(byte).ok_or(ScanError::UnknownType(byte))?;
                cursor.array::<2>()?;
                wire
            }
            Protocol::Compact => {
                let wire = self.wire_type(byte & 0x0f)?;
                if byte >> 4 == 0 {
                    cursor.varint()?;
                }
                wire
            }
        };
        Ok(Some(wire))
    }

    fn wire_type(&self, tag: u8) -> Result<WireType, ScanError> {
        let wire = match self.protocol {
            Protocol::Binary => WireType::from_tag(tag),
            Protocol::Compact => compact::wire_from_tag(tag),
        };
        wire.ok_or(ScanError::UnknownType(tag))
    }

    /// Passes a value, or the header of one that has values inside.
    fn value(
        &self,
        cursor: &mut Cursor<'_>,
        wire: WireType,
        in_field: bool,
    ) -> Result<Option<Frame>, Stop> {
        match wire {
            WireType::String => {
                self.string(cursor)?;
                Ok(None)
            }
            WireType::Struct => Ok(Some(Frame::Struct)),
            WireType::Map => self.map(cursor),
            WireType::Set | WireType::List => self.list(cursor),
            // In the compact protocol a field that is a truth value ends with its header.
            WireType::Bool if in_field && self.protocol == Protocol::Compact => Ok(None),
            _ => {
                match self.fixed_size(wire) {
                    Some(size) => cursor.jump(size),
                    None => {
                        cursor.varint()?;
                    }
                }
                Ok(None)
            }
        }
    }

    /// The size of a value inside a container, where it does not depend on the value.
    fn fixed_size(&self, wire: WireType) -> Option<usize> {
        match (self.protocol, wire) {
            (Protocol::Compact, WireType::I16 | WireType::I32 | WireType::I64) => None,
            _ => fixed_size(wire),
        }
    }

    fn string(&self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        let claimed = self.length(cursor)?;
        let limit = self.limits.string_bytes_max;
        if claimed > limit {
            return Err(ScanError::StringTooLong { claimed, limit }.into());
        }
        cursor.jump(claimed);
        Ok(())
    }

    fn list(&self, cursor: &mut Cursor<'_>) -> Result<Option<Frame>, Stop> {
        let [header] = cursor.array()?;
        let (tag, count) = match self.protocol {
            Protocol::Binary => (header, self.length(cursor)?),
            Protocol::Compact if usize::from(header >> 4) == compact::SHORT_LIST => {
                (header & 0x0f, self.length(cursor)?)
            }
            Protocol::Compact => (header & 0x0f, usize::from(header >> 4)),
        };
        if count == 0 {
            return Ok(None);
        }
        self.check_count(count)?;
        let wire = self.wire_type(tag)?;
        if let Some(size) = self.fixed_size(wire) {
            cursor.jump(count.saturating_mul(size));
            return Ok(None);
        }
        Ok(Some(Frame::Elements { wire, left: count }))
    }

    fn map(&self, cursor: &mut Cursor<'_>) -> Result<Option<Frame>, Stop> {
        let (key, value, count) = match self.protocol {
            Protocol::Binary => {
                let [key, value] = cursor.array()?;
                (key, value, self.length(cursor)?)
            }
            Protocol::Compact => {
                let count = self.length(cursor)?;
                if count == 0 {
                    return Ok(None);
                }
                let [tags] = cursor.array()?;
                (tags >> 4, tags & 0x0f, count)
            }
        };
        if count == 0 {
            return Ok(None);
        }
        self.check_count(count)?;
        let key = self.wire_type(key)?;
        let value = self.wire_type(value)?;
        Ok(Some(Frame::Pairs {
            key,
            value,
            left: count,
            at_value: false,
        }))
    }

    fn check_count(&self, claimed: usize) -> Result<(), ScanError> {
        let limit = self.limits.container_items_max;
        if claimed > limit {
            return Err(ScanError::ContainerTooLarge { claimed, limit });
        }
        Ok(())
    }

    fn length(&self, cursor: &mut Cursor<'_>) -> Result<usize, Stop> {
        let length = match self.protocol {
            Protocol::Binary => i32::from_be_bytes(cursor.array()?),
            Protocol::Compact => {
                let value = cursor.varint()?;
                u32::try_from(value)
                    .map_err(|_| ScanError::IntegerTooLong)?
                    .cast_signed()
            }
        };
        usize::try_from(length).map_err(|_| ScanError::NegativeLength(length).into())
    }
}

/// Reads the headers of one step; payloads are jumped over without being there.
struct Cursor<'b> {
    buffer: &'b [u8],
    at: usize,
}

impl Cursor<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let end = self.at + N;
        match self
            .buffer
            .get(self.at..end)
            .and_then(|bytes| bytes.first_chunk())
        {
            Some(bytes) => {
                self.at = end;
                Ok(*bytes)
            }
            None => Err(Stop::Need(end)),
        }
    }

    fn varint(&mut self) -> Result<u64, Stop> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(ScanError::IntegerTooLong.into())
    }

    fn jump(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }
}
