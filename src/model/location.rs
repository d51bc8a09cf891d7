//! A place where data lies, as a value: read and normalised once, then compared and contained by storage, bucket and
//! path segments, never as text. It knows no store and asks nothing.
//!
//! The normal form is that of Hadoop's `Path`. Two rules differ from a URL. Nothing is percent-decoded: `a%3Ab` is the
//! real name of the directory, as Hive escapes partition values in it; and `?` and `#` are ordinary characters of a path.
//! A file is written `file:/x` (Hive 2.3.9 and 3.1.3 store it so; Spark and Trino read it). `s3`, `s3a` and `s3n` are
//! three words for one storage: places that differ in the word alone are equal, while each shows the word that its
//! client wrote, because engines choose their file system by it. So are Azure's five, whose accounts have a host for each.
//!
//! One allocation a place: a reply may hold a million of them.

mod bucket_name;
mod parts;
#[cfg(test)]
mod tests;

use parts::{Parts, is_no_name, path_normalise, too_long};
use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

/// The longest location that is accepted, in bytes: the longest path of Linux. S3 keys end at
/// 1,024 and the store answers for that itself.
pub const LOCATION_BYTES_MAX: usize = 4096;

/// Which kind of storage a place lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Storage {
    /// The local file system (`file:`, or no scheme at all).
    File,
    /// S3, by whichever of its three words.
    S3,
    /// Google Cloud Storage (`gs`).
    Gcs,
    /// Azure's blob storage and its data lake, by whichever of their words: `abfss`, `abfs`, `wasbs`, `wasb`, `az`. What
    /// stands for the bucket is `container@account.dfs.core.windows.net`; behind `az` it is the container alone.
    Azure,
    /// A storage that skep keeps the location of but does not reach (`hdfs`, `viewfs`, `oss`, …).
    Other,
}

impl Storage {
    /// Whether directories are prefixes of keys: a place then needs no creating, and moves by being copied.
    pub fn is_object_store(self) -> bool {
        matches!(self, Self::S3 | Self::Gcs | Self::Azure)
    }
}

/// A text that is no location.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("location {location:?} is not valid: {why}")]
pub struct LocationError {
    /// The text as it came, unless it may hold credentials.
    pub location: String,
    /// What is wrong with it.
    pub why: String,
    /// Whether it is one that is not followed, because of a `.` or `..` in it.
    pub is_dotted: bool,
}

/// A normalised, absolute location.
///
/// Equal are places, not texts: `s3a://b/x` equals `s3://b/x`, and `s3://b` equals `s3://b/`.
#[derive(Clone)]
pub struct Location {
    /// The normal form: no trailing slash but for a root's, no empty or dotted segment.
    text: Box<str>,
    storage: Storage,
    /// Where the bucket (host and port of other storages; nothing for files) begins in the text.
    authority_at: u16,
    /// Where it ends and the path begins.
    path_at: u16,
}

impl Location {
    /// Reads and normalises a location. A bare path is a file. Refused are relative paths, a name that no bucket may have,
    /// a file on another host, control characters, and `..` above the root.
    pub fn parse(text: &str) -> Result<Self, LocationError> {
        let parts = Parts::of(text)?;
        if parts.is_normal(text) {
            return Ok(parts.place(text.to_owned()));
        }
        let path = path_normalise(text, parts.path)?;
        Ok(parts.place(parts.text(&path)))
    }

    /// Reads a location that somebody asks about. Refused is, beside what is no location, a `.` or `..` in the path: to an object
    /// store they are names like others, so that what they lead to for files would be the answer to another question.
    pub fn parse_asked(text: &str) -> Result<Self, LocationError> {
        let parts = Parts::of(text)?;
        let mut segments = parts.path.split('/');
        if segments.any(|segment| matches!(segment, "." | "..")) {
            let why = "'.' and '..' are not followed: write the path that is meant";
            return Err(LocationError {
                is_dotted: true,
                ..LocationError::new(text, why)
            });
        }
        Self::parse(text)
    }

    /// A location that was stored. What was accepted by older rules and is refused by today's stays readable: as a place
    /// on no storage that skep reaches, shown as it is.
    pub fn from_stored(text: String) -> Self {
        let normal = Parts::of(&text).ok().filter(|parts| parts.is_normal(&text));
        let Some((storage, (authority_at, path_at))) =
            normal.map(|parts| (parts.storage, parts.offsets()))
        else {
            return Self::parse(&text).unwrap_or_else(|_| Self {
                text: text.into_boxed_str(),
                storage: Storage::Other,
                authority_at: 0,
                path_at: 0,
            });
        };
        Self {
            text: text.into_boxed_str(),
            storage,
            authority_at,
            path_at,
        }
    }

    /// The normal form, with the word that its client wrote.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The storage it lies on.
    pub fn storage(&self) -> Storage {
        self.storage
    }

    /// The bucket of an S3 location; empty for files.
    pub fn bucket(&self) -> &str {
        &self.text[usize::from(self.authority_at)..usize::from(self.path_at)]
    }

    /// The path: `/a/b`, or `/` or nothing at the root.
    pub fn path(&self) -> &str {
        &self.text[usize::from(self.path_at)..]
    }

    /// The object key of an S3 location: the path without its leading slash.
    pub fn key(&self) -> &str {
        let path = self.path();
        path.strip_prefix('/').unwrap_or(path)
    }

