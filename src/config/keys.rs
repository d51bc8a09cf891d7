//! Which keys exist, and which of them a mistyped one most resembles. The list is read off the
//! settings themselves, so that it cannot fall behind them.

use super::Settings;
use crate::alert::ChannelSettings;
use crate::auth::{CertificateField, CertificateRule, ProxyRule};
use crate::lake::{AzureSettings, GcsSettings, S3Settings, StorageSettings};
use crate::secret::Secret;
use crate::source::{SourceKind, SourceSettings};
use crate::watch::{OwnerRule, TargetRule};
use std::collections::BTreeSet;

/// Every key in its dotted form, such as `storage.s3.endpoint`.
pub fn known_keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    if let Ok(table) = toml::Table::try_from(every_key()) {
        collect("", &table, &mut keys);
    }
    keys
}

/// The keys of the sections of lists, such as `watch.targets[].source`.
pub(super) fn item_keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let Ok(table) = toml::Table::try_from(every_key()) else {
        return keys;
    };
    let mut waiting = vec![(String::new(), table)];
    while let Some((prefix, table)) = waiting.pop() {
        for (name, value) in table {
            let key = match prefix.as_str() {
                "" => name,
                _ => format!("{prefix}.{name}"),
            };
            match value {
                toml::Value::Table(inner) => waiting.push((key, inner)),
                toml::Value::Array(items) => {
                    if let Some(toml::Value::Table(item)) = items.first() {
                        keys.extend(item.keys().map(|name| format!("{key}[].{name}")));
                    }
                }
                _ => {}
            }
        }
    }
    keys
}

/// Whether a key is a list of sections.
pub(super) fn is_list(key: &str, of_items: &BTreeSet<String>) -> bool {
    of_items
        .iter()
        .any(|one| one.starts_with(&format!("{key}[")))
}

/// A key without the numbers of its list's sections.
fn unnumbered(key: &str) -> String {
    match (key.find('['), key.find(']')) {
        (Some(begin), Some(end)) if begin < end => {
            format!("{}[]{}", &key[..begin], &key[end + 1..])
        }
        _ => key.to_owned(),
    }
}

/// What stands for the name of a section that operators name, such as `sources.NAME.url`.
const NAME: &str = "NAME";
/// What goes before such a name.
const NAMED: [&str; 2] = ["sources", "alerts.channels"];

/// A key as it is known: the names that operators give to sections are `NAME`, and the sections of lists have no number.
pub(super) fn unnamed(key: &str) -> String {
    let key = &unnumbered(key);
    for before in NAMED {
        let rest = key
            .strip_prefix(before)
            .and_then(|rest| rest.strip_prefix('.'));
        if let Some((_, rest)) = rest.and_then(|rest| rest.split_once('.')) {
            return format!("{before}.{NAME}.{rest}");
        }
    }
    key.to_owned()
}

/// The known key that resembles a mistyped one most.
pub(super) fn nearest(key: &str, known: &BTreeSet<String>) -> String {
    let own_name = key;
    let key = &unnamed(key);
    let last = key.rsplit('.').next().unwrap_or(key);
    let distance = |candidate: &String| {
        let whole = strsim::damerau_levenshtein(key, candidate);
        // The right name in the wrong section is a near miss, however the sections differ.
        let in_other_section = candidate.rsplit('.').next() == Some(last);
        if in_other_section {
            whole.min(2)
        } else {
            whole
        }
    };
    // Of sections that have the key alike it is mostly that of S3.
    known
        .iter()
        .min_by_key(|candidate| (distance(candidate), !candidate.starts_with("storage.s3.")))
        .map(|found| named_as(found, own_name))
        .unwrap_or_default()
}

/// A known key with the name, or the number, that the mistyped one has.
fn named_as(known: &str, mistyped: &str) -> String {
    if let (Some(begin), Some(end)) = (mistyped.find('['), mistyped.find(']')) {
        return known.replacen("[]", &mistyped[begin..=end], 1);
    }
    for before in NAMED {
        let rest = mistyped
            .strip_prefix(before)
            .and_then(|rest| rest.strip_prefix('.'));
        if let Some((name, _)) = rest.and_then(|rest| rest.split_once('.')) {
            return known.replacen(
                &format!("{before}.{NAME}."),
                &format!("{before}.{name}."),
                1,
            );
        }
    }
    known.to_owned()
}

fn collect(prefix: &str, table: &toml::Table, keys: &mut BTreeSet<String>) {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        match value {
            toml::Value::Table(inner) => collect(&key, inner, keys),
            _ => {
                keys.insert(key);
            }
        }
    }
}

