//! `skep serve --demo`: a small lake, made on this machine in a few seconds, so that every page has something true to show.
//!
//! - `place` is the folder that all of it lies in, and the settings of a server over it;
//! - `lake` writes the files, through `parquet_file`; `shop` makes the source database, and changes it;
//! - `fill` tells the running server of all that, over REST as anybody would.

mod fill;
mod lake;
mod parquet_file;
mod place;
mod shop;

pub(super) use fill::fill;
pub(super) use place::Place;

use anyhow::{Context, Result};
use std::path::Path;

/// The demo in a folder, with its files: an earlier one, or a new one.
pub(super) fn open(folder: &Path) -> Result<Place> {
    let place = Place::open(folder)?;
    if place.is_new {
        let shown = folder.display();
        lake::write(&place).with_context(|| format!("cannot write into {shown}"))?;
    }
    Ok(place)
}
