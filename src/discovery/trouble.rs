//! What people are to be told of a table's discovery: each trouble from its first sign until a run that went well. Runs note
//! what they see themselves; what takes a look at the whole table is noted by the upkeep. The watch tells it.

use super::footer::Fits;
use super::history::DiscoveryStatus;
use super::run::DiscoveryReport;
use super::scope::DiscoveryScope;
use super::{Discovery, Operations};
use crate::catalog::{Action, Resource};
use crate::diff::text::named;
use crate::error::{Error, Result};
use crate::model::{DiscoveryState, RunOutcome, SkipKind, Table, TableRef, TroubleKind};
use crate::period::period_shown;
use crate::store::without_nul;
use crate::transact;
use async_recursion::async_recursion as boxed;
use jiff::Timestamp;

/// Directories without a partition that are many: some stray ones lie nearly everywhere.
const LEFT_OUT_MANY: u64 = 20;
/// Directories without a partition that are few again.
const LEFT_OUT_FEW: u64 = 10;
/// Characters of a reason that are told; the whole of it stands in the history.
const REASON_CHARS_MAX: usize = 1_000;

impl Operations<'_> {
    /// Notes which of the tables are stale and which have many directories left out, and whose are well again.
    #[boxed]
    pub async fn discovery_troubles_note(&self, statuses: &[DiscoveryStatus]) -> Result<()> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let ids: Vec<i64> = statuses.iter().map(|one| one.state.table_id).collect();
        let mut session = self.store.session().await?;
        let skips = session.discovery_skip_counts(&ids).await?;
        drop(session);
        for status in statuses {
            let (state, at) = (&status.state, &status.at);
            let stale = status.is_stale.then(|| stale_text(status));
            self.trouble_set(at, state, TroubleKind::Stale, stale)
                .await?;
            let skipped = |kind: SkipKind| skips.get(&(state.table_id, kind));
            let quarantined = skipped(SkipKind::Schema).map(|(count, first)| {
                let what = "left out, because their files do not fit it";
                left_out_text(at, *count, what, first)
            });
            self.trouble_set(at, state, TroubleKind::Quarantined, quarantined)
                .await?;
            let strays = [skipped(SkipKind::Layout), skipped(SkipKind::Name)];
            let count = strays.iter().flatten().map(|(count, _)| count).sum();
            let first = strays.iter().flatten().next();
            match first.filter(|_| count >= LEFT_OUT_FEW) {
                Some((_, first)) if count >= LEFT_OUT_MANY => {
                    let what = "left out, because they are no partitions of it";
                    let text = left_out_text(at, count, what, first);
                    self.trouble_set(at, state, TroubleKind::LeftOut, Some(text))
                        .await?;
                }
                // Between few and many it stays what it is.
                Some(_) => {}
                None => {
                    self.trouble_set(at, state, TroubleKind::LeftOut, None)
                        .await?;
                }
            }
        }
        Ok(())
    }
}

impl Discovery {
    /// Notes what the outcome of a run says. One that did not do all it had to says nothing.
    pub(super) async fn run_troubles_note(
        &self,
        table: &Table,
        scope: DiscoveryScope,
        state: &DiscoveryState,
        report: &DiscoveryReport,
    ) -> Result<()> {
        let fails = fails_of(scope);
        let reason = report.error.as_deref().unwrap_or("for no known reason");
        let text = |what: &str| reason_text(&table.at, what, reason);
        match report.outcome {
            RunOutcome::Failed => {
                let failed = Some(text(fails_words(fails)));
                self.trouble_set(&table.at, state, fails, failed).await
            }
            RunOutcome::Done | RunOutcome::Braked => {
                self.trouble_set(&table.at, state, fails, None).await?;
                if scope == DiscoveryScope::Window {
                    return Ok(());
                }
                let is_braked = report.outcome == RunOutcome::Braked;
                let braked = is_braked.then(|| text("a sweep was braked"));
                self.trouble_set(&table.at, state, TroubleKind::Braked, braked)
                    .await
            }
            RunOutcome::Running | RunOutcome::Incomplete | RunOutcome::Abandoned => Ok(()),
        }
    }

