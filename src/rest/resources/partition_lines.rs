//! Partitions of any number by one request, a line each. Lines are read while others are written, so a request of any length
//! takes as much memory as a batch; the answers wait for a client that reads none before it has sent all.

use crate::budget::{Account, Reservation};
use crate::catalog::{AddOptions, AddedEach, PartitionSpec};
use crate::error::Error;
use crate::model::TableRef;
use crate::rest::asked::Asked;
use crate::rest::extract::{Query, Segments, body_cost, table_at};
use crate::rest::problem::{Kind, Problem};
use crate::rest::view::partition::NewPartition;
use crate::rest::view::partition_line::{PartitionLine, PartitionLinesSum};
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{Extension, Request};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use futures::{StreamExt, stream};
use serde::Deserialize;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::task::AbortOnDropHandle;
use utoipa::IntoParams;

/// The type of requests and answers.
const LINES_TYPE: &str = "application/x-ndjson";
/// Lines of one transaction at most.
const BATCH_LINES_MAX: usize = 1_000;
/// Bytes of lines after which a batch takes no more.
const BATCH_BYTES: usize = 256 * 1024;
/// Bytes of one line at most.
const LINE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of answers that wait for a client to stop sending: those to some 500,000 lines.
const READY_BYTES_MAX: usize = 48 * 1024 * 1024;
/// How long a batch waits for more lines: a client may wait for an answer before it sends the next one.
const BATCH_WAIT: Duration = Duration::from_millis(100);

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct LinesQuery {
    /// The catalog, `hive` by default
    catalog: Option<String>,
    /// Whether a partition that exists is refused; otherwise it is told as existing
    #[serde(default)]
    refuse_existing: bool,
    /// Whether directories are made and the files of those that are there are counted; otherwise nothing is asked of the store
    #[serde(default)]
    touch_storage: bool,
}

/// Add partitions of any number, a line each
///
/// Each line is a new partition in JSON, as in the list of `partition_add`, and is answered by one: added, existing or refused, in
/// their order. Up to 1000 lines are one transaction, and one that is refused keeps no other out. The last line of
/// the answer has the sums; without it something went wrong in between, and the request may be sent again as a whole.
#[utoipa::path(post, path = "/databases/{database}/tables/{table}/partitions/lines", tag = "partitions",
    operation_id = "partition_lines_add",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), LinesQuery),
    request_body(content = NewPartition, content_type = "application/x-ndjson"),
    responses((status = 200, description = "Lines", body = PartitionLine, content_type = "application/x-ndjson")))]
pub(in crate::rest) async fn add(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<LinesQuery>,
    Extension(account): Extension<Account>,
    request: Request,
) -> Result<Response, Problem> {
    type_check(&request)?;
    let at = table_at(query.catalog.as_deref(), &place);
    // One that does not exist is told by the status.
    asked.catalog().table_get(&at).await?;
    let patience = asked.shared.port.limits.header_timeout;
    let (sender, answers) = mpsc::unbounded_channel();
    let adding = Adding {
        asked,
        at,
        options: AddOptions {
            if_not_exists: !query.refuse_existing,
            gather_statistics: query.touch_storage,
            directories: query.touch_storage,
        },
        lines: Lines {
            pieces: request.into_body().into_data_stream(),
            waiting: BytesMut::new(),
            looked: 0,
            is_overlong: false,
            number: 0,
            ended: false,
            quiet: false,
            failed: None,
            patience,
            reservation: account.reservation(),
        },
        account,
        sender,
        ready: Vec::new(),
        ready_bytes: 0,
        sum: PartitionLinesSum::default(),
    };
    // Nobody waits for it any more where the client went away.
    let task = AbortOnDropHandle::new(tokio::spawn(adding.run()));
    let answers = stream::unfold((answers, task), async |(mut answers, task)| {
        let (line, held): (Bytes, Reservation) = answers.recv().await?;
        drop(held);
        Some((Ok::<_, Infallible>(line), (answers, task)))
    });
    let kind = [(header::CONTENT_TYPE, LINES_TYPE)];
    Ok((kind, Body::from_stream(answers)).into_response())
}

