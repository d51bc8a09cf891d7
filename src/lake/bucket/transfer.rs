//! Bringing a directory of objects to another place: everything is copied, and what has its copy is deleted afterwards. The
//! source may change meanwhile, and the target may have things of others: what is copied, and what is a copy, is told by
//! comparing both.

use super::copies::{Copies, Likeness};
use super::key::library_path;
use super::pages::Pages;
use super::requests::UNANSWERED_MAX;
use super::stream::Streamed;
use super::words::PageQuery;
use super::{Bucket, Object, key_below, prefix_of};
use crate::lake::Summary;
use crate::lake::error::LakeError;
use crate::lake::progress::Progress;
use crate::model::Location;
use futures::{StreamExt, stream};
use object_store::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often the source is looked at again for what came or changed while it was copied. Who writes without an end cannot be
/// waited for.
const PASSES_MAX: usize = 5;
/// What the clocks of stores tell.
const SECOND: Duration = Duration::from_secs(1);

/// How an object is copied.
enum Copy {
    /// Through this process, by the library, which knows both keys.
    Stream(Path, Path),
    /// By a request of our own, on the store's side.
    Request,
}

/// What one look at the source came to, in objects.
#[derive(Default)]
struct Passed {
    seen: usize,
    /// Copied, or taken away.
    changed: usize,
    /// What is at the target, and is no copy of anything.
    strays: Strays,
    /// What was written anew while it was copied, so that there is no copy of it.
    uncopied: Strays,
}

/// What was found where copies were taken back, and is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strays {
    /// How many keys.
    pub count: u64,
    /// The first of them.
    pub first: Option<String>,
}

impl Strays {
    fn add(&mut self, key: &str) {
        self.count += 1;
        self.first.get_or_insert_with(|| key.to_owned());
    }
}

impl Bucket {
    /// Copies every key below `from` to its place below `to`; false when there is no key. What a call before has copied is
    /// left as it is. What comes or changes meanwhile is copied as well, as long as that ends.
    pub(in crate::lake) async fn directory_copy(
        &self,
        from: &Location,
        target: &Self,
        to: &Location,
        progress: &Progress,
    ) -> Result<bool, LakeError> {
        let began = Instant::now();
        let mut was_full = false;
        let (mut left, mut missing) = (Strays::default(), Strays::default());
        for pass in 0..PASSES_MAX {
            let passed = self.pass(from, target, to, pass == 0, progress);
            let Passed {
                seen,
                changed,
                strays,
                uncopied,
            } = passed.await?;
            was_full |= seen > 0;
            (left, missing) = (strays, uncopied);
            if changed == 0 {
                break;
            }
        }
        // A copy of what vanished and came back would go with the deletion of the first one.
        target.answered_check(to, began)?;
        if let Some(first) = missing.first {
            let count = missing.count;
            let why = format!(
                "{count} of its files are written anew whenever they are copied, such as {first}: try again when nobody writes there"
            );
            return Err(LakeError::immovable(from.as_str(), why));
        }
        // A copy that a process which died has made of what was deleted since, or somebody's own file: its rows would come
        // along, and nobody knows which it is.
        match left.first {
            Some(first) => {
                let count = left.count;
                let why = format!(
                    "{count} of its files are no copies of what is at {from}, such as {first}: remove them, and try again"
                );
                Err(LakeError::immovable(to.as_str(), why))
            }
            None => Ok(was_full),
        }
    }

    /// One pass over the source: copies what has no copy, and takes the copies away of what is gone. The first pass alone
    /// counts what it meets.
    async fn pass(
        &self,
        from: &Location,
        target: &Self,
        to: &Location,
        is_first: bool,
        progress: &Progress,
    ) -> Result<Passed, LakeError> {
        let mut passed = Passed::default();
        let mut pages = Pages::new(self, from);
        let mut copies = Copies::new(target, to);
        loop {
            let mut is_more = true;
            if let Some(page) = pages.next().await? {
                passed.seen += page.len();
                let mut missing = Vec::new();
                let mut is_doubtful = false;
                for object in page {
                    let name = key_below(from, &object.key);
                    while copies.pass_to(name).await? {
                        let gone = copies.passed_take();
                        let strays = &mut passed.strays;
                        passed.changed += target.own_delete(to, gone, progress, strays).await?;
                    }
                    let copy = copies.find(name);
                    if copy.is_some_and(|copy| is_copied(copy, &object, progress)) {
                        if is_first {
                            progress.add(object.bytes);
                        }
                        continue;
                    }
                    is_doubtful |=
                        copy.is_some_and(|copy| Likeness::of(copy, &object) != Likeness::Other);
                    missing.push(object);
                }
                if is_doubtful {
                    // What was written in the second of its copying is copied again in another one.
                    tokio::time::sleep(SECOND).await;
                }
                passed.changed += missing.len();
                let uncopied = self.all_copy(from, missing, target, to, is_first, progress);
                for key in uncopied.await? {
                    passed.uncopied.add(&key);
                }
            } else {
                is_more = copies.rest_pass().await?;
            }
            // What they were copied of is gone.
            let (gone, strays) = (copies.passed_take(), &mut passed.strays);
            passed.changed += target.own_delete(to, gone, progress, strays).await?;
            if !is_more {
                return Ok(passed);
            }
        }
    }

