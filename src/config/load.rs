//! Reading the file and the environment into [`Settings`]: layering, unknown keys, secrets in
//! files, and the working directory of a relative warehouse.

use super::error::ConfigError;
use super::place::Place;
use super::sections::DATABASE_URL_DEFAULT;
use super::told::{Origins, malformed, told};
use super::variables::{ENVIRONMENT_PREFIX, variables_check};
use super::{Settings, keys};
use crate::secret::{Secret, path_shown};
use config::{Config, Environment, File, FileFormat, ValueKind};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

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
        let environment = variables_check(environment, &known)?;
        let text = match file {
            Some(path) => Some(text_read(path)?),
            None => None,
        };
        let origins = Origins {
            file: file.zip(text.as_deref()),
            variables: &environment,
        };
        let settings = Self::layered(&origins, &known);
        settings.map_err(|failure| origins.placed(failure))
    }

    fn layered(origins: &Origins<'_>, known: &BTreeSet<String>) -> Result<Self, ConfigError> {
        let mut layers = Config::builder();
        if let Some((path, text)) = origins.file {
            // Read apart from the layers, so that the message can name the file, the line, and nothing that stands in it.
            toml::from_str::<toml::Table>(text).map_err(|error| malformed(path, text, &error))?;
            let source = File::from_str(text, FileFormat::Toml);
            let parsed = Config::builder().add_source(source).build();
            let parsed = parsed.map_err(|error| told(&error))?;
            let origin = |key: &str| {
                let place = Place::of_key(text, key);
                place.map_or_else(|| path.display().to_string(), |place| place.within(path))
            };
            keys_check(&origin, parsed.cache.clone(), known)?;
            layers = layers.add_source(parsed);
        }
        let variables = Environment::with_prefix("SKEP")
            .prefix_separator("_")
            .separator("__")
            .source(Some(origins.variables.clone()));
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
        for (key, value, file) in self.storage.secrets_mut() {
            secret_fill(&format!("storage.{key}"), value, file)?;
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
                secret_fill(&format!("alerts.channels.{name}.{key}"), value, file)?;
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
    ConfigError::invalid(format!("{key}_file"), &path_shown(path), why)
}

/// Puts into a secret what its file holds; nothing where no file is named.
fn secret_fill(
    key: &str,
    value: &mut Option<Secret>,
    file: &mut Option<PathBuf>,
) -> Result<(), ConfigError> {
    let Some(path) = file.take() else {
        return Ok(());
    };
    if value.is_some() {
        return Err(both_set(key, &path));
    }
    *value = Some(secret_read(key, &path)?);
    Ok(())
}

/// What the file of a secret holds. Who takes the file for the secret itself is not shown what it is.
fn secret_read(key: &str, path: &Path) -> Result<Secret, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let why = format!("this file cannot be read: {error}");
        ConfigError::invalid(format!("{key}_file"), &path_shown(path), why)
    })?;
    // Editors and `echo` end a file with a line break that is no part of the secret.
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

/// Refuses keys of a file that no section has, and those of the sections of a list.
fn keys_check(
    origin: &dyn Fn(&str) -> String,
    file: config::Value,
    known: &BTreeSet<String>,
) -> Result<(), ConfigError> {
    let of_items = keys::item_keys();
    let mut waiting = vec![(String::new(), file)];
    while let Some((key, value)) = waiting.pop() {
        let is_item = key.ends_with(']');
        match value.kind {
            ValueKind::Table(table) => {
                let below = |name: String| match key.as_str() {
                    "" => name,
                    _ => format!("{key}.{name}"),
                };
                waiting.extend(table.into_iter().map(|(name, inner)| (below(name), inner)));
                continue;
            }
            ValueKind::Array(items) if keys::is_list(&key, &of_items) => {
                let items = items.into_iter().enumerate();
                waiting.extend(items.map(|(at, item)| (format!("{key}[{at}]"), item)));
                continue;
            }
            _ => {}
        }
        let unnamed = keys::unnamed(&key);
        // What is no section at all is told with what it should be.
        if known.contains(&unnamed) || of_items.contains(&unnamed) || is_item {
            continue;
        }
        if known.iter().any(|one| one.starts_with(&format!("{key}."))) {
            let why = format!("it is a section: write [{key}]");
            return Err(ConfigError::invalid(key, &value, why));
        }
        let among = if key.contains(']') { &of_items } else { known };
        return Err(ConfigError::UnknownKey {
            nearest: keys::nearest(&key, among),
            origin: origin(&key),
            key,
        });
    }
    Ok(())
}

fn text_read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    })
}