/// Settings in which every optional key is set: a key without a value would not be seen.
fn every_key() -> Settings {
    let mut settings = Settings::default();
    settings.database.url_file = Some("x".into());
    settings.thrift.connections_per_client_max = Some(1);
    settings.http.connections_per_client_max = Some(1);
    settings.http.hosts = vec![String::new()];
    settings.storage = storage_keys();
    settings.tls.certificate = Some("x".into());
    settings.tls.key = Some("x".into());
    settings.tls.client_ca = Some("x".into());
    settings.tls.client_crl = Some("x".into());
    settings.security.certificates = vec![CertificateRule {
        field: CertificateField::CommonName,
        matches: String::new(),
        principal: String::new(),
        groups: vec![String::new()],
    }];
    settings.security.proxies = vec![ProxyRule {
        principals: vec![String::new()],
        groups: vec![String::new()],
        users: vec![String::new()],
        from: Vec::new(),
    }];
    settings.server.public_url = Some(String::new());
    settings.traces.otlp_endpoint = Some(String::new());
    settings.watch.secrets_dir = Some("x".into());
    settings.watch.sqlite_dir = Some("x".into());
    settings.watch.targets = vec![TargetRule {
        source: String::new(),
        table: String::new(),
    }];
    settings.watch.owners = vec![OwnerRule {
        pattern: String::new(),
        owner: String::new(),
    }];
    settings.watch.tiers = vec![String::new()];
    let source = SourceSettings {
        url_env: Some(String::new()),
        url_file: Some("x".into()),
        include: vec![String::new()],
        exclude: vec![String::new()],
        ca_file: Some("x".into()),
        ..SourceSettings::new(SourceKind::Postgres, Some(""))
    };
    settings.sources.insert(NAME.to_owned(), source);
    let channel = ChannelSettings {
        url: Some(Secret::default()),
        url_file: Some("x".into()),
        signing_key: Some(Secret::default()),
        signing_key_file: Some("x".into()),
        token: Some(Secret::default()),
        token_file: Some("x".into()),
        channel: Some(String::new()),
        routing_key: Some(Secret::default()),
        routing_key_file: Some("x".into()),
        from: Some(String::new()),
        to: vec![String::new()],
        ca_file: Some("x".into()),
        ..ChannelSettings::default()
    };
    settings.alerts.channels.insert(NAME.to_owned(), channel);
    settings
}

fn storage_keys() -> StorageSettings {
    let mut storage = StorageSettings::default();
    storage.queue.url = Some(String::new());
    storage.queue.region = Some(String::new());
    storage.s3 = S3Settings {
        endpoint: Some(String::new()),
        region: Some(String::new()),
        access_key_id: Some(Secret::default()),
        access_key_id_file: Some("x".into()),
        secret_access_key: Some(Secret::default()),
        secret_access_key_file: Some("x".into()),
        session_token: Some(Secret::default()),
        session_token_file: Some("x".into()),
        path_style: Some(true),
        allow_http: Some(true),
        ..S3Settings::default()
    };
    storage.gcs = GcsSettings {
        endpoint: Some(String::new()),
        service_account_key: Some(Secret::default()),
        service_account_key_file: Some("x".into()),
        ..GcsSettings::default()
    };
    storage.azure = AzureSettings {
        endpoint: Some(String::new()),
        account: Some(String::new()),
        access_key: Some(Secret::default()),
        access_key_file: Some("x".into()),
        sas_token: Some(Secret::default()),
        sas_token_file: Some("x".into()),
        tenant_id: Some(String::new()),
        client_id: Some(String::new()),
        client_secret: Some(Secret::default()),
        client_secret_file: Some("x".into()),
        ..AzureSettings::default()
    };
    storage.allowed_locations = Some(Vec::new());
    storage
}

#[cfg(test)]
mod tests {
    use super::{known_keys, nearest};

    #[test]
    fn the_documented_keys_exist() {
        let known = known_keys();
        for key in [
            "thrift.listen",
            "http.listen",
            "database.url",
            "database.url_file",
            "warehouse.location",
            "storage.s3.endpoint",
            "storage.s3.region",
            "storage.s3.access_key_id",
            "storage.s3.secret_access_key",
            "storage.s3.secret_access_key_file",
            "storage.s3.session_token",
            "storage.s3.path_style",
            "log.format",
        ] {
            assert!(known.contains(key), "{key}");
        }
        assert!(!known.contains("storage.s3"), "a section is not a key");
    }

    #[test]
    fn the_nearest_key_is_the_one_that_was_meant() {
        let known = known_keys();
        for (mistyped, meant) in [
            ("thrift.lisen", "thrift.listen"),
            ("storage.s3.acces_key_id", "storage.s3.access_key_id"),
            ("s3.endpoint", "storage.s3.endpoint"),
            ("database.uri", "database.url"),
            ("logs.level", "log.level"),
            ("sources.shop.uri", "sources.shop.url"),
            ("alerts.channels.data.digst", "alerts.channels.data.digest"),
        ] {
            assert_eq!(nearest(mistyped, &known), meant);
        }
    }
}
