//! How names of the IDL are spelled in Rust.

/// `get_table` and `getMetaConf` become `GetTable` and `GetMetaConf`.
pub(crate) fn camel(name: &str) -> String {
    name.split('_').map(upper_first).collect()
}

/// The name of a type: kept as in the IDL, but for `fb_status`, the only one in lower case.
pub(crate) fn type_name(name: &str) -> String {
    if name.starts_with(|first: char| first.is_ascii_lowercase()) {
        camel(name)
    } else {
        name.to_owned()
    }
}

fn upper_first(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}

/// `tableName`, `processorIDs` and `tbl_name` become `table_name`, `processor_ids` and `tbl_name`.
pub(crate) fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (index, letter) in letters.iter().enumerate() {
        if letter.is_ascii_uppercase() && index > 0 {
            let before = letters[index - 1];
            let next_is_lower = letters.get(index + 1).is_some_and(char::is_ascii_lowercase);
            let starts_word = before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase() && next_is_lower);
            if starts_word {
                out.push('_');
            }
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// A field name that is not a keyword of Rust.
pub(crate) fn field(name: &str) -> String {
    let name = snake(name);
    match name.as_str() {
        "type" | "ref" | "match" | "move" | "in" | "where" | "use" | "enum" | "struct" => {
            format!("r#{name}")
        }
        _ => name,
    }
}
