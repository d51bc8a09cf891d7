//! The examples of every command's help, in one place: they are read together, and a command without any fails a test.

use clap::Command;

/// The examples by the words of the command. A line that does not begin with `skep` belongs to the one before.
const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "serve",
        &[
            "skep serve",
            "skep serve --demo",
            "skep --config skep.toml serve",
            "SKEP_DATABASE__URL=postgres://skep@db.internal/skep skep serve",
        ],
    ),
    (
        "migrate",
        &["skep migrate", "skep --config skep.toml migrate"],
    ),
    ("init", &["skep init", "skep init /etc/skep/skep.toml"]),
    (
        "check-config",
        &[
            "skep check-config",
            "skep --config skep.toml check-config --connect",
        ],
    ),
    (
        "doctor",
        &[
            "skep doctor",
            "skep --config skep.toml doctor --write",
            "skep doctor --json",
        ],
    ),
    (
        "database",
        &["skep database list", "skep database create shop"],
    ),
    (
        "database list",
        &["skep database list", "skep database list 't1_*'"],
    ),
    (
        "database show",
        &["skep database show shop", "skep database show shop --json"],
    ),
    (
        "database create",
        &[
            "skep database create shop --description sales",
            "skep database create raw --location s3://lake/raw --owner data",
        ],
    ),
    (
        "database set",
        &[
            "skep database set shop tier=1 --unset draft",
            "skep database set shop --description 'what we sell' --owner sales",
        ],
    ),
    (
        "database drop",
        &[
            "skep database drop shop",
            "skep database drop shop --cascade --delete-data",
        ],
    ),
    (
        "table",
        &["skep table list shop", "skep table show shop.orders"],
    ),
    (
        "table list",
        &[
            "skep table list shop",
            "skep table list shop 'orders*' --type external",
            "skep table list shop --output name | xargs -n 1 skep table show",
        ],
    ),
    (
        "table show",
        &[
            "skep table show shop.orders",
            "skep table show shop.orders --output yaml",
        ],
    ),
    (
        "table create",
        &[
            "skep table create shop.orders --column 'id bigint' --column 'item string' --key 'dt string'",
            "skep table create default.trail --kit cloudtrail --location s3://logs",
        ],
    ),
    (
        "table set",
        &[
            "skep table set shop.orders tier=1",
            "skep table set shop.orders --unset tier --owner sales",
        ],
    ),
    (
        "table drop",
        &[
            "skep table drop shop.orders",
            "skep table drop shop.orders --delete-data",
        ],
    ),
    ("kit", &["skep kit list"]),
    (
        "kit list",
        &["skep kit list", "skep kit list --output name"],
    ),
    (
        "partition",
        &[
            "skep partition list shop.orders",
            "skep partition add shop.orders dt=2026-11-22",
        ],
    ),
    (
        "partition list",
        &[
            "skep partition list shop.orders",
            "skep partition list shop.orders --filter 'dt >= \"2026-11-01\"' --limit 10",
        ],
    ),
    (
        "partition show",
        &["skep partition show shop.orders dt=2026-11-22"],
    ),
    (
        "partition add",
        &[
            "skep partition add shop.orders dt=2026-11-21 dt=2026-11-22 --if-not-exists",
            "skep partition add shop.orders - < names.txt",
        ],
    ),
    (
        "partition drop",
        &[
            "skep partition drop shop.orders dt=2026-11-21",
            "skep partition drop shop.orders dt=2026-11-21 --delete-data --if-exists",
        ],
    ),
    (
        "discover",
        &[
            "skep discover default.logs",
            "skep discover default.logs --sweep --dry-run",
        ],
    ),
    (
        "discover plan",
        &[
            "skep discover plan default.logs --layout '{dt:%Y/%m/%d}/{hour}'",
            "skep discover plan default.logs --set mode=sync --window",
            "skep discover plan s3://lake/clicks --name web.clicks",
            "skep discover plan /data/clicks",
        ],
    ),
    (
        "discovery",
        &["skep discovery list", "skep discovery show default.logs"],
    ),
    (
        "discovery list",
        &["skep discovery list", "skep discovery list --output csv"],
    ),
    ("discovery show", &["skep discovery show default.logs"]),
    (
        "discovery on",
        &[
            "skep discovery on default.logs --layout '{dt:%Y/%m/%d}/{hour}'",
            "skep discovery on default.logs --set window=6h --unset mode",
        ],
    ),
    ("discovery off", &["skep discovery off default.logs"]),
    ("discovery reset", &["skep discovery reset default.logs"]),
    (
        "discovery runs",
        &[
            "skep discovery runs default.logs",
            "skep discovery runs default.logs --limit 5",
        ],
    ),
    (
        "discovery skipped",
        &["skep discovery skipped default.logs"],
    ),
    ("discovery undo", &["skep discovery undo default.logs 17"]),
    ("discovery resume", &["skep discovery resume default.logs"]),
    (
        "freshness",
        &[
            "skep freshness expect default.logs --every 1h --within 20m",
            "skep freshness list --lacking",
        ],
    ),
    (
        "freshness list",
        &["skep freshness list", "skep freshness list --lacking"],
    ),
    ("freshness show", &["skep freshness show default.logs"]),
    (
        "freshness expect",
        &[
            "skep freshness expect default.logs --every 1h --within 20m --volume 50%..200%",
            "skep freshness expect default.sales --every 1d --within 6h --set weekdays=mon-fri",
        ],
    ),
    ("freshness check", &["skep freshness check default.logs"]),
    ("freshness reset", &["skep freshness reset default.logs"]),
    (
        "explain-partition",
        &["skep explain-partition default.logs dt=2026-11-22/hour=10"],
    ),
    (
        "events",
        &[
            "skep events --database shop --table orders",
            "skep events --after 1200 --follow --json",
        ],
    ),
    ("job", &["skep job list", "skep job show 17 --watch"]),
    (
        "job list",
        &[
            "skep job list --phase copying",
            "skep job list --kind rename_table --limit 10",
        ],
    ),
    (
        "job show",
        &["skep job show 17", "skep job show 17 --watch"],
    ),
    ("replicas", &["skep replicas", "skep replicas --json"]),
    ("source", &["skep source list", "skep source test shop"]),
    (
        "source list",
        &["skep source list", "skep source list --json"],
    ),
    ("source show", &["skep source show shop"]),
    (
        "source add",
        &[
            "skep source add lake --kind catalog",
            "skep source add shop --kind postgres --url-env SKEP_SOURCE_SHOP --exclude 'public.tmp_*'",
        ],
    ),
    ("source test", &["skep source test shop"]),
    ("source run", &["skep source run shop"]),
    ("source remove", &["skep source remove shop"]),
    (
        "schema",
        &["skep schema log shop", "skep schema check shop"],
    ),
    (
        "schema log",
        &[
            "skep schema log shop --since 7d",
            "skep schema log shop --since 2026-11-01",
            "skep schema log --severity breaking --limit 20",
        ],
    ),
    ("schema snapshots", &["skep schema snapshots shop"]),
    (
        "schema diff",
        &[
            "skep schema diff shop --from 12 --to 15",
            "skep schema diff shop --from 2026-11-01",
        ],
    ),
    (
        "schema check",
        &[
            "skep schema check shop",
            "skep schema check shop --fail-on risky",
        ],
    ),
    (
        "schema ack",
        &["skep schema ack 101", "skep schema ack 101-112 120"],
    ),
    ("schema apply", &["skep schema apply 101"]),
    ("alerts", &["skep alerts list", "skep alerts test team"]),
    (
        "alerts list",
        &[
            "skep alerts list --channel team --state pending",
            "skep alerts list --severity breaking --json",
        ],
    ),
    (
        "alerts ack",
        &["skep alerts ack 31 32", "skep alerts ack 3-7"],
    ),
    (
        "alerts preview",
        &[
            "skep alerts preview",
            "skep alerts preview --since 1d --channel team --format text",
        ],
    ),
    (
        "alerts snooze",
        &[
            "skep alerts snooze 31 --for 8h",
            "skep alerts snooze 31 --until 2026-12-01",
        ],
    ),
    (
        "alerts mute",
        &[
            "skep alerts mute 'shop:public.tmp_*' --why 'comes and goes'",
            "skep alerts mute 'shop:public.orders.*' --for 3d",
        ],
    ),
    ("alerts mutes", &["skep alerts mutes"]),
    ("alerts unmute", &["skep alerts unmute 4"]),
    ("alerts channels", &["skep alerts channels"]),
    ("alerts test", &["skep alerts test team"]),
    (
        "find",
        &[
            "skep find customer_id",
            "skep find shop.orders",
            "skep find paid currency --limit 10",
        ],
    ),
    ("lint", &["skep lint", "skep lint --database shop"]),
    (
        "completion",
        &[
            "skep completion bash > /etc/bash_completion.d/skep",
            "skep completion zsh > ~/.zfunc/_skep",
            "skep completion fish > ~/.config/fish/completions/skep.fish",
        ],
    ),
    (
        "man",
        &["skep man ./man", "skep man /usr/local/share/man/man1"],
    ),
    ("version", &["skep version", "skep version --json"]),
];

