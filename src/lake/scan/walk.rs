//! The run of a scan: steps wait on a stack, some are on their way, and each answer is taken apart here, on one task.
//! Last in, first out: what a page begins is finished before the next page is asked for, which keeps the stack small.

use super::findings::Findings;
use super::group::{Group, Rules};
use super::job::{Answer, Job, Later, Part};
use super::tally::Tally;
use super::{ScanProgress, ScanRequest, ScanSummary, files};
use crate::lake::bucket::{Bucket, Query};
use crate::lake::{blocking, error::LakeError};
use crate::layout::Children;
use crate::model::Location;
use std::future::Future;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// What is asked.
pub(super) enum Source {
    Files,
    Bucket(Arc<Bucket>),
}

/// A scan under way.
pub(super) struct Walk<'a> {
    pub(super) request: ScanRequest<'a>,
    pub(super) root: Location,
    source: Source,
    pub(super) waiting: Vec<Job>,
    /// Children that were listed and are not gone into yet, those of the innermost directory last.
    pub(super) later: Vec<Later>,
    pub(super) findings: Findings,
    pub(super) summary: ScanSummary,
    /// Levels that were listed to cut the sweep into parts.
    pub(super) cuts: usize,
    /// Objects a partition, as far as the first page tells.
    pub(super) objects_each: usize,
}

type Asked = (Job, Result<Answer, LakeError>);

impl<'a> Walk<'a> {
    pub(super) fn new(
        request: ScanRequest<'a>,
        root: Location,
        source: Source,
        found: mpsc::Sender<Vec<super::ScanItem>>,
    ) -> Self {
        Self {
            request,
            root,
            source,
            waiting: Vec::new(),
            later: Vec::new(),
            findings: Findings::new(found),
            summary: ScanSummary::default(),
            cuts: 0,
            objects_each: 1,
        }
    }

    /// Asks until nothing is left to ask.
    pub(super) async fn run(mut self, progress: &ScanProgress) -> Result<ScanSummary, LakeError> {
        self.begin();
        // Dropping the set, with this future, ends the requests on their way.
        let mut asked: JoinSet<Asked> = JoinSet::new();
        loop {
            self.ask(&mut asked);
            let Some(joined) = asked.join_next().await else {
                break;
            };
            let (job, answer) = joined.map_err(|stopped| LakeError::Unavailable {
                location: self.root.to_string(),
                source: stopped.into(),
            })?;
            self.take(job, answer?)?;
            progress.set(&self.summary);
            if !self.findings.send(false).await {
                self.stop("nobody receives what is found");
                break;
            }
        }
        if !self.findings.send(true).await {
            self.stop("nobody receives what is found");
        }
        self.summary.partitions = self.findings.partitions;
        self.summary.mismatches = self.findings.mismatches;
        self.summary.complete = self.summary.stopped.is_none();
        Ok(self.summary)
    }

    fn begin(&mut self) {
        if self.request.window.is_some() {
            self.level_open(Vec::new());
            return;
        }
        self.waiting.push(match self.source {
            Source::Files => Job::Level {
                segments: Vec::new(),
                wanted: Children::All,
                from: None,
            },
            Source::Bucket(_) => Job::Part {
                part: Part::default(),
                group: Group::default(),
                from: None,
                is_opening: true,
            },
        });
    }

    /// Sends as many waiting steps as may be on their way.
    fn ask(&mut self, asked: &mut JoinSet<Asked>) {
        while asked.len() < self.request.requests_concurrent_max.max(1) {
            let Some(job) = self.next() else {
                return;
            };
            if self.summary.requests >= self.request.requests_max {
                self.waiting.clear();
                self.later.clear();
                let budget = self.request.requests_max;
                self.stop(&format!("the budget of {budget} requests is used up"));
                return;
            }
            self.summary.requests += 1;
            match &self.source {
                Source::Files => drop(asked.spawn(files_ask(&self.root, job, &self.request))),
                Source::Bucket(bucket) => {
                    let (bucket, root) = (Arc::clone(bucket), self.root.clone());
                    asked.spawn(async move {
                        let listed = bucket.listing(&root, query(&job)).await;
                        (job, listed.map(Answer::Listed))
                    });
                }
            }
        }
    }

    /// The step that waited last. Children are made steps once those before them are taken.
    fn next(&mut self) -> Option<Job> {
        while let Some(later) = self
            .later
            .pop_if(|later| later.steps_below == self.waiting.len())
        {
            self.children_take(&later.segments, &later.wanted, later.names);
        }
        self.waiting.pop()
    }

