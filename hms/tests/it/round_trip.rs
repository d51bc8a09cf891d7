//! Every generated struct reads what an untyped writer wrote and writes the very same bytes.

use hms::{DecodeErrorKind, Protocol};
use proptest::prelude::*;

use crate::{
    descriptors::DESCRIPTORS,
    random::{self, Random},
    value::Value,
};

const PROTOCOLS: [Protocol; 2] = [Protocol::Binary, Protocol::Compact];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// All fields have their id, type and place, in both directions.
    #[test]
    fn every_struct_survives(seed: u64) {
        let mut random = Random::new(seed);
        for it in DESCRIPTORS {
            let value = random::structure(&mut random, it, 0);
            for protocol in PROTOCOLS {
                let bytes = value.encode(protocol);
                let again = (it.round_trip)(protocol, &bytes);
                prop_assert_eq!(again.as_deref(), Ok(&bytes[..]), "{} {:?}", it.name, value);
            }
        }
    }

    /// Fields that no version knows are passed over wherever they stand.
    #[test]
    fn unknown_fields_are_skipped(seed: u64) {
        let mut random = Random::new(seed);
        for it in DESCRIPTORS.iter().step_by(7) {
            let value = random::structure(&mut random, it, 3);
            for protocol in PROTOCOLS {
                let bytes = value.encode_with_unknown_fields(protocol);
                let again = (it.round_trip)(protocol, &bytes);
                prop_assert_eq!(again, Ok(value.encode(protocol)), "{}", it.name);
            }
        }
    }
}

#[test]
fn each_required_field_is_missed() {
    let mut random = Random::new(1);
    let mut checked = 0;
    for it in DESCRIPTORS {
        let Value::Struct(fields) = random::structure(&mut random, it, 5) else {
            panic!("a struct is a struct");
        };
        for required in it.fields.iter().filter(|field| field.required) {
            let left = fields
                .iter()
                .filter(|(id, _)| *id != required.id)
                .cloned()
                .collect();
            let bytes = Value::Struct(left).encode(Protocol::Binary);
            let error = (it.round_trip)(Protocol::Binary, &bytes).map_err(|error| error.kind);
            assert!(
                matches!(error, Err(DecodeErrorKind::MissingField { .. })),
                "{} without field {}: {error:?}",
                it.name,
                required.id
            );
            checked += 1;
        }
    }
    assert!(checked > 300, "only {checked} required fields");
}

#[test]
fn every_method_has_arguments_and_a_reply() {
    assert_eq!(hms::METHODS.len(), 311);
    let count = |module: &str| {
        DESCRIPTORS
            .iter()
            .filter(|it| it.name.starts_with(module))
            .count()
    };
    assert_eq!(count("args::"), 311);
    assert_eq!(count("replies::"), 311);
    assert_eq!(
        count("types::"),
        318 + 3 + 18,
        "structs, unions, exceptions"
    );
    for info in hms::METHODS {
        assert_eq!(hms::method(info.name), Some(info));
    }
    assert_eq!(hms::method("get_tabl"), None);
}
