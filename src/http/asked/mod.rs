//! What is asked: the variable segments of a path, a query, a form, as values, each refused with the field at fault and, where one
//! was mistyped, with the nearest right one. Whoever answers decides what a fault looks like.

mod fault;
mod path;
mod words;

pub use fault::Fault;
pub use path::path_read;
pub use words::plain_words;

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
    let pairs = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(text));
    serde_path_to_error::deserialize(pairs).map_err(|failure| Fault::of(what, &failure))
}
