//! Table locks as rows. Which lock waits for which is decided one floor up; here a decision is kept apart from others.

use crate::error::Result;
use crate::model::{Lock, LockComponent, LockLevel, LockState, LockType, Name};
use crate::store::sql::failure::Failure;
use crate::store::sql::limits::{OBJECT_NAME_BYTES_MAX, PARTITION_NAME_BYTES_MAX, check_length};
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, Statement};

/// Locks with their components: a row a component, the rows of a lock together, each with the time of now.
const COLUMNS: &str =
    "SELECT l.id, l.transaction_id, l.state, l.user_name, l.hostname, l.agent_info,
        l.heartbeat_at, l.acquired_at, c.lock_type, c.lock_level, c.catalog_name, c.database_name,
        c.table_name, c.partition_name, c.operation_type, ";
const FROM: &str = " FROM skep_locks l JOIN skep_lock_components c ON c.lock_id = l.id ";
/// Most locks that one statement of a listing gives.
const LOCKS_PER_PAGE: usize = 500;

fn state_number(state: LockState) -> i64 {
    match state {
        LockState::Acquired => 1,
        LockState::Waiting => 2,
        LockState::Aborted => 3,
        LockState::NotAcquired => 4,
    }
}

fn state_of(number: i64) -> Result<LockState, Failure> {
    match number {
        1 => Ok(LockState::Acquired),
        2 => Ok(LockState::Waiting),
        3 => Ok(LockState::Aborted),
        4 => Ok(LockState::NotAcquired),
        _ => Err(Failure::fault(format!(
            "a lock has the unknown state {number}"
        ))),
    }
}

fn type_number(lock_type: LockType) -> i64 {
    match lock_type {
        LockType::SharedRead => 1,
        LockType::SharedWrite => 2,
        LockType::Exclusive => 3,
        LockType::ExclusiveWrite => 4,
    }
}

fn type_of(number: i64) -> Result<LockType, Failure> {
    match number {
        1 => Ok(LockType::SharedRead),
        2 => Ok(LockType::SharedWrite),
        3 => Ok(LockType::Exclusive),
        4 => Ok(LockType::ExclusiveWrite),
        _ => Err(Failure::fault(format!(
            "a lock has the unknown type {number}"
        ))),
    }
}

fn level_number(level: LockLevel) -> i64 {
    match level {
        LockLevel::Database => 1,
        LockLevel::Table => 2,
        LockLevel::Partition => 3,
    }
}

fn level_of(number: i64) -> Result<LockLevel, Failure> {
    match number {
        1 => Ok(LockLevel::Database),
        2 => Ok(LockLevel::Table),
        3 => Ok(LockLevel::Partition),
        _ => Err(Failure::fault(format!(
            "a lock has the unknown level {number}"
        ))),
    }
}

/// A row: the lock and one of its components.
fn lock_of(row: &Row) -> Result<(Lock, LockComponent), Failure> {
    let mut cells = row.cells();
    let mut lock = Lock {
        id: cells.integer()?,
        transaction_id: cells.integer()?,
        state: state_of(cells.integer()?)?,
        components: Vec::new(),
        user: cells.string()?,
        hostname: cells.string()?,
        agent_info: cells.string_or_null()?,
        heartbeat_at: cells.time()?,
        idle_s: 0,
        acquired_at: cells.time_or_null()?,
    };
    let component = LockComponent {
        lock_type: type_of(cells.integer()?)?,
        level: level_of(cells.integer()?)?,
        catalog: Name::new(cells.text()?),
        database: Name::new(cells.text()?),
        table: cells.text_or_null()?.map(Name::new),
        partition: cells.string_or_null()?,
        operation_type: cells
            .integer_or_null()?
            .map(i32::try_from)
            .transpose()
            .map_err(Failure::fault)?,
    };
    lock.idle_s = cells.time()?.since_s(lock.heartbeat_at);
    Ok((lock, component))
}

impl Session {
    /// Lets one decision about locks happen at a time, over all replicas, until the transaction ends. Whoever grants a
    /// lock calls this before it looks at the others.
    pub async fn lock_serialize(&mut self) -> Result<()> {
        self.sequence_advance("lock", 0).await?;
        Ok(())
    }