    /// The scheme as its client wrote it; empty where nothing could be read.
    pub fn scheme(&self) -> &str {
        let end = match self.storage {
            Storage::File => "file".len(),
            Storage::S3 | Storage::Gcs | Storage::Azure => {
                usize::from(self.authority_at) - "://".len()
            }
            Storage::Other => self.text[..usize::from(self.path_at)]
                .find(':')
                .unwrap_or(0),
        };
        &self.text[..end]
    }

    /// Whether it is the root of a file system or a whole bucket.
    pub fn is_root(&self) -> bool {
        self.key().is_empty()
    }

    /// The directory above, or `None` at the root.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        let (above, _) = self.text.rsplit_once('/')?;
        let is_root = above.len() <= usize::from(self.path_at);
        let text = if is_root {
            &self.text[..=usize::from(self.path_at)]
        } else {
            above
        };
        Some(self.with_text(text.into()))
    }

    /// The place of `path`, one or more names joined by `/`, below this one. Refused are empty and dotted names.
    pub fn join(&self, path: &str) -> Result<Self, LocationError> {
        let invalid = |why: &str| LocationError::new(&format!("{self}/{path}"), why);
        if path.split('/').any(is_no_name) {
            return Err(invalid("it has an empty or a dotted segment"));
        }
        if path.chars().any(|c| c.is_ascii_control()) {
            return Err(invalid("it contains a control character"));
        }
        if self.text.len() + 1 + path.len() > LOCATION_BYTES_MAX {
            return Err(too_long(&format!("{self}/{path}")));
        }
        Ok(self.below(path))
    }

    /// As [`Self::join`], for names that skep itself has made: those of partitions, and the directories of tables and
    /// databases, are neither empty nor dotted. Were one so, it would be left out: the place always lies at or below
    /// this one.
    #[must_use]
    pub fn below(&self, path: &str) -> Self {
        let root = self.text.strip_suffix('/').unwrap_or(&self.text);
        let mut text = String::with_capacity(root.len() + 1 + path.len());
        text.push_str(root);
        if !path.split('/').any(is_no_name) {
            text.push('/');
            text.push_str(path);
            return self.with_text(text);
        }
        for name in path.split('/').filter(|name| !is_no_name(name)) {
            text.push('/');
            text.push_str(name);
        }
        self.with_text(text)
    }

    /// The same place's storage and bucket with another text, that differs in the path alone.
    fn with_text(&self, text: String) -> Self {
        Self {
            text: text.into_boxed_str(),
            ..*self
        }
    }

    /// Whether both lie on the same storage: a move between them needs no other protocol.
    pub fn same_storage(&self, other: &Self) -> bool {
        match (self.storage, other.storage) {
            (Storage::Other, Storage::Other) => {
                self.scheme() == other.scheme() && self.bucket() == other.bucket()
            }
            (here, there) => here == there,
        }
    }

    /// Whether both are of one kind of storage, whatever their bucket or host.
    pub fn same_scheme(&self, other: &Self) -> bool {
        self.storage == other.storage && self.word() == other.word()
    }

    /// The scheme, where it tells one storage from another.
    fn word(&self) -> &str {
        match self.storage {
            Storage::Other => self.scheme(),
            Storage::File | Storage::S3 | Storage::Gcs | Storage::Azure => "",
        }
    }

    /// What makes two buckets one: of Azure the container and the account, whose host has a name for each protocol.
    pub fn bucket_identity(&self) -> (&str, &str) {
        if self.storage != Storage::Azure {
            return (self.bucket(), "");
        }
        let (container, host) = self.bucket().split_once('@').unwrap_or((self.bucket(), ""));
        (container, host.split('.').next().unwrap_or(host))
    }

    /// Whether `other` is this place or lies below it, segment by segment: `/a/b` contains
    /// `/a/b/c` and not `/a/bc`.
    pub fn contains(&self, other: &Self) -> bool {
        self.path_to(other).is_some()
    }

    /// Whether one of both contains the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// The path that leads from this place down to `other`: empty where they are one, `None` where it lies elsewhere.
    pub fn path_to<'o>(&self, other: &'o Self) -> Option<&'o str> {
        if !self.same_storage(other) || self.bucket_identity() != other.bucket_identity() {
            return None;
        }
        let rest = other.key().strip_prefix(self.key())?;
        if self.is_root() || rest.is_empty() {
            return Some(rest);
        }
        rest.strip_prefix('/')
    }

    /// Where this place is after the directory `from` has become `to`; `None` where it does not lie in it. The word
    /// stays that of this place where the new storage knows it.
    pub fn moved(&self, from: &Self, to: &Self) -> Option<Self> {
        let path = from.path_to(self)?;
        let there = if path.is_empty() {
            to.clone()
        } else {
            to.below(path)
        };
        Some(there.with_word_of(self))
    }

    fn with_word_of(self, other: &Self) -> Self {
        let is_s3 = self.storage == Storage::S3 && other.storage == Storage::S3;
        if !is_s3 || self.scheme() == other.scheme() {
            return self;
        }
        let parts = Parts {
            storage: Storage::S3,
            word: Cow::Borrowed(other.scheme()),
            authority: self.bucket(),
            path: self.path(),
        };
        parts.place(parts.text(parts.path))
    }

    /// What makes two places one.
    fn identity(&self) -> (Storage, &str, (&str, &str), &str) {
        (
            self.storage,
            self.word(),
            self.bucket_identity(),
            self.key(),
        )
    }
}

impl PartialEq for Location {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Location {}

impl Hash for Location {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl LocationError {
    fn new(location: &str, why: impl Into<String>) -> Self {
        Self {
            location: location.to_owned(),
            why: why.into(),
            is_dotted: false,
        }
    }
}
