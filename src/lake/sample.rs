//! A sample of a place: some of its directories, level by level, in a bounded number of requests. It shows how directories
//! and files are named and made, whatever lies there, and claims nothing of what it did not look at.

use super::bucket::Query;
use super::scan::{Entry, Listed, files_level_some};
use super::{Lake, LakeError, Reach, blocking, unreached};
use crate::hive::directory_name::is_hidden;
use crate::model::{Location, SampledDirectory, SampledFile};
use futures::{StreamExt, TryStreamExt, stream};

/// Requests of one sample at most.
pub const SAMPLE_REQUESTS_MAX: usize = 1 + LEVELS_MAX * WIDTH_MAX;
/// Levels that are gone down.
const LEVELS_MAX: usize = 12;
/// Directories that are listed of one level.
const WIDTH_MAX: usize = 12;
/// Directories, and files, that are kept of one listing: what one page of S3 shows.
const NAMES_MAX: usize = 1_000;
/// Entries that are read of one directory of a file system, which shows them all or stops: a listing of hundreds of thousands
/// would be held in memory for the few names that are kept.
const ENTRIES_MAX: usize = 10_000;
const REQUESTS_CONCURRENT_MAX: usize = 8;

/// What a sample showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// The directories that were listed, the place itself first, each level behind the one above it.
    pub directories: Vec<SampledDirectory>,
    /// Requests sent; on a file system, directories read.
    pub requests: u64,
    /// Whether that is all there is.
    pub is_whole: bool,
    /// Which directories were looked at in part alone, in words.
    pub notes: Vec<String>,
}

impl Lake {
    /// Lists a place, and of each level below it up to twelve directories: the first, the last and some between, of as many
    /// parents as there are. Hidden ones are named and not looked into.
    ///
    /// On a file system a missing place is an error, and so is a file; on S3 they cannot be told from an empty place.
    pub async fn sample(&self, root: &Location) -> Result<Sample, LakeError> {
        if self.reach(root) == Reach::Disk {
            let root = root.clone();
            blocking(move || place_check(&root)).await?;
        }
        let mut sample = Sample {
            is_whole: true,
            ..Sample::default()
        };
        let mut level = vec![String::new()];
        for _ in 0..=LEVELS_MAX {
            let listed = stream::iter(level)
                .map(|path| self.sampled_below(root, path))
                .buffered(REQUESTS_CONCURRENT_MAX);
            let listed: Vec<(SampledDirectory, bool)> = listed.try_collect().await?;
            let cut = listed.iter().filter(|(_, is_cut)| *is_cut);
            sample
                .notes
                .extend(cut.map(|(directory, _)| cut_note(root, directory)));
            let listed: Vec<SampledDirectory> = listed.into_iter().map(|(one, _)| one).collect();
            sample.requests += listed.len() as u64;
            sample.is_whole &= listed.iter().all(|directory| directory.is_whole);
            let below = chosen(&listed);
            let children = listed.iter().map(|directory| visible(directory).count());
            sample.is_whole &= children.sum::<usize>() == below.len();
            sample.directories.extend(listed);
            if below.is_empty() {
                return Ok(sample);
            }
            level = below;
        }
        sample.is_whole = false;
        Ok(sample)
    }

    /// A directory, and whether more of its entries were there than were read.
    async fn sampled(
        &self,
        root: &Location,
        path: String,
    ) -> Result<(SampledDirectory, bool), LakeError> {
        let (listed, is_cut) = match self.reach(root) {
            Reach::Disk => {
                let (root, path) = (root.clone(), path.clone());
                blocking(move || files_level_some(&root, &path, ENTRIES_MAX)).await?
            }
            Reach::Bucket => {
                let query = Query {
                    directory: path.clone(),
                    is_level: true,
                    ..Query::default()
                };
                (self.bucket(root)?.listing(root, query).await?, false)
            }
            Reach::Kept => return Err(unreached(root)),
        };
        let mut directory = directory(path, listed);
        directory.is_whole &= !is_cut;
        Ok((directory, is_cut))
    }

    /// The same of a directory below the root: one that may not be read is told, and keeps nobody from the others.
    async fn sampled_below(
        &self,
        root: &Location,
        path: String,
    ) -> Result<(SampledDirectory, bool), LakeError> {
        match self.sampled(root, path.clone()).await {
            Err(LakeError::Denied { .. }) if !path.is_empty() => {
                let denied = SampledDirectory {
                    odd: vec![(path.clone(), "skep may not read it".to_owned())],
                    path,
                    ..SampledDirectory::default()
                };
                Ok((denied, false))
            }
            sampled => sampled,
        }
    }
}

/// Fails where there is no directory: nothing at all, or a file.
fn place_check(root: &Location) -> Result<(), LakeError> {
    let found = std::fs::metadata(root.path());
    let found = found.map_err(|error| LakeError::from_io(root.as_str(), error))?;
    if found.is_dir() {
        return Ok(());
    }
    let why = "it is a file: the directory that it lies in is wanted";
    Err(LakeError::invalid(root.as_str(), why))
}

