//! Numbers of catalogs, databases, tables, functions and descriptors, taken in blocks from a row in the database, so
//! that no engine's own sequence is needed.
//!
//! They are unique, not dense and not in the order of time; what needs an order (events, locks) counts by itself.

use crate::error::{Error, Result};
use crate::store::Store;
use crate::store::sql::failure::{Failure, FailureKind};
use crate::store::sql::session::Session;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Numbers taken at a time.
const IDS_PER_BLOCK: i64 = 512;
/// A new block is taken before a transaction begins when fewer are left.
const IDS_LEFT_MIN: i64 = 32;
/// How often a block is asked for when others ask at the same moment.
const ATTEMPTS_MAX: u32 = 20;

/// The rest of the last block.
#[derive(Debug, Default)]
pub(in crate::store) struct Ids {
    block: Mutex<Range<i64>>,
    refill: tokio::sync::Mutex<()>,
}

impl Ids {
    fn take(&self, count: i64) -> Option<Range<i64>> {
        let mut block = self.block.lock().unwrap_or_else(PoisonError::into_inner);
        if block.end - block.start < count {
            return None;
        }
        let first = block.start;
        block.start += count;
        Some(first..first + count)
    }

    fn left(&self) -> i64 {
        let block = self.block.lock().unwrap_or_else(PoisonError::into_inner);
        block.end - block.start
    }
}

/// Takes a new block when the last one is nearly used up. It runs before a transaction holds a connection, never
/// inside one: a task that waits for a second connection can lock up the pool.
pub(in crate::store) async fn ids_keep_ready(store: &Store) -> Result<()> {
    let ids = store.ids();
    if ids.left() >= IDS_LEFT_MIN {
        return Ok(());
    }
    let _one_at_a_time = ids.refill.lock().await;
    let mut attempt = 0;
    while ids.left() < IDS_LEFT_MIN {
        attempt += 1;
        match block_take(store).await {
            Ok(block) => {
                *ids.block.lock().unwrap_or_else(PoisonError::into_inner) = block;
            }
            Err(failure)
                if attempt < ATTEMPTS_MAX
                    && (failure.kind.is_of_connection()
                        || failure.kind == FailureKind::Conflict) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(())
}

async fn block_take(store: &Store) -> Result<Range<i64>, Failure> {
    let mut session = store.begin().await?;
    let block = session.sequence_advance("object", IDS_PER_BLOCK).await?;
    session.commit().await?;
    Ok(block)
}

impl Session {
    /// Unused numbers, from the block at hand or, when many are wanted, straight from the database.
    pub(in crate::store) async fn ids_take(&mut self, count: usize) -> Result<Range<i64>, Failure> {
        let count = i64::try_from(count).map_err(Failure::fault)?;
        match self.store.ids().take(count) {
            Some(range) => Ok(range),
            None => self.sequence_advance("object", count).await,
        }
    }

    /// Moves a counter on and gives the numbers it passed. Its row stays locked until the transaction ends, so the
    /// numbers of one counter are in the order of the commits.
    pub(in crate::store) async fn sequence_advance(
        &mut self,
        name: &'static str,
        count: i64,
    ) -> Result<Range<i64>, Failure> {
        let update = self
            .statement("UPDATE skep_sequences SET next_value = next_value + ? WHERE name = ?")
            .bind(count)
            .bind(name);
        let row = if self.dialect().returns_rows() {
            self.row(&update.text(" RETURNING next_value")).await?
        } else {
            self.execute(&update).await?;
            let select = self
                .statement("SELECT next_value FROM skep_sequences WHERE name = ?")
                .bind(name);
            self.row(&select).await?
        };
        let row = row.ok_or_else(|| {
            Failure::fault(Error::internal(format!("the counter {name} is missing")))
        })?;
        let end = row.cells().integer()?;
        Ok(end - count..end)
    }

    /// Holds a counter until the transaction ends: nobody advances it meanwhile.
    pub(in crate::store) async fn sequence_hold(
        &mut self,
        name: &'static str,
    ) -> Result<(), Failure> {
        let statement = self
            .statement("SELECT next_value FROM skep_sequences WHERE name = ?")
            .bind(name)
            .row_lock();
        self.row(&statement).await?;
        Ok(())
    }
}
