//! Which names a bucket may have, and a container of Azure with its account. A client library makes host names and addresses of them, so that a name with other
//! characters sends a signed request to where it was not meant to go: `evil.example#` ends the host right there.

/// Bytes of the shortest name.
const BUCKET_BYTES_MIN: usize = 3;
/// Bytes of the longest name: that of a label of a host name.
const BUCKET_BYTES_MAX: usize = 63;
/// Bytes of the longest name of Google's, which has dots.
const GOOGLE_BUCKET_BYTES_MAX: usize = 222;
/// Bytes of the longest name of a host.
const HOST_BYTES_MAX: usize = 253;

/// What keeps a name from being a bucket's by S3's own rule. Beside it, upper-case letters and `_` are accepted inside: old
/// buckets of AWS and those of other makers' stores have them, and neither ends a host name.
pub(super) fn fault_of(name: &str) -> Option<String> {
    fault_within(name, BUCKET_BYTES_MAX)
}

/// The same by Google's rule, whose names with dots may be longer.
pub(super) fn google_fault_of(name: &str) -> Option<String> {
    fault_within(name, GOOGLE_BUCKET_BYTES_MAX)
}

/// What keeps `container@host` from being a container of Azure's and the host of its account, such as
/// `logs@company.dfs.core.windows.net`. Behind `az` the container may stand alone.
pub(super) fn azure_fault_of(authority: &str, is_az: bool) -> Option<String> {
    let (container, host) = match authority.split_once('@') {
        Some((container, host)) => (container, Some(host)),
        None if is_az => (authority, None),
        None => return Some("it names no account: container@account.dfs.core.windows.net".into()),
    };
    // `$root`, `$web` and `$logs` are Azure's own containers.
    let name = container.strip_prefix('$').unwrap_or(container);
    let is_word = |text: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !text.is_empty() && text.bytes().all(is_plain)
    };
    if !(BUCKET_BYTES_MIN..=BUCKET_BYTES_MAX).contains(&container.len()) || !is_word(name) {
        return Some("a container's name has 3 to 63 letters, digits and '-'".to_owned());
    }
    let is_host =
        host.is_none_or(|host| host.len() <= HOST_BYTES_MAX && host.split('.').all(is_word));
    (!is_host).then(|| "the account's host has letters, digits, '-' and '.' only".to_owned())
}

fn fault_within(name: &str, bytes_max: usize) -> Option<String> {
    let is_alphanumeric = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    let why = if !(BUCKET_BYTES_MIN..=bytes_max).contains(&bytes.len()) {
        format!("a bucket's name has {BUCKET_BYTES_MIN} to {bytes_max} characters")
    } else if !bytes.iter().copied().all(is_accepted) {
        "a bucket's name has letters, digits, '.', '-' and '_' only".to_owned()
    } else if !is_alphanumeric(bytes.first()) || !is_alphanumeric(bytes.last()) {
        "a bucket's name begins and ends with a letter or a digit".to_owned()
    } else if name.contains("..") {
        "a bucket's name has no two dots in a row".to_owned()
    } else if name.parse::<std::net::Ipv4Addr>().is_ok() {
        "a bucket's name is no address".to_owned()
    } else {
        return None;
    };
    Some(why)
}

fn is_accepted(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}
