//! Cuts the text of a filter into tokens.
//!
//! Strings are the one place where clients disagree. Hive takes a backslash and the character after it
//! as they are, and Spark relies on it: it sends values with backslashes unescaped. Flink doubles a
//! quote inside a string; hand-written filters put a backslash before it. So here: a doubled quote, and
//! a backslash with the string's own quote, are that quote; every other backslash stands for itself.
//! What that reading cannot close (`dt = "a\"`, which Spark sends for the value `a\`) is read once more
//! with backslashes as plain characters: that is what [`Backslash`] chooses.

use super::error::FilterError;
use super::expression::Comparison;
use super::moment::Moment;
use super::number::Number;

/// What a backslash does inside a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Backslash {
    /// It keeps the next character from closing the string.
    Escapes,
    /// Nothing.
    Plain,
}

/// Which unquoted identifiers there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identifiers {
    /// Letters, digits and `_`: partition keys.
    Words,
    /// The same, but what follows `hive_filter_field_params__` is a parameter's key, which Iceberg and
    /// Trino send with dots and dashes.
    TableFields,
}

/// The start of an identifier that names a parameter of a table.
pub(super) const PARAMETER_FIELD_PREFIX: &str = "hive_filter_field_params__";

/// One token. Keywords are words: which of them are keywords depends on where they stand.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Word(String),
    /// An identifier in backquotes, never a keyword.
    Name(String),
    Text(String),
    Integer(i64),
    Decimal(Number),
    Date(Moment),
    Timestamp(Moment),
    Operator(Comparison),
    LeftParenthesis,
    RightParenthesis,
    Comma,
}

/// A token and the offset in bytes where it starts.
pub(super) type Placed = (Token, usize);

