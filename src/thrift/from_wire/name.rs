//! Names on the wire: the catalog stands before the database (`@cat#db`, Hive 3) or in a field of its own.

use crate::error::{Error, Result};
use crate::hive::catalog_prefix;
use crate::model::{DEFAULT_CATALOG, DatabaseRef, FunctionRef, Name, TableRef};
use hms::{NamesDatabase, NamesTable};

/// An argument that must be there. Hive answers a null with `MetaException`; ours names the argument.
pub(in crate::thrift) fn required<T>(value: Option<T>, argument: &str) -> Result<T> {
    value.ok_or_else(|| Error::Invalid(format!("the argument {argument} is missing")))
}

/// Catalog and database of a database argument. `@cat#` names no database.
pub(in crate::thrift) fn catalog_and_database(text: &str) -> Result<(Name, Option<String>)> {
    let decoded = catalog_prefix::decode(Some(text))
        .map_err(|failure| Error::Invalid(failure.to_string()))?;
    Ok((
        Name::new(decoded.catalog.unwrap_or(DEFAULT_CATALOG)),
        decoded.database.map(str::to_owned),
    ))
}

/// A database argument that must name a database.
pub(in crate::thrift) fn database(text: Option<&str>, argument: &str) -> Result<DatabaseRef> {
    let (catalog, database) = catalog_and_database(required(text, argument)?)?;
    let database = required(database, argument)?;
    Ok(DatabaseRef {
        catalog,
        database: Name::new(&database),
    })
}

/// A database whose catalog stands in a field of its own; the prefix form is understood too, as some Hive 4 clients
/// mix both.
pub(in crate::thrift) fn database_in(
    catalog: Option<&str>,
    text: Option<&str>,
    argument: &str,
) -> Result<DatabaseRef> {
    let mut at = database(text, argument)?;
    if let Some(catalog) = catalog.filter(|_| !text.is_some_and(|text| text.starts_with('@'))) {
        at.catalog = Name::new(catalog);
    }
    Ok(at)
}

/// The database that a request names.
pub(in crate::thrift) fn database_of<R: NamesDatabase>(request: &R) -> Result<DatabaseRef> {
    database_in(request.catalog(), request.database(), R::DATABASE_FIELD)
}

/// The table that a request names.
pub(in crate::thrift) fn table_of<R: NamesTable>(request: &R) -> Result<TableRef> {
    table_within(None, request)
}

/// The table that a part of a request names; `catalog` is the request's, for a part that names none.
pub(in crate::thrift) fn table_within<R: NamesTable>(
    catalog: Option<&str>,
    part: &R,
) -> Result<TableRef> {
    let catalog = part.catalog().or(catalog);
    let at = database_in(catalog, part.database(), R::DATABASE_FIELD)?;
    Ok(at.table(required(part.table(), R::TABLE_FIELD)?))
}

/// A table whose fields have names of their own.
pub(in crate::thrift) fn table(
    database_text: Option<&str>,
    table: Option<&str>,
) -> Result<TableRef> {
    let at = database(database_text, "dbname")?;
    Ok(at.table(required(table, "tbl_name")?))
}

/// The function of this name in the database that a request names.
pub(in crate::thrift) fn function<R: NamesDatabase>(
    request: &R,
    name: Option<&str>,
) -> Result<FunctionRef> {
    let at = database_of(request)?;
    let name = Name::new(required(name, "funcName")?);
    Ok(FunctionRef {
        catalog: at.catalog,
        database: at.database,
        name,
    })
}
