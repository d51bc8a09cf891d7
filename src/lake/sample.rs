//! A sample of a place: some of its directories, level by level, in a bounded number of requests. It shows how directories
//! and files are named and made, whatever lies there, and claims nothing of what it did not look at.

use super::bucket::Query;
use super::scan::{Entry, Listed, files_level};
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
}

impl Lake {
    /// Lists a place, and of each level below it up to twelve directories: the first, the last and some between, of as many
    /// parents as there are. Hidden ones are named and not looked into.
    ///
    /// On a file system a missing place is an error; on S3 it cannot be told from an empty one.
    pub async fn sample(&self, root: &Location) -> Result<Sample, LakeError> {
        let mut sample = Sample {
            is_whole: true,
            ..Sample::default()
        };
        let mut level = vec![String::new()];
        for _ in 0..=LEVELS_MAX {
            let listed = stream::iter(level)
                .map(|path| self.sampled_below(root, path))
                .buffered(REQUESTS_CONCURRENT_MAX);
            let listed: Vec<SampledDirectory> = listed.try_collect().await?;
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

    async fn sampled(&self, root: &Location, path: String) -> Result<SampledDirectory, LakeError> {
        let listed = match self.reach(root) {
            Reach::Disk => {
                let (root, path) = (root.clone(), path.clone());
                blocking(move || files_level(&root, &path)).await?
            }
            Reach::Bucket => {
                let query = Query {
                    directory: path.clone(),
                    is_level: true,
                    ..Query::default()
                };
                self.bucket(root)?.listing(root, query).await?
            }
            Reach::Kept => return Err(unreached(root)),
        };
        Ok(directory(path, listed))
    }

    /// The same of a directory below the root: one that may not be read is told, and keeps nobody from the others.
    async fn sampled_below(
        &self,
        root: &Location,
        path: String,
    ) -> Result<SampledDirectory, LakeError> {
        match self.sampled(root, path.clone()).await {
            Err(LakeError::Denied { .. }) if !path.is_empty() => Ok(SampledDirectory {
                odd: vec![(path.clone(), "skep may not read it".to_owned())],
                path,
                ..SampledDirectory::default()
            }),
            sampled => sampled,
        }
    }
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
    use super::{SampledDirectory, chosen, spread};

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
