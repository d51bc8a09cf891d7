//! Bytes on a socket, without a client: for what no client sends, and for readers that take their time.

use socket2::{Domain, Socket, Type};
use std::io::Read;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// A connection from one of the addresses of this machine. It takes little at once.
pub(super) fn connect_from(last: u8, server: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let own = SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0));
    socket.bind(&own.into()).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(&server.into()).unwrap();
    let stream = TcpStream::from(socket);
    stream
        .set_read_timeout(Some(Duration::from_mins(1)))
        .unwrap();
    stream
}

/// The strict binary call of a method with these bytes as its arguments.
pub(super) fn call(name: &str, arguments: &[u8]) -> Vec<u8> {
    let mut message = vec![0x80, 0x01, 0x00, 0x01];
    message.extend(u32::try_from(name.len()).unwrap().to_be_bytes());
    message.extend(name.as_bytes());
    message.extend(7_u32.to_be_bytes());
    message.extend(arguments);
    message
}

/// All that comes after the last question.
pub(super) fn rest_of(mut stream: TcpStream) -> Vec<u8> {
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}
