//! Troubles of discovery, told as a `matter`.

use crate::catalog::{Action, Resource};
use crate::clock::DatabaseTime;
use crate::error::Result;
use crate::model::{Alert, DISCOVERY_SUBJECT, Mute, Trouble, TroubleEnd, TroubleKind};
use crate::store::Session;
use crate::transact;
use crate::watch::Operations;
use crate::watch::Watch;
use crate::watch::outbox::matter::{Matter, Said};
use crate::watch::outbox::write::shown;
use async_recursion::async_recursion as boxed;

/// Troubles that one transaction tells.
const TROUBLES_PER_TRANSACTION_MAX: usize = 200;

impl Operations<'_> {
    /// Writes what channels are to tell of troubles that began or ended since the last time, and gives their number.
    /// What began and ended in between is not told.
    #[boxed]
    pub async fn troubles_tell(&self) -> Result<u64> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let mut told = 0;
        let mut after = (0, String::new());
        loop {
            let now = self.now().await?;
            let page = transact!(self.store, |session| {
                let mutes = session.mute_list(now).await?;
                let (table_id, kind) = &after;
                let page = session
                    .discovery_troubles_untold(
                        (*table_id, kind.as_str()),
                        TROUBLES_PER_TRANSACTION_MAX,
                    )
                    .await?;
                for trouble in &page {
                    self.trouble_tell(session, trouble, &mutes, now).await?;
                }
                Ok(page)
            })?;
            told += page.len() as u64;
            let Some(last) = page.last() else {
                return Ok(told);
            };
            after = (last.table_id, last.kind.as_str().to_owned());
        }
    }
}

impl Watch {
    async fn trouble_tell(
        &self,
        session: &mut Session,
        trouble: &Trouble,
        mutes: &[Mute],
        now: DatabaseTime,
    ) -> Result<()> {
        match (trouble.told_at, trouble.end) {
            (None, None) => {
                let alerts = self.trouble_alerts(trouble, mutes, now);
                session.alert_insert(&alerts).await?;
                session.discovery_trouble_told(trouble, now).await
            }
            (Some(told_at), Some(end)) => {
                let matter = self.matter_of_trouble(trouble);
                let text = over_text(trouble, end);
                let said = &mut Said::default();
                self.matter_over(session, (&matter, told_at), &text, said, now)
                    .await?;
                session.discovery_trouble_forget(trouble).await
            }
            (None, Some(_)) => session.discovery_trouble_forget(trouble).await,
            (Some(_), None) => Ok(()),
        }
    }

    /// What the channels are to tell of a trouble.
    pub(super) fn trouble_alerts(
        &self,
        trouble: &Trouble,
        mutes: &[Mute],
        now: DatabaseTime,
    ) -> Vec<Alert> {
        self.matter_alerts(&self.matter_of_trouble(trouble), mutes, now)
    }

    fn matter_of_trouble<'t>(&self, trouble: &'t Trouble) -> Matter<'t> {
        Matter {
            subject: DISCOVERY_SUBJECT,
            key: key_of(trouble),
            severity: self.setup.troubles.severity(trouble.kind),
            table: &trouble.table,
            text: &trouble.text,
            effect: effect_of(trouble),
        }
    }
}

/// The same on every replica: a trouble has one beginning.
fn key_of(trouble: &Trouble) -> String {
    let Trouble {
        table_id,
        kind,
        began_at,
        ..
    } = trouble;
    format!("trouble:{table_id}:{}:{began_at}", kind.as_str())
}

fn effect_of(trouble: &Trouble) -> String {
    let table = &trouble.table;
    match trouble.kind {
        TroubleKind::Stale => "queries see no newer data".to_owned(),
        TroubleKind::WindowFails => "new partitions do not appear until a look goes through".to_owned(),
        TroubleKind::SweepFails => {
            "what came late, or is gone, is not seen until a sweep goes through".to_owned()
        }
        TroubleKind::Braked => {
            "the partitions stay; where they are to go, raise the setting that is named for one sweep"
                .to_owned()
        }
        TroubleKind::Mismatch => {
            "queries of these partitions may fail or give other values; the reason stands in their property skep.discovery.schema-warning"
                .to_owned()
        }
        TroubleKind::Quarantined | TroubleKind::LeftOut => {
            format!("queries do not see what lies there; `skep discovery skipped {table}` lists them")
        }
    }
}

fn over_text(trouble: &Trouble, end: TroubleEnd) -> String {
    let table = format!("table `{}`", trouble.table.replace('`', "\u{02CB}"));
    let since = shown(trouble.began_at);
    let what = match (end, trouble.kind) {
        (TroubleEnd::Gone, _) => {
            return format!(
                "{table} takes no part in discovery any more; its trouble began {since}"
            );
        }
        (TroubleEnd::Well, TroubleKind::Stale) => "its data is as fresh as it has to be",
        (TroubleEnd::Well, TroubleKind::WindowFails) => "looks for new partitions go through",
        (TroubleEnd::Well, TroubleKind::SweepFails) => "sweeps go through",
        (TroubleEnd::Well, TroubleKind::Braked) => "a sweep went through without the brake",
        (TroubleEnd::Well, TroubleKind::Mismatch) => "the files of new partitions fit it",
        (TroubleEnd::Well, TroubleKind::Quarantined) => "nothing of it is left out for its files",
        (TroubleEnd::Well, TroubleKind::LeftOut) => "few directories are left out",
    };
    format!("{table} is well again: {what}; its trouble began {since}")
}
