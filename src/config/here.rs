//! What a configuration needs of the machine that it is checked on, and what speaks of something that is not there. A server
//! starts without it (a file may come later, a variable differ), so only who asks is told.

use super::Settings;
use crate::crypto::certificates_count;
use crate::database_url::DatabaseKind;
use crate::hive::text_pattern::glob_matches;
use crate::model::OWN_SUBJECTS;
use crate::secret::PEM_BEGIN;
use crate::source::{AnySource, SourceKind};
use crate::tls::Tls;
use std::borrow::Cow;
use std::io::ErrorKind;
use std::path::Path;

/// The parameters of an address that name the certificates of authorities.
const AUTHORITY_PARAMETERS: [&str; 4] = ["sslrootcert", "ssl-root-cert", "ssl-ca", "sslca"];

impl Settings {
    /// What keeps a server from starting here: what is wrong with a file of TLS, where a port speaks it.
    pub fn refused_here(&self) -> Option<String> {
        let opened = self.speaks_tls().then(|| Tls::open(self.tls.clone()));
        opened?.err().map(|fault| fault.to_string())
    }

    /// What is missing here, a line each with its key: variables, files and folders, certificates in the files that are to
    /// hold some, and sources that channels are told of.
    pub fn missing_here(&self) -> Vec<String> {
        let mut missing = url_faults("database.url", self.database.url.reveal());
        for (key, folder) in [
            ("watch.secrets_dir", &self.watch.secrets_dir),
            ("watch.sqlite_dir", &self.watch.sqlite_dir),
        ] {
            let fault = folder.as_deref().and_then(folder_fault);
            missing.extend(fault.map(|fault| format!("{key}: {fault}")));
        }
        for (name, settings) in &self.sources {
            if settings.kind == SourceKind::Catalog {
                continue;
            }
            let fault = settings.ca_file.as_deref().and_then(certificates_fault);
            missing.extend(fault.map(|fault| format!("sources.{name}.ca_file: {fault}")));
            if let Some(url) = &settings.url {
                missing.extend(url_faults(&format!("sources.{name}.url"), url.reveal()));
            }
            if let Err(failure) = AnySource::open(settings) {
                missing.push(format!("sources.{name}.{failure}"));
            }
        }
        // Where clients add sources, one of any name may come.
        if self.watch.sources_over_rest {
            return missing;
        }
        for (name, channel) in &self.alerts.channels {
            let strays = channel.sources.iter().filter(|pattern| {
                let sources = self.sources.keys().map(String::as_str);
                let mut sources = sources.chain(OWN_SUBJECTS);
                !sources.any(|source| glob_matches(pattern, source))
            });
            missing.extend(strays.map(|pattern| {
                format!("alerts.channels.{name}.sources: there is no source {pattern}")
            }));
        }
        missing
    }
}

/// What is wrong with a folder; nothing where it is one.
fn folder_fault(folder: &Path) -> Option<String> {
    let shown = folder.display();
    match std::fs::metadata(folder) {
        Ok(found) if found.is_dir() => None,
        Ok(_) => Some(format!("{shown} is no folder")),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Some(format!("there is no folder {shown}"))
        }
        Err(error) => Some(format!("{shown} cannot be read: {error}")),
    }
}

/// What is wrong with a file that is to hold the certificates of authorities; nothing where it holds one. TLS would trust
/// nobody by one that holds none.
fn certificates_fault(file: &Path) -> Option<String> {
    let shown = file.display();
    // Opening a pipe may keep a thread for ever.
    let read = match std::fs::metadata(file) {
        Ok(found) if found.is_file() => std::fs::read(file),
        Ok(_) => return Some(format!("{shown} is no file")),
        Err(error) => Err(error),
    };
    match read {
        Ok(pem) => pem_fault(&pem).map(|fault| format!("{shown} {fault}")),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Some(format!("there is no file {shown}"))
        }
        Err(error) => Some(format!("{shown} cannot be read: {error}")),
    }
}

/// Why a text in PEM has no certificate.
fn pem_fault(pem: &[u8]) -> Option<&'static str> {
    match certificates_count(pem) {
        Ok(0) => Some("holds no certificate in PEM"),
        Ok(_) => None,
        Err(_) => Some("holds a certificate that is damaged"),
    }
}

/// What is wrong with the files that the address of a database names: a line each with its key.
fn url_faults(key: &str, text: &str) -> Vec<String> {
    let url = url::Url::parse(text).ok();
    let named = url.and_then(|url| Some((DatabaseKind::of(url.scheme())?, url)));
    let Some((kind, url)) = named else {
        return Vec::new();
    };
    let fault = |(name, value): (Cow<'_, str>, Cow<'_, str>)| {
        let file = Path::new(value.as_ref());
        // The text of a key or a certificate may stand in its file's place.
        let fault = match (
            value.contains(PEM_BEGIN),
            AUTHORITY_PARAMETERS.contains(&&*name),
        ) {
            (true, _) => None,
            (false, true) => certificates_fault(file),
            (false, false) if file.exists() => None,
            (false, false) => Some(format!("there is no file {}", file.display())),
        };
        fault.map(|fault| format!("{key}: its parameter {name}: {fault}"))
    };
    url.query_pairs()
        .filter(|(name, _)| kind.reads_file(name))
        .filter_map(fault)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{certificates_fault, folder_fault, pem_fault, url_faults};

    #[test]
    fn a_text_without_a_certificate_is_told() {
        let one = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        assert_eq!(pem_fault(one.as_bytes()), None);
        for text in [
            "",
            "no PEM",
            "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
        ] {
            assert!(pem_fault(text.as_bytes()).is_some(), "{text}");
        }
    }

    #[test]
    fn files_and_folders_that_are_none_are_told() {
        let here = std::env::current_dir().expect("there is one");
        assert_eq!(folder_fault(&here), None);
        let gone = here.join("no-such-thing");
        let fault = folder_fault(&gone).expect("it is not there");
        assert!(fault.starts_with("there is no folder"), "{fault}");
        let fault = certificates_fault(&gone).expect("it is not there");
        assert!(fault.starts_with("there is no file"), "{fault}");
        let fault = certificates_fault(&here).expect("it is a folder");
        assert!(fault.ends_with("is no file"), "{fault}");
    }

    #[test]
    fn the_files_of_an_address_are_looked_at_and_its_password_is_not_told() {
        let told = url_faults(
            "database.url",
            "postgres://u:hunter2@h/d?sslmode=verify-full&sslrootcert=/no/such.pem&sslkey=/no/key",
        );
        assert_eq!(
            told,
            [
                "database.url: its parameter sslrootcert: there is no file /no/such.pem",
                "database.url: its parameter sslkey: there is no file /no/key"
            ]
        );
        for fine in [
            "sqlite:/no/such.db",
            "mysql://h/d?ssl-mode=REQUIRED",
            "postgres://h/d?sslrootcert=-----BEGIN CERTIFICATE-----",
            "no address",
        ] {
            assert_eq!(url_faults("database.url", fine), Vec::<String>::new());
        }
    }
}
