//! Removing what is too old, some rows at a time, so that no transaction grows with the history.

use crate::error::Result;
use crate::store::sql::failure::Failure;
use crate::store::sql::session::Session;
use crate::store::sql::statement::LIST_LENGTH_MAX;

impl Session {
    /// Removes the rows whose numbers a query with a time and a limit gives, and gives their number.
    pub(in crate::store) async fn delete_older(
        &mut self,
        select: &'static str,
        delete: &'static str,
        before: i64,
        limit: usize,
    ) -> Result<u64> {
        let limit = limit.min(LIST_LENGTH_MAX);
        let statement = self.statement(select).bind(before).bind(limit);
        let rows = self.rows(&statement).await?;
        let ids = rows.iter().map(|row| row.cells().integer());
        let ids = ids.collect::<Result<Vec<i64>, Failure>>()?;
        if ids.is_empty() {
            return Ok(0);
        }
        let statement = self.statement(delete).list(&ids);
        Ok(self.execute(&statement).await?)
    }
}
