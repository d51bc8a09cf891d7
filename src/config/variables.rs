//! The environment: which variables are settings, which look like one and are none, and which are somebody else's.

use super::error::ConfigError;
use super::keys;
use crate::source::SOURCE_URL_ENV_PREFIX;
use std::collections::{BTreeSet, HashMap};

/// What every variable of skep begins with; two underscores part section and key.
pub const ENVIRONMENT_PREFIX: &str = "SKEP_";
/// The variable by which commands are told which server to ask: no setting, though a section is called so.
pub const SERVER_VARIABLE: &str = "SKEP_SERVER";
/// The variable that names the authorities which commands believe.
pub const CA_VARIABLE: &str = "SKEP_CA";
/// The variable that names the certificate which commands show.
pub const CERTIFICATE_VARIABLE: &str = "SKEP_CLIENT_CERTIFICATE";
/// The variable that names its key.
pub const KEY_VARIABLE: &str = "SKEP_CLIENT_KEY";
/// How unlike a known variable a variable without a section may be and still count as mistyped.
const MISTYPED_DISTANCE_MAX: usize = 2;
/// Where values of the environment come from, as the layering library names it.
const ENVIRONMENT_ORIGIN: &str = "the environment";

/// Refuses variables that look like settings and are none; leaves out those of other tools.
pub(super) fn variables_check(
    environment: HashMap<String, String>,
    known: &BTreeSet<String>,
) -> Result<HashMap<String, String>, ConfigError> {
    let mut taken = HashMap::new();
    for (name, value) in environment {
        let Some(rest) = name.strip_prefix(ENVIRONMENT_PREFIX) else {
            continue;
        };
        let key = rest.to_ascii_lowercase().replace("__", ".");
        if known.contains(&keys::unnamed(&key)) {
            taken.insert(name, value);
            continue;
        }
        // A section alone, as if its key followed after one underscore.
        let section = format!("{key}.");
        let mut keys = known.iter().filter(|_| name != SERVER_VARIABLE);
        if let Some(first) = keys.find(|known| known.starts_with(&section)) {
            return Err(ConfigError::UnknownKey {
                key: name,
                origin: ENVIRONMENT_ORIGIN.to_owned(),
                nearest: variable_name(first),
            });
        }
        // The addresses of sources that are added over REST stand in variables of any name that begins so.
        if is_source_url(&name) {
            continue;
        }
        let nearest = variable_name(&keys::nearest(&key, known));
        let bare = |text: &str| text.replace('_', "").to_ascii_uppercase();
        let distance = strsim::damerau_levenshtein(&bare(&name), &bare(&nearest));
        // `SKEP_THRIFT_LISTEN` was meant as a setting; `SKEP_HOME` may belong to a script.
        if rest.contains("__") || distance <= MISTYPED_DISTANCE_MAX {
            return Err(ConfigError::UnknownKey {
                key: name,
                origin: ENVIRONMENT_ORIGIN.to_owned(),
                nearest,
            });
        }
    }
    Ok(taken)
}

fn is_source_url(variable: &str) -> bool {
    let rest = variable.strip_prefix(SOURCE_URL_ENV_PREFIX);
    rest.is_some_and(|rest| !rest.starts_with('_') && !rest.is_empty())
}

/// The variable that sets a key.
pub(super) fn variable_name(key: &str) -> String {
    format!(
        "{ENVIRONMENT_PREFIX}{}",
        key.to_ascii_uppercase().replace('.', "__")
    )
}
