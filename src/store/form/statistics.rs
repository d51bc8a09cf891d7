//! The stored form of the figures of a column.
//!
//! One flat object for all families. Numbers of the column's own type are text: JSON has no NaN and no infinity, and
//! reads large integers differently from place to place.

use crate::model::{Decimal, StatisticsData};
use crate::store::sql::failure::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Default)]
pub(in crate::store) struct StatisticsForm {
    family: Family,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    low: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    high: Option<String>,
    nulls: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    distinct: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    trues: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    falses: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    max_length: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    average_length: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bit_vectors: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    histogram: Option<String>,
}

#[derive(Serialize, Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Family {
    #[default]
    Boolean,
    Long,
    Double,
    String,
    Binary,
    Decimal,
    Date,
    Timestamp,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

fn bytes_text(bytes: Option<&Vec<u8>>) -> Option<String> {
    bytes.map(|bytes| STANDARD.encode(bytes))
}

fn bytes_of(text: Option<String>) -> Result<Option<Vec<u8>>, Failure> {
    text.map(|text| STANDARD.decode(text))
        .transpose()
        .map_err(Failure::fault)
}

/// `scale:base64 of the unscaled value`.
fn decimal_text(decimal: &Decimal) -> String {
    format!("{}:{}", decimal.scale, STANDARD.encode(&decimal.unscaled))
}

fn decimal_of(text: &str) -> Result<Decimal, Failure> {
    let (scale, unscaled) = text
        .split_once(':')
        .ok_or_else(|| Failure::fault("a stored decimal has no scale"))?;
    Ok(Decimal {
        scale: scale.parse().map_err(Failure::fault)?,
        unscaled: STANDARD.decode(unscaled).map_err(Failure::fault)?,
    })
}

fn number_of<T>(text: Option<&str>) -> Result<Option<T>, Failure>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.map(str::parse).transpose().map_err(Failure::fault)
}

/// The form of figures.
pub(in crate::store) fn form_of(data: &StatisticsData) -> StatisticsForm {
    let base = StatisticsForm::default();
    match data {
        StatisticsData::Boolean {
            trues,
            falses,
            nulls,
            bit_vectors,
        } => StatisticsForm {
            family: Family::Boolean,
            trues: *trues,
            falses: *falses,
            nulls: *nulls,
            bit_vectors: bytes_text(bit_vectors.as_ref()),
            ..base
        },
        StatisticsData::String {
            max_length,
            average_length,
            nulls,
            distinct,
            bit_vectors,
        } => StatisticsForm {
            family: Family::String,
            max_length: *max_length,
            average_length: Some(average_length.to_string()),
            nulls: *nulls,
            distinct: *distinct,
            bit_vectors: bytes_text(bit_vectors.as_ref()),
            ..base
        },
        StatisticsData::Binary {
            max_length,
            average_length,
            nulls,
            bit_vectors,
        } => StatisticsForm {
            family: Family::Binary,
            max_length: *max_length,
            average_length: Some(average_length.to_string()),
            nulls: *nulls,
            bit_vectors: bytes_text(bit_vectors.as_ref()),
            ..base
        },
        StatisticsData::Long { .. }
        | StatisticsData::Double { .. }
        | StatisticsData::Decimal { .. }
        | StatisticsData::Date { .. }
        | StatisticsData::Timestamp { .. } => ranged_form_of(data),
    }
}

/// A bound as text.
fn text<T: ToString>(bound: Option<&T>) -> Option<String> {
    bound.map(ToString::to_string)
}

/// The form of the families that have a least and a greatest value.
fn ranged_form_of(data: &StatisticsData) -> StatisticsForm {
    use StatisticsData as Data;
    #[rustfmt::skip]
    let (family, low, high, nulls, distinct, bit_vectors, histogram) = match data {
        Data::Long { low, high, nulls, distinct, bit_vectors, histogram } =>
            (Family::Long, text(low.as_ref()), text(high.as_ref()), nulls, distinct, bit_vectors, histogram),
        Data::Date { low, high, nulls, distinct, bit_vectors, histogram } =>
            (Family::Date, text(low.as_ref()), text(high.as_ref()), nulls, distinct, bit_vectors, histogram),
        Data::Timestamp { low, high, nulls, distinct, bit_vectors, histogram } =>
            (Family::Timestamp, text(low.as_ref()), text(high.as_ref()), nulls, distinct, bit_vectors, histogram),
        Data::Double { low, high, nulls, distinct, bit_vectors, histogram } =>
            (Family::Double, text(low.as_ref()), text(high.as_ref()), nulls, distinct, bit_vectors, histogram),
        Data::Decimal { low, high, nulls, distinct, bit_vectors, histogram } => {
            let (low, high) = (low.as_ref().map(decimal_text), high.as_ref().map(decimal_text));
            (Family::Decimal, low, high, nulls, distinct, bit_vectors, histogram)
        }
        Data::Boolean { .. } | Data::String { .. } | Data::Binary { .. } => return form_of(data),
    };
    StatisticsForm {
        family,
        low,
        high,
        nulls: *nulls,
        distinct: *distinct,
        bit_vectors: bytes_text(bit_vectors.as_ref()),
        histogram: bytes_text(histogram.as_ref()),
        ..StatisticsForm::default()
    }
}

