//! One SQL text for three databases: text with `?` marks and typed arguments, counted against each other.
//!
//! Text is `&'static str` by type, so that nothing a client sent can ever become SQL. A `?` is always a mark; SQL with
//! a literal question mark is not to be written.

use crate::clock::DatabaseTime;
use crate::error::{Error, Result};
use crate::store::sql::dialect::Dialect;
use sqlx::{Arguments, Encode, Type};

/// A text as it can be stored: a NUL character, which PostgreSQL cannot hold, is shown as one that cannot be read.
pub fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// A typed argument. The type stays known when the value is absent: PostgreSQL wants it.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) enum Argument<'a> {
    Integer(Option<i64>),
    Text(Option<&'a str>),
    Bytes(Option<&'a [u8]>),
}

impl Argument<'_> {
    /// Bytes that it takes in a statement beside its place.
    fn bytes(&self) -> usize {
        match self {
            Self::Integer(_) => 0,
            Self::Text(text) => text.map_or(0, str::len),
            Self::Bytes(bytes) => bytes.map_or(0, <[u8]>::len),
        }
    }
}

impl From<i64> for Argument<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<i32> for Argument<'_> {
    fn from(value: i32) -> Self {
        Self::Integer(Some(i64::from(value)))
    }
}

impl From<usize> for Argument<'_> {
    /// A number of rows or a position; what no column can hold is as good as no limit.
    fn from(value: usize) -> Self {
        Self::Integer(Some(i64::try_from(value).unwrap_or(i64::MAX)))
    }
}

impl From<u64> for Argument<'_> {
    /// A count; one that no column can hold is stored as the greatest that one can.
    fn from(value: u64) -> Self {
        Self::Integer(Some(i64::try_from(value).unwrap_or(i64::MAX)))
    }
}

impl From<DatabaseTime> for Argument<'_> {
    fn from(value: DatabaseTime) -> Self {
        Self::Integer(Some(value.seconds()))
    }
}

impl From<Option<DatabaseTime>> for Argument<'_> {
    fn from(value: Option<DatabaseTime>) -> Self {
        Self::Integer(value.map(DatabaseTime::seconds))
    }
}

impl From<Option<i64>> for Argument<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

impl<'a> From<&'a str> for Argument<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<Option<&'a str>> for Argument<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Argument<'a> {
    /// No bytes are stored as NULL: most rows have none.
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes((!value.is_empty()).then_some(value))
    }
}

/// A statement under construction. A mistake while building is kept and told when the statement is run.
#[derive(Debug)]
pub(in crate::store) struct Statement<'a> {
    dialect: Dialect,
    sql: String,
    marks: usize,
    arguments: Vec<Argument<'a>>,
    has_nul: bool,
    /// What stands for the database's time in a test that decides it.
    fixed_now: Option<DatabaseTime>,
}

impl<'a> Statement<'a> {
    pub(in crate::store) fn new(dialect: Dialect, text: &'static str) -> Self {
        let statement = Self {
            dialect,
            sql: String::with_capacity(text.len() + 32),
            marks: 0,
            arguments: Vec::new(),
            has_nul: false,
            fixed_now: None,
        };
        statement.text(text)
    }

    /// The same, where a test decides what the database's time is.
    pub(in crate::store) fn at(mut self, fixed_now: Option<DatabaseTime>) -> Self {
        self.fixed_now = fixed_now;
        self
    }

    pub(in crate::store) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Appends SQL; each `?` in it becomes a mark of the dialect.
    pub(in crate::store) fn text(mut self, text: &'static str) -> Self {
        let mut parts = text.split('?');
        self.sql.push_str(parts.next().unwrap_or_default());
        for part in parts {
            self.marks += 1;
            self.dialect.placeholder(&mut self.sql, self.marks);
            self.sql.push_str(part);
        }
        self
    }

    /// Gives the next mark its value.
    pub(in crate::store) fn bind(mut self, value: impl Into<Argument<'a>>) -> Self {
        self.push(value.into());
        self
    }

