//! Whether a view's text names a column: a search for identifiers, not a parse, since each engine has
//! its own SQL. It errs towards naming: a view that takes `*` from the table names every column, and one
//! that names the table and, anywhere, an identifier of the column's name counts. What stands in string
//! literals and comments does not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// Whether the view reads the column of that table, as far as its text tells. Names are compared without
/// regard to case, quoted or not.
pub fn names_column(view_text: &str, table: &str, column: &str) -> bool {
    let sql = view_sql(view_text);
    let (mut has_table, mut has_column) = (false, false);
    let tokens = Tokens { rest: &sql };
    for token in tokens {
        match token {
            Token::Star => has_column = true,
            Token::Word(word) => {
                has_table |= same(&word, table);
                has_column |= same(&word, column);
            }
        }
    }
    has_table && has_column
}

/// Whether the view names the table at all.
pub fn names_table(view_text: &str, table: &str) -> bool {
    let sql = view_sql(view_text);
    let mut tokens = Tokens { rest: &sql };
    tokens.any(|token| matches!(token, Token::Word(word) if same(&word, table)))
}

/// The first `most` names in a view's text, as they are written: of tables, columns and what else is a word of SQL.
pub fn names(view_text: &str, most: usize) -> Vec<String> {
    let sql = view_sql(view_text);
    let words = Tokens { rest: &sql }.filter_map(|token| match token {
        Token::Word(word) => Some(word.into_owned()),
        Token::Star => None,
    });
    words.take(most).collect()
}

/// The first `most` names in a view's text with what they stand behind a dot of: `["shop", "orders"]` of `shop.orders`.
pub fn paths(view_text: &str, most: usize) -> Vec<Vec<String>> {
    let sql = view_sql(view_text);
    let mut tokens = Tokens { rest: &sql };
    let (mut paths, mut path) = (Vec::new(), Vec::new());
    let mut names = 0;
    while names < most
        && let Some(token) = tokens.next()
    {
        if let Token::Word(word) = token {
            path.push(word.into_owned());
            names += 1;
        }
        match tokens.rest.strip_prefix('.') {
            Some(rest) => tokens.rest = rest,
            None if path.is_empty() => {}
            None => paths.push(std::mem::take(&mut path)),
        }
    }
    paths.extend((!path.is_empty()).then_some(path));
    paths
}

/// The database in which a view of Trino's or Presto's looks for tables that stand without one, where it tells.
pub fn view_database(view_text: &str) -> Option<String> {
    let view = trino_view(view_text)?;
    Some(view.get("schema")?.as_str()?.to_owned())
}

fn same(word: &str, name: &str) -> bool {
    word.to_lowercase() == name.to_lowercase()
}

/// The SQL of a view. Trino and Presto store theirs as `/* Presto View: <base64 of JSON> */`; what
/// cannot be read that way is searched as it stands.
pub fn view_sql(view_text: &str) -> Cow<'_, str> {
    let view = trino_view(view_text);
    let sql = view
        .as_ref()
        .and_then(|view| view.get("originalSql"))
        .and_then(serde_json::Value::as_str);
    sql.map_or(Cow::Borrowed(view_text), |sql| Cow::Owned(sql.to_owned()))
}

/// What a view of Trino's or Presto's says of itself.
fn trino_view(view_text: &str) -> Option<serde_json::Value> {
    let encoded = view_text
        .trim()
        .strip_prefix("/* Presto View:")?
        .strip_suffix("*/")?;
    let decoded = STANDARD.decode(encoded.trim()).ok()?;
    serde_json::from_slice(&decoded).ok()
}

enum Token<'a> {
    Word(Cow<'a, str>),
    Star,
}

struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    /// Takes what stands up to the closing mark, in which a doubled mark is one.
    fn quoted(&mut self, mark: char) -> Cow<'a, str> {
        let body = &self.rest[mark.len_utf8()..];
        let mut doubled = false;
        let mut at = 0;
        while let Some(found) = body[at..].find(mark) {
            let end = at + found;
            let after = end + mark.len_utf8();
            if !body[after..].starts_with(mark) {
                self.rest = &body[after..];
                return unescaped(&body[..end], mark, doubled);
            }
            doubled = true;
            at = after + mark.len_utf8();
        }
        self.rest = "";
        unescaped(body, mark, doubled)
    }

    fn skip_to(&mut self, end: &str) {
        let found = self.rest.find(end);
        self.rest = found.map_or("", |at| &self.rest[at + end.len()..]);
    }
}

