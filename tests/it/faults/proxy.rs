//! A TCP proxy that can be told to hang or to hang up: the network between skep and its database.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

const PASSING: u8 = 0;
const HANGING: u8 = 1;
const CLOSED: u8 = 2;

/// A proxy in front of one server.
#[derive(Clone)]
pub(crate) struct Proxy {
    address: SocketAddr,
    mode: Arc<AtomicU8>,
    changed: Arc<Notify>,
    turns: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
    bytes_answered: Arc<AtomicUsize>,
    /// The connections up to this number are forgotten.
    forgotten: Arc<AtomicUsize>,
    /// Whether the server spoke last.
    answered: Arc<AtomicBool>,
}

impl Proxy {
    /// Listens on a free port in front of `target`, a `host:port`.
    pub(crate) async fn start(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let proxy = Self {
            address: listener.local_addr().expect("an address"),
            mode: Arc::default(),
            changed: Arc::default(),
            turns: Arc::default(),
            connections: Arc::default(),
            bytes_answered: Arc::default(),
            forgotten: Arc::default(),
            answered: Arc::new(AtomicBool::new(true)),
        };
        let shared = proxy.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = shared.clone();
                let target = target.clone();
                tokio::spawn(async move { shared.connect(client, &target).await });
            }
        });
        proxy
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// How often a client asked something after an answer: the round trips of one connection.
    pub(crate) fn turns(&self) -> usize {
        self.turns.load(Ordering::SeqCst)
    }

    /// How many connections there have been.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// How many bytes the server has sent.
    pub(crate) fn bytes_answered(&self) -> usize {
        self.bytes_answered.load(Ordering::SeqCst)
    }

    /// Lets nothing through any more on the connections of now, which stay open, and everything on new ones: as a
    /// firewall does that forgot the idle ones.
    pub(crate) fn forget(&self) {
        self.forgotten.store(self.connections(), Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    /// Lets everything through.
    pub(crate) fn pass(&self) {
        self.set(PASSING);
    }

    /// Keeps connections open and lets nothing through.
    pub(crate) fn hang(&self) {
        self.set(HANGING);
    }

    /// Closes all connections and every new one.
    pub(crate) fn close(&self) {
        self.set(CLOSED);
    }

    fn set(&self, mode: u8) {
        self.mode.store(mode, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    async fn connect(&self, client: TcpStream, target: &str) {
        if self.mode.load(Ordering::SeqCst) == CLOSED {
            return;
        }
        let Ok(server) = TcpStream::connect(target).await else {
            return;
        };
        let number = self.connections.fetch_add(1, Ordering::SeqCst) + 1;
        let (client_read, client_write) = client.into_split();
        let (server_read, server_write) = server.into_split();
        tokio::join!(
            self.pump(number, client_read, server_write, false),
            self.pump(number, server_read, client_write, true)
        );
    }

    async fn pump(
        &self,
        number: usize,
        mut from: impl AsyncReadExt + Unpin,
        mut to: impl AsyncWriteExt + Unpin,
        answers: bool,
    ) {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let changed = self.changed.notified();
            if number <= self.forgotten.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            match self.mode.load(Ordering::SeqCst) {
                CLOSED => return,
                HANGING => changed.await,
                _ => {
                    let read = tokio::select! {
                        () = changed => continue,
                        read = from.read(&mut buffer) => read,
                    };
                    match read {
                        Ok(0) | Err(_) => return,
                        Ok(count) => {
                            if answers {
                                self.bytes_answered.fetch_add(count, Ordering::SeqCst);
                            }
                            if self.answered.swap(answers, Ordering::SeqCst) && !answers {
                                self.turns.fetch_add(1, Ordering::SeqCst);
                            }
                            while self.mode.load(Ordering::SeqCst) == HANGING {
                                self.changed.notified().await;
                            }
                            if to.write_all(&buffer[..count]).await.is_err() {
                                return;
                            }
                        }
                    }
                }
            }
        }
    }
}
