//! A small SMTP server: it keeps the letters that it takes and answers by order.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A letter as it came: the commands before it, and its lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Letter {
    /// The recipients of the envelope.
    pub(crate) to: Vec<String>,
    /// What followed `DATA`, with its lines ended by `\n`.
    pub(crate) data: String,
}

#[derive(Default)]
struct State {
    letters: Vec<Letter>,
    /// Every line that a client said before its letter.
    said: Vec<String>,
    /// How the next letters are answered; with 250 where nothing is left.
    answers: VecDeque<&'static str>,
}

/// The server; it ends when it is dropped.
pub(crate) struct Mailbox {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    serving: JoinHandle<()>,
}

impl Mailbox {
    /// Starts a server that takes every letter until it is told otherwise. It knows no TLS.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                tokio::spawn(async move {
                    // A client that goes ends its conversation.
                    drop(serve(stream, &state).await);
                });
            }
        });
        Self {
            address,
            state,
            serving,
        }
    }

    /// Its host and port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers the next letters so, one each.
    pub(crate) fn answer_next(&self, answers: impl IntoIterator<Item = &'static str>) {
        self.state.lock().unwrap().answers.extend(answers);
    }

    /// The letters that it took.
    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.state.lock().unwrap().letters.clone()
    }

    /// Every command that clients gave.
    pub(crate) fn said(&self) -> Vec<String> {
        self.state.lock().unwrap().said.clone()
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.test ESMTP\r\n").await?;
    let mut letter = Letter::default();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        state.lock().unwrap().said.push(line.to_owned());
        let verb = line.split([' ', ':']).next().unwrap_or_default();
        let answer = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => "250-mail.test\r\n250 8BITMIME",
            "MAIL" => {
                letter = Letter::default();
                "250 go on"
            }
            "RCPT" => {
                letter.to.push(line.to_owned());
                "250 go on"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                letter.data = data(&mut stream).await?;
                let mut state = state.lock().unwrap();
                let answer = state.answers.pop_front().unwrap_or("250 taken");
                if answer.starts_with("250") {
                    state.letters.push(letter.clone());
                }
                answer
            }
            "QUIT" => "221 bye",
            _ => "502 unknown",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

async fn data(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || line.trim_end() == "." {
            return Ok(text);
        }
        text.push_str(line.trim_end_matches(['\r', '\n']));
        text.push('\n');
    }
}
