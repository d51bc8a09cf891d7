//! Taking a location's text apart: scheme, authority and path, each checked and brought into its normal form.

use super::{LOCATION_BYTES_MAX, Location, LocationError, Storage, bucket_name};
use std::borrow::Cow;

/// What a text says, part by part.
pub(super) struct Parts<'t> {
    pub(super) storage: Storage,
    /// In lower case where it differs from what was written.
    pub(super) word: Cow<'t, str>,
    pub(super) authority: &'t str,
    pub(super) path: &'t str,
}

impl<'t> Parts<'t> {
    pub(super) fn of(text: &'t str) -> Result<Self, LocationError> {
        if text.len() > LOCATION_BYTES_MAX {
            return Err(too_long(text));
        }
        if text.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(LocationError::new(text, "it contains a control character"));
        }
        let (storage, word, rest) = scheme_split(text)?;
        let (authority, path) = match word {
            // Without a scheme there is no host.
            None => ("", text),
            Some(_) => authority_split(rest),
        };
        let is_az = word.as_deref() == Some("az");
        let authority = authority_check(text, storage, authority, is_az)?;
        let is_whole = path.is_empty() && !authority.is_empty();
        if !path.starts_with('/') && !is_whole {
            return Err(LocationError::new(text, "it is not absolute"));
        }
        Ok(Self {
            storage,
            word: word.unwrap_or(Cow::Borrowed("file")),
            authority,
            path,
        })
    }

    /// Whether the text they were read from needs no change. The parts stand in it in their order, so that it has the
    /// normal length only where nothing stands between them but what must.
    pub(super) fn is_normal(&self, text: &str) -> bool {
        let (_, path_at) = self.lengths();
        matches!(self.word, Cow::Borrowed(_))
            && text.len() == path_at + self.path.len()
            && is_normal_path(self.path)
    }

    /// The normal form with this path.
    pub(super) fn text(&self, path: &str) -> String {
        let Self {
            word, authority, ..
        } = self;
        if authority.is_empty() {
            format!("{word}:{path}")
        } else {
            format!("{word}://{authority}{path}")
        }
    }

    /// The bytes of the normal form before its authority and before its path.
    fn lengths(&self) -> (usize, usize) {
        let between = if self.authority.is_empty() {
            ":"
        } else {
            "://"
        };
        let authority_at = self.word.len() + between.len();
        (authority_at, authority_at + self.authority.len())
    }

    pub(super) fn offsets(&self) -> (u16, u16) {
        let (authority_at, path_at) = self.lengths();
        // A location's greatest length is far below what two bytes can count.
        let offset = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        (offset(authority_at), offset(path_at))
    }

    /// The place that has these parts and this normal form.
    pub(super) fn place(&self, text: String) -> Location {
        let (authority_at, path_at) = self.offsets();
        Location {
            text: text.into_boxed_str(),
            storage: self.storage,
            authority_at,
            path_at,
        }
    }
}

pub(super) fn too_long(text: &str) -> LocationError {
    let start: String = text.chars().take(80).collect();
    let bytes = text.len();
    let why = format!("{bytes} bytes is over the {LOCATION_BYTES_MAX} allowed");
    LocationError::new(&format!("{start}…"), why)
}

/// A colon before the first slash ends the scheme, as in Hadoop. Gives the storage, its word, and what follows.
fn scheme_split(text: &str) -> Result<(Storage, Option<Cow<'_, str>>, &str), LocationError> {
    let first_segment = text.split('/').next().unwrap_or_default();
    let Some((written, _)) = first_segment.split_once(':') else {
        return Ok((Storage::File, None, text));
    };
    let rest = &text[written.len() + 1..];
    let word = if written.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(written.to_ascii_lowercase())
    } else {
        Cow::Borrowed(written)
    };
    let storage = match word.as_ref() {
        "file" => Storage::File,
        "s3" | "s3a" | "s3n" => Storage::S3,
        "gs" => Storage::Gcs,
        "abfs" | "abfss" | "az" | "wasb" | "wasbs" => Storage::Azure,
        other if scheme_is_well_formed(other) => Storage::Other,
        other => {
            let why = format!("{other:?} is not a scheme");
            return Err(LocationError::new(text, why));
        }
    };
    Ok((storage, Some(word), rest))
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

fn authority_check<'t>(
    text: &str,
    storage: Storage,
    authority: &'t str,
    is_az: bool,
) -> Result<&'t str, LocationError> {
    let checked = |fault: Option<String>| match fault {
        Some(why) => Err(LocationError::new(text, why)),
        None => Ok(authority),
    };
    match storage {
        // `file://localhost/x` is the long way to write `file:/x`.
        Storage::File if authority.is_empty() || authority == "localhost" => Ok(""),
        Storage::File => {
            let why = format!("{authority:?} is a host, not a local path");
            Err(LocationError::new(text, why))
        }
        Storage::S3 | Storage::Gcs | Storage::Azure if authority.is_empty() => {
            Err(LocationError::new(text, "it names no bucket"))
        }
        // Old Hadoop let keys stand in the location (`s3n://KEY:SECRET@bucket`): they would
        // be stored and shown to everybody.
        Storage::S3 | Storage::Gcs if authority.contains(['@', ':', '%']) => {
            Err(LocationError::new(
                "location of a bucket",
                "the bucket's name must stand alone, without credentials or a port",
            ))
        }
        Storage::S3 => checked(bucket_name::fault_of(authority)),
        Storage::Gcs => checked(bucket_name::google_fault_of(authority)),
        Storage::Azure if authority.contains([':', '%']) => Err(LocationError::new(
            "location of a container",
            "container and account must stand alone, without credentials or a port",
        )),
        Storage::Azure => checked(bucket_name::azure_fault_of(authority, is_az)),
        Storage::Other
            if authority
                .split_once('@')
                .is_some_and(|(user, _)| user.contains(':')) =>
        {
            Err(LocationError::new(
                "location of a storage",
                "it must not hold a password: it would be stored and shown to everybody",
            ))
        }
        Storage::Other => Ok(authority),
    }
}

/// A segment that names nothing below the one before it.
pub(super) fn is_no_name(segment: &str) -> bool {
    matches!(segment, "" | "." | "..")
}

/// Whether a path is what [`path_normalise`] would make of it.
fn is_normal_path(path: &str) -> bool {
    match path.strip_prefix('/') {
        None | Some("") => true,
        Some(key) => !key.split('/').any(is_no_name),
    }
}

/// Collapses slashes, resolves `.` and `..`, strips the trailing slash.
pub(super) fn path_normalise(text: &str, path: &str) -> Result<String, LocationError> {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                if segments.pop().is_none() {
                    return Err(LocationError::new(text, "'..' leads above the root"));
                }
            }
            name => segments.push(name),
        }
    }
    if segments.is_empty() {
        // `s3a://bucket` and `s3a://bucket/` are both kept as they were written.
        return Ok(if path.is_empty() { "" } else { "/" }.to_owned());
    }
    let mut normal = String::with_capacity(path.len());
    for segment in segments {
        normal.push('/');
        normal.push_str(segment);
    }
    Ok(normal)
}
