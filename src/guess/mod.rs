//! What the directories and files of a place most likely are: a table's layout, its keys and its columns. A guess is shown
//! with what it rests on and what it would leave out, and nothing is made of it by itself.
//!
//! - `level` tells how the names of one level of directories are made, `strays` where only some are made so; `layout` makes a template of the levels, or takes
//!   the kit of a service's logs.
//! - `file` tells formats apart; `avro`, `json`, `orc` and `separated` read columns from the first or last bytes of a file;
//!   `columns` joins what several files say.
//! - `given` makes keys of a layout that somebody gives; `ddl` writes a table as a statement for Hive and Spark.
//!
//! Pure rules: no I/O. What is read comes from strangers, so that every input has a bound.

mod avro;
mod columns;
mod ddl;
mod file;
mod format;
mod given;
mod json;
mod layout;
mod level;
mod orc;
mod separated;
mod strays;
mod template;
mod type_room;
mod unpacked;
mod value_type;

pub use columns::{COLUMNS_MAX, ColumnsFound, join};
pub use ddl::create_table;
pub use file::{HEAD_BYTES, TAIL_BYTES, read};
pub use format::{FileFormat, Head};
pub use given::template_keys;
pub use layout::{LEFT_OUT_MAX, LayoutGuess, layout};
pub use orc::{Tail, tail as orc_tail};
