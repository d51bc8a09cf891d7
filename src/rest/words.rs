//! The words of the JSON library in words for people, who know objects and lists and not the structs that hold them here.

/// What the library calls what people call otherwise.
const WORDS: [(&str, &str); 11] = [
    (
        "invalid digit found in string",
        "it must be a whole number, written in digits",
    ),
    (
        "cannot parse integer from empty string",
        "it is empty and must be a whole number",
    ),
    (
        "number too large to fit in target type",
        "the number is too large",
    ),
    (
        "number too small to fit in target type",
        "the number is too small",
    ),
    ("expected i64", "expected a whole number"),
    (
        "expected u64",
        "expected a whole number that is not negative",
    ),
    (
        "expected usize",
        "expected a whole number that is not negative",
    ),
    ("invalid type: map", "invalid type: an object"),
    ("invalid type: sequence", "invalid type: a list"),
    ("expected a map", "expected an object"),
    ("expected a sequence", "expected a list"),
];
/// What goes before the name of a struct.
const STRUCT: &str = "expected struct ";
/// What goes before the place in the text.
const PLACE: &str = " at line ";

/// A message of the library as people read it.
pub(super) fn plain_words(text: &str) -> String {
    let mut plain = text.to_owned();
    for (word, plainer) in WORDS {
        plain = plain.replace(word, plainer);
    }
    if let Some((before, after)) = plain.split_once(STRUCT) {
        let place = after.find(PLACE).map_or("", |at| &after[at..]);
        plain = format!("{before}expected an object{place}");
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::plain_words;

    #[test]
    fn nobody_is_told_of_structs() {
        for (text, plain) in [
            (
                "invalid length 0, expected struct NewDatabase with 6 elements at line 1 column 2",
                "invalid length 0, expected an object at line 1 column 2",
            ),
            (
                "invalid type: map, expected a string",
                "invalid type: an object, expected a string",
            ),
            (
                "invalid type: string \"x\", expected struct ColumnView",
                "invalid type: string \"x\", expected an object",
            ),
            ("missing field `name`", "missing field `name`"),
        ] {
            assert_eq!(plain_words(text), plain);
        }
    }
}
