//! The client's messages over HTTP, written by hand as `THttpClient` sends them: one connection that is kept, a `POST` for each
//! flush, whose answer is what is read next.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Error, Read, Result, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

/// What came and was not read yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Answered(Arc<Mutex<VecDeque<u8>>>);

impl Read for Answered {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        self.0.lock().expect("no writer panicked").read(into)
    }
}

/// Messages on their way.
#[derive(Debug)]
pub(super) struct Posts {
    stream: BufReader<TcpStream>,
    head: String,
    message: Vec<u8>,
    answered: Answered,
}

impl Posts {
    /// Posts to a path with these further headers.
    pub(super) fn new(stream: TcpStream, path: &str, headers: &[(&str, &str)]) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-thrift\r\n\
             Accept: application/x-thrift\r\nUser-Agent: Java/THttpClient/HC\r\n{}",
            headers.collect::<String>()
        );
        Self {
            stream: BufReader::new(stream),
            head,
            message: Vec::new(),
            answered: Answered::default(),
        }
    }

    /// Where the answers are read.
    pub(super) fn answered(&self) -> Answered {
        self.answered.clone()
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }
}

impl Write for Posts {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.message.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        let message = std::mem::take(&mut self.message);
        let head = format!("{}Content-Length: {}\r\n\r\n", self.head, message.len());
        let stream = self.stream.get_mut();
        stream.write_all(head.as_bytes())?;
        stream.write_all(&message)?;
        let status = self.line()?;
        let mut length = None;
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse::<usize>().ok();
            }
        }
        let length = length.ok_or_else(|| Error::other("the answer has no length"))?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        if !status.starts_with("HTTP/1.1 200 ") {
            let text = String::from_utf8_lossy(&body);
            return Err(Error::other(format!("{status}: {text}")));
        }
        self.answered
            .0
            .lock()
            .expect("no reader panicked")
            .extend(body);
        Ok(())
    }
}