/// The figures of a form.
#[rustfmt::skip]
pub(in crate::store) fn data_of(form: StatisticsForm) -> Result<StatisticsData, Failure> {
    use StatisticsData as Data;
    let StatisticsForm { nulls, distinct, trues, falses, max_length, .. } = form;
    let (low, high) = (form.low.as_deref(), form.high.as_deref());
    let bit_vectors = bytes_of(form.bit_vectors)?;
    let histogram = bytes_of(form.histogram)?;
    let average_length = number_of(form.average_length.as_deref())?.unwrap_or_default();
    Ok(match form.family {
        Family::Boolean => Data::Boolean { trues, falses, nulls, bit_vectors },
        Family::String => Data::String { max_length, average_length, nulls, distinct, bit_vectors },
        Family::Binary => Data::Binary { max_length, average_length, nulls, bit_vectors },
        Family::Long => {
            let (low, high) = (number_of(low)?, number_of(high)?);
            Data::Long { low, high, nulls, distinct, bit_vectors, histogram }
        }
        Family::Date => {
            let (low, high) = (number_of(low)?, number_of(high)?);
            Data::Date { low, high, nulls, distinct, bit_vectors, histogram }
        }
        Family::Timestamp => {
            let (low, high) = (number_of(low)?, number_of(high)?);
            Data::Timestamp { low, high, nulls, distinct, bit_vectors, histogram }
        }
        Family::Double => {
            let (low, high) = (number_of(low)?, number_of(high)?);
            Data::Double { low, high, nulls, distinct, bit_vectors, histogram }
        }
        Family::Decimal => {
            let (low, high) = (low.map(decimal_of).transpose()?, high.map(decimal_of).transpose()?);
            Data::Decimal { low, high, nulls, distinct, bit_vectors, histogram }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::form::packing::{from_json, to_json};

    fn back(data: &StatisticsData) -> StatisticsData {
        data_of(from_json(&to_json(&form_of(data)).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn every_family_comes_back_as_it_was() {
        let decimal = Decimal {
            unscaled: vec![0xff, 0x00],
            scale: 2,
        };
        let (nulls, distinct) = (3, -1);
        let (bit_vectors, histogram) = (Some(vec![1, 2]), Some(vec![0]));
        let all = [
            StatisticsData::Boolean {
                trues: 1,
                falses: 2,
                nulls,
                bit_vectors: None,
            },
            StatisticsData::Long {
                low: Some(i64::MIN),
                high: None,
                nulls,
                distinct,
                bit_vectors: bit_vectors.clone(),
                histogram: histogram.clone(),
            },
            StatisticsData::Double {
                low: Some(-0.1),
                high: Some(f64::INFINITY),
                nulls,
                distinct,
                bit_vectors: None,
                histogram: None,
            },
            StatisticsData::String {
                max_length: 9,
                average_length: 1.0 / 3.0,
                nulls,
                distinct,
                bit_vectors,
            },
            StatisticsData::Binary {
                max_length: 9,
                average_length: 0.0,
                nulls,
                bit_vectors: None,
            },
            StatisticsData::Decimal {
                low: Some(decimal),
                high: None,
                nulls,
                distinct,
                bit_vectors: None,
                histogram,
            },
        ];
        for data in all {
            assert_eq!(back(&data), data);
        }
        let long = StatisticsData::Date {
            low: Some(1),
            high: Some(2),
            nulls: 0,
            distinct: 0,
            bit_vectors: None,
            histogram: None,
        };
        assert_eq!(back(&long), long);
    }
}
