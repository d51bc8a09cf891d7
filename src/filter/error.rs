//! Why a filter was refused. Every kind is a `MetaException` in Hive, and the texts are in its manner:
//! clients print them, and none matches them.

/// A filter that cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// The text is not a filter.
    #[error("Error parsing partition filter: {reason} at position {position}")]
    Syntax {
        /// Offset into the text, in bytes.
        position: usize,
        /// What was expected or found.
        reason: String,
    },
    /// The filter passes a limit of this program.
    #[error("Error parsing partition filter: more than {limit} {unit}")]
    TooLarge {
        /// The limit that was passed.
        limit: usize,
        /// What the limit counts.
        unit: &'static str,
    },
    /// An identifier names no partition key.
    #[error("Specified key <{key}> is not a partitioning key for the table")]
    UnknownKey {
        /// The identifier as sent.
        key: String,
    },
    /// An identifier names no property of tables (`get_table_names_by_filter`).
    #[error("Invalid key name in filter: {key}")]
    UnknownTableField {
        /// The identifier as sent.
        key: String,
    },
    /// Values of the key's type have no order that filters could use.
    #[error("Filtering is not supported on the type of partition key <{key}>")]
    UnsupportedKeyType {
        /// The key.
        key: String,
    },
    /// A constant does not fit the key's type.
    #[error("Cannot push down filter for {key_type} column <{key}> and value {constant}")]
    TypeMismatch {
        /// The key.
        key: String,
        /// The kind of its type.
        key_type: &'static str,
        /// The constant, as a filter writes it.
        constant: String,
    },
    /// A property of tables that takes fewer operators than a partition key.
    #[error("Operator {operator} is not supported for {key}")]
    UnsupportedOperator {
        /// The identifier as sent.
        key: String,
        /// The operator.
        operator: &'static str,
    },
    /// A `LIKE` pattern that has no reading.
    #[error("Error parsing partition filter: invalid pattern {pattern}")]
    InvalidPattern {
        /// The pattern as sent.
        pattern: String,
    },
}
