//! Cut, changed and random messages: an error each time, never a panic, never a silent success.

use hms::{
    DecodeErrorKind, Limits, Progress, Protocol, Reader, ScanError, Scanner, WireType,
    protocol::{BinaryReader, CompactReader},
};
use proptest::prelude::*;

use crate::{
    descriptors::{DESCRIPTORS, descriptor},
    messages,
    random::{self, Random},
};

const PROTOCOLS: [Protocol; 2] = [Protocol::Binary, Protocol::Compact];

#[test]
fn no_cut_message_is_taken_for_whole() {
    let mut random = Random::new(7);
    for name in [
        "types::Table",
        "types::Partition",
        "args::AddPartitionsReq",
        "types::LockRequest",
    ] {
        let it = descriptor(name);
        let value = random::structure(&mut random, it, 0);
        for protocol in PROTOCOLS {
            let bytes = value.encode(protocol);
            for len in 0..bytes.len() {
                let result = (it.round_trip)(protocol, &bytes[..len]);
                assert!(
                    result.is_err(),
                    "{name} cut to {len} of {} bytes",
                    bytes.len()
                );
            }
        }
    }
}

#[test]
fn no_cut_message_is_scanned_as_whole() {
    for protocol in PROTOCOLS {
        for seed in 0..40 {
            let message = messages::random_call(&mut Random::new(seed), protocol);
            for len in 0..message.len() {
                let progress = Scanner::new(protocol, Limits::default()).scan(&message[..len]);
                let Ok(Progress::NeedMore { at_least }) = progress else {
                    panic!("{progress:?} at {len} of {}", message.len());
                };
                assert!(at_least > len && at_least <= message.len());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200), choice: usize) {
        for protocol in PROTOCOLS {
            let it = &DESCRIPTORS[choice % DESCRIPTORS.len()];
            let _ = (it.round_trip)(protocol, &bytes);
            let _ = Scanner::new(protocol, Limits::default()).scan(&bytes);
        }
    }

    /// A message with some bytes changed reaches deeper code than noise does. What the reader can
    /// pass over has the length that the scanner finds, and the other way round.
    #[test]
    fn scanner_and_reader_agree_on_damaged_messages(seed: u64, changes in 0_usize..4) {
        let mut random = Random::new(seed);
        for protocol in PROTOCOLS {
            let mut message = messages::random_call(&mut random, protocol);
            for _ in 0..changes {
                let at = random.below(message.len());
                message[at] = random.bytes(1)[0];
            }
            let scanned = Scanner::new(protocol, Limits::default()).scan(&message);
            let read = match protocol {
                Protocol::Binary => length(BinaryReader::new(&message)),
                Protocol::Compact => length(CompactReader::new(&message)),
            };
            match (scanned, read) {
                (Ok(Progress::Complete { len }), Ok(read)) => prop_assert_eq!(len, read),
                // The scanner does not judge text, nor whether an integer fits its type.
                (_, Err(DecodeErrorKind::NotUtf8 | DecodeErrorKind::IntegerRange)) => {}
                (Ok(Progress::Complete { .. }), Err(error)) => {
                    prop_assert!(false, "the scanner took what the reader refused: {:?}", error);
                }
                (scanned, Ok(_)) => prop_assert!(false, "the scanner refused: {:?}", scanned),
                (_, Err(_)) => {}
            }
        }
    }
}

/// The length of a message as a reader finds it.
fn length<'a>(mut reader: impl Reader<'a>) -> Result<usize, DecodeErrorKind> {
    reader.message_begin().map_err(|error| error.kind)?;
    reader.skip(WireType::Struct).map_err(|error| error.kind)?;
    Ok(reader.offset())
}

#[test]
fn deep_nesting_is_refused() {
    for protocol in PROTOCOLS {
        let mut bytes = Vec::new();
        for _ in 0..100 {
            match protocol {
                Protocol::Binary => bytes.extend_from_slice(&[12, 0x7f, 0]),
                Protocol::Compact => bytes.extend_from_slice(&[0x0c, 0x80, 0xfe, 0x01]),
            }
        }
        bytes.extend_from_slice(&[0; 101]);
        let error = (descriptor("types::Table").round_trip)(protocol, &bytes);
        let kind = error.map_err(|error| error.kind);
        assert!(
            matches!(
                kind,
                Err(DecodeErrorKind::TooDeep | DecodeErrorKind::IntegerRange)
            ),
            "{kind:?}"
        );
    }
}

