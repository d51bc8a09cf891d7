//! Single changes of a table's columns: what people mean by adding, renaming or moving one, applied to a list of
//! columns in whichever form it is kept.

use crate::model::Column;

/// One change. Columns are named without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnChange {
    /// A column more.
    Add {
        /// The new column.
        column: Column,
        /// Where it stands.
        place: ColumnPlace,
    },
    /// A column less.
    Drop {
        /// The column.
        name: String,
    },
    /// Another name.
    Rename {
        /// The column.
        name: String,
        /// Its new name.
        to: String,
    },
    /// Another type.
    Retype {
        /// The column.
        name: String,
        /// Its new type, in Hive's words.
        data_type: String,
    },
    /// Another comment.
    Comment {
        /// The column.
        name: String,
        /// The new comment; `None` takes it away.
        comment: Option<String>,
    },
    /// Another place.
    Move {
        /// The column.
        name: String,
        /// Where it stands then.
        place: ColumnPlace,
    },
}

/// Where a column stands among the data columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnPlace {
    /// Before all others.
    First,
    /// Right behind this one.
    After(String),
    /// Behind all others.
    Last,
}

/// A change that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnChangeError {
    /// There is no such column.
    #[error("there is no column {0}")]
    Unknown(String),
    /// A column or a partition key has that name.
    #[error("there is a column {0} already: names have no case")]
    Taken(String),
    /// A column is to stand behind itself.
    #[error("column {0} cannot stand behind itself")]
    BehindItself(String),
}

/// A column in some form.
pub trait ColumnForm: Sized {
    /// In this form.
    fn of(column: &Column) -> Self;
    /// Its name.
    fn name(&self) -> &str;
    /// Gives it another name.
    fn rename(&mut self, to: &str);
    /// Gives it another type, in Hive's words.
    fn retype(&mut self, data_type: &str);
    /// Gives it another comment, or none.
    fn comment(&mut self, comment: Option<&str>);
}

