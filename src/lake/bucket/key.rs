//! Keys as the store has them. Most are paths; those that are none (`a//b`, `a/../b`, a file `a/`, control characters) are
//! read by no engine, and yet are somebody's data. Knows no requests.

use object_store::path::{Path, PathPart};

/// What a key is to those who read files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    File,
    /// The marker of a directory.
    Marker,
    /// What is no path.
    Odd,
}

/// What a key is, by what of it stands below a directory.
pub(super) fn kind(below: &str, bytes: u64) -> KeyKind {
    if bytes == 0
        && (below.is_empty()
            || below
                .strip_suffix('/')
                .is_some_and(|directory| odd_part(directory).is_none()))
    {
        return KeyKind::Marker;
    }
    match odd_part(below) {
        None => KeyKind::File,
        Some(_) => KeyKind::Odd,
    }
}

/// A path as far as its first part that is no name, and whether more follows; nothing where all are names.
pub(super) fn odd_part(path: &str) -> Option<(&str, bool)> {
    let mut begin = 0;
    loop {
        let rest = &path[begin..];
        let length = rest.find('/').unwrap_or(rest.len());
        let end = begin + length;
        let part = &path[begin..end];
        let is_odd =
            matches!(part, "" | "." | "..") || part.chars().any(|char| char.is_ascii_control());
        if is_odd {
            return Some((&path[..end], end < path.len()));
        }
        if end == path.len() {
            return None;
        }
        begin = end + 1;
    }
}

/// The key as the library names it. It takes empty names one by one, but neither `.` and `..` nor control characters.
pub(super) fn library_path(key: &str) -> Option<Path> {
    let mut path = Path::ROOT;
    for part in key.split('/') {
        path = path.join(PathPart::parse(part).ok()?);
    }
    (path.as_ref() == key).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_is_no_name_ends_the_path() {
        assert_eq!(odd_part("dt=1//x/y"), Some(("dt=1/", true)));
        assert_eq!(odd_part("/x"), Some(("", true)));
        assert_eq!(odd_part("dt=1/../x"), Some(("dt=1/..", true)));
        assert_eq!(odd_part("dt=1/."), Some(("dt=1/.", false)));
        assert_eq!(odd_part("dt=1/a\tb/x"), Some(("dt=1/a\tb", true)));
        assert_eq!(odd_part("dt=1/"), Some(("dt=1/", false)));
        assert_eq!(odd_part("dt=1/...%2F/x y"), None);
    }

    #[test]
    fn a_marker_is_empty_and_names_a_directory() {
        assert_eq!(kind("", 0), KeyKind::Marker);
        assert_eq!(kind("a/b/", 0), KeyKind::Marker);
        assert_eq!(kind("a/b", 0), KeyKind::File);
        for (odd, bytes) in [("", 1), ("a/", 1), ("/", 0), ("a//", 0), ("../", 0)] {
            assert_eq!(kind(odd, bytes), KeyKind::Odd, "{odd:?}");
        }
    }

    #[test]
    fn a_library_path_is_the_very_key_or_none() {
        for key in ["t/a//b", "t//", "t/", "t/%2F%2e%2e/%FF", "t/a b+c"] {
            let path = library_path(key).unwrap();
            assert_eq!(path.as_ref(), key);
        }
        for key in ["/t", "t/../x", "t/.", "t/a\nb"] {
            assert_eq!(library_path(key), None, "{key:?}");
        }
    }
}
