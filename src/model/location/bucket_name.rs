//! Which names a bucket may have. A client library makes host names and addresses of them, so that a name with other
//! characters sends a signed request to where it was not meant to go: `evil.example#` ends the host right there.

/// Bytes of the shortest name.
const BUCKET_BYTES_MIN: usize = 3;
/// Bytes of the longest name: that of a label of a host name.
const BUCKET_BYTES_MAX: usize = 63;

/// What keeps a name from being a bucket's by S3's own rule. Beside it, upper-case letters and `_` are accepted inside: old
/// buckets of AWS and those of other makers' stores have them, and neither ends a host name.
pub(super) fn fault_of(name: &str) -> Option<String> {
    let is_alphanumeric = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    let why = if !(BUCKET_BYTES_MIN..=BUCKET_BYTES_MAX).contains(&bytes.len()) {
        format!("a bucket's name has {BUCKET_BYTES_MIN} to {BUCKET_BYTES_MAX} characters")
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
