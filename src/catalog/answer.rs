//! Requests that may be sent again: the answer is kept for a day, in the database, so that every replica gives it again
//! instead of doing the same twice.

use crate::catalog::{Action, Operations, Resource};
use crate::error::{Error, Result};
use crate::model::{AnswerClaim, AnswerKey, KeptAnswer};
use crate::transact;
use async_recursion::async_recursion as boxed;

/// How long an answer is kept, seconds.
pub const ANSWER_KEPT_S: i64 = 24 * 60 * 60;
/// Answers that are kept for one caller at most.
pub const ANSWERS_PER_CALLER_MAX: i64 = 10_000;

impl Operations<'_> {
    /// Looks whether a request was done, or takes it for the caller for so many seconds: who does not keep or give it back
    /// until then has died. Answers that are too old go on this way.
    ///
    /// Fails with `NotAllowed` where too many answers are kept for the caller.
    #[boxed]
    pub async fn answer_claim(&self, key: &AnswerKey, seconds: i64) -> Result<AnswerClaim> {
        self.authorize(Action::See, Resource::Server).await?;
        let holder = format!("{:032x}", fastrand::u128(..));
        transact!(self.store, |session| {
            session.answer_expire(ANSWER_KEPT_S).await?;
            let claim = session.answer_claim(key, &holder, seconds).await?;
            if matches!(claim, AnswerClaim::New(_))
                && session.answer_count(&key.caller).await? > ANSWERS_PER_CALLER_MAX
            {
                return Err(Error::NotAllowed(format!(
                    "{ANSWERS_PER_CALLER_MAX} keys of requests are kept for a day: send this one without"
                )));
            }
            Ok(claim)
        })
    }

    /// Keeps the answer to a request that was taken.
    #[boxed]
    pub async fn answer_keep(&self, name: &str, holder: &str, answer: &KeptAnswer) -> Result<()> {
        self.authorize(Action::See, Resource::Server).await?;
        transact!(self.store, |session| {
            session.answer_keep(name, holder, answer).await?;
            Ok(())
        })
    }

    /// Gives a request back that was taken and not done.
    #[boxed]
    pub async fn answer_release(&self, name: &str, holder: &str) -> Result<()> {
        self.authorize(Action::See, Resource::Server).await?;
        transact!(self.store, |session| {
            session.answer_release(name, holder).await?;
            Ok(())
        })
    }
}
