//! The partition keys of a layout that somebody gives: a template names its keys and says nothing of their types.

use crate::hive::partition_name::unescape;
use crate::model::Column;

/// What stands for a part of a segment that tells nothing.
const IGNORED: &str = "_";
/// The units of a day, as a template names them.
const DAY: [char; 3] = ['Y', 'm', 'd'];

/// The keys that a template names, in its order: a date where their time is a day, else a text. A template that makes no
/// sense may have any; whoever binds them to it says what is wrong.
pub fn template_keys(template: &str) -> Vec<Column> {
    let mut found: Vec<(String, String)> = Vec::new();
    let plain = template.replace("{{", "").replace("}}", "");
    for placeholder in plain.split('{').skip(1) {
        let inside = placeholder.split('}').next().unwrap_or_default();
        let (name, time) = inside.split_once(':').unwrap_or((inside, ""));
        if name == IGNORED || name.is_empty() {
            continue;
        }
        let name = unescape(name).to_lowercase();
        match found.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.push_str(time),
            None => found.push((name, time.to_owned())),
        }
    }
    let column = |(name, time): (String, String)| Column {
        data_type: data_type(&time).to_owned(),
        name,
        comment: None,
    };
    found.into_iter().map(column).collect()
}

fn data_type(time: &str) -> &'static str {
    // Another form of the value is a text.
    if time.contains('=') {
        return "string";
    }
    let time = time.replace("%-", "%").replace("%F", "%Y%m%d");
    let mut units: Vec<char> = time
        .split('%')
        .skip(1)
        .filter_map(|directive| directive.chars().next())
        .collect();
    units.sort_unstable();
    units.dedup();
    let mut day = DAY;
    day.sort_unstable();
    if units == day { "date" } else { "string" }
}

#[cfg(test)]
mod tests {
    use super::template_keys;

    #[test]
    fn a_template_names_its_keys() {
        let of = |template: &str| -> Vec<String> {
            let keys = template_keys(template).into_iter();
            keys.map(|key| format!("{} {}", key.name, key.data_type))
                .collect()
        };
        assert_eq!(of("{dt:%Y/%m/%d}/{hour:%H}"), ["dt date", "hour string"]);
        assert_eq!(of("y={dt:%Y}/m={dt:%-m}/d={dt:%d}"), ["dt date"]);
        assert_eq!(of("{dt:%F}"), ["dt date"]);
        assert_eq!(
            of("{_}-{source}/{{x}}/{dt:%Y/%m/%d=%Y%m%d}"),
            ["source string", "dt string"]
        );
        assert!(of("plain").is_empty());
    }
}
