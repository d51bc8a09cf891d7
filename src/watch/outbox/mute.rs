//! What need not be told: patterns that people set, for a while or for good. A mute holds for what is found after it.

use crate::catalog::{Action, Resource};
use crate::error::{Entity, Error, Result};
use crate::hive::text_pattern::GLOB_BYTES_MAX;
use crate::model::{Mute, OWN_SUBJECTS};
use crate::transact;
use crate::watch::Operations;
use async_recursion::async_recursion as boxed;
use std::collections::BTreeSet;

/// Mutes at most: each alert is compared with all of them.
const MUTES_MAX: usize = 1_000;
/// Sources that a refusal names.
const NAMED_MAX: usize = 20;
/// Bytes of a mute's reason at most.
const WHY_BYTES_MAX: usize = 4_096;

impl Operations<'_> {
    /// Adds a mute; its number and time are the catalog's. `Argument` for a pattern that cannot be, and for one of a source
    /// that there is not.
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
            let rows = session.source_list().await?;
            let rows = rows.iter().map(|row| row.name.as_str());
            let known = self.setup.sources.keys().map(String::as_str).chain(rows);
            source_check(&mute.pattern, known)?;
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

/// Refuses the pattern of one source that there is not: nothing would ever match it.
fn source_check<'n>(pattern: &str, known: impl Iterator<Item = &'n str>) -> Result<()> {
    let source = pattern.split_once(':').map(|(source, _)| source);
    let Some(source) = source.filter(|source| !source.contains('*')) else {
        return Ok(());
    };
    let known: BTreeSet<&str> = known.chain(OWN_SUBJECTS).collect();
    if known.contains(source) {
        return Ok(());
    }
    let shown: Vec<&str> = known.iter().copied().take(NAMED_MAX).collect();
    let more = known.len() - shown.len();
    let more = if more == 0 {
        String::new()
    } else {
        format!(" and {more} more")
    };
    let why = format!(
        "there is no source {source:?}: a pattern is source:object, and there are {}{more}",
        shown.join(", ")
    );
    Err(Error::argument("pattern", why))
}

fn mute_check(mute: &Mute, now: i64) -> Result<()> {
    if mute.pattern.is_empty() || mute.pattern.len() > GLOB_BYTES_MAX {
        let why = format!("a pattern has 1 to {GLOB_BYTES_MAX} bytes");
        return Err(Error::argument("pattern", why));
    }
    if !(mute.pattern.contains(':') || mute.pattern.contains('*')) {
        let why = format!(
            "{} can match nothing: a pattern is source:object, such as shop:public.tmp_*",
            mute.pattern
        );
        return Err(Error::argument("pattern", why));
    }
    if mute.why.len() > WHY_BYTES_MAX {
        let why = format!("a reason has at most {WHY_BYTES_MAX} bytes");
        return Err(Error::argument("why", why));
    }
    if mute.until.is_some_and(|until| until <= now) {
        return Err(Error::argument("until", "the mute has ended already"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::source_check;
    use crate::error::Error;

    #[test]
    fn a_pattern_of_a_source_that_there_is_not_is_refused() {
        let check = |pattern| source_check(pattern, ["shop", "lake"].into_iter());
        for pattern in [
            "shop:*",
            "lake:default.*",
            "discovery:x.y",
            "freshness:x.y",
            "*",
            "sh*:x",
            "*:x",
        ] {
            assert!(check(pattern).is_ok(), "{pattern}");
        }
        let Err(Error::Argument { why, .. }) = check("nosuch:public.*") else {
            panic!("there is no such source");
        };
        assert_eq!(
            why,
            "there is no source \"nosuch\": a pattern is source:object, and there are discovery, freshness, lake, shop"
        );
        let many: Vec<String> = (0..30).map(|number| format!("s{number}")).collect();
        let refused = source_check("nosuch:x", many.iter().map(String::as_str));
        assert!(refused.is_err_and(|why| why.to_string().contains("and 12 more")));
    }
}
