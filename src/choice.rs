//! Settings that are one of a few words. Read by hand, because the derived reading tells a user of a "variant constructor"
//! and not of the words.

/// The value that a word stands for. The error names the key, the text and the words that there are.
pub fn choose<T: Copy>(key: &str, text: &str, words: &[(&str, T)]) -> Result<T, String> {
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return Ok(*value);
    }
    let all: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
    let all = match all.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    };
    Err(format!("{key} = {text:?}: it must be {all}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_is_told_the_known_ones() {
        let words = [("off", 0), ("warn", 1), ("refuse", 2)];
        assert_eq!(choose("policy", "warn", &words), Ok(1));
        assert_eq!(
            choose("policy", "Warn", &words).unwrap_err(),
            r#"policy = "Warn": it must be "off", "warn" or "refuse""#
        );
    }
}
