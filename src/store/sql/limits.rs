//! How long a key may be. The databases' index entries end at 3,072 bytes (MySQL) and 2,704 bytes (PostgreSQL), see
//! `migrations/README.md`; a longer name is refused by name instead of failing somewhere inside.

use crate::error::Error;
use crate::store::sql::failure::Failure;

/// Most bytes of the name of a catalog, database, table or function. Hive 4 allows 256 characters.
pub const OBJECT_NAME_BYTES_MAX: usize = 1000;
/// Most bytes of a partition's name. Hive's own schema allows 767 characters.
pub const PARTITION_NAME_BYTES_MAX: usize = 1536;
/// Most bytes of the name of a column that has statistics. Hive's own schema allows 767 characters.
pub const STATISTICS_COLUMN_BYTES_MAX: usize = 767;
/// Most bytes of the name of an engine that sends statistics.
pub const ENGINE_BYTES_MAX: usize = 128;
/// Most bytes of the name of a lease.
pub const LEASE_NAME_BYTES_MAX: usize = 256;
/// Most bytes of the path of a directory that is remembered as no partition.
pub const SKIP_PATH_BYTES_MAX: usize = 1536;

/// Refuses a `name` of more than `bytes_max` bytes; `what` says what it names.
pub(in crate::store) fn check_length(
    what: &'static str,
    name: &str,
    bytes_max: usize,
) -> Result<(), Failure> {
    if name.len() <= bytes_max {
        return Ok(());
    }
    Err(Failure::fault(Error::InvalidObject(format!(
        "the {what} has {} bytes, more than the {bytes_max} that can be stored",
        name.len()
    ))))
}
