//! What the user may see of a `MySQL` or `MariaDB` server, read from its own list of grants. A server shows a table
//! and a column to whoever has a right on it and hides the others without a word, so that only this list tells a
//! table that is gone from one whose grant is.

use crate::hive::text_pattern::TextPattern;
use crate::source::failure::ReadError;
use futures::TryStreamExt;
use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Row, raw_sql};
use std::collections::HashSet;

/// Rights that show a table with all its columns.
const SHOWING: [&str; 6] = [
    "ALL PRIVILEGES",
    "ALL",
    "SELECT",
    "INSERT",
    "UPDATE",
    "REFERENCES",
];

/// What is granted on everything, on schemas and on tables, as far as it shows columns.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Grants {
    everything: bool,
    /// Whether the names of all schemas are shown.
    schemas_shown: bool,
    /// Patterns as the server keeps them: `_` and `%` stand for others unless a backslash precedes.
    schemas: Vec<String>,
    tables: HashSet<(String, String)>,
    /// Schemas that a right on everything was taken back for.
    revoked: Vec<String>,
    /// Whether names have no case.
    names_lower: bool,
}

/// A piece of a grant's text.
#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    /// A name in backticks, without them.
    Name(String),
    /// Anything between parentheses.
    Inside,
    Mark(char),
}

impl Grants {
    /// Asks for the grants of the user and of the roles that are in force.
    pub(super) async fn read(
        connection: &mut MySqlConnection,
        names_lower: bool,
    ) -> Result<Self, ReadError> {
        let mut grants = Self {
            names_lower,
            ..Self::default()
        };
        for line in lines(connection, "SHOW GRANTS").await? {
            grants.take(&line);
        }
        // MySQL lists the rights of roles only if they are named; MariaDB has told them already.
        let role = raw_sql("SELECT CURRENT_ROLE()")
            .fetch_optional(&mut *connection)
            .await;
        let role: Option<String> = match role {
            Ok(Some(row)) => row.try_get_unchecked(0)?,
            // Releases without roles.
            Ok(None) | Err(sqlx::Error::Database(_)) => None,
            Err(error) => return Err(error.into()),
        };
        if let Some(roles) = role.filter(|text| text.starts_with('`')) {
            let sql = format!("SHOW GRANTS FOR CURRENT_USER() USING {roles}");
            for line in lines(connection, &sql).await? {
                grants.take(&line);
            }
        }
        Ok(grants)
    }

    /// Whether every schema that exists is named to this user.
    pub(super) fn shows_all_schemas(&self) -> bool {
        (self.everything || self.schemas_shown) && self.revoked.is_empty()
    }

    /// The schemas that a grant names without any pattern.
    pub(super) fn schemas_named(&self) -> Vec<String> {
        self.schemas
            .iter()
            .filter_map(|one| TextPattern::like(one).literal())
            .collect()
    }

    /// Whether each table of the schema is shown with all its columns.
    pub(super) fn covers_schema(&self, schema: &str) -> bool {
        let schema = self.folded(schema);
        (self.everything && !self.revoked.contains(&schema))
            || self
                .schemas
                .iter()
                .any(|pattern| TextPattern::like(pattern).matches(&schema))
    }

    /// Whether a table is shown with all its columns.
    pub(super) fn covers_table(&self, schema: &str, table: &str) -> bool {
        self.covers_schema(schema)
            || self
                .tables
                .contains(&(self.folded(schema), self.folded(table)))
    }

    fn folded(&self, name: &str) -> String {
        if self.names_lower {
            name.to_lowercase()
        } else {
            name.to_owned()
        }
    }

    /// Takes up one line of the list. What it does not understand grants nothing.
    fn take(&mut self, line: &str) {
        let tokens = tokens(line);
        let is = |token: &Token, word: &str| *token == Token::Word(word.to_owned());
        let Some(on) = tokens.iter().position(|token| is(token, "ON")) else {
            // A role.
            return;
        };
        // Behind the verb; a line may lack it.
        let rights = tokens.get(1..on).unwrap_or_default();
        let object = &tokens[on + 1..];
        let shows = rights
            .split(|token| *token == Token::Mark(','))
            .any(|right| words_of(right).is_some_and(|words| SHOWING.contains(&words.as_str())));
        if tokens.first().is_some_and(|token| is(token, "REVOKE")) {
            if let [Token::Name(schema), ..] = object {
                let name = TextPattern::like(schema).literal();
                self.revoked
                    .push(self.folded(name.as_deref().unwrap_or(schema)));
            }
            return;
        }
        match object {
            [
                Token::Mark('*'),
                Token::Mark('.'),
                Token::Mark('*'),
                Token::Word(_),
                ..,
            ] => {
                self.everything |= shows;
                self.schemas_shown |= rights
                    .split(|token| *token == Token::Mark(','))
                    .any(|right| words_of(right).as_deref() == Some("SHOW DATABASES"));
            }
            [
                Token::Name(schema),
                Token::Mark('.'),
                Token::Mark('*'),
                Token::Word(_),
                ..,
            ] if shows => {
                self.schemas.push(self.folded(schema));
            }
            [
                Token::Name(schema),
                Token::Mark('.'),
                Token::Name(table),
                ..,
            ] if shows => {
                self.tables
                    .insert((self.folded(schema), self.folded(table)));
            }
            _ => {}
        }
    }
}