/// The commands, each with its examples below its help.
pub(super) fn with_examples(command: Command) -> Command {
    command.mut_subcommands(|sub| with_examples_below(sub, ""))
}

fn with_examples_below(command: Command, before: &str) -> Command {
    let words = format!("{before}{}", command.get_name());
    let own = EXAMPLES.iter().find(|(of, _)| *of == words);
    let command = match own {
        Some((_, lines)) => command.after_help(format!("Examples:\n  {}", lines.join("\n  "))),
        None => command,
    };
    let before = format!("{words} ");
    command.mut_subcommands(|sub| with_examples_below(sub, &before))
}

#[cfg(test)]
mod tests {
    use super::EXAMPLES;
    use crate::cli::command;

    #[test]
    fn the_examples_are_commands_that_exist_and_make_sense() {
        for (words, lines) in EXAMPLES {
            for line in *lines {
                // Variables may stand before the command.
                let begin = if line.starts_with("skep ") {
                    0
                } else {
                    line.rfind("skep ").expect("it runs skep")
                };
                let end = line.find([';', '|', '<', '>']);
                // What a shell would take apart is only cut where no quotes are about.
                let end = end.filter(|_| !line.contains('\'')).unwrap_or(line.len());
                let line = line[begin..end].replace("*'", "'");
                let parts = split(&line);
                let matches = command().try_get_matches_from(&parts);
                assert!(matches.is_ok(), "{words}: {line}: {}", matches.unwrap_err());
                assert!(
                    line.contains(words) || line.contains("--config"),
                    "{words}: {line}"
                );
            }
        }
    }

    /// The words of a line, those in quotes whole.
    fn split(line: &str) -> Vec<String> {
        let parts = line.split('\'').enumerate().flat_map(|(at, part)| {
            if at % 2 == 1 {
                vec![part.to_owned()]
            } else {
                part.split_whitespace().map(str::to_owned).collect()
            }
        });
        parts.collect()
    }
}
