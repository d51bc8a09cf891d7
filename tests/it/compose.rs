//! `docker-compose.yml`, as far as it can be looked at without an engine: what it starts is pinned, and skep takes its settings.

use std::path::Path;
use std::process::Command;

fn lines() -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docker-compose.yml");
    let text = std::fs::read_to_string(file).expect("the file is there");
    text.lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn images_are_of_a_version_that_is_named() {
    let lines = lines();
    let images = lines.iter().filter_map(|line| line.strip_prefix("image: "));
    let images: Vec<&str> = images.filter(|image| *image != "skep").collect();
    assert_eq!(images.len(), 3, "{images:?}");
    for image in images {
        let tag = image.split_once(':').map(|(_, tag)| tag);
        let is_named = tag.is_some_and(|tag| tag.starts_with(|c: char| c.is_ascii_digit()));
        assert!(is_named, "{image}");
    }
}

#[test]
fn skep_takes_the_settings_that_it_is_started_with() {
    let lines = lines();
    let settings = lines.iter().filter(|line| line.starts_with("SKEP_"));
    let settings = settings.filter_map(|line| line.split_once(": "));
    let settings: Vec<_> = settings
        .map(|(name, value)| (name, value.trim_matches('"')))
        .collect();
    assert!(settings.len() > 5, "{settings:?}");
    let folder = tempfile::tempdir().unwrap();
    let checked = Command::new(env!("CARGO_BIN_EXE_skep"))
        .arg("check-config")
        .env_clear()
        .envs(settings)
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(checked.status.success(), "{checked:?}");
}
