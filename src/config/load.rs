//! Reading the file and the environment into [`Settings`]: layering, unknown keys, secrets in
//! files, and the working directory of a relative warehouse.

use super::error::{ConfigError, shown};
use super::sections::DATABASE_URL_DEFAULT;
use super::{Settings, keys};
use crate::secret::Secret;
use crate::source::SOURCE_URL_ENV_PREFIX;
use config::{Config, Environment, File, FileFormat, ValueKind};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// What every variable of skep begins with; two underscores part section and key.
pub const ENVIRONMENT_PREFIX: &str = "SKEP_";
/// The variable by which commands are told which server to ask: no setting, though a section is called so.
pub const SERVER_VARIABLE: &str = "SKEP_SERVER";
/// How unlike a known variable a variable without a section may be and still count as mistyped.
const MISTYPED_DISTANCE_MAX: usize = 2;
/// Where values of the environment come from, as the layering library names it.
const ENVIRONMENT_ORIGIN: &str = "the environment";

impl Settings {
    /// Reads the file, lays the environment of this process over it, and checks the whole.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        // Values of other programs may be anything; they are not skep's to refuse.
        let ours = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            name.starts_with(ENVIRONMENT_PREFIX)
                .then(|| (name, value.to_string_lossy().into_owned()))
        });
        Self::load_from(file, ours.collect())
    }

    /// [`Settings::load`] with an environment of the caller's choice.
    pub fn load_from(
        file: Option<&Path>,
        environment: HashMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let known = keys::known_keys();
        let environment = environment_check(environment, &known)?;
        let mut layers = Config::builder();
        if let Some(path) = file {
            let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
                path: path.to_owned(),
                source,
            })?;
            // Read apart from the layers, so that the message can name the file, the line, and nothing that stands in it.
            toml::from_str::<toml::Table>(&text).map_err(|error| malformed(path, &text, &error))?;
            let source = File::from_str(&text, FileFormat::Toml);
            let parsed = Config::builder().add_source(source).build();
            let parsed = parsed.map_err(|error| told(&error))?;
            keys_check(&path.display().to_string(), &parsed, &known)?;
            layers = layers.add_source(parsed);
        }
        let variables = Environment::with_prefix("SKEP")
            .prefix_separator("_")
            .separator("__")
            .source(Some(environment));
        let merged = layers.add_source(variables).build();
        let merged = merged.map_err(|error| told(&error))?;
        let mut settings: Self = merged.try_deserialize().map_err(|error| told(&error))?;
        settings.secrets_read()?;
        settings.warehouse_resolve()?;
        // Printed as they are in force.
        let allowed = settings.allowed_locations();
        settings.storage.allowed_locations = Some(allowed);
        let (thrift, http) = (&mut settings.thrift, &mut settings.http);
        thrift.connections_per_client_max = Some(thrift.connections_per_client());
        http.connections_per_client_max = Some(http.connections_per_client());
        settings.check()?;
        Ok(settings)
    }

    /// Replaces every `…_file` key by what its file holds.
    fn secrets_read(&mut self) -> Result<(), ConfigError> {
        let database = &mut self.database;
        if let Some(path) = database.url_file.take() {
            if database.url.reveal() != DATABASE_URL_DEFAULT {
                return Err(both_set("database.url", &path));
            }
            database.url = secret_read("database.url", &path)?;
        }
        let s3 = &mut self.storage.s3;
        for (key, value, file) in [
            (
                "access_key_id",
                &mut s3.access_key_id,
                &mut s3.access_key_id_file,
            ),
            (
                "secret_access_key",
                &mut s3.secret_access_key,
                &mut s3.secret_access_key_file,
            ),
            (
                "session_token",
                &mut s3.session_token,
                &mut s3.session_token_file,
            ),
        ] {
            let Some(path) = file.take() else { continue };
            if value.is_some() {
                return Err(both_set(&format!("storage.s3.{key}"), &path));
            }
            *value = Some(secret_read(&format!("storage.s3.{key}"), &path)?);
        }
        for (name, channel) in &mut self.alerts.channels {
            for (key, value, file) in [
                ("url", &mut channel.url, &mut channel.url_file),
                (
                    "signing_key",
                    &mut channel.signing_key,
                    &mut channel.signing_key_file,
                ),
                ("token", &mut channel.token, &mut channel.token_file),
                (
                    "routing_key",
                    &mut channel.routing_key,
                    &mut channel.routing_key_file,
                ),
            ] {
                let Some(path) = file.take() else { continue };
                if value.is_some() {
                    return Err(both_set(&format!("alerts.channels.{name}.{key}"), &path));
                }
                *value = Some(secret_read(
                    &format!("alerts.channels.{name}.{key}"),
                    &path,
                )?);
            }
        }
        Ok(())
    }

    /// A warehouse given as a relative path lies below the working directory.
    fn warehouse_resolve(&mut self) -> Result<(), ConfigError> {
        let location = &self.warehouse.location;
        let first = location.split('/').next().unwrap_or_default();
        if location.starts_with('/') || first.contains(':') || location.is_empty() {
            return Ok(());
        }
        let here = std::env::current_dir().map_err(|source| ConfigError::Unreadable {
            path: PathBuf::from("."),
            source,
        })?;
        self.warehouse.location = format!("{}/{location}", here.display());
        Ok(())
    }
}