    /// Deletes of these keys what this run of the job has copied, and counts what else there is. Gives how many it deleted.
    async fn own_delete(
        &self,
        at: &Location,
        keys: Vec<String>,
        progress: &Progress,
        strays: &mut Strays,
    ) -> Result<usize, LakeError> {
        let keys = keys.into_iter();
        let (own, others): (Vec<String>, Vec<String>) =
            keys.partition(|key| progress.has_copied(key));
        for key in &others {
            strays.add(key);
        }
        self.all_delete(at, &own).await?;
        Ok(own.len())
    }

    /// Copies objects, several at once; gives the keys of those that were written anew meanwhile. None is left on its way: it
    /// would arrive after it was taken back.
    async fn all_copy(
        &self,
        from: &Location,
        objects: Vec<Object>,
        target: &Self,
        to: &Location,
        is_counted: bool,
        progress: &Progress,
    ) -> Result<Vec<String>, LakeError> {
        let has_failed = AtomicBool::new(false);
        let has_failed = &has_failed;
        let copied: Vec<Result<Option<String>, LakeError>> = stream::iter(objects)
            .map(|object| async move {
                if has_failed.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                match self.object_copy(from, &object, target, to, progress).await {
                    Ok(Streamed::Copied) => {
                        if is_counted {
                            progress.add(object.bytes);
                        }
                        Ok(None)
                    }
                    Ok(Streamed::Changed) => Ok(Some(object.key)),
                    Err(failure) => {
                        has_failed.store(true, Ordering::Relaxed);
                        Err(failure)
                    }
                }
            })
            .buffer_unordered(self.copies_concurrent_max)
            .collect()
            .await;
        let copied: Result<Vec<Option<String>>, LakeError> = copied.into_iter().collect();
        Ok(copied?.into_iter().flatten().collect())
    }

    /// Counts all objects that a copy would take along. Fails where it could not take all of them.
    pub(in crate::lake) async fn copy_count(
        &self,
        from: &Location,
        target: &Self,
        to: &Location,
    ) -> Result<Summary, LakeError> {
        let mut total = Summary::default();
        let mut stuck: Option<(String, u64)> = None;
        let mut pages = Pages::new(self, from);
        while let Some(page) = pages.next().await? {
            for object in page {
                total.add(object.bytes);
                let copy = prefix_of(to) + key_below(from, &object.key);
                if self.copy_way(&object, target, &copy).is_none() {
                    stuck.get_or_insert((object.key, 0)).1 += 1;
                }
            }
        }
        match stuck {
            Some((first, count)) => Err(LakeError::unnameable(from.as_str(), &first, count)),
            None => Ok(total),
        }
    }

    async fn object_copy(
        &self,
        from: &Location,
        object: &Object,
        target: &Self,
        to: &Location,
        progress: &Progress,
    ) -> Result<Streamed, LakeError> {
        // One for all jobs of this process. It is never closed.
        let _turn = self.copying.objects.acquire().await;
        if progress.is_stopped() {
            return Err(LakeError::immovable(
                from.as_str(),
                "the copying was stopped",
            ));
        }
        let copy = prefix_of(to) + key_below(from, &object.key);
        let Some(way) = self.copy_way(object, target, &copy) else {
            return Err(LakeError::unnameable(from.as_str(), &object.key, 1));
        };
        // Right before: what somebody else writes under that name until then is theirs.
        progress.copied_note(&copy, object.etag.as_deref());
        let copied = match way {
            Copy::Stream(source, copy) => {
                let copied = self.stream_copy(&source, target, &copy, object).await;
                copied.map_err(|error| LakeError::from_store(from.as_str(), error))
            }
            Copy::Request => {
                let copied = target
                    .requests
                    .copy(&self.name, &object.key, &copy, object.bytes);
                let copied = copied.await.map(|()| Streamed::Copied);
                copied.map_err(|failure| failure.at(from.as_str()))
            }
        };
        match copied {
            // Whoever wrote it may have taken it away since it was listed, as engines do with what they write on the way.
            Err(LakeError::NotFound { .. }) if !self.has_key(from, &object.key).await? => {
                Ok(Streamed::Copied)
            }
            copied => copied,
        }
    }