    /// Appends `(?, ?, …), (?, ?, …)`: a VALUES list, or the inside of a row-value IN.
    pub(in crate::store) fn rows<const N: usize>(
        mut self,
        rows: impl IntoIterator<Item = [Argument<'a>; N]>,
    ) -> Self {
        for (index, row) in rows.into_iter().enumerate() {
            self.sql.push_str(if index == 0 { "(" } else { ", (" });
            for (column, argument) in row.into_iter().enumerate() {
                if column > 0 {
                    self.sql.push_str(", ");
                }
                self.marks += 1;
                self.dialect.placeholder(&mut self.sql, self.marks);
                self.push(argument);
            }
            self.sql.push(')');
        }
        self
    }

    /// Appends `(?, ?, …)` for IN, filled up with its shortest value to a power of two: few texts, so that the databases' caches
    /// of prepared statements stay small, and no client's long name hundreds of times over.
    pub(in crate::store) fn list<T: Into<Argument<'a>> + Copy>(mut self, values: &[T]) -> Self {
        let bytes = |value: &&T| Into::<Argument<'a>>::into(**value).bytes();
        let Some(filler) = values.iter().min_by_key(bytes) else {
            return self.text("(NULL)");
        };
        self.sql.push('(');
        for index in 0..values.len().next_power_of_two() {
            if index > 0 {
                self.sql.push_str(", ");
            }
            self.marks += 1;
            self.dialect.placeholder(&mut self.sql, self.marks);
            self.push((*values.get(index).unwrap_or(filler)).into());
        }
        self.sql.push(')');
        self
    }

