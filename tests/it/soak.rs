//! Hostile and slow clients against a server in a process of its own: whatever they do, good clients are served, and the
//! server's resident memory stays below what docs/OPERATIONS.md names. `SKEP_SOAK_ROUNDS` makes it as long as one likes.

use crate::client::{Client, Options, call_bytes};
use crate::harness::address;
use crate::thrift::objects::table;
use serde_json::json;
use socket2::{Domain, Socket, Type};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const MIB: usize = 1024 * 1024;
/// `server.bytes_in_flight_max` of the server.
const IN_FLIGHT: usize = 96 * MIB;
/// `server.bytes_in_flight_per_client_max` of the server.
const PER_CLIENT: usize = 40 * MIB;
/// `thrift.message_bytes_max` of the server.
const MESSAGE: usize = 8 * MIB;
/// `http.body_bytes_max` of the server.
const BODY: usize = 2 * MIB;
/// `http.connections_max` of the server.
const HTTP_CONNECTIONS: usize = 300;
/// `thrift.connections_max` of the server.
const THRIFT_CONNECTIONS: usize = 1_000;
/// Hostile machines, by the last part of their addresses: together they may hold most of the budget, and not all.
const HOSTILE: std::ops::RangeInclusive<u8> = 2..=3;

/// The bound of resident memory as docs/OPERATIONS.md has it.
const RESIDENT_MAX: usize =
    200 * MIB + 2 * IN_FLIGHT + THRIFT_CONNECTIONS * 32 * 1024 + HTTP_CONNECTIONS * 160 * 1024;

/// What is resident of the file of a release.
const FILE_RESIDENT: usize = 16 * MIB;

/// A server in a process of its own, ended with the test.
struct Process {
    child: Child,
    thrift: SocketAddr,
    http: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended by itself where this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SKEP_")) {
            command.env_remove(name);
        }
        for (name, value) in [
            ("SERVER__BYTES_IN_FLIGHT_MAX", IN_FLIGHT),
            ("SERVER__BYTES_IN_FLIGHT_PER_CLIENT_MAX", PER_CLIENT),
            ("SERVER__BYTES_IN_FLIGHT_WAIT_MS", 200),
            ("THRIFT__MESSAGE_BYTES_MAX", MESSAGE),
            ("THRIFT__CONNECTIONS_MAX", THRIFT_CONNECTIONS),
            ("HTTP__BODY_BYTES_MAX", BODY),
            ("HTTP__CONNECTIONS_MAX", HTTP_CONNECTIONS),
        ] {
            command.env(format!("SKEP_{name}"), value.to_string());
        }
        let mut child = command
            .arg("serve")
            .current_dir(folder.path())
            .env("SKEP_THRIFT__LISTEN", "127.0.0.1:0")
            .env("SKEP_HTTP__LISTEN", "127.0.0.1:0")
            .env("SKEP_LOG__LEVEL", "skep=error,skep::cli=info")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while address(&line, "thrift").is_none() || address(&line, "http").is_none() {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "it did not start");
        }
        // Nobody else reads the log: what is not read would stop the server.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self {
            thrift: address(&line, "thrift").unwrap(),
            http: address(&line, "http").unwrap(),
            child,
            _folder: folder,
        }
    }

    /// The most memory that was resident since the start, bytes.
    fn resident_peak(&self) -> usize {
        self.status("VmHWM:")
    }

    /// The bytes of the program's own file that are resident.
    fn resident_file(&self) -> usize {
        self.status("RssFile:")
    }

    fn status(&self, key: &str) -> usize {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find(|line| line.starts_with(key));
        let digits: String = line.unwrap().chars().filter(char::is_ascii_digit).collect();
        digits.parse::<usize>().unwrap() * 1024
    }
}

/// A connection from a machine of this network.
fn connect_from(last: u8, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    let own = SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0));
    socket.bind(&own.into())?;
    socket.set_recv_buffer_size(4096)?;
    socket.connect(&to.into())?;
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    stream.set_write_timeout(Some(Duration::from_mins(1)))?;
    Ok(stream)
}

/// Connections that send this and then nothing. The server may close any of them at any time.
fn held(last: u8, to: SocketAddr, count: usize, bytes: &[u8]) -> Vec<TcpStream> {
    let one = |_| {
        let mut stream = connect_from(last, to).ok()?;
        stream.write_all(bytes).ok()?;
        Some(stream)
    };
    (0..count).filter_map(one).collect()
}