fn cut_note(root: &Location, directory: &SampledDirectory) -> String {
    let at = match directory.path.as_str() {
        "" => root.clone(),
        path => root.below(path),
    };
    format!("only the first {ENTRIES_MAX} entries of {at} were looked at")
}

fn directory(path: String, listed: Listed) -> SampledDirectory {
    let Listed {
        mut directories,
        files,
        next,
        odd,
    } = listed;
    let is_whole = next.is_none() && directories.len() <= NAMES_MAX && files.len() <= NAMES_MAX;
    directories.truncate(NAMES_MAX);
    let above = if path.is_empty() { 0 } else { path.len() + 1 };
    let files = files.into_iter().take(NAMES_MAX).map(|entry| {
        let Entry { path, bytes, at } = entry;
        SampledFile {
            name: path.get(above..).unwrap_or_default().to_owned(),
            bytes,
            modified_at: at,
        }
    });
    SampledDirectory {
        directories,
        files: files.filter(|file| !file.name.is_empty()).collect(),
        odd: odd
            .into_iter()
            .take(NAMES_MAX)
            .map(|odd| (odd.path, odd.reason))
            .collect(),
        is_whole,
        path,
    }
}

fn visible(directory: &SampledDirectory) -> impl Iterator<Item = &String> {
    directory.directories.iter().filter(|name| !is_hidden(name))
}

/// The directories of the next level that are looked into: of each parent in turn one more, the ends first.
fn chosen(level: &[SampledDirectory]) -> Vec<String> {
    let mut parents: Vec<(&str, Vec<&String>)> = Vec::new();
    for directory in level {
        let mut names = spread(visible(directory).collect());
        names.truncate(WIDTH_MAX);
        names.reverse();
        parents.push((&directory.path, names));
    }
    let mut chosen = Vec::new();
    while chosen.len() < WIDTH_MAX {
        let before = chosen.len();
        for (parent, names) in &mut parents {
            if let Some(name) = names.pop().filter(|_| chosen.len() < WIDTH_MAX) {
                chosen.push(match *parent {
                    "" => name.clone(),
                    parent => format!("{parent}/{name}"),
                });
            }
        }
        if chosen.len() == before {
            break;
        }
    }
    chosen.sort();
    chosen
}

/// The names in an order whose beginnings are spread over all of them: the last, the first, the middle, the quarters.
/// The last first, since it is the newest where names are times.
fn spread<T: Copy>(names: Vec<T>) -> Vec<T> {
    let [first, between @ .., last] = &names[..] else {
        return names;
    };
    let mut spread = vec![*last, *first];
    let mut stretches = std::collections::VecDeque::from([between]);
    while let Some(stretch) = stretches.pop_front() {
        let (before, rest) = stretch.split_at(stretch.len() / 2);
        if let [middle, behind @ ..] = rest {
            spread.push(*middle);
            stretches.extend([before, behind]);
        }
    }
    spread
}

#[cfg(test)]
mod tests {
    use super::{LakeError, Location, SampledDirectory, chosen, place_check, spread};
    use crate::lake::scan::files_level_some;

    /// A new directory of the file system with so many empty files.
    fn place(files: usize) -> (std::path::PathBuf, Location) {
        let name = format!("skep-sample-{}-{files}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("it is made");
        for number in 0..files {
            std::fs::write(path.join(format!("f{number}")), "").expect("it is written");
        }
        let at = Location::parse(&format!("file://{}", path.display())).expect("it is a location");
        (path, at)
    }

    #[test]
    fn no_more_of_a_directory_is_read_than_was_asked_for() {
        let (path, at) = place(5);
        let some = |most| {
            let (listed, is_cut) = files_level_some(&at, "", most).expect("it is read");
            (listed.files.len(), is_cut)
        };
        assert_eq!(some(3), (3, true));
        assert_eq!(some(5), (5, false));
        assert_eq!(some(6), (5, false));
        std::fs::remove_dir_all(path).expect("it is removed");
    }

    #[test]
    fn what_is_no_directory_says_what_it_is() {
        let (path, at) = place(1);
        assert!(place_check(&at).is_ok());
        let file = place_check(&at.below("f0"));
        assert!(
            matches!(file, Err(LakeError::Invalid { why, .. }) if why.contains("it is a file"))
        );
        let nothing = place_check(&at.below("no"));
        assert!(matches!(nothing, Err(LakeError::NotFound { .. })));
        std::fs::remove_dir_all(path).expect("it is removed");
    }

    #[test]
    fn a_sample_is_spread_over_names_and_parents() {
        assert_eq!(spread(vec![1, 2, 3, 4, 5, 6, 7]), [7, 1, 4, 3, 6, 2, 5]);
        let parent = |path: &str, count: usize| SampledDirectory {
            path: path.to_owned(),
            directories: (10..10 + count).map(|name| name.to_string()).collect(),
            ..SampledDirectory::default()
        };
        let chosen = chosen(&[parent("a", 80), parent("b", 1), parent("_c", 0)]);
        assert_eq!(chosen.len(), 12);
        assert!(chosen.contains(&"b/10".to_owned()));
        assert!(chosen.contains(&"a/10".to_owned()) && chosen.contains(&"a/89".to_owned()));
    }
}
