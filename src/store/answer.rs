//! Answers as rows: what was answered to a request that may be sent again, and who is at work at one.

use crate::error::Result;
use crate::model::{AnswerClaim, AnswerKey, KeptAnswer};
use crate::store::sql::failure::Failure;
use crate::store::sql::session::Session;

impl Session {
    /// Removes the answers that are older than so many seconds.
    pub async fn answer_expire(&mut self, seconds: i64) -> Result<u64> {
        let statement = self
            .statement("DELETE FROM skep_answers WHERE at < ")
            .now()
            .text(" - ?")
            .bind(seconds);
        Ok(self.execute(&statement).await?)
    }

    /// How many answers are kept for a caller.
    pub async fn answer_count(&mut self, caller: &str) -> Result<i64> {
        let statement = self
            .statement("SELECT COUNT(*) FROM skep_answers WHERE caller = ?")
            .bind(caller);
        let row = self.row(&statement).await?;
        let row = row.ok_or_else(|| Failure::fault("a count has no row"))?;
        Ok(row.cells().integer()?)
    }

    /// Takes a request for `holder` for so many seconds, unless it is done or somebody has it.
    pub async fn answer_claim(
        &mut self,
        key: &AnswerKey,
        holder: &str,
        seconds: i64,
    ) -> Result<AnswerClaim> {
        let statement = self
            .statement(
                "INSERT INTO skep_answers (name, caller, fingerprint, holder, at, busy_until)
                 VALUES (?, ?, ?, ?, ",
            )
            .bind(key.name.as_str())
            .bind(key.caller.as_str())
            .bind(key.fingerprint.as_str())
            .bind(holder)
            .now()
            .text(", ")
            .now()
            .text(" + ?)")
            .bind(seconds)
            .upsert(&["name"], &[]);
        self.execute(&statement).await?;
        let statement = self
            .statement(
                "SELECT fingerprint, holder, status, kind, location, tag, body FROM skep_answers WHERE name = ?",
            )
            .bind(key.name.as_str());
        let row = self.row(&statement).await?;
        let row = row.ok_or_else(|| Failure::fault("a row that was just written is missing"))?;
        let mut cells = row.cells();
        let is_same = cells.text()? == key.fingerprint;
        let is_mine = cells.text()? == holder;
        if is_mine {
            return Ok(AnswerClaim::New(holder.to_owned()));
        }
        if !is_same {
            return Ok(AnswerClaim::OtherRequest);
        }
        if let Some(status) = cells.integer_or_null()? {
            return Ok(AnswerClaim::Kept(KeptAnswer {
                status: u16::try_from(status).unwrap_or_default(),
                kind: cells.string_or_null()?,
                location: cells.string_or_null()?,
                tag: cells.string_or_null()?,
                body: cells.bytes()?.to_vec(),
            }));
        }
        // Who had it may have died.
        let statement = self
            .statement("UPDATE skep_answers SET holder = ?, busy_until = ")
            .bind(holder)
            .now()
            .text(" + ? WHERE name = ? AND status IS NULL AND busy_until <= ")
            .bind(seconds)
            .bind(key.name.as_str())
            .now();
        if self.execute(&statement).await? > 0 {
            return Ok(AnswerClaim::New(holder.to_owned()));
        }
        Ok(AnswerClaim::UnderWay)
    }

    /// Keeps the answer to a request that `holder` has; false where it has it no more.
    pub async fn answer_keep(
        &mut self,
        name: &str,
        holder: &str,
        answer: &KeptAnswer,
    ) -> Result<bool> {
        let statement = self
            .statement(
                "UPDATE skep_answers SET status = ?, kind = ?, location = ?, tag = ?, body = ?
                 WHERE name = ? AND holder = ?",
            )
            .bind(i64::from(answer.status))
            .bind(answer.kind.as_deref())
            .bind(answer.location.as_deref())
            .bind(answer.tag.as_deref())
            .bind(answer.body.as_slice())
            .bind(name)
            .bind(holder);
        Ok(self.execute(&statement).await? > 0)
    }

    /// Gives a request back that `holder` has: it may be sent again, and is done then.
    pub async fn answer_release(&mut self, name: &str, holder: &str) -> Result<bool> {
        let statement = self
            .statement("DELETE FROM skep_answers WHERE name = ? AND holder = ?")
            .bind(name)
            .bind(holder);
        Ok(self.execute(&statement).await? > 0)
    }
}