async fn lines(connection: &mut MySqlConnection, sql: &str) -> Result<Vec<String>, sqlx::Error> {
    // MariaDB's lines hold the hash of the password: they are read and thrown away.
    let mut rows = raw_sql(AssertSqlSafe(sql.to_owned())).fetch(connection);
    let mut lines = Vec::new();
    while let Some(row) = rows.try_next().await? {
        lines.push(row.try_get_unchecked(0)?);
    }
    Ok(lines)
}

fn tokens(line: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = line.chars().peekable();
    while let Some(first) = rest.next() {
        match first {
            '`' => found.push(Token::Name(quoted(&mut rest, '`'))),
            '\'' | '"' => {
                quoted(&mut rest, first);
            }
            '(' => {
                // Names of columns, which may hold parentheses of their own.
                while let Some(inner) = rest.next() {
                    match inner {
                        '`' => drop(quoted(&mut rest, '`')),
                        ')' => break,
                        _ => {}
                    }
                }
                found.push(Token::Inside);
            }
            _ if first.is_whitespace() => {}
            _ if first.is_alphanumeric() || first == '_' => {
                let mut word = String::from(first);
                while let Some(next) = rest.next_if(|next| next.is_alphanumeric() || *next == '_') {
                    word.push(next);
                }
                found.push(Token::Word(word.to_uppercase()));
            }
            _ => found.push(Token::Mark(first)),
        }
    }
    found
}

/// The rest of a quoted name, in which the quote stands doubled.
fn quoted(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, quote: char) -> String {
    let mut name = String::new();
    while let Some(next) = rest.next() {
        if next == quote && rest.next_if_eq(&quote).is_none() {
            break;
        }
        name.push(next);
    }
    name
}

/// A right without a list of columns, such as `SHOW VIEW`.
fn words_of(right: &[Token]) -> Option<String> {
    let words: Option<Vec<&str>> = right
        .iter()
        .map(|token| match token {
            Token::Word(word) => Some(word.as_str()),
            _ => None,
        })
        .collect();
    words.map(|words| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(lines: &[&str]) -> Grants {
        let mut grants = Grants::default();
        for line in lines {
            grants.take(line);
        }
        grants
    }

    #[test]
    fn rights_on_everything() {
        let all = grants(&[
            "GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` IDENTIFIED BY PASSWORD '*AB' WITH GRANT OPTION",
            "GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION",
        ]);
        assert!(all.shows_all_schemas() && all.covers_schema("shop"));
        let listing = grants(&["GRANT PROCESS, SHOW DATABASES ON *.* TO `skep`@`%`"]);
        assert!(listing.shows_all_schemas() && !listing.covers_schema("shop"));
        let none = grants(&[
            "GRANT USAGE ON *.* TO `skep`@`%`",
            "GRANT `r`@`%` TO `skep`@`%`",
        ]);
        assert!(!none.shows_all_schemas() && !none.covers_schema("shop"));
        let but_one = grants(&[
            "GRANT SELECT ON *.* TO `skep`@`%`",
            "REVOKE SELECT ON `secret`.* FROM `skep`@`%`",
        ]);
        assert!(!but_one.shows_all_schemas() && !but_one.covers_schema("secret"));
        assert!(but_one.covers_schema("shop"));
    }

    #[test]
    fn rights_on_schemas_are_patterns() {
        let some = grants(&[
            r"GRANT SELECT, SHOW VIEW ON `shop\_eu`.* TO `skep`@`%`",
            "GRANT REFERENCES ON `crm%`.* TO `skep`@`%`",
            "GRANT EXECUTE, SHOW VIEW ON `other`.* TO `skep`@`%`",
            "GRANT SELECT ON `a``b ON c`.* TO `skep`@`%`",
        ]);
        for (schema, wanted) in [
            ("shop_eu", true),
            ("shopXeu", false),
            ("crm_2", true),
            ("crm", true),
            ("other", false),
            ("a`b ON c", true),
        ] {
            assert_eq!(some.covers_schema(schema), wanted, "{schema}");
        }
        assert_eq!(some.schemas_named(), ["shop_eu", "a`b ON c"]);
        assert!(!some.shows_all_schemas());
    }

    #[test]
    fn rights_on_tables_and_on_columns() {
        let some = grants(&[
            "GRANT SELECT ON `shop`.`orders` TO `skep`@`%`",
            "GRANT SELECT (`id`, `a)b ON`), INSERT (`id`) ON `shop`.`items` TO `skep`@`%`",
            "GRANT SELECT (`id`), UPDATE ON `shop`.`both` TO `skep`@`%`",
            "GRANT EXECUTE ON PROCEDURE `shop`.`p` TO `skep`@`%`",
            "GRANT DELETE ON `shop`.`gone` TO `skep`@`%`",
        ]);
        for (table, wanted) in [
            ("orders", true),
            ("items", false),
            ("both", true),
            ("p", false),
            ("gone", false),
            ("Orders", false),
        ] {
            assert_eq!(some.covers_table("shop", table), wanted, "{table}");
        }
        assert!(!some.covers_schema("shop"));
        let mut folded = Grants {
            names_lower: true,
            ..Grants::default()
        };
        folded.take("GRANT SELECT ON `Shop`.`orders` TO `skep`@`%`");
        assert!(folded.covers_table("shop", "Orders"));
    }

    #[test]
    fn a_line_that_is_no_grant_grants_nothing() {
        for line in [
            "",
            "GRANT",
            "ON",
            "GRANT SELECT ON",
            "GRANT SELECT ON *.*",
            "`",
            "GRANT (`",
        ] {
            assert_eq!(grants(&[line]), Grants::default(), "{line}");
        }
    }
}
