//! The words of the JSON library in words for people, who know objects and lists and not the structs that hold them here.

/// Whole messages.
const WHOLE: [(&str, &str); 5] = [
    (
        "provided string was not `true` or `false`",
        "it must be true or false",
    ),
    (
        "invalid digit found in string",
        "it must be a whole number in digits, such as 10",
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
];
/// What was sent, as it begins a message.
const SENT: [(&str, &str); 2] = [
    ("invalid type: map", "invalid type: an object"),
    ("invalid type: sequence", "invalid type: a list"),
];
/// What was expected, as it ends one.
const WANTED: [(&str, &str); 10] = [
    ("a map", "an object"),
    ("a sequence", "a list"),
    ("i64", "a whole number"),
    ("u64", "a whole number that is not negative"),
    ("usize", "a whole number that is not negative"),
    ("i16", "a whole number"),
    ("i32", "a whole number"),
    ("u32", "a whole number that is not negative"),
    ("f64", "a number"),
    ("variant identifier", "a word"),
];
/// A word that is none of those that may stand there, as it begins a message, and in words for people.
const VARIANT: [&str; 2] = ["unknown variant ", "unknown value "];
/// What is told of a body of no bytes.
const EMPTY: [&str; 2] = [
    "EOF while parsing a value at line 1 column 0",
    "the body is empty and must be an object",
];
/// What goes before it.
const EXPECTED: &str = ", expected ";
/// What goes before the name of a struct, or of an enum of them.
const STRUCTS: [&str; 3] = [
    "struct ",
    "internally tagged enum ",
    "adjacently tagged enum ",
];
/// What a number with a point is called, as it begins a message.
const FLOAT: [&str; 2] = ["invalid type: floating point ", "invalid type: the number "];
/// What goes before the place in the text.
const PLACE: &str = " at line ";

/// A message of the library as people read it. What somebody sent, which messages quote, stays as it is.
pub fn plain_words(text: &str) -> String {
    if text == EMPTY[0] {
        return EMPTY[1].to_owned();
    }
    if let Some(rest) = text.strip_prefix(VARIANT[0]) {
        return format!("{}{rest}", VARIANT[1]);
    }
    let (said, place) = text.split_at(text.rfind(PLACE).unwrap_or(text.len()));
    if let Some(plain) = found(&WHOLE, said) {
        return format!("{plain}{place}");
    }
    if !said.starts_with("invalid ") {
        return text.to_owned();
    }
    let (mut sent, mut wanted) = (said.to_owned(), "");
    if let Some((before, after)) = said.rsplit_once(EXPECTED) {
        (sent, wanted) = (before.to_owned(), after);
    }
    if let Some(plain) = found(&SENT, &sent) {
        plain.clone_into(&mut sent);
    } else if let Some(number) = sent.strip_prefix(FLOAT[0]) {
        sent = format!("{}{number}", FLOAT[1]);
    }
    let wanted = match wanted {
        "" => return format!("{sent}{place}"),
        object if STRUCTS.iter().any(|words| object.starts_with(words)) => "an object",
        other => wanted_words(other),
    };
    format!("{sent}{EXPECTED}{wanted}{place}")
}

/// A type by its name in the code, as people read it.
pub(super) fn wanted_words(wanted: &str) -> &str {
    found(&WANTED, wanted).unwrap_or(wanted)
}

fn found(words: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    let found = words.iter().find(|(known, _)| *known == word);
    found.map(|(_, plain)| *plain)
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
            (
                "invalid digit found in string",
                "it must be a whole number in digits, such as 10",
            ),
            (
                "invalid type: floating point `1.5`, expected i64 at line 1 column 9",
                "invalid type: the number `1.5`, expected a whole number at line 1 column 9",
            ),
            (
                "invalid type: integer `5`, expected internally tagged enum ValuesView",
                "invalid type: integer `5`, expected an object",
            ),
            (
                "invalid type: string \"x\", expected f64",
                "invalid type: string \"x\", expected a number",
            ),
            (
                "provided string was not `true` or `false`",
                "it must be true or false",
            ),
            (
                "EOF while parsing a value at line 1 column 0",
                "the body is empty and must be an object",
            ),
            (
                "unknown variant `x`, expected `a` or `b`",
                "unknown value `x`, expected `a` or `b`",
            ),
            // What was sent is told as it was.
            (
                "unknown field `expected i64`, expected `name`",
                "unknown field `expected i64`, expected `name`",
            ),
            (
                "invalid type: string \"a map, expected struct x\", expected a sequence",
                "invalid type: string \"a map, expected struct x\", expected a list",
            ),
        ] {
            assert_eq!(plain_words(text), plain);
        }
    }
}
