//! The environment context: a bag of strings beside a call, by which clients steer the server.

use crate::catalog::{AlterOptions, Expected};
use hms::types::EnvironmentContext;

/// The value of a key.
pub(in crate::thrift) fn value<'a>(
    context: Option<&EnvironmentContext<'a>>,
    key: &str,
) -> Option<&'a str> {
    let properties = context?.properties.as_ref()?;
    properties
        .iter()
        .find(|(name, _)| *name == key)
        .map(|(_, value)| *value)
}

/// Whether a key says `true`, in any case.
pub(in crate::thrift) fn flag(context: Option<&EnvironmentContext<'_>>, key: &str) -> bool {
    value(context, key).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// What an alter's environment asks for. Both halves of the compare-and-swap must be there, as in Hive.
pub(in crate::thrift) fn alter_options(context: Option<&EnvironmentContext<'_>>) -> AlterOptions {
    let key = value(context, "expected_parameter_key");
    let expected = value(context, "expected_parameter_value");
    AlterOptions {
        cascade: flag(context, "CASCADE"),
        keep_statistics: flag(context, "DO_NOT_UPDATE_STATS"),
        statistics_are_exact: value(context, "STATS_GENERATED") == Some("TASK"),
        expected: key.zip(expected).map(|(key, value)| Expected {
            key: key.to_owned(),
            value: value.to_owned(),
        }),
    }
}