fn both_set(key: &str, path: &Path) -> ConfigError {
    let why = format!("{key} is set too: one of them must go");
    ConfigError::invalid(format!("{key}_file"), &path.display(), why)
}

/// What the file of a secret holds. Who takes the file for the secret itself is not shown what it is.
fn secret_read(key: &str, path: &Path) -> Result<Secret, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let why = format!("this file cannot be read: {error}");
        ConfigError::invalid(format!("{key}_file"), &path.display(), why)
    })?;
    // Editors and `echo` end a file with a line break that is no part of the secret.
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

/// Where a file is no TOML. The line itself may hold a password, so its number alone is told.
fn malformed(path: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let path = path.display();
    let reason = error.message();
    let Some(span) = error.span() else {
        return ConfigError::Malformed(format!("{path}: {reason}"));
    };
    let line = text[..span.start.min(text.len())].matches('\n').count() + 1;
    ConfigError::Malformed(format!("{path}, line {line}: {reason}"))
}

/// A failure of the layers, without the passwords that a value may hold.
fn told(error: &config::ConfigError) -> ConfigError {
    match error {
        config::ConfigError::Type {
            origin,
            unexpected,
            expected,
            key,
        } => {
            let key = key.as_deref().unwrap_or("a value");
            let found = unexpected.to_string();
            let found = match found.strip_prefix("string ") {
                Some(quoted) => format!("the text {}", shown(quoted)),
                None => found,
            };
            let origin = origin
                .as_ref()
                .map_or_else(String::new, |origin| format!(" in {origin}"));
            ConfigError::Malformed(format!("{key}{origin}: {found} is not {expected}"))
        }
        config::ConfigError::At { error, key, .. } => {
            let ConfigError::Malformed(text) = told(error) else {
                return ConfigError::Malformed(error.to_string());
            };
            let key = key
                .as_ref()
                .map_or_else(String::new, |key| format!("{key}: "));
            ConfigError::Malformed(format!("{key}{text}"))
        }
        other => ConfigError::Malformed(other.to_string()),
    }
}

/// Refuses variables that look like settings and are none; leaves out those of other tools.
fn environment_check(
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

fn variable_name(key: &str) -> String {
    format!(
        "{ENVIRONMENT_PREFIX}{}",
        key.to_ascii_uppercase().replace('.', "__")
    )
}

/// Refuses keys of a file that no section has.
fn keys_check(origin: &str, parsed: &Config, known: &BTreeSet<String>) -> Result<(), ConfigError> {
    let mut waiting = vec![(String::new(), parsed.cache.clone())];
    while let Some((key, value)) = waiting.pop() {
        if let ValueKind::Table(table) = value.kind {
            let below = |name: String| {
                if key.is_empty() {
                    name
                } else {
                    format!("{key}.{name}")
                }
            };
            waiting.extend(table.into_iter().map(|(name, inner)| (below(name), inner)));
            continue;
        }
        if known.contains(&keys::unnamed(&key)) {
            continue;
        }
        if known.iter().any(|one| one.starts_with(&format!("{key}."))) {
            let why = format!("it is a section: write [{key}]");
            return Err(ConfigError::invalid(key, &value, why));
        }
        return Err(ConfigError::UnknownKey {
            nearest: keys::nearest(&key, known),
            key,
            origin: origin.to_owned(),
        });
    }
    Ok(())
}
