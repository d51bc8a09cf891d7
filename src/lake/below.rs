//! The names of a directory's own directories, in a bounded number of requests.

use super::bucket::Query;
use super::scan::{Listed, files_level};
use super::{Lake, LakeError, Reach, blocking, unreached};
use crate::hive::directory_name::is_hidden;
use crate::model::Location;

/// Directories that lie in one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DirectoryNames {
    /// Their names, in the order of a listing; hidden ones are left out.
    pub names: Vec<String>,
    /// Whether these are all.
    pub is_whole: bool,
}

impl Lake {
    /// The directories in the directory `path` below `root`; nothing for the root itself. At most so many requests are
    /// sent. What is not there has none.
    pub async fn directory_names(
        &self,
        root: &Location,
        path: &str,
        requests_max: usize,
    ) -> Result<DirectoryNames, LakeError> {
        let mut found = DirectoryNames::default();
        let mut from = None;
        for _ in 0..requests_max {
            let listed = match self.reach(root) {
                Reach::Disk => {
                    let (root, path) = (root.clone(), path.to_owned());
                    blocking(move || files_level(&root, &path)).await?
                }
                Reach::Bucket => {
                    let query = Query {
                        directory: path.to_owned(),
                        is_level: true,
                        from,
                        ..Query::default()
                    };
                    self.bucket(root)?.listing(root, query).await?
                }
                Reach::Kept => return Err(unreached(root)),
            };
            let Listed {
                directories, next, ..
            } = listed;
            let visible = directories.into_iter().filter(|name| !is_hidden(name));
            found.names.extend(visible);
            from = next;
            if from.is_none() {
                found.is_whole = true;
                break;
            }
        }
        Ok(found)
    }
}
