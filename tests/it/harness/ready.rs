//! The line that a server prints when it is ready.

use std::net::SocketAddr;

/// The address after a scheme in that line; `None` in any other.
pub(crate) fn address(line: &str, scheme: &str) -> Option<SocketAddr> {
    let (_, at) = line.split_once(&format!("{scheme}://"))?;
    let is_address = |c: &char| c.is_ascii_digit() || *c == '.' || *c == ':';
    let text: String = at.chars().take_while(is_address).collect();
    text.parse().ok()
}
