//! The scanner finds the same end however the bytes arrive, and names the limit that is passed.

use hms::{Limits, Progress, Protocol, ScanError, Scanner};
use proptest::prelude::*;

use crate::{messages::random_call, random::Random};

const PROTOCOLS: [Protocol; 2] = [Protocol::Binary, Protocol::Compact];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Three messages in a row, in random pieces: each end is found, and only when it is there.
    #[test]
    fn pieces_give_what_the_whole_gives(seed: u64) {
        let mut random = Random::new(seed);
        for protocol in PROTOCOLS {
            let messages: Vec<Vec<u8>> =
                (0..3).map(|_| random_call(&mut random, protocol)).collect();
            let stream = messages.concat();
            let mut scanner = Scanner::new(protocol, Limits::default());
            let mut start = 0;
            let mut arrived = 0;
            let mut found = Vec::new();
            while found.len() < messages.len() {
                match scanner.scan(&stream[start..arrived]) {
                    Ok(Progress::Complete { len }) => {
                        found.push(stream[start..start + len].to_vec());
                        start += len;
                    }
                    Ok(Progress::NeedMore { at_least }) => {
                        prop_assert!(start + at_least > arrived);
                        prop_assert!(start + at_least <= stream.len());
                        arrived = (arrived + 1 + random.below(40)).min(stream.len());
                    }
                    Err(error) => prop_assert!(false, "{}", error),
                }
            }
            prop_assert_eq!(&found, &messages);
        }
    }
}

/// A message whose bytes nobody wants is passed piece by piece, and the next one is found behind it.
#[test]
fn a_message_can_be_passed_without_being_kept() {
    for protocol in PROTOCOLS {
        for seed in 0..40 {
            let message = random_call(&mut Random::new(seed), protocol);
            let next = random_call(&mut Random::new(seed + 1), protocol);
            let mut bytes = [message.as_slice(), next.as_slice()].concat().into_iter();
            let mut scanner = Scanner::new(protocol, Limits::default());
            let mut buffer: Vec<u8> = Vec::new();
            let mut kept_max = 0;
            let len = loop {
                match scanner.scan(&buffer).expect("the message is sound") {
                    Progress::Complete { len } => break len,
                    Progress::NeedMore { .. } => {
                        buffer.drain(..scanner.pass(buffer.len()));
                        kept_max = kept_max.max(buffer.len());
                        buffer.extend(bytes.next());
                    }
                }
            };
            buffer.drain(..len);
            buffer.extend(bytes);
            assert_eq!(buffer, next);
            let len = next.len();
            assert_eq!(scanner.scan(&buffer), Ok(Progress::Complete { len }));
            assert!(kept_max <= 64, "{kept_max} bytes were kept");
        }
    }
}

/// What was passed counts towards the length of the message.
#[test]
fn a_passed_message_is_limited_as_a_kept_one() {
    let limits = Limits {
        message_bytes_max: 23,
        ..Limits::default()
    };
    let text = call(b"\x0b\0\x01\0\0\0\x03abc\0");
    let mut scanner = Scanner::new(Protocol::Binary, limits);
    assert!(scanner.scan(&text[..18]).is_ok());
    let passed = scanner.pass(18);
    assert!(passed > 0);
    let refused = scanner.scan(&text[passed..]);
    assert_eq!(refused, Err(ScanError::MessageTooLong { limit: 23 }));
}

/// A strict binary call of `m` with these bytes as its argument struct.
fn call(arguments: &[u8]) -> Vec<u8> {
    let mut message = b"\x80\x01\0\x01\0\0\0\x01m\0\0\0\x07".to_vec();
    message.extend_from_slice(arguments);
    message
}

fn scan(message: &[u8], limits: Limits) -> Result<Progress, ScanError> {
    Scanner::new(Protocol::Binary, limits).scan(message)
}

#[test]
fn each_limit_is_exact_and_named() {
    let exact = Limits {
        message_bytes_max: 24,
        depth_max: 1,
        container_items_max: 0,
        string_bytes_max: 3,
    };
    let text = call(b"\x0b\0\x01\0\0\0\x03abc\0");
    assert_eq!(scan(&text, exact), Ok(Progress::Complete { len: 24 }));
    let tight = Limits {
        message_bytes_max: 23,
        ..exact
    };
    assert_eq!(
        scan(&text, tight),
        Err(ScanError::MessageTooLong { limit: 23 })
    );
    let tight = Limits {
        string_bytes_max: 2,
        ..exact
    };
    assert_eq!(
        scan(&text, tight),
        Err(ScanError::StringTooLong {
            claimed: 3,
            limit: 2
        })
    );

    let nested = call(b"\x0c\0\x01\0\0");
    assert_eq!(scan(&nested, exact), Err(ScanError::TooDeep { limit: 1 }));
    let deeper = Limits {
        depth_max: 2,
        ..exact
    };
    assert_eq!(scan(&nested, deeper), Ok(Progress::Complete { len: 18 }));

    let list = call(b"\x0f\0\x01\x08\0\0\0\x02");
    let tight = Limits {
        container_items_max: 1,
        ..exact
    };
    assert_eq!(
        scan(&list, tight),
        Err(ScanError::ContainerTooLarge {
            claimed: 2,
            limit: 1
        })
    );
}

#[test]
fn a_claim_is_judged_before_its_bytes_arrive() {
    let limits = Limits {
        message_bytes_max: 1000,
        ..Limits::default()
    };
    let list = call(b"\x0f\0\x01\x0a\0\x01\0\0");
    assert_eq!(
        scan(&list, limits),
        Err(ScanError::MessageTooLong { limit: 1000 })
    );
    let text = call(b"\x0b\0\x01\0\0\x10\0");
    assert_eq!(
        scan(&text, limits),
        Err(ScanError::MessageTooLong { limit: 1000 })
    );
}

#[test]
fn malformed_messages_are_named() {
    let limits = Limits::default();
    assert_eq!(scan(b"GET / HTTP/1.1", limits), Err(ScanError::BadVersion));
    assert_eq!(
        scan(b"\x80\x01\0\x09", limits),
        Err(ScanError::UnknownKind(9))
    );
    assert_eq!(
        scan(&call(b"\x05\0\x01"), limits),
        Err(ScanError::UnknownType(5))
    );
    let negative = call(b"\x0b\0\x01\xff\xff\xff\xff");
    assert_eq!(scan(&negative, limits), Err(ScanError::NegativeLength(-1)));
    let endless = b"\x82\x21\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
    let mut scanner = Scanner::new(Protocol::Compact, limits);
    assert_eq!(scanner.scan(endless), Err(ScanError::IntegerTooLong));
}
