//! A small HTTP server that plays Slack or any webhook: it keeps what it is sent and answers by order.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How one request is answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// With a status, the value of `Retry-After`, and a body.
    Status(u16, Option<&'static str>, &'static str),
    /// Not at all: the connection stays open.
    Hang,
    /// The connection is reset.
    Reset,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// The headers, with their names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: String,
}

impl Received {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct State {
    received: Vec<Received>,
    answers: VecDeque<Answer>,
}

/// The server; it ends when it is dropped.
pub(crate) struct Listener {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    serving: JoinHandle<()>,
}

impl Listener {
    /// Starts a server that answers 200 until it is told otherwise.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self {
            address,
            state,
            serving,
        }
    }

    /// The address to post to.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/services/T0/B0/top-secret-token", self.address)
    }

    /// Answers the next requests so, one each; after them 200 again.
    pub(crate) fn answer_next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state.lock().unwrap().answers.extend(answers);
    }

    /// Everything that came so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap().received.clone()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Serves one connection, request by request.
async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await {
        let answer = {
            let mut state = state.lock().unwrap();
            state.received.push(request);
            state.answers.pop_front()
        };
        match answer.unwrap_or(Answer::Status(200, None, "ok")) {
            Answer::Status(status, retry_after, body) => {
                let retry_after = retry_after
                    .map(|value| format!("retry-after: {value}\r\n"))
                    .unwrap_or_default();
                let length = body.len();
                let text = format!(
                    "HTTP/1.1 {status} Told\r\n{retry_after}content-length: {length}\r\n\r\n{body}"
                );
                if stream.write_all(text.as_bytes()).await.is_err() {
                    return;
                }
            }
            Answer::Hang => tokio::time::sleep(Duration::from_hours(1)).await,
            Answer::Reset => {
                // Zero seconds of lingering turn the close into a reset.
                let stream = stream.into_inner().into_std().expect("a socket");
                let socket = socket2::Socket::from(stream);
                socket.set_linger(Some(Duration::ZERO)).expect("linger");
                return;
            }
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let mut headers = Vec::new();
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length")?;
    let mut body = vec![0; length.1.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some(Received {
        headers,
        body: String::from_utf8(body).ok()?,
    })
}
