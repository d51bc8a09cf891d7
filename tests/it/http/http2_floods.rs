//! HTTP/2 as no library sends it: floods that have brought servers down. Each ends its own connection, early, and no other.

use super::server_with;
use crate::harness::TestServer;
use crate::rest::Rest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GO_AWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// Frames of a flood. The server has to end it long before.
const FLOOD_FRAMES: u32 = 100_000;
/// `:method: GET`, `:scheme: http`, `:path: /` by their numbers, and `:authority: h`.
const HEAD: &[u8] = &[0x82, 0x86, 0x84, 0x41, 0x01, b'h'];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend_from_slice(&[kind, flags]);
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// Sends frames until the server ends the connection, and gives how many it was sent and the kinds of frames that it sent
/// itself.
async fn flooded(server: &TestServer, frames: impl Iterator<Item = Vec<u8>>) -> (u32, Vec<u8>) {
    let stream = TcpStream::connect(server.http()).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let heard = tokio::spawn(async move {
        let mut kinds = Vec::new();
        loop {
            let mut head = [0; 9];
            if reader.read_exact(&mut head).await.is_err() {
                return kinds;
            }
            kinds.push(head[3]);
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            if reader.read_exact(&mut payload).await.is_err() {
                return kinds;
            }
        }
    });
    let mut sent = 0;
    let begin = [PREFACE.to_vec(), frame(SETTINGS, 0, 0, &[])].concat();
    writer.write_all(&begin).await.unwrap();
    for frame in frames {
        if writer.write_all(&frame).await.is_err() {
            break;
        }
        sent += 1;
    }
    drop(writer);
    (sent, heard.await.unwrap())
}

async fn is_ended_early(name: &str, server: &TestServer, frames: impl Iterator<Item = Vec<u8>>) {
    let (sent, heard) = flooded(server, frames).await;
    assert!(sent < FLOOD_FRAMES, "{name}: all {sent} frames were taken");
    let last = heard.iter().rev().find(|kind| **kind != RESET);
    // A reset of the socket may take the farewell with it.
    assert!(
        last.is_none_or(|kind| [GO_AWAY, SETTINGS, DATA, HEADERS, PING].contains(kind)),
        "{name}: {heard:?}"
    );
    Rest::of(server).get("/databases").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_resets_what_it_asks_for_is_sent_away() {
    let server = server_with(|_| {}).await;
    let frames = (0..FLOOD_FRAMES).map(|number| {
        let stream = 2 * number + 1;
        let asked = frame(HEADERS, END_HEADERS | END_STREAM, stream, HEAD);
        [asked, frame(RESET, 0, stream, &8_u32.to_be_bytes())].concat()
    });
    is_ended_early("rapid reset", &server, frames).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_go_on_without_end_are_cut_off() {
    let server = server_with(|_| {}).await;
    // A literal header that is not indexed: `a: …`.
    let mut field = vec![0x00, 0x01, b'a', 0x7e];
    field.extend_from_slice(&[b'x'; 126]);
    let first = frame(HEADERS, END_STREAM, 1, HEAD);
    let more = (1..FLOOD_FRAMES).map(move |_| frame(CONTINUATION, 0, 1, &field));
    is_ended_early("continuation", &server, std::iter::once(first).chain(more)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_requests_at_once_than_a_connection_may_have_are_refused() {
    let server = server_with(|_| {}).await;
    // POST with a body that never comes.
    let head = &[0x83, 0x86, 0x84, 0x41, 0x01, b'h'];
    let frames = (0..FLOOD_FRAMES).map(|number| frame(HEADERS, END_HEADERS, 2 * number + 1, head));
    is_ended_early("streams", &server, frames).await;
}
