//! What most requests have in common: the database and the table that they are about. The IDL spells these fields in
//! five ways and requires them or not; here they have one name. The build script writes the implementations.

/// A struct of the IDL that names a database.
pub trait NamesDatabase {
    /// The name of the database's field in the IDL.
    const DATABASE_FIELD: &'static str;

    /// The catalog, where the struct has a field for it and the field is set.
    fn catalog(&self) -> Option<&str>;

    /// The database as it was sent: clients of Hive 3 put the catalog before it (`@catalog#database`).
    fn database(&self) -> Option<&str>;
}

/// A struct of the IDL that names a table.
pub trait NamesTable: NamesDatabase {
    /// The name of the table's field in the IDL.
    const TABLE_FIELD: &'static str;

    /// The table.
    fn table(&self) -> Option<&str>;
}