    /// Stores a new lock, alive from now on, and gives its number; its `id` and its times are not looked at. Numbers are in the order of the commits, and
    /// the decision is serialized as by [`Self::lock_serialize`].
    pub async fn lock_insert(&mut self, lock: &Lock) -> Result<i64> {
        let id = self.sequence_advance("lock", 1).await?.start;
        let statement = self
            .statement(
                "INSERT INTO skep_locks (id, transaction_id, state, user_name, hostname, agent_info,
                    heartbeat_at, acquired_at)
                 VALUES (?, ?, ?, ?, ?, ?, ",
            )
            .bind(id)
            .bind(lock.transaction_id)
            .bind(state_number(lock.state))
            .bind(lock.user.as_str())
            .bind(lock.hostname.as_str())
            .bind(lock.agent_info.as_deref())
            .now()
            .text(", NULL)");
        self.execute(&statement).await?;
        for (chunk, first) in lock
            .components
            .chunks(LIST_LENGTH_MAX)
            .zip((0_i64..).step_by(LIST_LENGTH_MAX))
        {
            self.lock_components_insert(id, first, chunk).await?;
        }
        Ok(id)
    }

    fn locks_statement<'a>(&self) -> Statement<'a> {
        self.statement(COLUMNS).now().text(FROM)
    }

