//! Which hosts a request may name. A page on the internet can have its own name point at this server (DNS rebinding); its
//! browser takes the two for one then, and would let the page read and change everything. What it cannot is send another
//! `Host` than that name. So names that anybody can own have to be listed.

use crate::model::PublicUrl;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// Endings of names that nobody can own on the internet: what RFC 6761, 6762, 8375 and 9476 and ICANN keep for private use, and
/// what networks use without asking.
const PRIVATE: [&str; 9] = [
    "localhost",
    "local",
    "internal",
    "home.arpa",
    "test",
    "alt",
    "svc",
    "lan",
    "localdomain",
];

/// A name by which the port is reached, or with a leading `*.` all names below one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRule {
    /// In lower case.
    name: String,
    below: bool,
}

/// A text is no host.
#[derive(Debug, thiserror::Error)]
#[error(
    "'{0}' is no name of a host; write skep.example.com, or *.example.com for all names below it, without a port"
)]
pub struct HostRuleError(String);

impl FromStr for HostRule {
    type Err = HostRuleError;

    fn from_str(text: &str) -> Result<Self, HostRuleError> {
        let (name, below) = match text.strip_prefix("*.") {
            Some(name) => (name, true),
            None => (text, false),
        };
        let is_part = |part: &str| {
            let is_of_it = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            (1..=63).contains(&part.len()) && part.bytes().all(is_of_it)
        };
        if name.len() > 253 || !name.split('.').all(is_part) {
            return Err(HostRuleError(text.chars().take(100).collect()));
        }
        Ok(Self {
            name: name.to_ascii_lowercase(),
            below,
        })
    }
}

impl fmt::Display for HostRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.below { "*." } else { "" };
        write!(f, "{star}{}", self.name)
    }
}

impl HostRule {
    fn allows(&self, host: &str) -> bool {
        if self.below {
            is_below(host, &self.name)
        } else {
            host == self.name
        }
    }
}

/// Whether requests for a host are this server's. `authority` is a host with or without a port.
pub(super) fn is_own(authority: &str, pages: Option<&PublicUrl>, hosts: &[HostRule]) -> bool {
    let host = host_name(authority).to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    let is_of_a_name = |char: char| char.is_ascii_alphanumeric() || "-_.:[]".contains(char);
    if !host.chars().all(is_of_a_name) {
        return false;
    }
    let is_address = host.parse::<IpAddr>().is_ok()
        || host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .is_some_and(|inner| inner.parse::<Ipv6Addr>().is_ok());
    let of_pages = || {
        let origin = pages.and_then(|pages| pages.origin().split_once("://"));
        origin.is_some_and(|(_, authority)| host_name(authority) == host)
    };
    // A name of one part is none of the internet's: it is a service beside this one.
    is_address
        || !host.contains('.')
        || PRIVATE.iter().any(|ending| is_below(host, ending))
        || of_pages()
        || hosts.iter().any(|rule| rule.allows(host))
}

fn is_below(host: &str, ending: &str) -> bool {
    let rest = host.strip_suffix(ending);
    rest.is_some_and(|rest| rest.ends_with('.'))
}

/// A host without its port; an IPv6 address keeps its brackets.
pub fn host_name(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::{HostRule, is_own};
    use crate::model::PublicUrl;

    #[test]
    fn names_that_anybody_can_own_have_to_be_listed() {
        let pages = PublicUrl::parse("https://Skep.example.com:8443/catalog").unwrap();
        let hosts: Vec<HostRule> = ["hms.corp.example", "*.data.example"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        for (authority, own) in [
            ("127.0.0.1:9084", true),
            ("10.0.0.7", true),
            ("[::1]:9084", true),
            ("[fe80::1]", true),
            ("localhost:9084", true),
            ("LOCALHOST", true),
            ("skep", true),
            ("skep:80", true),
            ("skep.data.svc.cluster.local:9084", true),
            ("skep.data.svc", true),
            ("a.localhost", true),
            ("skep.example.com", true),
            ("SKEP.example.com:9084", true),
            ("skep.example.com.", true),
            ("hms.corp.example:9084", true),
            ("a.b.data.example", true),
            ("data.example", false),
            ("xdata.example", false),
            ("evil.example", false),
            ("evil.example:9084", false),
            ("skep.example.com.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("127.0.0.1.nip.io", false),
            ("evilocal.example", false),
            ("evil.example/.local", false),
            ("evil%2eexample", false),
            ("user@evil", false),
        ] {
            assert_eq!(is_own(authority, Some(&pages), &hosts), own, "{authority}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "", "a b", "a:80", "http://a", "*", "*.", "a..b", "*.*.a", "[::1]",
        ] {
            let rule: Result<HostRule, _> = text.parse();
            assert!(rule.is_err(), "{text}");
        }
        let rule: HostRule = "*.Data.example".parse().unwrap();
        assert_eq!(rule.to_string(), "*.data.example");
    }
}