fn type_check(request: &Request) -> Result<(), Problem> {
    let header = |name| {
        let value = request.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let kind = header(header::CONTENT_TYPE);
    let bare = kind.split(';').next().unwrap_or_default().trim();
    if !bare.eq_ignore_ascii_case(LINES_TYPE) {
        let text = format!("send Content-Type: {LINES_TYPE} instead of '{kind}'");
        return Err(Problem::new(Kind::MediaType, text));
    }
    if !header(header::CONTENT_ENCODING).is_empty() {
        let text = "lines come plain: send them without Content-Encoding";
        return Err(Problem::new(Kind::MediaType, text));
    }
    Ok(())
}

/// A request that is being worked on.
struct Adding {
    asked: Asked,
    at: TableRef,
    options: AddOptions,
    lines: Lines,
    account: Account,
    sender: mpsc::UnboundedSender<(Bytes, Reservation)>,
    /// Answers that are not handed over yet.
    ready: Vec<(Bytes, Reservation)>,
    ready_bytes: usize,
    sum: PartitionLinesSum,
}

impl Adding {
    /// Works until there are no more lines, or something goes wrong, which the last line tells.
    async fn run(mut self) {
        let ended = self.batches().await;
        let last = match ended {
            Ok(()) => PartitionLine::Sum(self.sum),
            Err(problem) => PartitionLine::Problem(Box::new(problem.into())),
        };
        // Where there is no memory for it either, the missing sum says that something went wrong.
        drop(self.tell(&[last]).await);
        self.hand_over();
    }

    async fn batches(&mut self) -> Result<(), Problem> {
        let ending = self.asked.shared.port.ending.clone();
        loop {
            let batch = tokio::select! {
                batch = self.lines.batch() => batch?,
                () = ending.cancelled() => {
                    return Err(Problem::unavailable("this server ends: send what no line answers to another one, or when it is there again"));
                }
            };
            if batch.is_empty() {
                return Ok(());
            }
            let told = self.added(batch).await?;
            // What waits of the next lines stays counted.
            let left = self.lines.waiting.len();
            self.lines.reservation.shrink_to(left);
            self.tell(&told).await?;
            if self.lines.quiet || self.ready_bytes > READY_BYTES_MAX {
                self.hand_over();
            }
        }
    }

    /// Adds what can be read of a batch, and tells of each line what became of it.
    async fn added(&mut self, batch: Vec<(u64, Line)>) -> Result<Vec<PartitionLine>, Problem> {
        let mut read = Vec::with_capacity(batch.len());
        let mut specs = Vec::with_capacity(batch.len());
        for (number, line) in batch {
            match line.read() {
                Ok(new) => {
                    specs.push(PartitionSpec::from(new));
                    read.push((number, None));
                }
                Err(why) => read.push((number, Some((String::new(), Err(Error::Invalid(why)))))),
            }
        }
        let limit = self.asked.shared.port.limits.request_timeout;
        let catalog = self.asked.catalog();
        let work = catalog.partitions_add_each(&self.at, specs, self.options);
        let told = tokio::time::timeout(limit, work).await;
        let told = told.map_err(|_| {
            let text = format!("a batch did not end within {} s; it", limit.as_secs());
            Problem::unavailable(text)
        })??;
        let mut told = told.into_iter();
        let all = read.into_iter().filter_map(|(number, one)| {
            let one = one.or_else(|| told.next());
            one.map(|one| (number, one))
        });
        Ok(all.map(|(number, one)| self.line(number, one)).collect())
    }

    fn line(&mut self, line: u64, (name, became): AddedEach) -> PartitionLine {
        match became {
            Ok(found) => {
                let sum = &mut self.sum;
                *(if found.is_new {
                    &mut sum.added
                } else {
                    &mut sum.existed
                }) += 1;
                PartitionLine::Partition(found.into())
            }
            Err(why) => {
                self.sum.refused += 1;
                let name = (!name.is_empty()).then_some(name);
                let problem = Box::new(Problem::from(why).into());
                PartitionLine::Refused {
                    line,
                    name,
                    problem,
                }
            }
        }
    }

    /// Has lines ready; they wait, counted, until the client takes them.
    async fn tell(&mut self, lines: &[PartitionLine]) -> Result<(), Problem> {
        let mut text = Vec::new();
        for line in lines {
            // Views are plain objects of texts and numbers: these always serialize.
            text.extend(serde_json::to_vec(line).unwrap_or_default());
            text.push(b'\n');
        }
        let held = self.account.reservation();
        held.grow(text.len()).await.map_err(Error::from)?;
        self.ready_bytes += text.len();
        self.ready.push((text.into(), held));
        Ok(())
    }

    /// Gives the client what is ready. While it sends lines it gets none: one that reads nothing before it has sent all would be
    /// taken for one that has stopped.
    fn hand_over(&mut self) {
        for ready in self.ready.drain(..) {
            // A client that is gone has ended this task.
            drop(self.sender.send(ready));
        }
        self.ready_bytes = 0;
    }
}

/// The lines of a body, counted as they arrive.
struct Lines {
    pieces: BodyDataStream,
    waiting: BytesMut,
    /// How much of what waits has no end of a line.
    looked: usize,
    /// Whether the line that has begun is longer than lines may be: what came of it is let go.
    is_overlong: bool,
    /// The number of the last line that was given.
    number: u64,
    ended: bool,
    /// Whether the client sends none at the moment.
    quiet: bool,
    /// What is wrong behind the lines that were given last.
    failed: Option<Problem>,
    /// How long a line that has begun may stop.
    patience: Duration,
    reservation: Reservation,
}

impl Lines {
    /// The next lines, as many as are there soon; none at the end. Blank lines are none. What is wrong behind good lines is told
    /// when these are done.
    async fn batch(&mut self) -> Result<Vec<(u64, Line)>, Problem> {
        if let Some(failure) = self.failed.take() {
            return Err(failure);
        }
        let mut batch = Vec::new();
        self.quiet = false;
        match self.gather(&mut batch).await {
            Ok(()) => Ok(batch),
            Err(failure) if batch.is_empty() => Err(failure),
            Err(failure) => {
                self.failed = Some(failure);
                Ok(batch)
            }
        }
    }

    async fn gather(&mut self, batch: &mut Vec<(u64, Line)>) -> Result<(), Problem> {
        let (mut bytes, mut ends) = (0, None);
        while batch.len() < BATCH_LINES_MAX && bytes < BATCH_BYTES {
            if let Some(line) = self.line() {
                self.number += 1;
                if !line.is_blank() {
                    bytes += line.len();
                    let values = body_cost(line.len()) - line.len();
                    self.reservation.grow(values).await.map_err(Error::from)?;
                    batch.push((self.number, line));
                    ends = ends.or_else(|| Some(Instant::now() + BATCH_WAIT));
                }
                continue;
            }
            if self.ended {
                break;
            }
            let Some(more) = self.more(ends).await? else {
                self.quiet = true;
                break;
            };
            self.waiting.extend_from_slice(&more);
        }
        Ok(())
    }

    /// The next piece, counted; nothing where no more comes until a batch has to end. A line that has begun has to go on.
    async fn more(&mut self, ends: Option<Instant>) -> Result<Option<Bytes>, Problem> {
        let more = self.pieces.next();
        let more = match ends {
            Some(ends) => match timeout_at(ends, more).await {
                Ok(more) => more,
                Err(_) => return Ok(None),
            },
            None if self.waiting.is_empty() && !self.is_overlong => more.await,
            None => timeout(self.patience, more).await.map_err(|_| {
                let text = format!("nothing of a line came for {} s", self.patience.as_secs());
                Problem::new(Kind::InvalidRequest, text)
            })?,
        };
        match more {
            Some(Ok(piece)) => {
                self.reservation
                    .grow(piece.len())
                    .await
                    .map_err(Error::from)?;
                Ok(Some(piece))
            }
            Some(Err(failure)) => {
                let text = format!("the body did not arrive: {failure}");
                Err(Problem::new(Kind::InvalidRequest, text))
            }
            None => {
                self.ended = true;
                Ok(Some(Bytes::new()))
            }
        }
    }

    /// A line that is there as a whole, or whose end is.
    fn line(&mut self) -> Option<Line> {
        let fresh = &self.waiting[self.looked..];
        let end = fresh.iter().position(|byte| *byte == b'\n');
        let length = match end {
            Some(at) => self.looked + at + 1,
            None if self.ended && (self.is_overlong || !self.waiting.is_empty()) => {
                self.waiting.len()
            }
            None => {
                self.looked = self.waiting.len();
                self.is_overlong |= self.looked > LINE_BYTES_MAX;
                if self.is_overlong {
                    self.let_go();
                }
                return None;
            }
        };
        self.looked = 0;
        let line = self.waiting.split_to(length).freeze();
        if std::mem::take(&mut self.is_overlong) || line.len() > LINE_BYTES_MAX {
            return Some(Line::TooLong);
        }
        Some(Line::Whole(line))
    }

    /// Gives up what waits.
    fn let_go(&mut self) {
        let held = self.reservation.bytes();
        self.reservation
            .shrink_to(held.saturating_sub(self.waiting.len()));
        self.waiting.clear();
        self.looked = 0;
    }
}

/// One line.
enum Line {
    Whole(Bytes),
    /// It was not kept.
    TooLong,
}

impl Line {
    fn is_blank(&self) -> bool {
        matches!(self, Self::Whole(line) if line.trim_ascii().is_empty())
    }

    fn len(&self) -> usize {
        match self {
            Self::Whole(line) => line.len(),
            Self::TooLong => 0,
        }
    }

    fn read(&self) -> Result<NewPartition, String> {
        match self {
            Self::Whole(line) => partition_read(line),
            Self::TooLong => Err(format!(
                "a line may have {LINE_BYTES_MAX} bytes at most (curl keeps the ends of lines only with --data-binary or -T)"
            )),
        }
    }
}

/// A new partition out of a line, or what is wrong with it.
fn partition_read(line: &[u8]) -> Result<NewPartition, String> {
    let text = line.trim_ascii();
    if text.first() != Some(&b'{') {
        return Err(
            "the line is no object of JSON such as {\"values\": [\"2026-11-22\"]}".to_owned(),
        );
    }
    serde_json::from_slice(text).map_err(|why| {
        let why = why.to_string().replace(" at line 1 column ", " at column ");
        format!("the line cannot be read: {why}")
    })
}