/// Most of a message that announces more.
fn half_message() -> Vec<u8> {
    let mut message =
        b"\x80\x01\0\x01\0\0\0\x0cget_database\0\0\0\x07\x0b\0\x01\0\x70\0\0".to_vec();
    message.resize(2 * MIB, b'x');
    message
}

/// Partitions that are nothing but their number.
fn bomb() -> Vec<u8> {
    let mut message = b"\x80\x01\0\x01\0\0\0\x0eadd_partitions\0\0\0\x07\x0f\0\x01\x0c".to_vec();
    message.extend(3_000_000_u32.to_be_bytes());
    message.resize(message.len() + 3_000_001, 0);
    message
}

/// One hostile machine does all at once that it can think of.
fn attack(last: u8, process: &Process) {
    let half_header = b"GET /healthz HTTP/1.1\r\nHost: h\r\nX-Slow: ".as_slice();
    let mut half_body = b"POST /api/v1/databases HTTP/1.1\r\nHost: h\r\n\
        Content-Type: application/json\r\nContent-Length: 2000000\r\n\r\n"
        .to_vec();
    half_body.resize(half_body.len() + MIB, b' ');
    let table = json!({ "dbname": "default", "tbl_name": "wide" });
    let read = call_bytes("get_table", table, Options::default());
    let mut connections = held(last, process.http, 30, half_header);
    connections.extend(held(last, process.thrift, 40, &half_message()));
    connections.extend(held(last, process.http, 30, &half_body));
    connections.extend(held(last, process.thrift, 40, &read));
    connections.extend(held(last, process.thrift, 40, b""));
    let bomb = bomb();
    for _ in 0..4 {
        if let Ok(mut stream) = connect_from(last, process.thrift) {
            // It is answered by an exception, of whatever kind.
            let _ = stream.write_all(&bomb);
            let _ = stream.read_exact(&mut [0; 4]);
        }
    }
    drop(connections);
}

/// What a good client does, over and over. It is always served.
fn work(client: &mut Client, process: &Process, number: usize) {
    let name = format!("good{number}");
    let made = json!({ "tbl": table("default", &name) });
    client.call("create_table", made).unwrap();
    let at = json!({ "dbname": "default", "tbl_name": name });
    client.call("get_table", at).unwrap();
    let gone = json!({ "dbname": "default", "name": name, "deleteData": true });
    client.call("drop_table", gone).unwrap();
    let mut http = connect_from(1, process.http).unwrap();
    http.write_all(b"GET /api/v1/databases HTTP/1.0\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    http.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
}

#[test]
fn hostile_and_slow_clients_neither_fill_the_memory_nor_stop_the_others() {
    let rounds = std::env::var("SKEP_SOAK_ROUNDS").ok();
    let rounds = rounds.map_or(1, |text| text.parse().expect("a number of rounds"));
    let process = Process::start();
    let mut client = Client::connect(process.thrift).unwrap();
    let column =
        |number| json!({ "name": format!("c{number}"), "type": "int", "comment": "c".repeat(250) });
    let mut wide = table("default", "wide");
    wide["sd"]["cols"] = (0..20_000).map(column).collect();
    client.call("create_table", json!({ "tbl": wide })).unwrap();
    let before = process.resident_peak();
    let ended = AtomicBool::new(false);
    let served = std::thread::scope(|scope| {
        let attackers: Vec<_> = HOSTILE
            .map(|last| {
                let process = &process;
                scope.spawn(move || (0..rounds).for_each(|_| attack(last, process)))
            })
            .collect();
        let worker = scope.spawn(|| {
            let mut served = 0;
            while !ended.load(Ordering::Relaxed) || served == 0 {
                work(&mut client, &process, served);
                served += 1;
            }
            served
        });
        for attacker in attackers {
            attacker.join().expect("the attack goes on to its end");
        }
        ended.store(true, Ordering::Relaxed);
        worker.join().expect("good clients are served")
    });
    // The program that is tested is not optimised: its file is several times the one that the bound is for.
    let excess = process.resident_file().saturating_sub(FILE_RESIDENT);
    let peak = process.resident_peak() - excess;
    let told = format!(
        "resident {} MiB at most and {} of the file, {} before, {} allowed; {served} rounds of good clients",
        peak / MIB,
        excess / MIB,
        before / MIB,
        RESIDENT_MAX / MIB
    );
    eprintln!("{told}");
    assert!(peak <= RESIDENT_MAX, "{told}");
}