    async fn lock_components_insert(
        &mut self,
        lock_id: i64,
        first: i64,
        components: &[LockComponent],
    ) -> Result<(), Failure> {
        for component in components {
            let table = component.table.as_ref().map_or("", Name::as_str);
            for name in [
                component.catalog.as_str(),
                component.database.as_str(),
                table,
            ] {
                check_length("name of a lock's resource", name, OBJECT_NAME_BYTES_MAX)?;
            }
            let partition = component.partition.as_deref().unwrap_or_default();
            check_length("partition's name", partition, PARTITION_NAME_BYTES_MAX)?;
        }
        let rows = components.iter().zip(first..).map(|(component, position)| {
            [
                lock_id.into(),
                position.into(),
                type_number(component.lock_type).into(),
                level_number(component.level).into(),
                component.catalog.as_str().into(),
                component.database.as_str().into(),
                component.table.as_ref().map(Name::as_str).into(),
                component.partition.as_deref().into(),
                component.operation_type.map(i64::from).into(),
            ]
        });
        let statement = self
            .statement(
                "INSERT INTO skep_lock_components (lock_id, position, lock_type, lock_level,
                    catalog_name, database_name, table_name, partition_name, operation_type)
                 VALUES ",
            )
            .rows(rows);
        self.execute(&statement).await?;
        Ok(())
    }

    /// The lock of this number.
    pub async fn lock_get(&mut self, id: i64) -> Result<Option<Lock>> {
        let statement = self
            .locks_statement()
            .text("WHERE l.id = ? ORDER BY l.id, c.position")
            .bind(id);
        Ok(self.locks(&statement).await?.pop())
    }

    /// All locks, by number.
    pub async fn lock_list(&mut self) -> Result<Vec<Lock>> {
        let mut locks: Vec<Lock> = Vec::new();
        let mut after = 0;
        loop {
            // A lock has many rows, so the page is found first.
            let page = self
                .statement("SELECT id FROM skep_locks WHERE id > ? ORDER BY id LIMIT ?")
                .bind(after)
                .bind(LOCKS_PER_PAGE);
            let page = self.rows(&page).await?;
            let Some(last) = page.last() else {
                return Ok(locks);
            };
            let last = last.cells().integer()?;
            let statement = self
                .locks_statement()
                .text("WHERE l.id > ? AND l.id <= ? ORDER BY l.id, c.position")
                .bind(after)
                .bind(last);
            locks.append(&mut self.locks(&statement).await?);
            if page.len() < LOCKS_PER_PAGE {
                return Ok(locks);
            }
            after = last;
        }
    }

    /// How many components all locks have.
    pub async fn lock_component_count(&mut self) -> Result<u64> {
        let statement = self.statement("SELECT COUNT(*) FROM skep_lock_components");
        let row = self.row(&statement).await?;
        let count = row.map(|row| row.cells().integer()).transpose()?;
        Ok(u64::try_from(count.unwrap_or_default()).map_err(Failure::fault)?)
    }

    /// How many locks wait whose owners gave a sign of life within so many seconds.
    pub async fn lock_waiting_count(&mut self, idle_s: i64) -> Result<u64> {
        let statement = self
            .statement("SELECT COUNT(*) FROM skep_locks WHERE state = ? AND heartbeat_at >= ")
            .bind(state_number(LockState::Waiting))
            .now_once()
            .text(" - ?")
            .bind(idle_s);
        let row = self.row(&statement).await?;
        let count = row.map(|row| row.cells().integer()).transpose()?;
        Ok(u64::try_from(count.unwrap_or_default()).map_err(Failure::fault)?)
    }

    /// The locks that have a component in one of these databases, by number, with all their components.
    pub async fn lock_list_by_databases(
        &mut self,
        catalog: &Name,
        databases: &[Name],
    ) -> Result<Vec<Lock>> {
        let databases: Vec<&str> = databases.iter().map(Name::as_str).collect();
        let statement = self
            .locks_statement()
            .text(
                "WHERE l.id IN (SELECT m.lock_id FROM skep_lock_components m
                                WHERE m.catalog_name = ? AND m.database_name IN ",
            )
            .bind(catalog.as_str())
            .list(&databases)
            .text(") ORDER BY l.id, c.position");
        Ok(self.locks(&statement).await?)
    }

    async fn locks(&mut self, statement: &Statement<'_>) -> Result<Vec<Lock>, Failure> {
        let mut locks: Vec<Lock> = Vec::new();
        for row in &self.rows(statement).await? {
            let (lock, component) = lock_of(row)?;
            if locks.last().is_none_or(|last| last.id != lock.id) {
                locks.push(lock);
            }
            if let Some(last) = locks.last_mut() {
                last.components.push(component);
            }
        }
        Ok(locks)
    }

    /// Grants a lock, from now on; false where there is none.
    pub async fn lock_grant(&mut self, id: i64) -> Result<bool> {
        let statement = self
            .statement("UPDATE skep_locks SET state = ?, acquired_at = ")
            .bind(state_number(LockState::Acquired))
            .now()
            .text(" WHERE id = ?")
            .bind(id);
        Ok(self.execute(&statement).await? > 0)
    }

    /// Notes a sign of life; false where there is no such lock.
    pub async fn lock_heartbeat(&mut self, id: i64) -> Result<bool> {
        let statement = self
            .statement("UPDATE skep_locks SET heartbeat_at = ")
            .now()
            .text(" WHERE id = ?")
            .bind(id);
        Ok(self.execute(&statement).await? > 0)
    }

    /// Removes a lock; false where there is none.
    pub async fn lock_delete(&mut self, id: i64) -> Result<bool> {
        let statement = self
            .statement("DELETE FROM skep_lock_components WHERE lock_id = ?")
            .bind(id);
        self.execute(&statement).await?;
        let statement = self
            .statement("DELETE FROM skep_locks WHERE id = ?")
            .bind(id);
        Ok(self.execute(&statement).await? > 0)
    }

    /// Removes up to `limit` locks without a sign of life for more than `idle_s` seconds and gives their numbers.
    pub async fn lock_expire(&mut self, idle_s: i64, limit: usize) -> Result<Vec<i64>> {
        self.lock_serialize().await?;
        // Read once, so that the index serves the comparison.
        let before = self.now().await?.plus_s(-idle_s);
        let statement = self
            .statement("SELECT id FROM skep_locks WHERE heartbeat_at < ? ORDER BY id LIMIT ?")
            .bind(before)
            .bind(limit);
        let rows = self.rows(&statement).await?;
        let ids = rows.iter().map(|row| row.cells().integer());
        let ids = ids.collect::<Result<Vec<i64>, Failure>>()?;
        let mut expired = Vec::with_capacity(ids.len());
        for id in ids {
            // Whoever kept it alive in the meantime keeps it.
            let statement = self
                .statement("DELETE FROM skep_locks WHERE id = ? AND heartbeat_at < ?")
                .bind(id)
                .bind(before);
            if self.execute(&statement).await? > 0 {
                let statement = self
                    .statement("DELETE FROM skep_lock_components WHERE lock_id = ?")
                    .bind(id);
                self.execute(&statement).await?;
                expired.push(id);
            }
        }
        Ok(expired)
    }
}
