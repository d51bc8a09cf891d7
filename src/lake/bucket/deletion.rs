//! Deleting keys: those that are named, those that are older than a moment, those that have their copy elsewhere.
//!
//! What is told by its age or its copy may be written again by somebody else, once the deletion was finished by another
//! process. So there each request is sent once, right after the question whether the deletion is still to be done; where it
//! fails of something that passes, the keys are listed and looked at anew before it is sent again.

use super::copies::{Copies, Likeness};
use super::directories::Directories;
use super::failure::RequestFailure;
use super::key::library_path;
use super::pages::Pages;
use super::requests::{Naming, Repeats};
use super::{Bucket, Object, PAGE_KEYS_MAX, answer::Told, key_below, prefix_of};
use crate::lake::error::LakeError;
use crate::lake::moment::{Kept, Moment};
use crate::lake::progress::DeletionWatch;
use crate::model::Location;
use futures::{StreamExt, stream};
use reqwest::StatusCode;
use std::time::{Duration, Instant};

/// Deletions of single keys that may be on their way at once.
const DELETIONS_CONCURRENT_MAX: usize = 16;
/// Single keys that are deleted between two questions whether that is still to be done.
const KEYS_PER_QUESTION: usize = DELETIONS_CONCURRENT_MAX;
/// How old what a listing told may be when it is gone by, and how often it is listed again for that.
const LISTING_AGE_MAX: Duration = Duration::from_secs(2);
const LISTINGS_AGAIN_MAX: usize = 3;

/// Why keys were not deleted.
struct Undeleted {
    failure: LakeError,
    /// Whether the same may go through a moment later.
    may_pass: bool,
}

impl From<LakeError> for Undeleted {
    fn from(failure: LakeError) -> Self {
        Self {
            failure,
            may_pass: false,
        }
    }
}

impl Undeleted {
    fn of(failure: RequestFailure, at: &Location) -> Self {
        Self {
            may_pass: failure.may_pass(),
            failure: failure.at(at.as_str()),
        }
    }
}

impl Bucket {
    /// Deletes any number of keys.
    pub(super) async fn all_delete(&self, at: &Location, keys: &[String]) -> Result<(), LakeError> {
        for keys in keys.chunks(PAGE_KEYS_MAX) {
            self.keys_delete(at, keys.to_vec()).await?;
        }
        Ok(())
    }

    /// Deletes keys, at most a page of them. The rest is still deleted where one fails; the first failure is the one told.
    pub(super) async fn keys_delete(
        &self,
        at: &Location,
        keys: Vec<String>,
    ) -> Result<(), LakeError> {
        let deleted = self.keys_delete_for(at, keys, None).await;
        deleted.map(drop).map_err(|undeleted| undeleted.failure)
    }

    /// The same for somebody who watches; false where it is not to be done any more.
    async fn keys_delete_for(
        &self,
        at: &Location,
        keys: Vec<String>,
        watch: Option<&DeletionWatch<'_>>,
    ) -> Result<bool, Undeleted> {
        if keys.is_empty() {
            // Nothing is left, as far as this one sees: another one may have asked for more.
            return Ok(is_still(watch).await?);
        }
        let repeats = match watch {
            Some(_) => Repeats::None,
            None => Repeats::Useful,
        };
        let (mut listed, mut single, mut unnameable) = (Vec::new(), Vec::new(), Vec::new());
        for key in keys {
            match self.requests.naming(&key, self.bulk_delete) {
                Some(Naming::Body) => listed.push(key),
                Some(Naming::Address) => single.push(key),
                None => unnameable.push(key),
            }
        }
        let mut outcome = Ok(());
        if !listed.is_empty() {
            if !is_still(watch).await? {
                return Ok(false);
            }
            let undeleted = self.requests.delete_listed(&listed, repeats).await;
            outcome = match undeleted.map(|told| told.into_iter().next()) {
                Ok(None) => Ok(()),
                Ok(Some(told)) => Err(Undeleted::of(undeleted_failure(told), at)),
                Err(failure) => Err(Undeleted::of(failure, at)),
            };
        }
        for group in single.chunks(KEYS_PER_QUESTION) {
            if !is_still(watch).await? {
                return Ok(false);
            }
            let deletions = group.iter();
            let deletions = deletions.map(|key| self.requests.delete_addressed(key, repeats));
            // A plain list of futures, each of which is sent when its turn comes.
            let deletions: Vec<_> = deletions.collect();
            let mut deleted = stream::iter(deletions).buffer_unordered(DELETIONS_CONCURRENT_MAX);
            while let Some(one) = deleted.next().await {
                outcome = outcome.and(one.map_err(|failure| Undeleted::of(failure, at)));
            }
        }
        outcome?;
        match unnameable.first() {
            Some(first) => {
                Err(LakeError::unnameable(at.as_str(), first, unnameable.len() as u64).into())
            }
            None => Ok(true),
        }
    }

