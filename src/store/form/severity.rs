//! Severities as numbers, so that "at least as grave" is a comparison: the gravest is 0.

use crate::model::Severity;
use crate::store::sql::failure::Failure;

pub(in crate::store) fn severity_number(severity: Severity) -> i64 {
    match severity {
        Severity::Breaking => 0,
        Severity::Risky => 1,
        Severity::Alarm => 2,
        Severity::Additive => 3,
    }
}

pub(in crate::store) fn severity_of(number: i64) -> Result<Severity, Failure> {
    let found = Severity::ALL
        .into_iter()
        .find(|severity| severity_number(*severity) == number);
    found.ok_or_else(|| Failure::fault("unknown severity"))
}
