//! Asking who serves at an address: the name of the service, as every client of fb303 may.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longest wait for an answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// A call of `getName` without arguments, in the strict binary protocol.
const GET_NAME: &[u8] = b"\x80\x01\x00\x01\x00\x00\x00\x07getName\x00\x00\x00\x01\x00";
/// The whole reply of skep.
const OF_SKEP: &[u8] =
    b"\x80\x01\x00\x02\x00\x00\x00\x07getName\x00\x00\x00\x01\x0b\x00\x00\x00\x00\x00\x04skep\x00";

/// Whether a skep serves the Hive Metastore protocol at an address. Who takes longer than two seconds is none.
pub async fn is_skep_at(address: SocketAddr) -> bool {
    let asked = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(GET_NAME).await?;
        let mut reply = [0; OF_SKEP.len()];
        stream.read_exact(&mut reply).await?;
        Ok::<_, std::io::Error>(reply == OF_SKEP)
    };
    matches!(timeout(ANSWER_LIMIT, asked).await, Ok(Ok(true)))
}