fn unescaped(text: &str, mark: char, doubled: bool) -> Cow<'_, str> {
    if doubled {
        Cow::Owned(text.replace(&format!("{mark}{mark}"), &mark.to_string()))
    } else {
        Cow::Borrowed(text)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let first = self.rest.chars().next()?;
            if self.rest.starts_with("--") {
                self.skip_to("\n");
            } else if self.rest.starts_with("/*") {
                self.rest = &self.rest[2..];
                self.skip_to("*/");
            } else if first == '\'' {
                self.quoted(first);
            } else if first == '"' || first == '`' {
                return Some(Token::Word(self.quoted(first)));
            } else if first == '*' {
                // `count(*)` is taken for all columns too: better one view too many.
                self.rest = &self.rest[1..];
                return Some(Token::Star);
            } else if is_word(first) {
                let end = self
                    .rest
                    .find(|one| !is_word(one))
                    .unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at(end);
                self.rest = rest;
                return Some(Token::Word(Cow::Borrowed(word)));
            } else {
                self.rest = &self.rest[first.len_utf8()..];
            }
        }
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '$'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_identifiers_and_nothing_else() {
        for (sql, wanted) in [
            ("SELECT price FROM shop.orders", true),
            ("select o.PRICE from Orders o", true),
            ("SELECT \"price\" FROM `shop`.`orders`", true),
            ("SELECT * FROM orders", true),
            ("SELECT id FROM orders", false),
            ("SELECT 'price' FROM orders", false),
            ("SELECT id -- price\nFROM orders", false),
            ("SELECT id /* price */ FROM orders", false),
            ("SELECT price_net FROM orders", false),
            ("SELECT price FROM items", false),
            ("SELECT 'it''s' || price FROM orders", true),
            ("SELECT \"pr\"\"ice\" FROM orders", false),
            ("SELECT price FROM orders WHERE x = 'unclosed", true),
        ] {
            assert_eq!(names_column(sql, "orders", "price"), wanted, "{sql}");
        }
    }

    #[test]
    fn reads_the_views_of_trino() {
        let json = r#"{"originalSql":"SELECT price FROM orders","catalog":"hive"}"#;
        let text = format!("/* Presto View: {} */", STANDARD.encode(json));
        assert!(names_column(&text, "orders", "price"));
        assert!(!names_column(&text, "orders", "catalog"));
        assert!(names_table(&text, "ORDERS"));
        assert!(!names_table("/* Presto View: no base64 */", "orders"));
    }

    #[test]
    fn names_are_told_with_their_databases() {
        let paths = |sql: &str| -> Vec<String> {
            let paths = paths(sql, 9);
            paths.iter().map(|path| path.join("|")).collect()
        };
        assert_eq!(
            paths("SELECT * FROM `shop`.orders o -- x.y"),
            ["SELECT", "FROM", "shop|orders", "o"]
        );
        assert_eq!(paths("hive.\"a.b\".c, d .e"), ["hive|a.b|c", "d", "e"]);
        assert_eq!(paths("o.*, count(*), 1."), ["o", "count", "1"]);
        assert_eq!(
            paths("a b c d e f g h i.j"),
            ["a", "b", "c", "d", "e", "f", "g", "h", "i"]
        );
        assert_eq!(paths(""), [""; 0]);
    }

    #[test]
    fn a_view_of_trino_tells_where_its_tables_are() {
        let json = r#"{"originalSql":"SELECT 1","catalog":"hive","schema":"shop"}"#;
        let text = format!("/* Presto View: {} */", STANDARD.encode(json));
        assert_eq!(view_database(&text).as_deref(), Some("shop"));
        assert_eq!(view_database("SELECT 1"), None);
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[a-z'\"`*/.\\-\n é]{0,40}") {
            let _ = names_column(&text, "a", "b");
            let names = names(&text, 5);
            prop_assert_eq!(paths(&text, 5).concat(), names);
        }

        #[test]
        fn a_quoted_name_is_found(name in "[a-zA-Z\"` é]{1,12}") {
            let quoted = name.replace('"', "\"\"");
            let sql = format!("SELECT \"{quoted}\" FROM t");
            prop_assert!(names_column(&sql, "t", &name));
        }
    }
}
