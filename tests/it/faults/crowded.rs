//! A MySQL server with a limit of prepared statements that is reached: a proxy that counts them over all its
//! connections and refuses more, as the server itself does (the limit of a real one would be every test's).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

const PREPARE: u8 = 0x16;
const CLOSE: u8 = 0x19;

/// A proxy in front of one MySQL server.
pub(crate) struct CrowdedServer {
    url: String,
    room: Room,
}

#[derive(Clone)]
struct Room {
    left: Arc<AtomicI64>,
    refused: Arc<AtomicUsize>,
}

impl CrowdedServer {
    /// A server at `url` that lets its clients have `statements_max` prepared statements at a time.
    pub(crate) async fn start(url: &str, statements_max: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let mut url = url::Url::parse(url).expect("a URL");
        let target = format!(
            "{}:{}",
            url.host_str().expect("a host"),
            url.port().expect("a port")
        );
        let port = listener.local_addr().expect("an address").port();
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(port)).expect("a port");
        // The packets are read on the way.
        url.set_query(Some("ssl-mode=DISABLED"));
        let room = Room {
            left: Arc::new(AtomicI64::new(statements_max)),
            refused: Arc::default(),
        };
        let shared = room.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&target).await.expect("the server");
                tokio::spawn(connect(client, server, shared.clone()));
            }
        });
        Self {
            url: url.into(),
            room,
        }
    }

    /// Where it is reached.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How many statements it refused to prepare.
    pub(crate) fn refused(&self) -> usize {
        self.room.refused.load(Ordering::SeqCst)
    }

    /// How many more it would prepare.
    pub(crate) fn left(&self) -> i64 {
        self.room.left.load(Ordering::SeqCst)
    }
}

async fn connect(client: TcpStream, server: TcpStream, room: Room) {
    let (from_client, to_client) = client.into_split();
    let (mut from_server, to_server) = server.into_split();
    let to_client = Arc::new(Mutex::new(to_client));
    let answers = Arc::clone(&to_client);
    let own = AtomicI64::new(0);
    let pump = async move {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = from_server.read(&mut buffer).await {
            if answers
                .lock()
                .await
                .write_all(&buffer[..count])
                .await
                .is_err()
            {
                return;
            }
        }
    };
    tokio::select! {
        () = pump => {}
        _ = requests(from_client, to_server, &to_client, &room, &own) => {}
    }
    room.left
        .fetch_add(own.load(Ordering::SeqCst), Ordering::SeqCst);
}

/// Hands the client's packets on, but for those that the limit refuses, until the connection ends.
async fn requests(
    mut client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    answers: &Mutex<OwnedWriteHalf>,
    room: &Room,
    own: &AtomicI64,
) -> std::io::Result<()> {
    loop {
        let mut head = [0; 4];
        client.read_exact(&mut head).await?;
        let length = u32::from_le_bytes([head[0], head[1], head[2], 0]) as usize;
        let mut body = vec![0; length];
        client.read_exact(&mut body).await?;
        // The number of a packet tells a command from what follows the greeting.
        let command = if head[3] == 0 {
            body.first().copied()
        } else {
            None
        };
        if command == Some(PREPARE) {
            if room.left.fetch_sub(1, Ordering::SeqCst) <= 0 {
                room.left.fetch_add(1, Ordering::SeqCst);
                room.refused.fetch_add(1, Ordering::SeqCst);
                answers.lock().await.write_all(&refusal()).await?;
                continue;
            }
            own.fetch_add(1, Ordering::SeqCst);
        }
        if command == Some(CLOSE) {
            room.left.fetch_add(1, Ordering::SeqCst);
            own.fetch_sub(1, Ordering::SeqCst);
        }
        server.write_all(&head).await?;
        server.write_all(&body).await?;
    }
}

/// The packet of error 1461.
fn refusal() -> Vec<u8> {
    let text = b"#42000Can't create more than max_prepared_stmt_count statements";
    let mut body = vec![0xff];
    body.extend_from_slice(&1461_u16.to_le_bytes());
    body.extend_from_slice(text);
    let length = u32::try_from(body.len())
        .expect("a short packet")
        .to_le_bytes();
    let mut packet = vec![length[0], length[1], length[2], 1];
    packet.append(&mut body);
    packet
}
