//! What is wrong with an object that people or jobs describe over REST and gRPC.

/// A field of an object that cannot be stored as it is described. Hive's own protocol takes many of these, and what stands in the
/// catalog therefore may be odd; who describes things over REST or gRPC learns of a slip at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectFault {
    /// The field, from the request's beginning: `columns[0].nulls`.
    pub field: String,
    /// What is wrong with it.
    pub why: String,
}

impl ObjectFault {
    /// A fault of one field.
    pub fn new(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            why: why.into(),
        }
    }
}