    /// Notes how the files of new partitions fit the table; a run without new ones says nothing.
    pub(super) async fn fits_note(
        &self,
        table: &Table,
        state: &DiscoveryState,
        fits: &Fits,
    ) -> Result<()> {
        let misfit = fits.first.as_ref().map(|(name, reason)| {
            let count = fits.misfits;
            let what = format!(
                "the files of {count} new partition{} do not fit it, first {}",
                if count == 1 { "" } else { "s" },
                named(name)
            );
            reason_text(&table.at, &what, reason)
        });
        if misfit.is_none() && fits.fitting == 0 {
            return Ok(());
        }
        self.trouble_set(&table.at, state, TroubleKind::Mismatch, misfit)
            .await
    }

    /// Notes that runs of a scope cannot even begin.
    pub(super) async fn settings_trouble_note(
        &self,
        table: &Table,
        scope: DiscoveryScope,
        failure: &Error,
    ) -> Result<()> {
        let mut session = self.store.session().await?;
        let state = session.discovery_table_get(table.id).await?;
        drop(session);
        // A run by hand of a table that takes no part is its caller's to see.
        let Some(state) = state else { return Ok(()) };
        let fails = fails_of(scope);
        let text = reason_text(&table.at, fails_words(fails), &failure.to_string());
        self.trouble_set(&table.at, &state, fails, Some(text)).await
    }

    /// Opens a trouble of a table or ends it; once, whichever replica sees it first.
    async fn trouble_set(
        &self,
        at: &TableRef,
        state: &DiscoveryState,
        kind: TroubleKind,
        text: Option<String>,
    ) -> Result<()> {
        let (table_id, table) = (state.table_id, at.shown());
        let Some(text) = text else {
            if !state.has_troubles {
                return Ok(());
            }
            let is_news = transact!(self.store, |session| {
                session.discovery_trouble_end(table_id, kind).await
            })?;
            if is_news {
                let trouble = kind.as_str();
                tracing::info!(table, trouble, "the discovery of a table is well again");
            }
            return Ok(());
        };
        let text = without_nul(&text);
        let is_news = transact!(self.store, |session| {
            let of = (table_id, table.as_str());
            session.discovery_trouble_open(of, kind, &text).await
        })?;
        if is_news {
            let trouble = kind.as_str();
            tracing::warn!(table, trouble, text, "the discovery of a table needs help");
        }
        Ok(())
    }
}

fn fails_of(scope: DiscoveryScope) -> TroubleKind {
    match scope {
        DiscoveryScope::Window => TroubleKind::WindowFails,
        DiscoveryScope::Sweep => TroubleKind::SweepFails,
    }
}

fn fails_words(fails: TroubleKind) -> &'static str {
    match fails {
        TroubleKind::WindowFails => "looks for new partitions fail",
        _ => "sweeps fail",
    }
}

fn stale_text(status: &DiscoveryStatus) -> String {
    let newest = status.state.freshness.map(|fresh| fresh.object_at);
    let newest = Timestamp::from_second(newest.unwrap_or_default()).unwrap_or_default();
    let settings = status.settings.as_ref().ok();
    let within_s = settings.and_then(|settings| settings.fresh_within_s);
    format!(
        "table {}: its newest data is of {} UTC, and older than the {} that it allows (skep.discovery.fresh-within)",
        named(&status.at.shown()),
        newest.strftime("%Y-%m-%d %H:%M"),
        period_shown(within_s.unwrap_or_default())
    )
}

fn left_out_text(at: &TableRef, count: u64, what: &str, first: &str) -> String {
    let directories = if count == 1 {
        "directory is"
    } else {
        "directories are"
    };
    format!(
        "table {}: {count} {directories} {what}; the first is {}",
        named(&at.shown()),
        named(first)
    )
}

/// What happened and why. The reason is foreign and may hold anything, but no backtick of its own.
fn reason_text(at: &TableRef, what: &str, reason: &str) -> String {
    let reason: String = reason.chars().take(REASON_CHARS_MAX).collect();
    let reason = reason.replace('`', "\u{02CB}").replace(['\r', '\n'], " ");
    format!("table {}: {what}: {reason}", named(&at.shown()))
}
