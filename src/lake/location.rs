//! A location's text, normalised as Hadoop's `Path` does it, so that a path compares equal
//! however it was written. Pure: it knows no store and asks nothing.
//!
//! Two rules differ from a URL. Nothing is percent-decoded: `a%3Ab` is the real name of the
//! directory, as Hive escapes partition values in it; and `?` and `#` are ordinary characters.
//! A file is written `file:/x` (Hive 2.3.9 and 3.1.3 store it so; Spark and Trino read it), and
//! `s3`, `s3a`, `s3n` stay as the client wrote them, because engines choose their file system by
//! that word.

use super::error::LakeError;
use std::fmt;

/// The longest location that is accepted, in bytes: the longest path of Linux. S3 keys end at
/// 1,024 and the store answers for that itself.
pub const LOCATION_BYTES_MAX: usize = 4096;

/// Which kind of storage a location lies on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// The local file system (`file:`, or no scheme at all).
    File,
    /// S3, with the word the client wrote: `s3`, `s3a` or `s3n`.
    S3(&'static str),
    /// A storage that skep keeps the location of but does not reach (`hdfs`, `abfs`, `gs`, …).
    Other(String),
}

/// A normalised, absolute location.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    scheme: Scheme,
    /// The bucket, or host and port of other storages; empty for files.
    authority: String,
    /// Empty or absolute; no trailing slash but for the root itself, no empty or dotted segment.
    path: String,
}

impl Location {
    /// Reads and normalises a location. A bare path is a file. Refused are relative paths, a
    /// bucket without a name, a file on another host, control characters, and `..` above the root.
    pub fn parse(text: &str) -> Result<Self, LakeError> {
        if text.len() > LOCATION_BYTES_MAX {
            let start: String = text.chars().take(80).collect();
            let why = format!(
                "{} bytes is over the {LOCATION_BYTES_MAX} allowed",
                text.len()
            );
            return Err(LakeError::invalid(&format!("{start}…"), why));
        }
        if text.chars().any(|c| c.is_ascii_control()) {
            return Err(LakeError::invalid(text, "it contains a control character"));
        }
        let (scheme, rest) = scheme_split(text)?;
        let (authority, path) = if rest.len() == text.len() {
            ("", text)
        } else {
            authority_split(rest)
        };
        let authority = authority_check(text, &scheme, authority)?;
        if !path.is_empty() && !path.starts_with('/') {
            return Err(LakeError::invalid(text, "it is not absolute"));
        }
        if path.is_empty() && authority.is_empty() {
            return Err(LakeError::invalid(text, "it is not absolute"));
        }
        Ok(Self {
            scheme,
            authority,
            path: path_normalise(text, path)?,
        })
    }

    /// The storage it lies on.
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The bucket of an S3 location; empty for files.
    pub fn bucket(&self) -> &str {
        &self.authority
    }

    /// The path: `/a/b`, or `/` or nothing at the root.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The object key of an S3 location: the path without its leading slash.
    pub fn key(&self) -> &str {
        self.path.strip_prefix('/').unwrap_or(&self.path)
    }

    /// Whether it is the root of a file system or a whole bucket.
    pub fn is_root(&self) -> bool {
        self.key().is_empty()
    }

    /// The directory above, or `None` at the root.
    pub fn parent(&self) -> Option<Self> {
        let (above, _) = self.path.rsplit_once('/')?;
        if self.is_root() {
            return None;
        }
        let path = if above.is_empty() {
            "/".to_owned()
        } else {
            above.to_owned()
        };
        Some(Self {
            scheme: self.scheme.clone(),
            authority: self.authority.clone(),
            path,
        })
    }

    /// The location of `name` (one or more segments joined by `/`) below this one.
    pub fn join(&self, name: &str) -> Result<Self, LakeError> {
        Self::parse(&format!("{self}/{name}"))
    }

    /// Whether both lie on the same storage: a move between them needs no other protocol.
    /// `s3`, `s3a` and `s3n` name the same storage.
    pub fn same_storage(&self, other: &Self) -> bool {
        match (&self.scheme, &other.scheme) {
            (Scheme::File, Scheme::File) | (Scheme::S3(_), Scheme::S3(_)) => true,
            (Scheme::Other(mine), Scheme::Other(theirs)) => {
                mine == theirs && self.authority == other.authority
            }
            _ => false,
        }
    }

