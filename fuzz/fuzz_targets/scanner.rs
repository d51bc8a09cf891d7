//! Feeds the scanner in two pieces and at once: both must end alike, and what it takes for whole the
//! reader must be able to pass over to the same end.
#![no_main]

use hms::{
    DecodeErrorKind, Limits, Progress, Protocol, Reader, Scanner, WireType,
    protocol::{BinaryReader, CompactReader},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (bool, u8, &[u8])| {
    let (compact, cut, bytes) = input;
    let protocol = if compact { Protocol::Compact } else { Protocol::Binary };
    let whole = Scanner::new(protocol, Limits::default()).scan(bytes);

    let mut scanner = Scanner::new(protocol, Limits::default());
    let first = scanner.scan(&bytes[..bytes.len().min(usize::from(cut))]);
    let pieces = match first {
        Ok(Progress::NeedMore { .. }) => scanner.scan(bytes),
        finished => finished,
    };
    assert_eq!(whole, pieces);

    if let Ok(Progress::Complete { len }) = whole {
        let read = match protocol {
            Protocol::Binary => length(BinaryReader::new(bytes)),
            Protocol::Compact => length(CompactReader::new(bytes)),
        };
        match read {
            Ok(read) => assert_eq!(read, len),
            Err(kind) => {
                let judged_by_readers_only =
                    matches!(kind, DecodeErrorKind::NotUtf8 | DecodeErrorKind::IntegerRange);
                assert!(judged_by_readers_only, "{kind}");
            }
        }
    }
});

fn length<'a>(mut reader: impl Reader<'a>) -> Result<usize, DecodeErrorKind> {
    reader.message_begin().map_err(|error| error.kind)?;
    reader.skip(WireType::Struct).map_err(|error| error.kind)?;
    Ok(reader.offset())
}