    /// Deletes every key below the directory that is older than a moment. The store stamps an object when its upload
    /// begins, with the whole second before. However it ends, a deletion that was not answered is what is told of it.
    pub(in crate::lake) async fn directory_delete(
        &self,
        at: &Location,
        moment: Moment,
        watch: &DeletionWatch<'_>,
    ) -> Result<Kept, LakeError> {
        let began = Instant::now();
        let deleted = self.older_delete(at, moment, watch).await;
        self.answered_check(at, began)?;
        deleted
    }

    async fn older_delete(
        &self,
        at: &Location,
        moment: Moment,
        watch: &DeletionWatch<'_>,
    ) -> Result<Kept, LakeError> {
        let mut kept = Kept::default();
        let mut directories = Directories::default();
        let mut token = None;
        let mut first: Option<String> = None;
        let (mut failed, mut late) = (0, 0);
        loop {
            let asked = Instant::now();
            let page = self.page(at, token.clone(), PAGE_KEYS_MAX).await?;
            if asked.elapsed() > LISTING_AGE_MAX && late < LISTINGS_AGAIN_MAX {
                // Somebody may have written such a key anew since the store looked.
                late += 1;
                continue;
            }
            let mut kept_here = Kept::default();
            let first_here = page.objects.first().map(|object| object.key.clone());
            if token.is_some() && first_here.is_some() && first_here == first {
                let why = "the store lists the same keys again and again";
                return Err(LakeError::immovable(at.as_str(), why));
            }
            let mut old = page.objects;
            old.retain(|object| kept_here.judge(moment.side(object.modified)));
            let keys = old.iter().map(|object| object.key.clone());
            match self.keys_delete_for(at, keys.collect(), Some(watch)).await {
                Ok(true) => {}
                Ok(false) => return Ok(kept),
                Err(undeleted) => {
                    failed += 1;
                    if undeleted.may_pass && self.requests.try_again(failed).await {
                        continue;
                    }
                    return Err(undeleted.failure);
                }
            }
            (failed, late) = (0, 0);
            kept.add(kept_here);
            for object in old {
                watch.progress.add(object.bytes);
            }
            directories.note(page.directories, moment);
            if page.next.is_none() {
                self.directories_delete(at, directories, watch).await?;
                return Ok(kept);
            }
            (token, first) = (page.next, first_here);
        }
    }

    /// Fails where a deletion was given up without an answer: the store may carry it out when the place has other files.
    pub(super) fn answered_check(&self, at: &Location, began: Instant) -> Result<(), LakeError> {
        if self.requests.has_unanswered_since(began) {
            return Err(LakeError::Unanswered {
                location: at.to_string(),
            });
        }
        Ok(())
    }

    /// Deletes below `from` what has its copy below `to`, and what changed last before the moment of the copying. What else is
    /// there stays. However it ends, a deletion that was not answered is what is told of it.
    pub(in crate::lake) async fn copied_delete(
        &self,
        from: &Location,
        target: &Self,
        to: &Location,
        moment: Moment,
        watch: &DeletionWatch<'_>,
    ) -> Result<Kept, LakeError> {
        let began = Instant::now();
        let deleted = self.sources_delete(from, target, to, moment, watch).await;
        self.answered_check(from, began)?;
        deleted
    }

