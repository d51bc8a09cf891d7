//! The words of the IDL. It knows no grammar.

/// A word, with the comments that stand right above or before it.
pub(crate) struct Token {
    pub(crate) word: Word,
    pub(crate) comments: Vec<String>,
    /// Its line in the file, for errors.
    pub(crate) line: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// A keyword, or a name whose parts stand between dots.
    Name(String),
    Number(i64),
    Text(String),
    Mark(char),
}

/// Cuts the IDL into words.
pub(crate) fn tokens(idl: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut comments = Vec::new();
    for (index, text) in idl.lines().enumerate() {
        let line = index + 1;
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            if let Some(comment) = rest.strip_prefix("//") {
                comments.push(comment.trim().to_owned());
                break;
            }
            let (word, length) =
                word(rest).ok_or_else(|| format!("line {line}: {rest} is no word"))?;
            found.push(Token {
                word,
                comments: std::mem::take(&mut comments),
                line,
            });
            rest = rest[length..].trim_start();
        }
    }
    Ok(found)
}

/// The word that a text begins with, and its length.
fn word(text: &str) -> Option<(Word, usize)> {
    let first = text.chars().next()?;
    if let Some(quoted) = text.strip_prefix('"') {
        let length = quoted.find('"')?;
        return Some((Word::Text(quoted[..length].to_owned()), length + 2));
    }
    if first.is_ascii_digit() || first == '-' {
        let length = 1 + run(&text[1..], |c| c.is_ascii_digit());
        return Some((Word::Number(text[..length].parse().ok()?), length));
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let length = run(text, |c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        return Some((Word::Name(text[..length].to_owned()), length));
    }
    "{}()<>[]:;,="
        .contains(first)
        .then_some((Word::Mark(first), 1))
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}