/// A call whose arguments nest `depth` levels deep: structs, and at the bottom a list of these bytes.
fn nested_call(protocol: Protocol, depth: usize, list: &[u8]) -> Vec<u8> {
    let (head, inner, field): (&[u8], &[u8], &[u8]) = match protocol {
        Protocol::Binary => (
            &[0x80, 1, 0, 1, 0, 0, 0, 1, b'm', 0, 0, 0, 0],
            &[12, 0, 1],
            &[15, 0, 1],
        ),
        Protocol::Compact => (&[0x82, 0x21, 0, 1, b'm'], &[0x1c], &[0x19]),
    };
    let structs = depth - 1;
    let mut message = head.to_vec();
    message.extend(inner.repeat(structs - 1));
    message.extend_from_slice(field);
    message.extend_from_slice(list);
    message.extend(vec![0; structs]);
    message
}

/// Found by fuzzing: a list of numbers, or of nothing, at the last level.
#[test]
fn the_deepest_container_counts_for_scanner_and_reader_alike() {
    let depth_max = Limits::default().depth_max;
    for (protocol, list) in [
        (Protocol::Binary, &[8, 0, 0, 0, 0][..]),
        (Protocol::Binary, &[3, 0, 0, 0, 1, 7]),
        (Protocol::Compact, &[0x05]),
        (Protocol::Compact, &[0x13, 7]),
    ] {
        for (depth, taken) in [(depth_max, true), (depth_max + 1, false)] {
            let message = nested_call(protocol, depth, list);
            let scanned = Scanner::new(protocol, Limits::default()).scan(&message);
            let read = match protocol {
                Protocol::Binary => length(BinaryReader::new(&message)),
                Protocol::Compact => length(CompactReader::new(&message)),
            };
            if taken {
                let len = message.len();
                assert_eq!(scanned, Ok(Progress::Complete { len }), "{list:?}");
                assert_eq!(read, Ok(len));
            } else {
                let limit = depth_max;
                assert_eq!(scanned, Err(ScanError::TooDeep { limit }), "{list:?}");
                assert_eq!(read, Err(DecodeErrorKind::TooDeep));
            }
        }
    }
}

#[test]
fn claims_beyond_the_message_are_refused_before_any_room_is_made() {
    // Table.parameters with 2^31-1 pairs, Table.partitionKeys with as many structs.
    for bytes in [
        &[13, 0, 9, 11, 11, 0x7f, 0xff, 0xff, 0xff, 0][..],
        &[15, 0, 8, 12, 0x7f, 0xff, 0xff, 0xff, 0][..],
    ] {
        let error = (descriptor("types::Table").round_trip)(Protocol::Binary, bytes);
        let kind = error.map_err(|error| error.kind);
        assert_eq!(
            kind,
            Err(DecodeErrorKind::CountTooLarge {
                claimed: 0x7fff_ffff
            })
        );
    }
    let negative = [15, 0, 8, 12, 0xff, 0xff, 0xff, 0xff, 0];
    let error = (descriptor("types::Table").round_trip)(Protocol::Binary, &negative);
    assert_eq!(
        error.map_err(|error| error.kind),
        Err(DecodeErrorKind::NegativeLength(-1))
    );
}

#[test]
fn a_list_of_another_type_is_refused() {
    // Table.partitionKeys as a list of one i32.
    let bytes = [15, 0, 8, 8, 0, 0, 0, 1, 0, 0, 0, 9, 0];
    let error = (descriptor("types::Table").round_trip)(Protocol::Binary, &bytes);
    let kind = DecodeErrorKind::ElementType {
        expected: WireType::Struct,
        found: WireType::I32,
    };
    assert_eq!(error.map_err(|error| error.kind), Err(kind));
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    let bytes = [11, 0, 1, 0, 0, 0, 2, 0xc3, 0x28, 0];
    let error = (descriptor("types::Table").round_trip)(Protocol::Binary, &bytes);
    assert_eq!(
        error.map_err(|error| error.kind),
        Err(DecodeErrorKind::NotUtf8)
    );
}