    /// Whether `other` is this location or lies below it, segment by segment: `/a/b` contains
    /// `/a/b/c` and not `/a/bc`.
    pub fn contains(&self, other: &Self) -> bool {
        if !self.same_storage(other) || self.authority != other.authority {
            return false;
        }
        match other.key().strip_prefix(self.key()) {
            Some(rest) => self.is_root() || rest.is_empty() || rest.starts_with('/'),
            None => false,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scheme {
            Scheme::File => write!(f, "file:{}", self.path),
            Scheme::S3(word) => write!(f, "{word}://{}{}", self.authority, self.path),
            Scheme::Other(word) if self.authority.is_empty() => write!(f, "{word}:{}", self.path),
            Scheme::Other(word) => write!(f, "{word}://{}{}", self.authority, self.path),
        }
    }
}

/// A colon before the first slash ends the scheme, as in Hadoop.
fn scheme_split(text: &str) -> Result<(Scheme, &str), LakeError> {
    let first_segment = text.split('/').next().unwrap_or_default();
    let Some((word, _)) = first_segment.split_once(':') else {
        return Ok((Scheme::File, text));
    };
    let rest = &text[word.len() + 1..];
    let word = word.to_ascii_lowercase();
    let scheme = match word.as_str() {
        "file" => Scheme::File,
        "s3" => Scheme::S3("s3"),
        "s3a" => Scheme::S3("s3a"),
        "s3n" => Scheme::S3("s3n"),
        other if scheme_is_well_formed(other) => Scheme::Other(word),
        _ => {
            return Err(LakeError::invalid(
                text,
                format!("{word:?} is not a scheme"),
            ));
        }
    };
    Ok((scheme, rest))
}

fn scheme_is_well_formed(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn authority_split(rest: &str) -> (&str, &str) {
    let Some(after) = rest.strip_prefix("//") else {
        return ("", rest);
    };
    match after.find('/') {
        Some(at) => after.split_at(at),
        None => (after, ""),
    }
}

fn authority_check(text: &str, scheme: &Scheme, authority: &str) -> Result<String, LakeError> {
    match scheme {
        // `file://localhost/x` is the long way to write `file:/x`.
        Scheme::File if authority.is_empty() || authority == "localhost" => Ok(String::new()),
        Scheme::File => Err(LakeError::invalid(
            text,
            format!("{authority:?} is a host, not a local path"),
        )),
        Scheme::S3(_) if authority.is_empty() => {
            Err(LakeError::invalid(text, "it names no bucket"))
        }
        Scheme::S3(_) if authority.contains(['@', ':', '%']) => {
            // Old Hadoop let keys stand in the location (`s3n://KEY:SECRET@bucket`): they would
            // be stored and shown to everybody.
            Err(LakeError::Invalid {
                location: "s3 location".to_owned(),
                why: "the bucket's name must stand alone, without credentials or a port".to_owned(),
            })
        }
        Scheme::S3(_) | Scheme::Other(_) => Ok(authority.to_owned()),
    }
}

/// Collapses slashes, resolves `.` and `..`, strips the trailing slash.
fn path_normalise(text: &str, path: &str) -> Result<String, LakeError> {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                if segments.pop().is_none() {
                    return Err(LakeError::invalid(text, "'..' leads above the root"));
                }
            }
            name => segments.push(name),
        }
    }
    if segments.is_empty() {
        // `s3a://bucket` and `s3a://bucket/` are both kept as they were written.
        return Ok(if path.is_empty() {
            String::new()
        } else {
            "/".to_owned()
        });
    }
    let mut normal = String::with_capacity(path.len());
    for segment in segments {
        normal.push('/');
        normal.push_str(segment);
    }
    Ok(normal)
}

#[cfg(test)]
mod tests {
    use super::{LOCATION_BYTES_MAX, Location};

    fn shown(text: &str) -> String {
        Location::parse(text).unwrap().to_string()
    }

    #[test]
    fn every_way_to_write_a_file_comes_out_as_one() {
        for text in [
            "/a/b",
            "file:/a/b",
            "file:///a/b",
            "FILE:///a//b/",
            "file://localhost/a/./b",
        ] {
            assert_eq!(shown(text), "file:/a/b", "{text}");
        }
        assert_eq!(shown("/"), "file:/");
        assert_eq!(
            shown("//a/b"),
            "file:/a/b",
            "without a scheme there is no host"
        );
    }

    #[test]
    fn the_word_for_s3_stays_as_the_client_wrote_it() {
        assert_eq!(shown("s3a://bucket//a///b/"), "s3a://bucket/a/b");
        assert_eq!(shown("s3n://bucket/a/../b"), "s3n://bucket/b");
        assert_eq!(shown("s3://bucket"), "s3://bucket");
        assert_eq!(shown("s3://bucket/"), "s3://bucket/");
        assert_eq!(shown("hdfs://nn:8020/a/"), "hdfs://nn:8020/a");
    }

    #[test]
    fn names_are_never_decoded() {
        for text in ["file:/t/d=a%3Ab", "s3a://b/t/d=a b?c#d", "file:/t/서울=1"] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn what_is_not_absolute_is_refused_with_its_reason() {
        for (text, why) in [
            ("", "not absolute"),
            ("a/b", "not absolute"),
            ("file:a", "not absolute"),
            ("s3:/a", "names no bucket"),
            ("s3a:///a", "names no bucket"),
            ("file://host/a", "is a host"),
            ("/a/../../b", "above the root"),
            ("/a\u{0}b", "control character"),
            ("jdbc:mysql://x", "not absolute"),
            ("s3n://KEY:SECRET@bucket/a", "without credentials"),
        ] {
            let error = Location::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
            assert!(!error.contains("SECRET"));
        }
        assert!(Location::parse(&format!("/{}", "a".repeat(LOCATION_BYTES_MAX))).is_err());
    }

    #[test]
    fn a_directory_contains_itself_and_what_is_below_but_no_name_that_merely_begins_alike() {
        let at = |text| Location::parse(text).unwrap();
        assert!(at("s3a://b/a").contains(&at("s3://b/a/c")));
        assert!(at("s3a://b/a").contains(&at("s3a://b/a/")));
        assert!(at("s3a://b").contains(&at("s3a://b/a")));
        assert!(!at("s3a://b/a").contains(&at("s3a://b/ac")));
        assert!(!at("s3a://b/a").contains(&at("s3a://c/a/c")));
        assert!(!at("/a/b").contains(&at("/a")));
        assert!(at("/").contains(&at("/a")));
    }

    #[test]
    fn parents_end_at_the_root() {
        let at = Location::parse("s3a://b/a/c").unwrap();
        let parent = at.parent().unwrap();
        assert_eq!(parent.to_string(), "s3a://b/a");
        assert_eq!(
            parent.join("d=1/e=2").unwrap().to_string(),
            "s3a://b/a/d=1/e=2"
        );
        let root = parent.parent().unwrap();
        assert!(root.is_root());
        assert_eq!(root.parent(), None);
    }
}
