//! What people see on a terminal: a real one, of a known width.

use super::{Skep, shop};
use nix::pty::{Winsize, openpty};
use std::fs::File;
use std::io::Read as _;
use std::process::{Command, Stdio};

/// What the binary shows on a terminal that is so wide.
fn shown(skep: &Skep, columns: u16, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let size = Winsize {
        ws_row: 50,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let pty = openpty(Some(&size), None).expect("a terminal");
    let mut child = Command::new(env!("CARGO_BIN_EXE_skep"))
        .args(arguments)
        .env("SKEP_SERVER", &skep.server)
        .env("TERM", "xterm-256color")
        .env_remove("NO_COLOR")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::from(pty.slave))
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let mut terminal = File::from(pty.master);
    let mut bytes = Vec::new();
    let status = tokio::task::block_in_place(|| {
        // The end of a terminal is told as a failure.
        let _ = terminal.read_to_end(&mut bytes);
        child.wait().expect("the binary ends")
    });
    assert!(status.success(), "{arguments:?}");
    String::from_utf8(bytes).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_folds_what_is_wider_and_nothing_else_does() {
    let (_server, skep) = shop().await;
    let words = "a description of many words ".repeat(20);
    skep.run(&["database", "create", "wide", "--description", &words]);
    let whole = skep.run(&["database", "list"]);
    assert_eq!(whole.lines().count(), 4, "{whole}");
    let folded = shown(&skep, 80, &["database", "list", "--color", "never"], &[]);
    assert!(folded.lines().count() > 4, "{folded}");
    assert!(folded.lines().all(|line| line.len() <= 80), "{folded}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_type_begins_a_line_for_each_field() {
    let (_server, skep) = shop().await;
    let folder = tempfile::tempdir().unwrap();
    let location = format!("file://{}", folder.path().display());
    skep.run(&[
        "table",
        "create",
        "shop.trail",
        "--kit",
        "cloudtrail",
        "--location",
        &location,
    ]);
    let table = skep.run(&["table", "show", "shop.trail"]);
    let widest = table.lines().map(|line| line.chars().count()).max();
    assert!(widest.is_some_and(|width| width < 160), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn colour_is_shown_where_it_is_wanted() {
    let (_server, skep) = shop().await;
    let list = ["database", "list"];
    let has_colour = |text: &str| text.contains("\u{1b}[");
    assert!(has_colour(&shown(&skep, 80, &list, &[])));
    assert!(!has_colour(&shown(&skep, 80, &list, &[("NO_COLOR", "1")])));
    assert!(!has_colour(&shown(&skep, 80, &list, &[("CLICOLOR", "0")])));
    let never = ["database", "list", "--color", "never"];
    assert!(!has_colour(&shown(&skep, 80, &never, &[])));
    assert!(!has_colour(&skep.run(&list)), "no terminal");
    let always = skep.run(&["database", "list", "--color=always"]);
    assert!(has_colour(&always), "{always}");
    let plain = always.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
    assert_eq!(plain, skep.run(&list));
}
