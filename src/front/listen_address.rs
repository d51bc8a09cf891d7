//! The address that a front end listens on, as people write it: an address and a port, or a name that stands for one address.

use crate::secret::url_shown;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};

/// What to write instead of an address that is none.
const HINT: &str =
    "write an address and a port, such as 127.0.0.1:9084, or 0.0.0.0:9084 for every interface";

/// Reads a setting that is an address to listen on.
pub fn listen_address_read<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    listen_address(&String::deserialize(from)?).map_err(D::Error::custom)
}

/// The address that a text stands for. `localhost` is 127.0.0.1, which every client on this machine tries; any other name is asked
/// of the system, and must stand for one address: a server listens on one.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let shown = url_shown(text);
    let Some((host, port)) = text.rsplit_once(':') else {
        return Err(format!("{shown:?} names no port: {HINT}"));
    };
    let Ok(port) = port.parse::<u16>() else {
        return Err(format!(
            "{shown:?} does not end with a port from 0 to 65535: {HINT}"
        ));
    };
    if host.eq_ignore_ascii_case("localhost") {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    // What holds such characters is no name that a system could know.
    if host.is_empty() || host.contains([':', '/', '@', '[', ']']) {
        return Err(format!("{shown:?} is no address: {HINT}"));
    }
    let found = (host, port).to_socket_addrs();
    let found: BTreeSet<SocketAddr> = found
        .map_err(|failure| format!("the name {host} stands for no address ({failure}): {HINT}"))?
        .collect();
    match found.first() {
        Some(address) if found.len() == 1 => Ok(*address),
        _ => {
            let all: Vec<String> = found.iter().map(ToString::to_string).collect();
            Err(format!(
                "the name {host} stands for {} addresses: write one of {}",
                all.len(),
                all.join(", ")
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::listen_address;

    #[test]
    fn an_address_is_read_as_people_write_it() {
        for (text, address) in [
            ("127.0.0.1:9084", "127.0.0.1:9084"),
            ("[::1]:9084", "[::1]:9084"),
            ("localhost:9084", "127.0.0.1:9084"),
        ] {
            assert_eq!(listen_address(text).unwrap().to_string(), address);
        }
    }

    #[test]
    fn what_is_no_address_is_told_with_what_to_write() {
        for text in [
            "",
            "9084",
            "here",
            ":9084",
            "127.0.0.1:99999",
            "http://h:1",
            "::1:x",
        ] {
            let why = listen_address(text).unwrap_err();
            assert!(why.contains("an address and a port"), "{text}: {why}");
        }
        let why = listen_address("u:hunter2@h:1").unwrap_err();
        assert!(!why.contains("hunter2"), "{why}");
    }
}