    /// Appends `(?), (?), …` for VALUES, filled up with NULL to a power of two for the same reason.
    pub(in crate::store) fn column(self, values: &[&'a str]) -> Self {
        let length = values.len().next_power_of_two();
        self.rows((0..length).map(|index| [values.get(index).copied().into()]))
    }

    /// Ends an INSERT: see [`Dialect::upsert`].
    pub(in crate::store) fn upsert(
        mut self,
        keys: &[&'static str],
        updates: &[&'static str],
    ) -> Self {
        self.dialect.upsert(&mut self.sql, keys, updates);
        self
    }

    /// Ends a SELECT that holds its rows.
    pub(in crate::store) fn row_lock(mut self) -> Self {
        self.sql.push_str(self.dialect.row_lock());
        self
    }

    /// Appends the database's time: see [`Dialect::now`].
    pub(in crate::store) fn now(mut self) -> Self {
        match self.fixed_now {
            // A number of our own, and a text of its own each time: tests alone have one.
            Some(fixed) => self.sql.push_str(&fixed.seconds().to_string()),
            None => self.sql.push_str(self.dialect.now()),
        }
        self
    }

    /// Appends the database's time, read once for the whole statement, so that an index serves the comparison with it:
    /// PostgreSQL's own function may give another moment for each row.
    pub(in crate::store) fn now_once(self) -> Self {
        self.text("(SELECT ").now().text(")")
    }

    fn push(&mut self, argument: Argument<'a>) {
        // PostgreSQL cannot store NUL in text. Refusing it everywhere keeps the three alike.
        if let Argument::Text(Some(text)) = argument {
            self.has_nul |= text.as_bytes().contains(&0);
        }
        self.arguments.push(argument);
    }

    /// Fails where marks and arguments differ or an argument cannot be stored.
    pub(in crate::store) fn check(&self) -> Result<()> {
        if self.has_nul {
            return Err(Error::InvalidObject(
                "text with a NUL character cannot be stored".into(),
            ));
        }
        if self.marks != self.arguments.len() {
            return Err(Error::internal(format!(
                "{} marks and {} arguments in: {}",
                self.marks,
                self.arguments.len(),
                self.sql
            )));
        }
        Ok(())
    }

    pub(in crate::store) fn sql(&self) -> &str {
        &self.sql
    }

    /// The arguments in the driver's own form.
    pub(in crate::store) fn arguments<DB>(&self) -> Result<DB::Arguments, sqlx::Error>
    where
        DB: sqlx::Database,
        for<'t> Option<i64>: Encode<'t, DB> + Type<DB>,
        for<'t> Option<&'t str>: Encode<'t, DB> + Type<DB>,
        for<'t> Option<&'t [u8]>: Encode<'t, DB> + Type<DB>,
    {
        let mut encoded = DB::Arguments::default();
        encoded.reserve(self.arguments.len(), self.arguments.len() * 16);
        for argument in &self.arguments {
            match *argument {
                Argument::Integer(value) => encoded.add(value),
                Argument::Text(value) => encoded.add(value),
                Argument::Bytes(value) => encoded.add(value),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(encoded)
    }
}

/// Most rows of one multi-row statement: beyond this the databases gain nothing.
const ROWS_PER_STATEMENT_MAX: usize = 512;
/// Most bytes of arguments of one statement, well below MySQL's smallest usual `max_allowed_packet` of 16 MiB.
const BYTES_PER_STATEMENT_MAX: usize = 4 * 1024 * 1024;

/// How many of `rows` the next multi-row statement takes. Counts above 16 are powers of two, so that each INSERT has
/// few texts and the databases' caches of prepared statements stay small.
pub(in crate::store) fn rows_in_next_statement<T>(
    dialect: Dialect,
    arguments_per_row: usize,
    rows: &[T],
    bytes_of: impl Fn(&T) -> usize,
) -> usize {
    let most = (dialect.arguments_max() / arguments_per_row).min(ROWS_PER_STATEMENT_MAX);
    let mut count = 0_usize;
    let mut bytes = 0_usize;
    for row in rows.iter().take(most) {
        bytes += bytes_of(row);
        if count > 0 && bytes > BYTES_PER_STATEMENT_MAX {
            break;
        }
        count += 1;
    }
    if count > 16 {
        1 << count.ilog2()
    } else {
        count
    }
}

/// Most values of one IN list.
pub(in crate::store) const LIST_LENGTH_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_written_in_each_dialect() {
        let build = |dialect| {
            Statement::new(dialect, "SELECT a FROM t WHERE b = ? AND c IN ")
                .bind(1_i64)
                .list(&["x", "y", "z"])
                .row_lock()
        };
        let postgres = build(Dialect::Postgres);
        assert_eq!(
            postgres.sql(),
            "SELECT a FROM t WHERE b = $1 AND c IN ($2, $3, $4, $5) FOR UPDATE"
        );
        assert!(postgres.check().is_ok());
        assert_eq!(
            build(Dialect::Sqlite).sql(),
            "SELECT a FROM t WHERE b = ? AND c IN (?, ?, ?, ?)"
        );
    }

    #[test]
    fn a_list_is_filled_up_with_its_shortest_value() {
        let values = ["bb", "a", "ccc"];
        let statement = Statement::new(Dialect::Sqlite, "").list(&values);
        let texts = statement.arguments.iter().map(Argument::bytes);
        assert_eq!(texts.collect::<Vec<_>>(), [2, 1, 3, 1]);
    }

    #[test]
    fn a_missing_argument_and_a_nul_are_refused() {
        assert!(Statement::new(Dialect::MySql, "SELECT ?").check().is_err());
        assert!(
            Statement::new(Dialect::MySql, "SELECT ?")
                .bind("a\0b")
                .check()
                .is_err()
        );
        assert!(
            Statement::new(Dialect::MySql, "SELECT ?")
                .bind("a")
                .check()
                .is_ok()
        );
    }

    #[test]
    fn rows_become_a_values_list() {
        let statement = Statement::new(Dialect::Postgres, "INSERT INTO t (a, b) VALUES ")
            .rows([[1_i64.into(), "x".into()], [2_i64.into(), "y".into()]])
            .upsert(&["a"], &["b"]);
        assert_eq!(
            statement.sql(),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT (a) DO UPDATE SET b = excluded.b"
        );
    }

    #[test]
    fn chunks_are_bounded_by_rows_arguments_and_bytes() {
        let next = |rows: usize, size: usize| {
            rows_in_next_statement(Dialect::Sqlite, 10, &vec![(); rows], |()| size)
        };
        assert_eq!(next(5000, 1), 512);
        assert_eq!(next(1000 - 512, 1), 256);
        assert_eq!(next(13, 1), 13);
        assert_eq!(next(100, 1 << 20), 4);
        assert_eq!(next(100, 1 << 24), 1);
        assert_eq!(
            rows_in_next_statement(Dialect::Sqlite, 1000, &[(); 100], |()| 1),
            32
        );
    }
}