    fn take(&mut self, job: Job, answer: Answer) -> Result<(), LakeError> {
        let listed = match answer {
            Answer::Listed(listed) => listed,
            Answer::Tallied {
                tally,
                objects,
                requests,
                odd,
            } => {
                self.summary.objects += objects;
                self.summary.requests += requests;
                let is_whole_left_out = matches!(job, Job::Doubt { .. }) && tally.has_data();
                for odd in odd.iter().filter(|_| !is_whole_left_out) {
                    self.findings.mismatch(&odd.path, &odd.reason);
                }
                match job {
                    Job::Leaf { path, values, .. } => self.leaf_end(path, values, tally),
                    Job::Doubt { path, reason } if tally.has_data() => {
                        self.findings.mismatch(&path, &reason);
                    }
                    _ => {}
                }
                return Ok(());
            }
        };
        self.summary.objects += listed.files.len() as u64;
        self.summary.prefixes += listed.directories.len() as u64;
        if let Job::Level { .. } | Job::Leaf { .. } | Job::Doubt { .. } = &job {
            for odd in &listed.odd {
                self.findings.mismatch(&odd.path, &odd.reason);
            }
        }
        match job {
            Job::Level {
                segments, wanted, ..
            } => self.level_take(&segments, &wanted, listed)?,
            Job::Leaf {
                path,
                values,
                mut tally,
                ..
            } => {
                for entry in &listed.files {
                    let name = entry.path.get(path.len() + 1..).unwrap_or_default();
                    tally.add(entry, name, self.request.marker);
                }
                match listed.next {
                    None => self.leaf_end(path, values, tally),
                    from => self.waiting.push(Job::Leaf {
                        path,
                        values,
                        tally,
                        from,
                    }),
                }
            }
            Job::Doubt { path, reason } => self.findings.mismatch(&path, &reason),
            Job::Cut { directory, part } => self.cut_take(&directory, part, listed),
            Job::Part {
                part,
                group,
                is_opening,
                ..
            } => self.part_take(part, group, is_opening, listed)?,
        }
        Ok(())
    }

    fn leaf_end(&mut self, path: String, values: Vec<String>, tally: Tally) {
        if tally.is_found() {
            self.findings
                .partition(tally.partition(&self.root, path, values));
        }
    }

    fn stop(&mut self, why: &str) {
        self.summary.stopped.get_or_insert_with(|| why.to_owned());
    }

    pub(super) fn rules(&self) -> Rules<'a> {
        Rules {
            root: self.root.clone(),
            layout: self.request.layout,
            marker: self.request.marker,
        }
    }
}

/// The listing that a step is.
fn query(job: &Job) -> Query {
    match job {
        Job::Level {
            segments,
            wanted,
            from,
        } => {
            let directory = segments.join("/");
            // Keys below `2019-06` sort behind that text, so the first wanted directory is still listed.
            let first = match wanted {
                Children::Names(names) => names.first(),
                Children::Range { first, .. } => Some(first),
                Children::All | Children::None => None,
            };
            let after = first.map(|first| super::job::child(&directory, first));
            Query {
                directory,
                after,
                from: from.clone(),
                is_level: true,
            }
        }
        Job::Leaf { path, from, .. } => Query {
            directory: path.clone(),
            after: None,
            from: from.clone(),
            is_level: false,
        },
        Job::Doubt { path, .. } => Query {
            directory: path.clone(),
            after: None,
            from: None,
            is_level: false,
        },
        Job::Cut { directory, part } => Query {
            directory: directory.clone(),
            after: part.after.clone(),
            from: None,
            is_level: true,
        },
        Job::Part { part, from, .. } => Query {
            directory: String::new(),
            after: part.after.clone(),
            from: from.clone(),
            is_level: false,
        },
    }
}

/// The same on a file system: a level is read as it is, a partition is added up where it lies.
fn files_ask(
    root: &Location,
    job: Job,
    request: &ScanRequest<'_>,
) -> impl Future<Output = Asked> + Send + 'static {
    let root = root.clone();
    let marker = request.marker.map(str::to_owned);
    async move {
        let answer = match &job {
            Job::Leaf { path, .. } | Job::Doubt { path, .. } => {
                let path = path.clone();
                blocking(move || files::tally(&root, &path, marker.as_deref())).await
            }
            Job::Level { segments, .. } => {
                let directory = segments.join("/");
                blocking(move || files::level(&root, &directory))
                    .await
                    .map(Answer::Listed)
            }
            Job::Cut { .. } | Job::Part { .. } => {
                Err(LakeError::unsupported(root.as_str(), "listing key by key"))
            }
        };
        (job, answer)
    }
}