/// Cuts a text into tokens.
pub(super) fn tokens(
    text: &str,
    backslash: Backslash,
    identifiers: Identifiers,
) -> Result<Vec<Placed>, FilterError> {
    let mut lexer = Lexer {
        text,
        at: 0,
        backslash,
        identifiers,
    };
    let mut found = Vec::new();
    while let Some(placed) = lexer.next()? {
        found.push(placed);
    }
    Ok(found)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    backslash: Backslash,
    identifiers: Identifiers,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn fault(&self, position: usize, reason: &str) -> FilterError {
        let near: String = self.text[position..].chars().take(16).collect();
        FilterError::Syntax {
            position,
            reason: format!("{reason} near '{near}'"),
        }
    }

    fn next(&mut self) -> Result<Option<Placed>, FilterError> {
        self.skip_whitespace();
        let start = self.at;
        let Some(first) = self.rest().chars().next() else {
            return Ok(None);
        };
        let token = match first {
            '(' => self.single(Token::LeftParenthesis),
            ')' => self.single(Token::RightParenthesis),
            ',' => self.single(Token::Comma),
            '\'' | '"' => Token::Text(self.string(first)?),
            '`' => Token::Name(self.backquoted()?),
            '=' | '!' | '<' | '>' => self.operator()?,
            '-' => self.negative()?,
            _ if first.is_alphanumeric() || first == '_' => self.word_or_constant()?,
            _ => return Err(self.fault(start, "unexpected character")),
        };
        Ok(Some((token, start)))
    }

    fn skip_whitespace(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn single(&mut self, token: Token) -> Token {
        self.at += 1;
        token
    }

    fn operator(&mut self) -> Result<Token, FilterError> {
        // Longest first; `<=>` is no operator of filters, in Hive neither.
        const OPERATORS: [(&str, Comparison); 8] = [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<>", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("=", Comparison::Equal),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        if !self.rest().starts_with("<=>") {
            for (symbol, operator) in OPERATORS {
                if self.rest().starts_with(symbol) {
                    self.at += symbol.len();
                    return Ok(Token::Operator(operator));
                }
            }
        }
        Err(self.fault(self.at, "unknown operator"))
    }

    fn string(&mut self, quote: char) -> Result<String, FilterError> {
        let start = self.at;
        let mut value = String::new();
        let mut characters = self.text[start + 1..].char_indices().peekable();
        while let Some((offset, character)) = characters.next() {
            let following = characters.peek().map(|(_, next)| *next);
            if character == quote {
                if following != Some(quote) {
                    self.at = start + 1 + offset + 1;
                    return Ok(value);
                }
                characters.next();
            } else if character == '\\' && self.backslash == Backslash::Escapes {
                if following != Some(quote) {
                    value.push(character);
                }
                value.extend(following);
                characters.next();
                continue;
            }
            value.push(character);
        }
        Err(self.fault(start, "a string is not closed"))
    }

    fn backquoted(&mut self) -> Result<String, FilterError> {
        let start = self.at;
        let mut name = String::new();
        let mut characters = self.text[start + 1..].char_indices().peekable();
        while let Some((offset, character)) = characters.next() {
            if character == '`' {
                if characters.peek().is_none_or(|(_, next)| *next != '`') {
                    self.at = start + 1 + offset + 1;
                    return Ok(name);
                }
                characters.next();
            }
            name.push(character);
        }
        Err(self.fault(start, "a backquoted name is not closed"))
    }

    fn negative(&mut self) -> Result<Token, FilterError> {
        let start = self.at;
        self.at += 1;
        self.skip_whitespace();
        let length = word_length(self.rest());
        let digits = &self.rest()[..length];
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.fault(start, "expected digits after the minus"));
        }
        self.at += length;
        self.number(start, "-", length)
    }

    /// A date, a timestamp, a number or a word: all start with a letter, a digit or `_`.
    fn word_or_constant(&mut self) -> Result<Token, FilterError> {
        let start = self.at;
        if let Some(length) = date_length(self.rest()) {
            return self.bare_date(length);
        }
        let length = self.identifier_length();
        let word = self.rest()[..length].to_owned();
        self.at += length;
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.number(start, "", length);
        }
        Ok(Token::Word(word))
    }

    fn identifier_length(&self) -> usize {
        let rest = self.rest();
        let is_parameter = rest
            .get(..PARAMETER_FIELD_PREFIX.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(PARAMETER_FIELD_PREFIX));
        if self.identifiers == Identifiers::TableFields && is_parameter {
            let ends = |c: char| c.is_whitespace() || "=<>!()'\"`,".contains(c);
            return rest.find(ends).unwrap_or(rest.len());
        }
        word_length(rest)
    }

    /// Ends a number whose whole digits, `length` bytes, were just passed.
    fn number(&mut self, start: usize, sign: &str, length: usize) -> Result<Token, FilterError> {
        let whole_start = self.at - length;
        let fraction = self
            .rest()
            .strip_prefix('.')
            .map(word_length)
            .filter(|length| *length > 0);
        if let Some(fraction) = fraction {
            self.at += 1 + fraction;
            let text = format!("{sign}{}", &self.text[whole_start..self.at]);
            let number = Number::parse(&text).filter(|_| !text.contains(['e', 'E']));
            return number
                .map(Token::Decimal)
                .ok_or_else(|| self.fault(start, "not a number"));
        }
        let text = format!("{sign}{}", &self.text[whole_start..self.at]);
        let value = text.parse();
        value
            .map(Token::Integer)
            .map_err(|_| self.fault(start, "integer out of range"))
    }

    fn bare_date(&mut self, date_length: usize) -> Result<Token, FilterError> {
        let start = self.at;
        let rest = self.rest();
        if let Some(time_length) = time_length(&rest[date_length..]) {
            let length = date_length + time_length;
            let moment = Moment::parse_timestamp(&rest[..length]);
            self.at += length;
            return moment
                .map(Token::Timestamp)
                .ok_or_else(|| self.fault(start, "not a timestamp"));
        }
        let day = Moment::parse_date(&rest[..date_length]);
        self.at += date_length;
        day.map(Token::Date)
            .ok_or_else(|| self.fault(start, "not a date"))
    }
}

fn word_length(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len())
}

