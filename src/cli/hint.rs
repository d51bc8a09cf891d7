//! What to do about a refusal, where its own words tell enough: nothing more is asked for.

use crate::rest::view::problem::ProblemView;

/// What discovery says of a table that asks nothing of it, after the table's name.
const NOT_ON: &str = " does not take part in discovery";
/// What is said of a partition's name, before the keys of its table.
const KEYS: &str = "the table's keys are ";
/// What is said of a location.
const NOT_ABSOLUTE: &str = "it is not absolute";

/// The hint, where there is one.
pub(super) fn hint(problem: &ProblemView) -> Option<String> {
    of_words(&problem.detail)
}

fn of_words(detail: &str) -> Option<String> {
    if let Some((table, _)) = detail.split_once(NOT_ON) {
        return Some(format!(
            "skep discovery on {table} lets its partitions be looked for"
        ));
    }
    if detail.ends_with(NOT_ABSOLUTE) {
        let example = "s3://bucket/orders or file:///data/orders";
        return Some(format!("a location is absolute, such as {example}"));
    }
    let keys = detail.rsplit_once(KEYS)?.1;
    keys.is_empty()
        .then(|| "the table has no partition keys".to_owned())
}

#[cfg(test)]
mod tests {
    use super::of_words;

    #[test]
    fn a_refusal_says_what_to_do_where_its_words_tell() {
        for (detail, wanted) in [
            (
                "shop.kv does not take part in discovery: set its property skep.discovery=on",
                Some("skep discovery on shop.kv lets"),
            ),
            (
                "it is not absolute",
                Some("a location is absolute, such as s3://"),
            ),
            (
                "location \"x\" is not valid: it is not absolute",
                Some("file:///data/orders"),
            ),
            (
                "the partition name \"dt=1\" has the key dt; the table's keys are ",
                Some("the table has no partition keys"),
            ),
            (
                "the partition name \"x=1\" has the key x; the table's keys are dt",
                None,
            ),
            ("Table a.b does not exist", None),
        ] {
            let hint = of_words(detail);
            match wanted {
                Some(wanted) => assert!(hint.is_some_and(|hint| hint.contains(wanted)), "{detail}"),
                None => assert_eq!(hint, None, "{detail}"),
            }
        }
    }
}
