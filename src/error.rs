//! The one error of skep's core: few kinds, each with a subject that names the thing.
//!
//! It knows neither Thrift nor HTTP nor SQL. Each front end maps it once, by an exhaustive match; the text of
//! [`Display`](std::fmt::Display) is public, the `source` chain is for logs alone.

use crate::model::{DatabaseRef, FunctionRef, Name, PropertyError, TableRef};
use std::fmt;

/// The result of every operation of the core.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What may go wrong, told apart by what a caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The thing asked for does not exist.
    #[error("{}", .0.not_found())]
    NotFound(Entity),
    /// A thing of that name exists already.
    #[error("{0} already exists")]
    AlreadyExists(Entity),
    /// The request is malformed: a missing argument, a wrong number of values, a filter that cannot be parsed.
    #[error("{0}")]
    Invalid(String),
    /// The request is malformed, by one of its arguments.
    #[error("{why}")]
    Argument {
        /// The argument, by the name that it has over REST.
        name: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A property of a table that asks skep for something makes no sense.
    #[error("{0}")]
    Property(PropertyError),
    /// An object that was handed in cannot be stored: an illegal name, an unknown column type.
    #[error("{0}")]
    InvalidObject(String),
    /// The present state forbids the operation: a database that is not empty, partition keys that would change.
    #[error("{0}")]
    NotAllowed(String),
    /// The thing is not what the caller said it must be for this change: somebody else has changed it.
    #[error("{0} is not as it was when the caller read it")]
    Outdated(Entity),
    /// The caller may not do this.
    #[error("{0}")]
    Denied(String),
    /// A concurrent writer won. The same transaction may succeed when it is run again.
    #[error("{0}")]
    Conflict(String),
    /// skep does not do this, and says so.
    #[error("{0}")]
    Unsupported(String),
    /// Something that skep depends on (the database, the object store) does not answer; a later try may succeed.
    #[error("{what} is not available at the moment")]
    Unavailable {
        /// What does not answer, in words a user understands.
        what: String,
        /// The cause, for logs.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The work was begun and goes on in the background; the same request, sent again, waits for it.
    #[error(
        "{what} is not finished yet: it goes on in the background as job {job}; ask again to wait for it"
    )]
    Unfinished {
        /// What was begun.
        what: String,
        /// The job's number.
        job: i64,
    },
    /// A fault of skep or of its stored data.
    #[error("internal error: {what}")]
    Internal {
        /// What was being done, without secrets.
        what: String,
        /// The cause, for logs.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// Whether the same request, sent again without a change, may succeed.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Conflict(_) | Self::Unavailable { .. } | Self::Unfinished { .. } => true,
            Self::NotFound(_)
            | Self::AlreadyExists(_)
            | Self::Invalid(_)
            | Self::Argument { .. }
            | Self::Property(_)
            | Self::InvalidObject(_)
            | Self::NotAllowed(_)
            | Self::Outdated(_)
            | Self::Denied(_)
            | Self::Unsupported(_)
            | Self::Internal { .. } => false,
        }
    }

    /// An [`Error::Argument`].
    pub fn argument(name: &'static str, why: impl Into<String>) -> Self {
        let why = why.into();
        Self::Argument { name, why }
    }

    /// An [`Error::Internal`] that has no other cause than what it says.
    pub fn internal(what: impl Into<String>) -> Self {
        let text: String = what.into();
        Self::Internal {
            source: text.clone().into(),
            what: text,
        }
    }
}

/// The thing an error speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entity {
    /// A catalog.
    Catalog(Name),
    /// A database.
    Database(DatabaseRef),
    /// A table or view.
    Table(TableRef),
    /// A partition, with the values or name it was asked by.
    Partition(TableRef, String),
    /// A function.
    Function(FunctionRef),
    /// A lock, by its id.
    Lock(i64),
    /// A transaction, by its id.
    Transaction(i64),
    /// What is known of a column: of a table, or of one of its partitions.
    Statistics {
        /// The table.
        of: TableRef,
        /// The partition's name; none of the table itself.
        partition: Option<String>,
        /// The column.
        column: Name,
    },
    /// Something of skep's own, which Hive does not know: a source, an alert.
    Own {
        /// What it is, such as `source`.
        kind: &'static str,
        /// Its name or number.
        name: String,
    },
    /// Anything that an operation misses in words of its own, which Hive's clients show: the whole text of the miss.
    Worded(String),
}

impl Entity {
    /// Something of skep's own.
    pub fn own(kind: &'static str, name: &(impl ToString + ?Sized)) -> Self {
        let name = name.to_string();
        Self::Own { kind, name }
    }

    /// The catalog that it stands in.
    pub fn catalog(&self) -> Option<&Name> {
        match self {
            Self::Database(at) => Some(&at.catalog),
            Self::Table(at) | Self::Partition(at, _) | Self::Statistics { of: at, .. } => {
                Some(&at.catalog)
            }
            Self::Function(at) => Some(&at.catalog),
            Self::Catalog(_)
            | Self::Lock(_)
            | Self::Transaction(_)
            | Self::Own { .. }
            | Self::Worded(_) => None,
        }
    }

    /// The text of a miss. Clients match some of these: Spark reads "… does not exist" of functions, the Hive
    /// clients show the rest as they are.
    fn not_found(&self) -> String {
        match self {
            Self::Database(at) => at.database.to_string(),
            Self::Table(at) => format!("{}.{} table not found", at.database, at.table),
            Self::Partition(_, values) => format!("partition values={values}"),
            Self::Function(at) => format!("Function {}.{} does not exist", at.database, at.name),
            Self::Catalog(name) => format!("No catalog {name}"),
            Self::Lock(id) => format!("No such lock lockid:{id}"),
            Self::Transaction(id) => format!("No such transaction txnid:{id}"),
            Self::Statistics {
                of,
                partition,
                column,
            } => {
                let partition = partition.as_deref();
                let partition =
                    partition.map_or_else(String::new, |name| format!(" partition={name}"));
                format!(
                    "Column stats doesn't exist for db={} table={}{partition} col={column}",
                    of.database, of.table
                )
            }
            Self::Own { kind, name } => format!("there is no {kind} {name}"),
            Self::Worded(text) => text.clone(),
        }
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Catalog(name) => write!(f, "Catalog {name}"),
            Self::Database(at) => write!(f, "Database {}", at.database),
            Self::Table(at) => write!(f, "Table {}.{}", at.database, at.table),
            Self::Partition(at, name) => {
                write!(f, "Partition {name} of {}.{}", at.database, at.table)
            }
            Self::Function(at) => write!(f, "Function {}.{}", at.database, at.name),
            Self::Lock(id) => write!(f, "Lock {id}"),
            Self::Transaction(id) => write!(f, "Transaction {id}"),
            Self::Statistics {
                of,
                partition,
                column,
            } => {
                write!(f, "Statistics of the column {column} of ")?;
                if let Some(name) = partition {
                    write!(f, "partition {name} of ")?;
                }
                write!(f, "{}.{}", of.database, of.table)
            }
            Self::Own { kind, name } => write!(f, "the {kind} {name}"),
            Self::Worded(text) => f.write_str(text),
        }
    }
}
