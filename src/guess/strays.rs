//! The form of some names of a level beside strays: what a cleaned up, or half made, place shows.

use super::level::{self, Form, TimeUnit, key_value, most_form, shape};
use std::collections::BTreeMap;

/// Of a hundred names, how many must have a form at least where the others have none in common.
const SHARE_PERCENT_LEAST: usize = 25;

/// How these names are made, below levels that told a time down to `above`: as most of them are or, where most have no form, as a
/// good part of them beside strays. There is at least one name.
pub(super) fn form(names: &[&str], above: Option<TimeUnit>) -> Form {
    match level::form(names, above) {
        open @ (Form::Text | Form::Literal(_)) => shared_form(names, above).unwrap_or(open),
        form => form,
    }
}

/// The time, or the key, that a good part of the names have, where the others have no form in common: those are strays, such as
/// `tmp` and `backup.old` beside two days.
fn shared_form(names: &[&str], above: Option<TimeUnit>) -> Option<Form> {
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in names {
        let group = match key_value(name) {
            Some((key, _)) => format!("{}=", key.to_ascii_lowercase()),
            None => shape(name),
        };
        groups.entry(group).or_default().push(name);
    }
    let mut told: Vec<(usize, Form)> = groups
        .into_values()
        .filter(|group| is_share(group, names.len()))
        .filter_map(|group| {
            let form = most_form(&group, above).filter(Form::is_telling)?;
            Some((group.len(), form))
        })
        .collect();
    told.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let mut told = told.into_iter();
    let (count, form) = told.next()?;
    // Two forms that come as often are two that could be meant.
    if told.next().is_some_and(|(other, _)| other == count) {
        return None;
    }
    let others: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| !form.fits(name))
        .collect();
    most_form(&others, above).is_none().then_some(form)
}

/// Whether names that are made alike are enough of all to go by: two different ones, or half.
fn is_share(alike: &[&str], of: usize) -> bool {
    let has_two = alike.iter().any(|name| Some(name) != alike.first());
    let count = alike.len();
    count * 2 >= of || (has_two && count * 100 >= of * SHARE_PERCENT_LEAST)
}

#[cfg(test)]
mod tests {
    use super::{Form, TimeUnit, form};

    #[test]
    fn strays_without_a_form_in_common_leave_the_form_to_the_others() {
        let day = || Form::Time {
            before: String::new(),
            time: "%Y-%m-%d",
            finest: TimeUnit::Day,
            after: String::new(),
        };
        let days = ["2026-11-24", "2026-11-25"];
        let with = |strays: &[&'static str]| form(&[&days, strays].concat(), None);
        assert_eq!(with(&["tmp", "backup.old"]), day());
        assert_eq!(with(&["tmp", "backup.old", "a", "b"]), day());
        // Two of many are two texts that look like a time.
        assert_eq!(with(&["a", "b", "c", "d", "e", "f", "g"]), Form::Text);
        // What have a form in common are no strays.
        assert_eq!(with(&["20261124", "20261125"]), Form::Text);
        assert_eq!(with(&["eu-west-1", "us-east-1"]), Form::Text);
        assert_eq!(form(&["2026-11-24", "tmp"], None), day());
        let found = form(&["n=1", "N=2", "tmp", "backup.old"], None);
        assert!(matches!(found, Form::Key { key, .. } if key == "n"));
    }
}
