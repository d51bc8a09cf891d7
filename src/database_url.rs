//! The addresses of databases that have users and passwords: what they begin with, and which parameters may follow the `?`.
//! The drivers tell of every other parameter in the log, with its value.

/// A kind of database that is reached by an address with a user.
#[derive(Debug)]
pub struct DatabaseKind {
    /// What an address begins with.
    pub schemes: &'static [&'static str],
    parameters: &'static [Parameter],
}

/// What a parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Where the database is, and who asks.
    Reach,
    /// How TLS is made.
    Tls,
    /// A file that the driver reads for TLS.
    TlsFile,
    /// How a session behaves. That of a source is skep's own to choose.
    Session,
}

type Parameter = (&'static str, Role);

/// `PostgreSQL`.
pub const POSTGRES: DatabaseKind = DatabaseKind {
    schemes: &["postgres", "postgresql"],
    parameters: &[
        ("sslmode", Role::Tls),
        ("ssl-mode", Role::Tls),
        ("sslrootcert", Role::TlsFile),
        ("ssl-root-cert", Role::TlsFile),
        ("ssl-ca", Role::TlsFile),
        ("sslcert", Role::TlsFile),
        ("ssl-cert", Role::TlsFile),
        ("sslkey", Role::TlsFile),
        ("ssl-key", Role::TlsFile),
        ("host", Role::Reach),
        ("hostaddr", Role::Reach),
        ("port", Role::Reach),
        ("dbname", Role::Reach),
        ("user", Role::Reach),
        ("password", Role::Reach),
        ("application_name", Role::Session),
        ("options", Role::Session),
        ("statement-cache-capacity", Role::Session),
    ],
};

/// `MySQL` and `MariaDB`.
pub const MYSQL: DatabaseKind = DatabaseKind {
    schemes: &["mysql", "mariadb"],
    parameters: &[
        ("sslmode", Role::Tls),
        ("ssl-mode", Role::Tls),
        ("sslca", Role::TlsFile),
        ("ssl-ca", Role::TlsFile),
        ("sslcert", Role::TlsFile),
        ("ssl-cert", Role::TlsFile),
        ("sslkey", Role::TlsFile),
        ("ssl-key", Role::TlsFile),
        ("socket", Role::Reach),
        ("charset", Role::Session),
        ("collation", Role::Session),
        ("timezone", Role::Session),
        ("time-zone", Role::Session),
        ("statement-cache-capacity", Role::Session),
    ],
};

impl DatabaseKind {
    /// The kind whose addresses begin so; `None` for those that have neither users nor passwords.
    pub fn of(scheme: &str) -> Option<&'static Self> {
        [&POSTGRES, &MYSQL]
            .into_iter()
            .find(|kind| kind.schemes.contains(&scheme))
    }

    /// Whether its driver knows a parameter.
    pub fn knows(&self, parameter: &str) -> bool {
        self.parameters.iter().any(|(name, _)| *name == parameter)
    }

    /// Whether the value of a parameter is a file that its driver reads.
    pub fn reads_file(&self, parameter: &str) -> bool {
        self.parameters.contains(&(parameter, Role::TlsFile))
    }

    /// The parameters of an address that is only read from.
    pub fn source_parameters(&self) -> Vec<&'static str> {
        let of_sources = self
            .parameters
            .iter()
            .filter(|(_, role)| *role != Role::Session);
        of_sources.map(|(name, _)| *name).collect()
    }
}

/// Fails where the address of a database has a parameter that means nothing to its driver; its value is no part of the reason.
pub fn database_url_check(text: &str) -> Result<(), String> {
    // A new and empty catalog would be made in a file of that name.
    if text.starts_with("sqlite:") && text.contains('?') {
        return Err("an address of SQLite has no parameters: sqlite:PATH".to_owned());
    }
    let Ok(url) = url::Url::parse(text) else {
        return Ok(());
    };
    let Some(kind) = DatabaseKind::of(url.scheme()) else {
        return Ok(());
    };
    if url.cannot_be_a_base() {
        return Err(format!("it must begin with {}://", url.scheme()));
    }
    for (name, _) in url.query_pairs() {
        let is_option = name.starts_with("options[") && kind.knows("options");
        if !is_option && !kind.knows(&name) {
            let known: Vec<&str> = kind.parameters.iter().map(|(name, _)| *name).collect();
            return Err(format!(
                "it has the parameter {name}, which is not known: there are {}",
                known.join(", ")
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::database_url_check;

    #[test]
    fn a_parameter_that_no_driver_knows_is_told_without_its_value() {
        for url in [
            "postgres://u@h/d?sslpassword=hunter2",
            "mysql://u@h/d?sslpassword=hunter2",
        ] {
            let why = database_url_check(url).unwrap_err();
            assert!(
                why.contains("sslpassword") && !why.contains("hunter2"),
                "{why}"
            );
        }
        assert!(database_url_check("sqlite:x?mode=ro").is_err());
        for url in [
            "postgres://u:hunter2@h/d?sslmode=require&options[search_path]=a",
            "mysql://u@h/d?ssl-mode=REQUIRED",
            "sqlite:x",
        ] {
            assert_eq!(database_url_check(url), Ok(()));
        }
    }
}
