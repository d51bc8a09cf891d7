//! A look at one partition's directory: what a scan would tell of it, at the price of its own listing alone.

use super::job::Answer;
use super::tally::Tally;
use super::{FoundPartition, files};
use crate::lake::bucket::Query;
use crate::lake::{Lake, LakeError, Reach, blocking, unreached};
use crate::model::Location;

impl Lake {
    /// What lies in the directory `path` below `root`, whose partition values the caller knows. `None` where there is
    /// neither data nor the marker.
    pub async fn partition_look(
        &self,
        root: &Location,
        path: &str,
        values: &[String],
        marker: Option<&str>,
    ) -> Result<Option<FoundPartition>, LakeError> {
        let tally = match self.reach(root) {
            Reach::Disk => {
                let (at, path) = (root.clone(), path.to_owned());
                let marker = marker.map(str::to_owned);
                let answer = blocking(move || files::tally(&at, &path, marker.as_deref())).await?;
                match answer {
                    Answer::Tallied { tally, .. } => tally,
                    Answer::Listed(_) => Tally::default(),
                }
            }
            Reach::Bucket => self.bucket_tally(root, path, marker).await?,
            Reach::Kept => return Err(unreached(root)),
        };
        let is_found = tally.is_found();
        Ok(is_found.then(|| tally.partition(root, path.to_owned(), values.to_vec())))
    }

    async fn bucket_tally(
        &self,
        root: &Location,
        path: &str,
        marker: Option<&str>,
    ) -> Result<Tally, LakeError> {
        let bucket = self.bucket(root)?;
        let mut tally = Tally::default();
        let mut from = None;
        loop {
            let query = Query {
                directory: path.to_owned(),
                after: None,
                from,
                is_level: false,
            };
            let listed = bucket.listing(root, query).await?;
            for entry in &listed.files {
                let name = entry.path.get(path.len() + 1..).unwrap_or_default();
                tally.add(entry, name, marker);
            }
            if listed.next.is_none() {
                return Ok(tally);
            }
            from = listed.next;
        }
    }
}
