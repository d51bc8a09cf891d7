//! What the command line makes by itself: completions, manual pages, a configuration, and what it says of itself.

use super::Skep;
use std::process::Command;

fn skep() -> Skep {
    // Nobody listens there: these commands ask no server.
    Skep {
        server: "http://127.0.0.1:1".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shells_complete_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let script = skep().run(&["completion", shell]);
        for word in ["explain-partition", "check-config", "snooze", "--output"] {
            let word = if shell == "fish" {
                word.trim_start_matches("--")
            } else {
                word
            };
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let script = skep().run(&["completion", "bash"]);
    let ask = "COMP_WORDS=(skep table sh); COMP_CWORD=2; _skep skep sh table; echo ${COMPREPLY[*]}";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("complete.sh");
    std::fs::write(&file, format!("{script}\n{ask}\n")).unwrap();
    let completed = Command::new("bash").arg(&file).output().unwrap();
    let completed = String::from_utf8(completed.stdout).unwrap();
    assert_eq!(completed.trim(), "show");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_a_manual_page_for_each_command() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("man");
    skep().run(&["man", folder.to_str().unwrap()]);
    for page in ["skep.1", "skep-table-create.1", "skep-schema-check.1"] {
        let text = std::fs::read_to_string(folder.join(page)).unwrap();
        assert!(text.contains(".TH"), "{page}");
    }
    let text = std::fs::read_to_string(folder.join("skep-table-create.1")).unwrap();
    assert!(text.contains("cloudtrail"), "its examples: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_says_what_it_is() {
    let build = skep().json(&["version", "--json"]);
    assert_eq!(build[0]["version"], env!("CARGO_PKG_VERSION"));
    assert!(build[0]["methods"].as_u64().unwrap() > 100);
    for kind in build[0]["sources"].as_array().unwrap() {
        let kind = kind.as_str().unwrap().to_owned();
        assert!(skep::source::SourceKind::try_from(kind).is_ok());
    }
    assert!(skep().run(&["version"]).contains("Hive Metastore"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_configuration_is_whole_and_written_over_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("skep.toml");
    let file = file.to_str().unwrap();
    skep().run(&["init", file]);
    let checked = skep().run(&["--config", file, "check-config"]);
    assert!(checked.contains("[thrift]"), "{checked}");
    let before = std::fs::read_to_string(file).unwrap();
    let (code, text) = skep().fail(&["init", file]);
    assert!(code == 2 && text.contains("is left as it is"), "{text}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), before);
    // What is commented out is right as well.
    let all = before.lines().map(|line| {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let is_setting = bare.starts_with('[')
            || bare.split_once(" = ").is_some_and(|(key, _)| {
                key.chars()
                    .all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
            });
        if is_setting { bare } else { "" }
    });
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "https://hooks.example.org/x").unwrap();
    let all: Vec<String> = all
        .filter(|line| !line.starts_with("url = \"sqlite"))
        .map(|line| match line.split_once(" = \"/run/secrets/") {
            Some((key @ "url_file", name)) if name.starts_with("skep-database") => {
                let url = folder.path().join("database");
                std::fs::write(&url, "sqlite:./x.db").unwrap();
                format!("{key} = {url:?}")
            }
            Some((key, _)) => format!("{key} = {secret:?}"),
            None => line.to_owned(),
        })
        .collect();
    std::fs::write(file, all.join("\n")).unwrap();
    let config = ["--config", file, "check-config"];
    let (_, text) = skep().fail(&config);
    assert!(
        text.contains("the variable SKEP_SOURCE_SHOP is not set") && text.contains("1 setting "),
        "{text}"
    );
}