    async fn sources_delete(
        &self,
        from: &Location,
        target: &Self,
        to: &Location,
        moment: Moment,
        watch: &DeletionWatch<'_>,
    ) -> Result<Kept, LakeError> {
        let mut kept = Kept::default();
        let mut pages = Pages::new(self, from);
        let mut copies = Copies::new(target, to);
        let mut failed = 0;
        loop {
            let before = pages.last().map(str::to_owned);
            let asked = Instant::now();
            let Some(page) = pages.next().await? else {
                return Ok(kept);
            };
            let mut kept_here = Kept::default();
            let mut copied = Vec::with_capacity(page.len());
            for object in page {
                let copy = copies.seek(key_below(from, &object.key)).await?;
                let is_settled = match self.judged(&object, target, copy, watch).await? {
                    Judged::Copied => true,
                    Judged::ByTime => kept_here.judge(moment.side(object.modified)),
                    Judged::Unclear => {
                        kept_here.unclear += 1;
                        false
                    }
                };
                if is_settled {
                    copied.push(object);
                }
            }
            if asked.elapsed() > LISTING_AGE_MAX {
                // Somebody may have written such a key anew since the store looked.
                let now = Pages::after(self, from, before.clone()).next().await?;
                let now = now.unwrap_or_default();
                copied.retain(|object| now.contains(object));
            }
            let keys = copied.iter().map(|object| object.key.clone());
            match self
                .keys_delete_for(from, keys.collect(), Some(watch))
                .await
            {
                Ok(true) => {}
                Ok(false) => return Ok(kept),
                Err(undeleted) => {
                    failed += 1;
                    if !undeleted.may_pass || !self.requests.try_again(failed).await {
                        return Err(undeleted.failure);
                    }
                    let name = before.as_deref().map(|key| key_below(from, key));
                    copies = Copies::after(target, to, name);
                    pages = Pages::after(self, from, before);
                    continue;
                }
            }
            failed = 0;
            kept.add(kept_here);
            for object in copied {
                watch.progress.add(object.bytes);
            }
        }
    }

    /// Tells a source from its copy: by what the run remembers that has made it, else by the listings, else by the bytes.
    async fn judged(
        &self,
        object: &Object,
        target: &Self,
        copy: Option<&Object>,
        watch: &DeletionWatch<'_>,
    ) -> Result<Judged, LakeError> {
        let Some(copy) = copy else {
            return Ok(Judged::ByTime);
        };
        let likeness = Likeness::of(copy, object);
        if likeness == Likeness::Other {
            return Ok(Judged::ByTime);
        }
        let by = watch.copied.filter(|by| by.has_copied(&copy.key));
        if let (Some(by), Some(tag)) = (by, object.etag.as_deref()) {
            // Written anew by an upload that began before it was copied: the store stamps it so.
            let is_another = by.copied_another(&copy.key, Some(tag));
            return Ok(if is_another {
                Judged::Unclear
            } else {
                Judged::Copied
            });
        }
        if likeness == Likeness::Copy || self.is_same(object, target, copy).await? {
            return Ok(Judged::Copied);
        }
        Ok(Judged::Unclear)
    }

    /// Whether two objects of one length have the same bytes. False where they cannot be read.
    pub(super) async fn is_same(
        &self,
        object: &Object,
        target: &Self,
        copy: &Object,
    ) -> Result<bool, LakeError> {
        let (Some(from), Some(to)) = (library_path(&object.key), library_path(&copy.key)) else {
            return Ok(false);
        };
        let same = self.has_same_bytes(&from, target, &to, object.bytes).await;
        match same.map_err(|error| LakeError::from_store(&object.key, error)) {
            Err(LakeError::NotFound { .. }) => Ok(false),
            same => same,
        }
    }

    /// Deletes the markers of the directories above `at`, strictly below `stop`, that hold
    /// nothing else.
    pub(in crate::lake) async fn parents_delete_if_empty(
        &self,
        at: &Location,
        stop: &Location,
    ) -> Result<(), LakeError> {
        let mut next = at.parent();
        while let Some(here) = next {
            if here == *stop || !stop.contains(&here) {
                break;
            }
            let page = self.page(&here, None, 2).await?;
            let marker = prefix_of(&here);
            if page
                .objects
                .iter()
                .any(|object| object.key != marker || object.bytes > 0)
            {
                break;
            }
            if !page.objects.is_empty() {
                self.keys_delete(&here, vec![marker]).await?;
            }
            next = here.parent();
        }
        Ok(())
    }
}

/// What lies at the place of a source's copy.
enum Judged {
    /// Its copy.
    Copied,
    /// Something else, or nothing: the source's time decides.
    ByTime,
    /// It cannot be told whether the source was written anew since it was copied.
    Unclear,
}

async fn is_still(watch: Option<&DeletionWatch<'_>>) -> Result<bool, LakeError> {
    match watch {
        Some(watch) => (watch.still)().await,
        None => Ok(true),
    }
}

/// What a store says of a key that it did not delete.
fn undeleted_failure(told: Told) -> RequestFailure {
    let status = if told.code == "AccessDenied" {
        StatusCode::FORBIDDEN
    } else {
        StatusCode::INTERNAL_SERVER_ERROR
    };
    RequestFailure::Told { status, told }
}