    async fn has_key(&self, at: &Location, key: &str) -> Result<bool, LakeError> {
        let query = PageQuery {
            prefix: key,
            keys_max: 1,
            ..PageQuery::default()
        };
        let page = self.requests.page(query).await;
        let page = page.map_err(|failure| failure.at(at.as_str()))?;
        Ok(page.objects.first().is_some_and(|object| object.key == key))
    }

    /// How an object can be copied to a key; nothing where it cannot.
    fn copy_way(&self, object: &Object, target: &Self, copy: &str) -> Option<Copy> {
        let is_one_request = target.copies && object.bytes <= self.copy_bytes_max;
        let is_named = is_one_request && target.requests.is_addressable(copy);
        if is_named && std::ptr::eq(self, target) {
            return Some(Copy::Request);
        }
        // Another bucket (whose region may differ), or an object over the store's limit.
        match (library_path(&object.key), library_path(copy)) {
            (Some(source), Some(copy)) => Some(Copy::Stream(source, copy)),
            _ => is_named.then_some(Copy::Request),
        }
    }

    /// Whether everything below `to` has the content of a key below `from`.
    pub(in crate::lake) async fn has_only_copies(
        &self,
        from: &Location,
        target: &Self,
        to: &Location,
    ) -> Result<bool, LakeError> {
        let mut pages = Pages::new(self, from);
        let mut copies = Copies::new(target, to);
        loop {
            let mut is_more = true;
            if let Some(page) = pages.next().await? {
                for object in &page {
                    let name = key_below(from, &object.key);
                    while copies.pass_to(name).await? && !copies.has_passed() {}
                    if copies.has_passed() {
                        return Ok(false);
                    }
                    let Some(copy) = copies.find(name) else {
                        continue;
                    };
                    let is_like = copy.bytes == object.bytes;
                    let has_same_tag = object.etag.is_some() && copy.etag == object.etag;
                    if !is_like || !has_same_tag && !self.is_same(object, target, copy).await? {
                        return Ok(false);
                    }
                }
            } else {
                is_more = copies.rest_pass().await?;
            }
            if copies.has_passed() {
                return Ok(false);
            }
            if !is_more {
                return Ok(true);
            }
        }
    }

    /// Deletes below `to` what may be the copy of a key below `from`, and what this run of the job has copied; what others
    /// have written there stays, and is told.
    pub(in crate::lake) async fn copies_delete(
        &self,
        from: &Location,
        target: &Self,
        to: &Location,
        progress: &Progress,
    ) -> Result<Strays, LakeError> {
        let began = Instant::now();
        let mut strays = Strays::default();
        let mut pages = Pages::new(self, from);
        let mut copies = Copies::new(target, to);
        loop {
            let mut is_more = true;
            let mut found = Vec::new();
            if let Some(page) = pages.next().await? {
                for object in &page {
                    let name = key_below(from, &object.key);
                    while copies.pass_to(name).await? {
                        let passed = copies.passed_take();
                        target.own_delete(to, passed, progress, &mut strays).await?;
                    }
                    let Some(copy) = copies.find(name) else {
                        continue;
                    };
                    let is_other = Likeness::of(copy, object) == Likeness::Other;
                    if !is_other || progress.has_copied(&copy.key) {
                        found.push(copy.key.clone());
                    } else {
                        strays.add(&copy.key);
                    }
                }
            } else {
                is_more = copies.rest_pass().await?;
            }
            let passed = copies.passed_take();
            target.own_delete(to, passed, progress, &mut strays).await?;
            target.all_delete(to, &found).await?;
            if !is_more {
                // What an earlier try has asked for counts as well.
                let lately = began.checked_sub(UNANSWERED_MAX).unwrap_or(began);
                target.answered_check(to, lately)?;
                return Ok(strays);
            }
        }
    }
}

/// Whether an object is the copy of another one as that is now: by what this run remembers that has made it, else by what
/// the listings tell for certain.
fn is_copied(copy: &Object, source: &Object, progress: &Progress) -> bool {
    let likeness = Likeness::of(copy, source);
    match source.etag.as_deref() {
        Some(tag) if progress.has_copied(&copy.key) => {
            likeness != Likeness::Other && !progress.copied_another(&copy.key, Some(tag))
        }
        _ => likeness == Likeness::Copy,
    }
}