/// The length of `dddd-d[d]-d[d]` at the start of a text, when no word goes on behind it.
fn date_length(text: &str) -> Option<usize> {
    let mut length = 0;
    for (index, most) in [4, 2, 2].into_iter().enumerate() {
        if index > 0 {
            text[length..].strip_prefix('-')?;
            length += 1;
        }
        let digits = text[length..]
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        if digits == 0 || digits > most || (index == 0 && digits != 4) {
            return None;
        }
        length += digits;
    }
    (word_length(&text[length..]) == 0).then_some(length)
}

/// The length of ` hh:mm:ss[.fraction]` at the start of a text.
fn time_length(text: &str) -> Option<usize> {
    let clock = text.strip_prefix(' ')?;
    let length = clock.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.');
    let length = length.unwrap_or(clock.len());
    (clock[..length].matches(':').count() == 2).then_some(length + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexed(text: &str) -> Vec<Token> {
        let found = tokens(text, Backslash::Escapes, Identifiers::Words).unwrap();
        found.into_iter().map(|(token, _)| token).collect()
    }

    fn text(value: &str) -> Token {
        Token::Text(value.to_owned())
    }

    #[test]
    fn strings_follow_hive_spark_and_flink() {
        assert_eq!(lexed("'it''s'"), [text("it's")]);
        assert_eq!(lexed(r"'it\'s'"), [text("it's")]);
        assert_eq!(lexed(r#""x'y""#), [text("x'y")]);
        assert_eq!(lexed(r#"'x"y'"#), [text("x\"y")]);
        assert_eq!(lexed(r#""a\d\\b\'""#), [text(r"a\d\\b\'")]);
        assert_eq!(lexed("''"), [text("")]);
        assert_eq!(lexed("\"\"\"\""), [text("\"")]);
        let plain = tokens(r#""a\""#, Backslash::Plain, Identifiers::Words).unwrap();
        assert_eq!(plain[0].0, text(r"a\"));
        assert!(tokens(r#""a\""#, Backslash::Escapes, Identifiers::Words).is_err());
    }

    #[test]
    fn numbers_dates_and_words() {
        assert_eq!(lexed("007 -5 - 6"), [7, -5, -6].map(Token::Integer));
        assert_eq!(lexed("-9223372036854775808"), [Token::Integer(i64::MIN)]);
        assert_eq!(
            lexed("-1.50"),
            [Token::Decimal(Number::parse("-1.5").unwrap())]
        );
        assert_eq!(
            lexed("2024-1-02"),
            [Token::Date(Moment::parse_date("2024-01-02").unwrap())]
        );
        assert_eq!(lexed("2024-01-02 03:04:05"), {
            [Token::Timestamp(
                Moment::parse_timestamp("2024-01-02 03:04:05").unwrap(),
            )]
        });
        assert_eq!(
            lexed("1a `a``b`"),
            [Token::Word("1a".into()), Token::Name("a`b".into())]
        );
        for bad in [
            "9223372036854775808",
            "2024-13-01",
            "2024-01-02 30:00:00",
            "1.2e3",
            "-",
            "-x",
        ] {
            assert!(
                tokens(bad, Backslash::Escapes, Identifiers::Words).is_err(),
                "{bad}"
            );
        }
    }

    #[test]
    fn parameter_keys_hold_dots_and_dashes() {
        let field = "hive_filter_field_params__write.format-v2";
        let found = tokens(
            &format!("{field}=\"x\""),
            Backslash::Escapes,
            Identifiers::TableFields,
        );
        assert_eq!(found.unwrap()[0].0, Token::Word(field.to_owned()));
    }

    #[test]
    fn operators() {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        let expected = [
            Equal,
            Equal,
            NotEqual,
            NotEqual,
            Less,
            LessOrEqual,
            Greater,
            GreaterOrEqual,
        ];
        assert_eq!(lexed("= == != <> < <= > >="), expected.map(Token::Operator));
        for bad in ["<=>", "!", "a;b", "#"] {
            assert!(
                tokens(bad, Backslash::Escapes, Identifiers::Words).is_err(),
                "{bad}"
            );
        }
    }
}
