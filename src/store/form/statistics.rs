//! The stored form of the figures of a column.
//!
//! One flat object for all families. Numbers of the column's own type are text: JSON has no NaN and no infinity, and
//! reads large integers differently from place to place.

use crate::model::{Bounds, Decimal, Figures, Lengths, Range};
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

fn number_of<T>(text: &str) -> Result<T, Failure>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse().map_err(Failure::fault)
}

fn lengths_of(form: &StatisticsForm) -> Result<Lengths, Failure> {
    Ok(Lengths {
        max: form.max_length,
        average: form.average_length.as_deref().map_or(Ok(0.0), number_of)?,
    })
}

fn bounds_of<T>(
    form: &StatisticsForm,
    value: impl Fn(&str) -> Result<T, Failure>,
) -> Result<Bounds<T>, Failure> {
    Ok(Bounds {
        low: form.low.as_deref().map(&value).transpose()?,
        high: form.high.as_deref().map(&value).transpose()?,
    })
}

impl StatisticsForm {
    fn with_bounds<T>(&mut self, bounds: &Bounds<T>, text: impl Fn(&T) -> String) {
        self.low = bounds.low.as_ref().map(&text);
        self.high = bounds.high.as_ref().map(&text);
    }

    fn with_lengths(&mut self, lengths: Lengths) {
        self.max_length = lengths.max;
        self.average_length = Some(lengths.average.to_string());
    }

    /// Fills in the family and what it says of the values.
    fn with_range(&mut self, range: &Range) {
        self.family = match range {
            Range::Boolean { trues, falses } => {
                self.trues = *trues;
                self.falses = *falses;
                Family::Boolean
            }
            Range::String(lengths) => {
                self.with_lengths(*lengths);
                Family::String
            }
            Range::Binary(lengths) => {
                self.with_lengths(*lengths);
                Family::Binary
            }
            Range::Long(bounds) => {
                self.with_bounds(bounds, ToString::to_string);
                Family::Long
            }
            Range::Date(bounds) => {
                self.with_bounds(bounds, ToString::to_string);
                Family::Date
            }
            Range::Timestamp(bounds) => {
                self.with_bounds(bounds, ToString::to_string);
                Family::Timestamp
            }
            Range::Double(bounds) => {
                self.with_bounds(bounds, ToString::to_string);
                Family::Double
            }
            Range::Decimal(bounds) => {
                self.with_bounds(bounds, decimal_text);
                Family::Decimal
            }
        };
    }
}

/// The form of figures.
pub(in crate::store) fn form_of(figures: &Figures) -> StatisticsForm {
    let mut form = StatisticsForm {
        nulls: figures.nulls,
        distinct: figures.distinct,
        bit_vectors: bytes_text(figures.bit_vectors.as_ref()),
        histogram: bytes_text(figures.histogram.as_ref()),
        ..StatisticsForm::default()
    };
    form.with_range(&figures.range);
    form
}

/// The figures of a form.
pub(in crate::store) fn figures_of(form: StatisticsForm) -> Result<Figures, Failure> {
    let range = match form.family {
        Family::Boolean => Range::Boolean {
            trues: form.trues,
            falses: form.falses,
        },
        Family::String => Range::String(lengths_of(&form)?),
        Family::Binary => Range::Binary(lengths_of(&form)?),
        Family::Long => Range::Long(bounds_of(&form, number_of)?),
        Family::Date => Range::Date(bounds_of(&form, number_of)?),
        Family::Timestamp => Range::Timestamp(bounds_of(&form, number_of)?),
        Family::Double => Range::Double(bounds_of(&form, number_of)?),
        Family::Decimal => Range::Decimal(bounds_of(&form, decimal_of)?),
    };
    Ok(Figures {
        nulls: form.nulls,
        distinct: form.distinct,
        bit_vectors: bytes_of(form.bit_vectors)?,
        histogram: bytes_of(form.histogram)?,
        range,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::form::packing::{from_json, to_json};

    /// A stored body is read as these figures, and they are written as it: rows of every version read alike.
    fn is_stored(body: &str, nulls: i64, distinct: i64, range: Range) {
        let sketch = |of: &str, bytes: &[u8]| body.contains(of).then(|| bytes.to_vec());
        let figures = Figures {
            nulls,
            distinct,
            bit_vectors: sketch("bit_vectors", &[1, 2]),
            histogram: sketch("histogram", &[0]),
            range,
        };
        let read = figures_of(from_json(body).unwrap()).unwrap();
        assert_eq!(read, figures, "{body}");
        assert_eq!(to_json(&form_of(&figures)).unwrap(), body);
    }

    fn bounds<T>(low: Option<T>, high: Option<T>) -> Bounds<T> {
        Bounds { low, high }
    }

    #[test]
    fn stored_bodies_of_the_families_without_bounds_stay_as_they_were() {
        let (trues, falses) = (1, 2);
        is_stored(
            r#"{"family":"boolean","nulls":3,"trues":1,"falses":2}"#,
            3,
            0,
            Range::Boolean { trues, falses },
        );
        let (max, average) = (9, 1.0 / 3.0);
        is_stored(
            r#"{"family":"string","nulls":0,"distinct":5,"max_length":9,"average_length":"0.3333333333333333","bit_vectors":"AQI="}"#,
            0,
            5,
            Range::String(Lengths { max, average }),
        );
        let average = 0.0;
        is_stored(
            r#"{"family":"binary","nulls":0,"max_length":9,"average_length":"0"}"#,
            0,
            0,
            Range::Binary(Lengths { max, average }),
        );
    }

    #[test]
    fn stored_bodies_of_the_families_with_bounds_stay_as_they_were() {
        is_stored(
            r#"{"family":"long","low":"-9223372036854775808","nulls":3,"distinct":-1,"bit_vectors":"AQI=","histogram":"AA=="}"#,
            3,
            -1,
            Range::Long(bounds(Some(i64::MIN), None)),
        );
        is_stored(
            r#"{"family":"double","low":"-0.1","high":"inf","nulls":0,"distinct":4}"#,
            0,
            4,
            Range::Double(bounds(Some(-0.1), Some(f64::INFINITY))),
        );
        let decimal = Decimal {
            unscaled: vec![0xff, 0x00],
            scale: 2,
        };
        is_stored(
            r#"{"family":"decimal","low":"2:/wA=","nulls":0,"distinct":1}"#,
            0,
            1,
            Range::Decimal(bounds(Some(decimal), None)),
        );
        is_stored(
            r#"{"family":"date","low":"1","high":"2","nulls":0}"#,
            0,
            0,
            Range::Date(bounds(Some(1), Some(2))),
        );
        is_stored(
            r#"{"family":"timestamp","high":"1764374400","nulls":0}"#,
            0,
            0,
            Range::Timestamp(bounds(None, Some(1_764_374_400))),
        );
    }
}
