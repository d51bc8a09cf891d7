//! Which values of the first partition key a time window can meet: what lets a look at the window read the names of
//! some hundred known partitions, however many the table has.

use super::field::Unit;
use super::pattern::{Pattern, Token};
use super::stretch::{civil, fields_of};
use super::{Layout, Window};

/// Days that the local time of a zone may lie before or behind UTC, and then some.
const ZONES_DIFFER_D: i64 = 2;

/// The rule of [`Layout::first_values`].
pub(super) fn first_values(layout: &Layout, window: &Window) -> Option<(String, String)> {
    let clock = layout.inner.clock()?;
    let form = layout.inner.forms.first()?.as_ref()?;
    if !clock.tells(0) || !sorts_by_time(form) {
        return None;
    }
    let margin_s = ZONES_DIFFER_D * 24 * 3600;
    let value = |at_s: i64| form.write_time(&fields_of(civil(at_s)));
    let least = value(window.from_s.saturating_sub(margin_s));
    Some((least, value(window.to_s.saturating_add(margin_s))))
}

/// Whether the order of the values is that of their times: the units from the year on, each in digits of one width.
fn sorts_by_time(form: &Pattern) -> bool {
    let is_fixed = |token: &Token| {
        matches!(
            token,
            Token::Literal(_)
                | Token::Time {
                    is_padded: true,
                    ..
                }
        )
    };
    let mut units = form.units();
    form.tokens.iter().all(is_fixed)
        && units.next() == Some(Unit::Year)
        && units
            .zip(&Unit::ALL[1..])
            .all(|(unit, expected)| unit == *expected)
}

#[cfg(test)]
mod tests {
    use super::super::tests::columns;
    use super::*;

    fn range(template: &str, keys: &[(&str, &str)]) -> Option<(String, String)> {
        // 2019-06-08T15:20:00Z and six hours before.
        let window = Window {
            from_s: 1_559_985_600,
            to_s: 1_560_007_200,
        };
        first_values(&Layout::parse(template, &columns(keys)).unwrap(), &window)
    }

    #[test]
    fn only_values_in_the_order_of_their_times_have_a_range() {
        let range_of = |least: &str, most: &str| Some((least.to_owned(), most.to_owned()));
        let text = [("t", "string")];
        let found = range("{t:%Y/%m/%d/%H}", &text);
        assert_eq!(found, range_of("2019-06-06-09", "2019-06-10-15"));
        let found = range("{t:%Y/%-m/%-d}", &[("t", "date")]);
        assert_eq!(found, range_of("2019-06-06", "2019-06-10"));
        let found = range("{t:%Y%m%d}-{a}", &[("t", "bigint"), ("a", "string")]);
        assert_eq!(found, range_of("20190606", "20190610"));
        let years = [("y", "int"), ("m", "int")];
        let found = range("{y:%Y}/{m:%m}", &years);
        assert_eq!(found, range_of("2019", "2019"));
        // The text comes first, the day before the year, or a second time that no window narrows.
        assert_eq!(range("{a}-{t:%Y}", &[("a", "string"), ("t", "int")]), None);
        assert_eq!(range("{t:%Y/%m/%d=%d.%m.%Y}", &text), None);
        assert_eq!(range("{t:%Y/%m/%d=%Y.%-m.%-d}", &text), None);
        let two = [("t1", "date"), ("t2", "string")];
        assert_eq!(range("{t1:%F}/{t2:%F/%H}", &two), None);
        assert_eq!(range("t={t}", &text), None);
    }
}
