//! An HTTP server that plays Elasticsearch: it answers each path with what was recorded of it, and keeps what it was
//! asked.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Status and body by method and path, the question mark and what follows left out.
pub(super) type Answers = HashMap<&'static str, (u16, String)>;

/// The server; it ends when it is dropped.
pub(super) struct Recorded {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    serving: JoinHandle<()>,
}

impl Recorded {
    pub(super) async fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (answers, asked) = (Arc::new(answers), Arc::new(Mutex::new(Vec::new())));
        let shared = Arc::clone(&asked);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&answers), Arc::clone(&shared)));
            }
        });
        Self {
            address,
            asked,
            serving,
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests so far: the first line and the headers of each.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(stream: TcpStream, answers: Arc<Answers>, asked: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            match stream.read_line(&mut head).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().ok())?
        });
        let mut body = vec![0; length.unwrap_or(0)];
        if stream.read_exact(&mut body).await.is_err() {
            return;
        }
        let first = head.lines().next().unwrap_or_default();
        let request = first
            .split(['?', ' '])
            .take(2)
            .collect::<Vec<_>>()
            .join(" ");
        asked.lock().unwrap().push(head.clone());
        let missing = (404, "{\"error\":{\"reason\":\"not recorded\"}}".to_owned());
        let (status, body) = answers.get(request.as_str()).unwrap_or(&missing);
        let length = body.len();
        let text = format!("HTTP/1.1 {status} Told\r\ncontent-length: {length}\r\n\r\n{body}");
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}
