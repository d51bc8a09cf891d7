//! Why skep answers some requests otherwise than Hive 2.3, where only the request tells.

/// For a read after `alter_database`.
pub(crate) const DATABASE_CHANGES: &str =
    "alter_database changes description and location, as in Hive 3 and 4; 2.3 keeps them";
/// For a commit with a stale expectation, and the read after it.
pub(crate) const SWAP_IS_CHECKED: &str =
    "expected_parameter_value is compared before a change: without it Iceberg loses commits";
/// For `getName`.
pub(crate) const OWN_NAME: &str = "getName tells which server it is";
/// For a create or alter with an empty location, and what follows from it.
pub(crate) const EMPTY_LOCATION: &str =
    "an empty location is none: clients of languages without null send it";
/// For a table with a partition key that is named like a column.
pub(crate) const NAME_ONCE: &str =
    "a name stands once in a table: 2.3 stores one that Spark cannot read";
/// For an alter without partition keys.
pub(crate) const NO_KEYS: &str = "a table without a list of partition keys has none, in every call";
/// For an alter that writes a partition key in another case.
pub(crate) const KEYS_WITHOUT_CASE: &str =
    "partition keys are compared without case, as in Hive 4: the same keys are no change";
/// For a read of a table with the parameter `EXTERNAL=true`.
pub(crate) const EXTERNAL_IN_ANY_CASE: &str =
    "EXTERNAL is true in any case, as in Hive 4: the data of such a table is not skep's to delete";
/// For the drop of a database with an index table.
pub(crate) const NO_INDEX_TABLES: &str =
    "an index table is a table: Hive 3 has no indexes any more";
/// For a pattern that holds `.*`.
pub(crate) const DOT_AND_STAR: &str =
    "`.*` in a pattern of names is any run of characters, also an empty one";
/// For a filter that compares a table's last access with a text.
pub(crate) const QUOTED_TIME: &str = "a quoted number is compared as a number";
/// For a filter with text behind its end.
pub(crate) const TEXT_AFTER_FILTER: &str =
    "a filter with text behind its end is refused; Hive's parser guesses what was meant";
/// For a function without an owner.
pub(crate) const NO_OWNER: &str = "a function need not have an owner; 2.3 breaks on a null";
/// For a name that is no UTF-8.
pub(crate) const NOT_UTF8: &str = "text that is not UTF-8 is refused; Java replaces its bytes";
/// For statistics of another kind than the column had before.
pub(crate) const KIND_CHANGES: &str =
    "new statistics replace the old ones; 2.3 keeps the kind of the first ones";
