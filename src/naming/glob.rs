//! Names by `*`: the plainest pattern there is, for lists that people write by hand.

/// Bytes of such a pattern at most.
pub const GLOB_BYTES_MAX: usize = 1_024;

/// Whether the whole text fits the pattern, in which `*` stands for any text, none too. Each star takes as little as
/// lets the next literal follow, which finds a fit if there is one, and never goes back further than one star.
pub fn glob_matches(pattern: &str, text: &str) -> bool {
    let mut literals = pattern.split('*');
    let first = literals.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for literal in literals {
        if let Some(inner) = last.replace(literal) {
            let Some(at) = rest.find(inner) else {
                return false;
            };
            rest = &rest[at + inner.len()..];
        }
    }
    match last {
        None => rest.is_empty(),
        Some(ending) => rest.ends_with(ending),
    }
}

#[cfg(test)]
mod tests {
    use super::glob_matches;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_pattern_means_what_its_regular_expression_means(
            pattern in "[ab*é]{0,8}",
            text in "[abé]{0,10}",
        ) {
            let expression: Vec<String> = pattern.split('*').map(regex::escape).collect();
            let expression = regex::Regex::new(&format!("^{}$", expression.join(".*"))).unwrap();
            prop_assert_eq!(glob_matches(&pattern, &text), expression.is_match(&text));
        }
    }
}
