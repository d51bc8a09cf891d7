//! The places where the three databases disagree about SQL. Everything else is written once.
//!
//! A new method here is a last resort: look for a spelling that all three accept, or a rule for the schema
//! (`migrations/README.md`), first.

/// What stands between names that come in one text. No name has it: those of partitions are escaped, those of objects
/// are checked when they are made.
pub(in crate::store) const NAME_SEPARATOR: char = '\n';

/// A database's SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite 3, embedded.
    Sqlite,
    /// PostgreSQL and what speaks its protocol.
    Postgres,
    /// MySQL, MariaDB and what speaks their protocol.
    MySql,
}

impl Dialect {
    /// Writes the mark of the `number`th argument, counted from 1.
    pub(in crate::store) fn placeholder(self, sql: &mut String, number: usize) {
        match self {
            Self::Sqlite | Self::MySql => sql.push('?'),
            Self::Postgres => {
                sql.push('$');
                sql.push_str(&number.to_string());
            }
        }
    }

    /// Writes the end of an INSERT that meets rows with the same `keys`: their `updates` columns take the new
    /// values; without any, the row stays as it is.
    pub(in crate::store) fn upsert(
        self,
        sql: &mut String,
        keys: &[&'static str],
        updates: &[&'static str],
    ) {
        match self {
            Self::Sqlite | Self::Postgres => {
                sql.push_str(" ON CONFLICT (");
                sql.push_str(&keys.join(", "));
                sql.push_str(if updates.is_empty() {
                    ") DO NOTHING"
                } else {
                    ") DO UPDATE SET "
                });
                let sets: Vec<String> = updates
                    .iter()
                    .map(|column| format!("{column} = excluded.{column}"))
                    .collect();
                sql.push_str(&sets.join(", "));
            }
            Self::MySql => {
                // VALUES(x) is deprecated in MySQL 8 but its successor does not exist in MariaDB.
                sql.push_str(" ON DUPLICATE KEY UPDATE ");
                let sets: Vec<String> = if updates.is_empty() {
                    vec![format!("{0} = {0}", keys[0])]
                } else {
                    updates
                        .iter()
                        .map(|column| format!("{column} = VALUES({column})"))
                        .collect()
                };
                sql.push_str(&sets.join(", "));
            }
        }
    }

    /// The start of a SELECT whose one row is the number of the names of `n`, which follows, and all of them in one
    /// text, in any order, with [`NAME_SEPARATOR`] between them.
    pub(in crate::store) fn names_joined(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT COUNT(*), GROUP_CONCAT(n.name, '\n') FROM ",
            Self::Postgres => "SELECT COUNT(*), STRING_AGG(n.name, '\n') FROM ",
            Self::MySql => "SELECT COUNT(*), GROUP_CONCAT(n.name SEPARATOR '\n') FROM ",
        }
    }

    /// How a pattern is compared, and the character before what it is to mean by itself. PostgreSQL reads a pattern anew for each
    /// row where a statement names that character, unless it plans for each pattern.
    pub(in crate::store) fn like(self) -> (&'static str, char) {
        match self {
            Self::Postgres => (" LIKE ?", '\\'),
            Self::Sqlite | Self::MySql => (" LIKE ? ESCAPE '!'", '!'),
        }
    }

    /// Two columns of a table `t`: the comment among its properties, and all of them where the database cannot read
    /// the comment out of them (a property has a NUL character, which no text of PostgreSQL can hold).
    pub(in crate::store) fn comment_of_table(self) -> &'static str {
        match self {
            Self::Sqlite => "json_extract(t.parameters, '$.comment'), NULL",
            Self::Postgres => {
                "CASE WHEN STRPOS(t.parameters, '\\u0000') = 0
                    THEN CAST(t.parameters AS JSON) ->> 'comment' END,
                 CASE WHEN STRPOS(t.parameters, '\\u0000') > 0 THEN t.parameters END"
            }
            Self::MySql => "JSON_UNQUOTE(JSON_EXTRACT(t.parameters, '$.comment')), NULL",
        }
    }

    /// The end of a SELECT that holds its rows until the transaction ends. SQLite needs none: its transactions
    /// hold the whole database from their first statement.
    pub(in crate::store) fn row_lock(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres | Self::MySql => " FOR UPDATE",
        }
    }

    /// Whether an UPDATE can give its rows by `RETURNING`, which spares every write a question: neither MySQL nor MariaDB has
    /// it.
    pub(in crate::store) fn returns_rows(self) -> bool {
        match self {
            Self::MySql => false,
            Self::Sqlite | Self::Postgres => true,
        }
    }

    /// The database's own time, whole seconds since the epoch, at the moment of the statement: replicas whose clocks
    /// differ agree on it.
    pub(in crate::store) fn now(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST(strftime('%s', 'now') AS INTEGER)",
            Self::Postgres => "CAST(FLOOR(EXTRACT(EPOCH FROM clock_timestamp())) AS BIGINT)",
            Self::MySql => "CAST(UNIX_TIMESTAMP() AS SIGNED)",
        }
    }

    /// Whether a prepared statement keeps the plan that it got while its tables were small. PostgreSQL makes a new one
    /// only when it has counted the rows again, a minute or more later: until then a lookup by a list of names, which
    /// looked cheapest by comparing the list with the few rows, would do so with a hundred thousand.
    pub(in crate::store) fn keeps_plans(self) -> bool {
        match self {
            Self::Sqlite | Self::MySql => false,
            Self::Postgres => true,
        }
    }

    /// Most arguments of one statement.
    pub(in crate::store) fn arguments_max(self) -> usize {
        match self {
            Self::Sqlite => 32_766,
            Self::Postgres | Self::MySql => 65_535,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upsert(dialect: Dialect, updates: &[&'static str]) -> String {
        let mut sql = String::new();
        dialect.upsert(&mut sql, &["a", "b"], updates);
        sql
    }

    #[test]
    fn upserts_are_written_as_each_database_wants_them() {
        assert_eq!(
            upsert(Dialect::Postgres, &["c"]),
            " ON CONFLICT (a, b) DO UPDATE SET c = excluded.c"
        );
        assert_eq!(
            upsert(Dialect::Sqlite, &[]),
            " ON CONFLICT (a, b) DO NOTHING"
        );
        assert_eq!(
            upsert(Dialect::MySql, &["c", "d"]),
            " ON DUPLICATE KEY UPDATE c = VALUES(c), d = VALUES(d)"
        );
        assert_eq!(
            upsert(Dialect::MySql, &[]),
            " ON DUPLICATE KEY UPDATE a = a"
        );
    }
}
