//! Decodes noise as the richest types; what is taken must be written and read back equal.
#![no_main]

use hms::{Decode, Encode, Protocol, args, types};
use libfuzzer_sys::fuzz_target;

const PROTOCOL: Protocol = Protocol::Binary;

fuzz_target!(|bytes: &[u8]| {
    let _ = PROTOCOL.read_header(bytes);
    round_trip::<types::Table>(bytes);
    round_trip::<types::Partition>(bytes);
    round_trip::<types::ColumnStatistics>(bytes);
    round_trip::<types::AddDynamicPartitions>(bytes);
    round_trip::<types::InsertEventRequestData>(bytes);
    round_trip::<args::CreateTableWithConstraints>(bytes);
    round_trip::<args::AddPartitionsReq>(bytes);
    round_trip::<args::Lock>(bytes);
});

/// Bytes are compared, not values: a double may be no number and is then unequal to itself.
fn round_trip<'a, T: Decode<'a> + Encode>(bytes: &'a [u8]) {
    let Ok(value) = PROTOCOL.decode::<T>(bytes) else {
        return;
    };
    let mut first = Vec::new();
    PROTOCOL.encode(&value, &mut first);
    again::<T>(first);
}

/// `T` cannot name the shorter life of the second message, so its bytes are leaked; a run of the
/// fuzzer ends before that matters.
fn again<'a, T: Decode<'a> + Encode>(first: Vec<u8>) {
    let first: &'a [u8] = Box::leak(first.into_boxed_slice());
    let value: T = PROTOCOL.decode(first).expect("what was written can be read");
    let mut second = Vec::new();
    PROTOCOL.encode(&value, &mut second);
    assert_eq!(first, second);
}
