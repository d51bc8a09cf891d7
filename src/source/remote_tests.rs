//! What of a client's settings is refused, and that the refusals tell nothing of the machine.

use super::*;

/// A folder with secrets and databases that are set aside, and others beside them.
struct Machine {
    folder: tempfile::TempDir,
    bounds: RemoteBounds,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (secrets, files) = (folder.path().join("secrets"), folder.path().join("files"));
        for one in [&secrets, &files] {
            std::fs::create_dir(one).unwrap();
            std::fs::write(one.join("shop"), "x").unwrap();
            std::fs::create_dir(one.join("folder")).unwrap();
            std::os::unix::fs::symlink(folder.path().join("other"), one.join("link")).unwrap();
            std::os::unix::fs::symlink("/dev/zero", one.join("device")).unwrap();
            let mut fifo = std::process::Command::new("mkfifo");
            assert!(fifo.arg(one.join("fifo")).status().unwrap().success());
        }
        std::fs::write(folder.path().join("other"), "x").unwrap();
        let bounds = RemoteBounds {
            secrets_dir: Some(secrets),
            sqlite_dir: Some(files),
        };
        Self { folder, bounds }
    }

    fn path(&self, below: &str) -> String {
        self.folder.path().join(below).display().to_string()
    }

    fn check(&self, text: &str) -> Result<(), String> {
        told(&self.bounds, text)
    }
}

fn told(bounds: &RemoteBounds, text: &str) -> Result<(), String> {
    let settings: SourceSettings = toml::from_str(text).expect("the settings can be read");
    bounds.check(&settings).map_err(|error| error.to_string())
}

/// Every place of the settings that names a file: the key that a refusal tells, the folder's setting and name, and the
/// settings with the path `PATH`.
const FILES: [(&str, &str, &str, &str); 12] = [
    (
        "url_file",
        SECRETS_DIR,
        "secrets",
        "kind = \"mysql\"\nurl_file = \"PATH\"",
    ),
    (
        "ca_file",
        SECRETS_DIR,
        "secrets",
        "kind = \"elasticsearch\"\nurl = \"https://es/\"\nca_file = \"PATH\"",
    ),
    (
        "ca_file",
        SECRETS_DIR,
        "secrets",
        "kind = \"postgres\"\nurl = \"postgres://u@db/shop\"\nca_file = \"PATH\"",
    ),
    (
        "url",
        SQLITE_DIR,
        "files",
        "kind = \"sqlite\"\nurl = \"sqlite:PATH\"",
    ),
    (
        "url",
        SQLITE_DIR,
        "files",
        "kind = \"sqlite\"\nurl = \"sqlite://PATH\"",
    ),
    (
        "url",
        SECRETS_DIR,
        "secrets",
        "kind = \"postgres\"\nurl = \"postgres://u@db/shop?sslrootcert=PATH\"",
    ),
    (
        "url",
        SECRETS_DIR,
        "secrets",
        "kind = \"postgres\"\nurl = \"postgres://u@db/shop?ssl-root-cert=PATH\"",
    ),
    (
        "url",
        SECRETS_DIR,
        "secrets",
        "kind = \"postgres\"\nurl = \"postgres://u@db/shop?ssl-ca=PATH\"",
    ),
    (
        "url",
        SECRETS_DIR,
        "secrets",
        "kind = \"postgres\"\nurl = \"postgres://u@db/shop?sslmode=require&sslcert=PATH\"",
    ),
    (
        "url",
        SECRETS_DIR,
        "secrets",
        "kind = \"postgres\"\nurl = \"postgres://u@db/shop?sslkey=PATH\"",
    ),
    (
        "url",
        SECRETS_DIR,
        "secrets",
        "kind = \"mysql\"\nurl = \"mysql://u@db/shop?sslca=PATH\"",
    ),
    (
        "url",
        SECRETS_DIR,
        "secrets",
        "kind = \"mysql\"\nurl = \"mysql://u@db/shop?ssl-cert=PATH\"",
    ),
];

#[test]
fn every_file_that_a_client_names_lies_in_the_folder_that_was_set_aside() {
    let machine = Machine::new();
    for (key, setting, folder, text) in FILES {
        let check = |name: &str| {
            let path = machine.path(&format!("{folder}/{name}"));
            machine.check(&text.replace("PATH", &path))
        };
        assert_eq!(check("shop"), Ok(()), "{text}");
        let refused = Err(format!("{key}: it is no file below {setting}"));
        for name in ["../other", "link", "missing", "folder", "fifo", "device"] {
            assert_eq!(check(name), refused, "{name} of {text}");
        }
        let none = told(
            &RemoteBounds::default(),
            &text.replace("PATH", "/etc/passwd"),
        );
        assert_eq!(none, Err(format!("{key}: the server has no {setting}")));
    }
}

#[test]
fn no_way_of_writing_a_socket_leads_to_one() {
    let machine = Machine::new();
    for address in [
        "postgres://%2Frun%2Fpostgresql/shop",
        "postgres://u@db/shop?host=/run/postgresql",
        "postgres://u@db/shop?host=%2Frun%2Fpostgresql",
        "mysql://u@db/shop?socket=/run/mysqld/mysqld.sock",
    ] {
        let kind = address.split(':').next().unwrap();
        let refused = machine.check(&format!("kind = \"{kind}\"\nurl = \"{address}\""));
        let wanted = "url: it names a socket of the server's own machine";
        assert_eq!(refused, Err(wanted.to_owned()), "{address}");
    }
    for address in [
        "postgres:///shop",
        "postgres:shop",
        "postgres://u@/shop?port=5432",
        "mysql:///shop",
    ] {
        let kind = address.split(':').next().unwrap();
        let refused = machine.check(&format!("kind = \"{kind}\"\nurl = \"{address}\""));
        // The driver would look for a socket, or use what the server's own variables name.
        assert!(refused.is_err(), "{address}");
    }
}

#[test]
fn a_client_names_no_password_and_no_variable_of_others() {
    let none = RemoteBounds::default();
    for fine in [
        "kind = \"mysql\"\nurl = \"mysql://u@db/\"",
        "kind = \"postgres\"\nurl = \"postgres://u@db/shop\"",
        "kind = \"postgres\"\nurl = \"postgres:///shop?host=db&hostaddr=127.0.0.1\"",
        "kind = \"elasticsearch\"\nurl = \"https://u@es:9200/\"",
        "kind = \"mysql\"\nurl_env = \"SKEP_SOURCE_SHOP\"",
        "kind = \"catalog\"",
    ] {
        assert_eq!(told(&none, fine), Ok(()), "{fine}");
    }
    let refused = told(&none, "kind = \"mysql\"\nurl = \"mysql://u:hunter2@db/\"").unwrap_err();
    assert!(refused.contains("url_env") && !refused.contains("hunter2"));
    let refused = told(&none, "kind = \"mysql\"\nurl_env = \"SKEP_DATABASE__URL\"").unwrap_err();
    assert!(
        refused.contains("must begin with SKEP_SOURCE_"),
        "{refused}"
    );
}
