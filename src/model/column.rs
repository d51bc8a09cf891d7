//! A column of a table, a partition or a partition key.

/// Name, Hive type and comment. The name is in lower case and otherwise as it was sent (Hive never validates it), the type is Hive's type
/// text such as `array<struct<a:int>>`, of any length.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Column {
    /// The name, in lower case.
    pub name: String,
    /// Hive's type text.
    pub data_type: String,
    /// The comment; absent and empty stay apart.
    pub comment: Option<String>,
}
