//! How sending on each channel goes, as rows: over all replicas there is one back-off and one digest.

use crate::error::Result;
use crate::model::ChannelState;
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;

const COLUMNS: &str = "SELECT next_at, failures, last_error, last_sent_at, digest_at
 FROM skep_alert_channels WHERE channel = ?";

fn state_of(row: &Row) -> Result<ChannelState, Failure> {
    let mut cells = row.cells();
    Ok(ChannelState {
        next_at: cells.time()?,
        failures: cells.integer()?,
        last_error: cells.string_or_null()?,
        last_sent_at: cells.integer_or_null()?,
        digest_at: cells.time_or_null()?,
    })
}

impl Session {
    /// How sending on a channel goes; one that was never used goes well.
    pub async fn alert_channel_get(&mut self, channel: &str) -> Result<ChannelState> {
        let statement = self.statement(COLUMNS).bind(channel);
        let row = self.row(&statement).await?;
        let state = row.as_ref().map(state_of).transpose()?;
        Ok(state.unwrap_or_default())
    }

    /// Writes down how sending on a channel goes.
    pub async fn alert_channel_put(&mut self, channel: &str, state: &ChannelState) -> Result<()> {
        let statement = self
            .statement(
                "INSERT INTO skep_alert_channels
                    (channel, next_at, failures, last_error, last_sent_at, digest_at)
                 VALUES (?, ?, ?, ?, ?, ?)",
            )
            .bind(channel)
            .bind(state.next_at)
            .bind(state.failures)
            .bind(state.last_error.as_deref())
            .bind(state.last_sent_at)
            .bind(state.digest_at)
            .upsert(
                &["channel"],
                &[
                    "next_at",
                    "failures",
                    "last_error",
                    "last_sent_at",
                    "digest_at",
                ],
            );
        self.execute(&statement).await?;
        Ok(())
    }
}
