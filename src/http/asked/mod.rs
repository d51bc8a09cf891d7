//! What is asked: the variable segments of a path, a query, a form, as values, each refused with the field at fault and, where one
//! was mistyped, with the nearest right one. Whoever answers decides what a fault looks like.

mod fault;
mod path;
mod words;

pub use fault::Fault;
pub use path::path_read;
pub use words::plain_words;

use percent_encoding::percent_decode;
use serde::de::DeserializeOwned;

/// What the parameters of a query are called in messages.
const PARAMETER: &str = "query parameter";
/// The same of a form.
const FIELD: &str = "field";

/// The parameters of a query, as it stands in the address.
pub fn query_read<T: DeserializeOwned>(query: &str) -> Result<T, Fault> {
    pairs_read(PARAMETER, query.as_bytes())
}

/// The fields of a form that was sent (`application/x-www-form-urlencoded`).
pub fn form_read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    pairs_read(FIELD, body)
}

fn pairs_read<T: DeserializeOwned>(what: &str, text: &[u8]) -> Result<T, Fault> {
    all_text(what, text)?;
    let pairs = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(text));
    serde_path_to_error::deserialize(pairs).map_err(|failure| Fault::of(what, &failure))
}

/// Fails where something is no text: the parser below would put U+FFFD in its place, and no database of ours keeps a NUL.
fn all_text(what: &str, text: &[u8]) -> Result<(), Fault> {
    for pair in text.split(|byte| *byte == b'&') {
        let (name, _) = pair
            .iter()
            .position(|byte| *byte == b'=')
            .map_or((pair, &[][..]), |end| pair.split_at(end));
        let name = String::from_utf8_lossy(name);
        let why = match percent_decode(pair).decode_utf8() {
            Ok(read) if read.contains('\0') => "has a NUL in it",
            Ok(_) => continue,
            Err(_) => "is no UTF-8 once its percent-encoding is undone",
        };
        return Err(Fault::at(name.to_string(), format!("{what} {name} {why}")));
    }
    Ok(())
}