impl ColumnForm for Column {
    fn of(column: &Column) -> Self {
        column.clone()
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn rename(&mut self, to: &str) {
        to.clone_into(&mut self.name);
    }

    fn retype(&mut self, data_type: &str) {
        data_type.clone_into(&mut self.data_type);
    }

    fn comment(&mut self, comment: Option<&str>) {
        self.comment = comment.map(str::to_owned);
    }
}

/// Makes changes, one after the other; each sees what those before it made. `keys` are the partition keys, whose names are
/// taken. On a failure the columns are as far as the changes went.
pub fn apply<C: ColumnForm>(
    columns: &mut Vec<C>,
    keys: &[Column],
    changes: &[ColumnChange],
) -> Result<(), ColumnChangeError> {
    for change in changes {
        match change {
            ColumnChange::Add { column, place } => {
                free(columns, keys, &column.name)?;
                put(columns, C::of(column), place)?;
            }
            ColumnChange::Drop { name } => {
                let at = find(columns, name)?;
                columns.remove(at);
            }
            ColumnChange::Rename { name, to } => {
                let at = find(columns, name)?;
                if !name.eq_ignore_ascii_case(to) {
                    free(columns, keys, to)?;
                }
                columns[at].rename(to);
            }
            ColumnChange::Retype { name, data_type } => {
                let at = find(columns, name)?;
                columns[at].retype(data_type);
            }
            ColumnChange::Comment { name, comment } => {
                let at = find(columns, name)?;
                columns[at].comment(comment.as_deref());
            }
            ColumnChange::Move { name, place } => {
                if matches!(place, ColumnPlace::After(other) if other.eq_ignore_ascii_case(name)) {
                    return Err(ColumnChangeError::BehindItself(name.clone()));
                }
                let at = find(columns, name)?;
                let moved = columns.remove(at);
                put(columns, moved, place)?;
            }
        }
    }
    Ok(())
}

/// The names of columns that are not there any more under them, as the changes write them.
pub fn names_given_up(changes: &[ColumnChange]) -> impl Iterator<Item = &str> {
    changes.iter().filter_map(|change| match change {
        ColumnChange::Drop { name } | ColumnChange::Rename { name, .. } => Some(name.as_str()),
        _ => None,
    })
}

fn put<C: ColumnForm>(
    columns: &mut Vec<C>,
    column: C,
    place: &ColumnPlace,
) -> Result<(), ColumnChangeError> {
    let at = match place {
        ColumnPlace::First => 0,
        ColumnPlace::After(name) => find(columns, name)? + 1,
        ColumnPlace::Last => columns.len(),
    };
    columns.insert(at, column);
    Ok(())
}

fn find<C: ColumnForm>(columns: &[C], name: &str) -> Result<usize, ColumnChangeError> {
    let at = columns
        .iter()
        .position(|one| one.name().eq_ignore_ascii_case(name));
    at.ok_or_else(|| ColumnChangeError::Unknown(name.to_owned()))
}

fn free<C: ColumnForm>(
    columns: &[C],
    keys: &[Column],
    name: &str,
) -> Result<(), ColumnChangeError> {
    let is_key = keys.iter().any(|key| key.name.eq_ignore_ascii_case(name));
    if is_key || find(columns, name).is_ok() {
        return Err(ColumnChangeError::Taken(name.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str) -> Column {
        Column {
            name: name.to_owned(),
            data_type: "int".to_owned(),
            comment: None,
        }
    }

    fn changed(changes: &[ColumnChange]) -> Result<Vec<String>, ColumnChangeError> {
        let mut columns = vec![column("a"), column("b"), column("c")];
        apply(&mut columns, &[column("dt")], changes)?;
        let shown = columns.iter().map(|one| {
            let comment = one.comment.as_deref().unwrap_or_default();
            format!("{} {} {comment}", one.name, one.data_type)
                .trim()
                .to_owned()
        });
        Ok(shown.collect())
    }

    fn add(name: &str, place: ColumnPlace) -> ColumnChange {
        let column = column(name);
        ColumnChange::Add { column, place }
    }

    #[test]
    fn each_change_sees_what_those_before_it_made() {
        let name = |text: &str| text.to_owned();
        let changes = [
            add("d", ColumnPlace::First),
            add("e", ColumnPlace::After(name("A"))),
            ColumnChange::Rename {
                name: name("e"),
                to: name("f"),
            },
            ColumnChange::Retype {
                name: name("f"),
                data_type: name("bigint"),
            },
            ColumnChange::Comment {
                name: name("f"),
                comment: Some(name("new")),
            },
            ColumnChange::Move {
                name: name("d"),
                place: ColumnPlace::Last,
            },
            ColumnChange::Drop { name: name("B") },
        ];
        let expected = ["a int", "f bigint new", "c int", "d int"];
        assert_eq!(changed(&changes).unwrap(), expected);
        assert_eq!(names_given_up(&changes).collect::<Vec<_>>(), ["e", "B"]);
    }

    #[test]
    fn what_cannot_be_done_is_told() {
        let name = |text: &str| text.to_owned();
        let unknown = |text: &str| ColumnChangeError::Unknown(name(text));
        for (change, failure) in [
            (ColumnChange::Drop { name: name("x") }, unknown("x")),
            (add("n", ColumnPlace::After(name("dt"))), unknown("dt")),
            (
                add("A", ColumnPlace::Last),
                ColumnChangeError::Taken(name("A")),
            ),
            (
                add("DT", ColumnPlace::Last),
                ColumnChangeError::Taken(name("DT")),
            ),
            (
                ColumnChange::Rename {
                    name: name("a"),
                    to: name("dt"),
                },
                ColumnChangeError::Taken(name("dt")),
            ),
            (
                ColumnChange::Move {
                    name: name("a"),
                    place: ColumnPlace::After(name("A")),
                },
                ColumnChangeError::BehindItself(name("a")),
            ),
        ] {
            assert_eq!(changed(std::slice::from_ref(&change)), Err(failure));
        }
    }
}
