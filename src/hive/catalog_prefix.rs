//! The catalog that Java clients of Hive 3.0 and later hide in a database argument: `@hive#sales`.
//!
//! Old positional methods have no field for a catalog, so the client joins it to the database name.
//! Clients of 2.3 send plain names. What an absent catalog means is the caller's to say.

/// What a database argument says; `None` means that the argument does not name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatabaseArgument<'a> {
    /// The catalog, or `None` for the default catalog.
    pub catalog: Option<&'a str>,
    /// The database. `None` (no database given) and `Some("")` (an empty name) are different answers
    /// in Hive: the first lists a whole catalog, the second names a database that cannot exist.
    pub database: Option<&'a str>,
}

/// The argument starts with `@` but holds no `#`: a `MetaException` in Hive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{argument} starts with the catalog marker @ but names no catalog")]
pub struct CatalogPrefixError {
    /// The argument as it came.
    pub argument: String,
}

/// Parts a database argument into catalog and database.
///
/// `name` → default catalog; `@c#d` → c and d; `@c#` → c and no database; `@c#!` → c and the empty
/// name; an absent argument → neither. Names are returned as sent: the caller normalizes them.
pub fn decode(argument: Option<&str>) -> Result<DatabaseArgument<'_>, CatalogPrefixError> {
    let Some(argument) = argument else {
        return Ok(DatabaseArgument {
            catalog: None,
            database: None,
        });
    };
    let Some(marked) = argument.strip_prefix('@') else {
        return Ok(DatabaseArgument {
            catalog: None,
            database: Some(argument),
        });
    };
    let Some((catalog, database)) = marked.split_once('#') else {
        return Err(CatalogPrefixError {
            argument: argument.to_owned(),
        });
    };
    let database = match database {
        "" => None,
        "!" => Some(""),
        name => Some(name),
    };
    Ok(DatabaseArgument {
        catalog: Some(catalog),
        database,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(argument: &str) -> (Option<&str>, Option<&str>) {
        let parts = decode(Some(argument)).unwrap();
        (parts.catalog, parts.database)
    }

    #[test]
    fn tells_all_forms_apart() {
        assert_eq!(
            decode(None).unwrap(),
            DatabaseArgument {
                catalog: None,
                database: None
            }
        );
        assert_eq!(decoded("sales"), (None, Some("sales")));
        assert_eq!(decoded(""), (None, Some("")));
        assert_eq!(decoded("@hive#sales"), (Some("hive"), Some("sales")));
        assert_eq!(decoded("@hive#"), (Some("hive"), None));
        assert_eq!(decoded("@hive#!"), (Some("hive"), Some("")));
        assert_eq!(decoded("@hive#a#b"), (Some("hive"), Some("a#b")));
        assert!(decode(Some("@hive")).is_err());
    }
}
