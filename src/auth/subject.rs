//! The subject of a certificate as one line of text.

use std::fmt::Write;
use x509_parser::x509::X509Name;

/// The names that RFC 4514 has for the types of a subject's parts; others are written as their numbers.
const TYPES: [(&str, &str); 9] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.6", "C"),
    ("2.5.4.9", "STREET"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("0.9.2342.19200300.100.1.1", "UID"),
];

/// `O=Example,OU=data,CN=trino`, in the order of the certificate. Nothing where a part is no text. A comma or another sign of the
/// form within a value has a backslash before it, so that no value can pose as a part of its own.
pub(super) fn subject_text(subject: &X509Name<'_>) -> Option<String> {
    let mut text = String::new();
    for part in subject.iter_rdn() {
        for (number, attribute) in part.iter().enumerate() {
            if !text.is_empty() {
                text.push(if number == 0 { ',' } else { '+' });
            }
            let oid = attribute.attr_type().to_id_string();
            let known = TYPES.iter().find(|(number, _)| *number == oid);
            text.push_str(known.map_or(oid.as_str(), |(_, name)| name));
            text.push('=');
            escape(attribute.as_str().ok()?, &mut text);
        }
    }
    Some(text)
}

/// Appends a value as RFC 4514 writes it.
fn escape(value: &str, text: &mut String) {
    let last = value.chars().count().saturating_sub(1);
    for (place, c) in value.chars().enumerate() {
        let is_edge = (place == 0 && matches!(c, ' ' | '#')) || (place == last && c == ' ');
        if c == '\0' {
            // A string takes any text.
            let _ = write!(text, "\\00");
            continue;
        }
        if is_edge || matches!(c, '"' | '+' | ',' | ';' | '<' | '>' | '\\' | '=') {
            text.push('\\');
        }
        text.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn no_value_poses_as_a_part_of_its_own() {
        for (value, wanted) in [
            ("trino", "trino"),
            ("a,CN=admin", "a\\,CN\\=admin"),
            (" a b ", "\\ a b\\ "),
            ("#1#", "\\#1#"),
            ("a+b\\", "a\\+b\\\\"),
            ("a\0b", "a\\00b"),
        ] {
            let mut text = String::new();
            escape(value, &mut text);
            assert_eq!(text, wanted);
        }
    }
}
