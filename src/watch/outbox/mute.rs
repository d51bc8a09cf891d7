//! What need not be told: patterns that people set, for a while or for good. A mute holds for what is found after it.

use crate::catalog::{Action, Resource};
use crate::error::{Entity, Error, Result};
use crate::hive::text_pattern::GLOB_BYTES_MAX;
use crate::model::Mute;
use crate::transact;
use crate::watch::Operations;
use async_recursion::async_recursion as boxed;

/// Mutes at most: each alert is compared with all of them.
const MUTES_MAX: usize = 1_000;
/// Bytes of a mute's reason at most.
const WHY_BYTES_MAX: usize = 4_096;

impl Operations<'_> {
    /// Adds a mute; its number and time are the catalog's. `Invalid` for a pattern that cannot be.
    #[boxed]
    pub async fn mute_add(&self, mute: &Mute) -> Result<Mute> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let now = self.now().await?;
        mute_check(mute, now.seconds())?;
        let mut added = Mute {
            at: now.seconds(),
            ..mute.clone()
        };
        added.id = transact!(self.store, |session| {
            if session.mute_list(now).await?.len() >= MUTES_MAX {
                let why = format!("there are {MUTES_MAX} mutes already");
                return Err(Error::NotAllowed(why));
            }
            session.mute_insert(&added).await
        })?;
        Ok(added)
    }

    /// Every mute that holds, by number.
    #[boxed]
    pub async fn mute_list(&self) -> Result<Vec<Mute>> {
        self.authorize(Action::See, Resource::Server).await?;
        let mut session = self.store.session().await?;
        let now = session.now().await?;
        session.mute_list(now).await
    }

    /// Removes a mute, or `NotFound`.
    #[boxed]
    pub async fn mute_remove(&self, id: i64) -> Result<()> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let removed = transact!(self.store, |session| { session.mute_delete(id).await })?;
        if removed {
            return Ok(());
        }
        Err(Error::NotFound(Entity::own("mute", &id)))
    }
}

fn mute_check(mute: &Mute, now: i64) -> Result<()> {
    if mute.pattern.is_empty() || mute.pattern.len() > GLOB_BYTES_MAX {
        let why = format!("a pattern has 1 to {GLOB_BYTES_MAX} bytes");
        return Err(Error::Invalid(why));
    }
    if !(mute.pattern.contains(':') || mute.pattern.contains('*')) {
        return Err(Error::Invalid(format!(
            "{} can match nothing: a pattern is source:object, such as shop:public.tmp_*",
            mute.pattern
        )));
    }
    if mute.why.len() > WHY_BYTES_MAX {
        let why = format!("a reason has at most {WHY_BYTES_MAX} bytes");
        return Err(Error::Invalid(why));
    }
    if mute.until.is_some_and(|until| until <= now) {
        return Err(Error::Invalid("the mute has ended already".into()));
    }
    Ok(())
}
