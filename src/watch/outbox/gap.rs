//! Data that lacks, told as a `matter`.

use crate::catalog::{Action, Resource};
use crate::clock::DatabaseTime;
use crate::diff::text::named;
use crate::error::Result;
use crate::model::{Alert, FRESHNESS_SUBJECT, FreshnessGap, GapKind, Mute};
use crate::store::Session;
use crate::transact;
use crate::watch::Operations;
use crate::watch::Watch;
use crate::watch::outbox::matter::{Matter, Said};
use async_recursion::async_recursion as boxed;

/// Gaps that one transaction tells.
const GAPS_PER_TRANSACTION_MAX: usize = 200;

impl Operations<'_> {
    /// Writes what channels are to tell of data that lacks, or came, since the last time, and gives the number of gaps. What began
    /// and ended in between is not told.
    #[boxed]
    pub async fn gaps_tell(&self) -> Result<u64> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let mut told = 0;
        loop {
            let now = self.now().await?;
            let count = transact!(self.store, |session| {
                let mutes = session.mute_list(now).await?;
                let gaps = session
                    .freshness_gaps_untold(GAPS_PER_TRANSACTION_MAX)
                    .await?;
                let mut said = Said::default();
                for gap in &gaps {
                    self.gap_tell(session, gap, (&mutes, &mut said), now)
                        .await?;
                }
                Ok(gaps.len())
            })?;
            told += count as u64;
            if count < GAPS_PER_TRANSACTION_MAX {
                return Ok(told);
            }
        }
    }
}

impl Watch {
    async fn gap_tell(
        &self,
        session: &mut Session,
        gap: &FreshnessGap,
        (mutes, said): (&[Mute], &mut Said),
        now: DatabaseTime,
    ) -> Result<()> {
        match (gap.told_at, gap.end) {
            (None, None) => {
                let alerts = self.gap_alerts(gap, mutes, now);
                session.alert_insert(&alerts).await?;
                session.freshness_gap_told(gap, now).await
            }
            (Some(told_at), Some(_)) => {
                let text = format!("table {}: {}", named(&gap.table), gap.text);
                let matter = self.matter_of_gap(gap);
                self.matter_over(session, (&matter, told_at), &text, said, now)
                    .await?;
                session.freshness_gap_forget(gap).await
            }
            (None, Some(_)) => session.freshness_gap_forget(gap).await,
            (Some(_), None) => Ok(()),
        }
    }

    /// What the channels are to tell of a gap.
    pub(super) fn gap_alerts(
        &self,
        gap: &FreshnessGap,
        mutes: &[Mute],
        now: DatabaseTime,
    ) -> Vec<Alert> {
        self.matter_alerts(&self.matter_of_gap(gap), mutes, now)
    }

    fn matter_of_gap<'g>(&self, gap: &'g FreshnessGap) -> Matter<'g> {
        let FreshnessGap {
            table_id,
            kind,
            from,
            began_at,
            ..
        } = gap;
        let effect = match kind {
            GapKind::Missing => "queries see nothing of that time",
            GapKind::Thin => "what is counted and summed over that time comes out low",
            GapKind::Swollen => "what is counted and summed over that time comes out high",
            GapKind::Faulty => "nobody is told where its data does not come",
        };
        Matter {
            subject: FRESHNESS_SUBJECT,
            key: format!("trouble:gap:{table_id}:{}:{from}:{began_at}", kind.as_str()),
            severity: self.setup.gaps.severity(*kind),
            table: &gap.table,
            text: &gap.text,
            effect: effect.to_owned(),
        }
    }
}
