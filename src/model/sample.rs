//! What a sample of a place showed: some of its directories, each as one page of a listing told of it.

/// A directory that was listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SampledDirectory {
    /// Its path below the root; nothing for the root itself.
    pub path: String,
    /// The names of its directories, hidden ones too.
    pub directories: Vec<String>,
    /// Its files, hidden and empty ones too.
    pub files: Vec<SampledFile>,
    /// What lies in it and has no name that a path could have, or is neither file nor directory: its path below the root, and why.
    pub odd: Vec<(String, String)>,
    /// Whether that is all.
    pub is_whole: bool,
}

/// A file that was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampledFile {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// When it was written: seconds since the epoch.
    pub modified_at: i64,
}
