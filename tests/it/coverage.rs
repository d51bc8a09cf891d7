//! `docs/COMPATIBILITY.md` says of every method of the Hive Metastore what skep does with it. It is made here from the
//! method tables and the IDL, so that it cannot say anything else than what is served.

use skep::thrift::served_methods;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// Where the page stands.
const PAGE: &str = "docs/COMPATIBILITY.md";
/// Set it to anything to have the page written anew.
const UPDATE: &str = "UPDATE_DOCS";

/// Without these Trino, Presto, Spark or an Iceberg commit cannot do ordinary work.
const TIER_1: [&str; 57] = [
    "set_ugi",
    "shutdown",
    "get_config_value",
    "get_all_databases",
    "get_databases",
    "get_database",
    "create_database",
    "alter_database",
    "drop_database",
    "get_table",
    "get_table_req",
    "get_all_tables",
    "get_tables",
    "get_tables_by_type",
    "get_table_meta",
    "get_table_names_by_filter",
    "get_table_objects_by_name",
    "get_table_objects_by_name_req",
    "get_fields",
    "get_schema_with_environment_context",
    "create_table",
    "create_table_with_environment_context",
    "drop_table",
    "drop_table_with_environment_context",
    "alter_table",
    "alter_table_with_environment_context",
    "get_partition",
    "get_partition_with_auth",
    "get_partitions",
    "get_partitions_by_names",
    "get_partitions_by_filter",
    "get_partitions_ps_with_auth",
    "get_partition_names",
    "get_partition_names_ps",
    "add_partitions",
    "add_partitions_req",
    "add_partition_with_environment_context",
    "alter_partition",
    "alter_partition_with_environment_context",
    "alter_partitions",
    "alter_partitions_with_environment_context",
    "rename_partition",
    "drop_partition",
    "drop_partition_with_environment_context",
    "get_table_statistics_req",
    "get_partitions_statistics_req",
    "update_table_column_statistics",
    "update_partition_column_statistics",
    "delete_table_column_statistics",
    "delete_partition_column_statistics",
    "get_function",
    "get_functions",
    "get_all_functions",
    "lock",
    "check_lock",
    "unlock",
    "heartbeat",
];

/// Methods that are not going to be served, with the reason.
const REFUSED: [(&str, &[&str]); 4] = [
    (
        "Hive took indexes out in version 3",
        &[
            "add_index",
            "alter_index",
            "drop_index_by_name",
            "get_index_by_name",
            "get_index_names",
            "get_indexes",
        ],
    ),
    (
        "no client uses Hive's register of types; Hive itself does not answer all of it",
        &["create_type", "drop_type", "get_type", "get_type_all"],
    ),
    (
        "a cache inside metastores on HBase, which are gone",
        &[
            "cache_file_metadata",
            "clear_file_metadata",
            "get_file_metadata",
            "get_file_metadata_by_expr",
            "put_file_metadata",
        ],
    ),
    (
        "a debugging aid of fb303; skep has metrics and logs instead",
        &[
            "getCounter",
            "getCounters",
            "getCpuProfile",
            "getOption",
            "getOptions",
            "setOption",
        ],
    ),
];

const INTRODUCTION: &str = "# Compatibility

What skep does with each method of the Hive Metastore, by topic. The page is made from the method tables of the server
by `tests/it/coverage.rs`: run that test with `UPDATE_DOCS=1` after a change.

- **served**: answered as Hive answers it, over every protocol that skep speaks.
- **refused**: not going to be served, for the reason that stands beside it.
- **not yet**: answered as Hive answers a method that it does not know, with a `TApplicationException` of the type
  `UNKNOWN_METHOD` and the text `Invalid method name: '…'`. Clients take it as the sign to use another form, and the
  connection goes on.

A star marks the methods without which Trino, Presto, Spark or an Iceberg commit cannot do ordinary work. *Versions* are
those of Hive that have the method.

## Over HTTP

The same methods are answered at `POST /metastore`, and at what lies below it, of the HTTP port (`http.listen`), for Hive 4 and for engines behind an
ingress: one message of the binary or the compact protocol in a body of the type `application/x-thrift`, its answer in the body
of the response.

```
hive.metastore.uris                              http://skep.example.com:9084/metastore
hive.metastore.client.thrift.transport.mode      http
```

- `x-actor-username` says who asks. Where it is missing, the caller is skep's own user, as over a socket without `set_ugi`; Hive
  answers 401. Nobody is authenticated: a bearer token is not looked at.
- Each request is a conversation of its own: `set_ugi` and `setMetaConf` are answered and forgotten, as in Hive.
- Bounds are those of the Thrift port: `thrift.message_bytes_max`, `thrift.message_timeout_s`, `thrift.call_timeout_s`, and memory.
- A refusal of the catalog is a Thrift exception with the status 200. What is no message has a status, which is all that clients
  show: 400 (it cannot be read, is cut, or is more than one), 401 (the user), 405 (not `POST`), 408 (it comes too slowly), 413 (it
  is too long), 415 (another type).

Tested with the client of Hive 4.0.1 in its HTTP mode, in both protocols.
";

fn idl() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/hive_metastore.thrift");
    std::fs::read_to_string(path).expect("the IDL can be read")
}

/// The topics of the IDL in its order, each with its methods in the order of the alphabet. A topic is a comment
/// `// -- Topic` inside the service.
fn topics(idl: &str) -> Vec<(String, Vec<String>)> {
    let mut topics = vec![("Base service (fb303)".to_owned(), Vec::new())];
    let services = idl
        .split_once("\nservice ")
        .expect("the IDL has a service")
        .1;
    for line in services.lines() {
        if let Some(topic) = line.strip_prefix("  // -- ") {
            topics.push((topic.to_owned(), Vec::new()));
        }
        // A method stands two blanks in, its arguments further.
        let method = line
            .strip_prefix("  ")
            .filter(|rest| !rest.starts_with([' ', '/']));
        let name = method
            .and_then(|rest| rest.split_once('('))
            .and_then(|(head, _)| head.split(' ').next_back());
        if let (Some(name), Some((_, methods))) = (name, topics.last_mut()) {
            methods.push(name.to_owned());
        }
    }
    for (_, methods) in &mut topics {
        methods.sort_unstable();
    }
    topics
}

fn refusals() -> BTreeMap<&'static str, &'static str> {
    REFUSED
        .iter()
        .flat_map(|(reason, methods)| methods.iter().map(move |method| (*method, *reason)))
        .collect()
}

fn versions(info: &hms::MethodInfo) -> String {
    match info.until {
        Some(until) => format!("{} to {until}", info.since),
        None => format!("{} and newer", info.since),
    }
}

fn page() -> String {
    let served: BTreeSet<&str> = served_methods().collect();
    let refused = refusals();
    let mut text = INTRODUCTION.to_owned();
    let known = hms::METHODS.len();
    let first = TIER_1
        .iter()
        .filter(|method| served.contains(**method))
        .count();
    let not_yet = known - served.len() - refused.len();
    write!(
        text,
        "\nOf {known} methods {} are served ({first} of the {} with a star), {} are refused, {not_yet} are not served yet.\n",
        served.len(),
        TIER_1.len(),
        refused.len(),
    )
    .expect("text can be written");
    for (topic, methods) in topics(&idl()) {
        write!(
            text,
            "\n## {topic}\n\n| method | versions | state |\n|---|---|---|\n"
        )
        .expect("text can be written");
        for name in methods {
            let info = hms::method(&name)
                .unwrap_or_else(|| panic!("the IDL's {name} is unknown to the codec"));
            let star = if TIER_1.contains(&info.name) {
                " ★"
            } else {
                ""
            };
            let state = match refused.get(info.name) {
                _ if served.contains(info.name) => "**served**".to_owned(),
                Some(reason) => format!("refused: {reason}"),
                None => "not yet".to_owned(),
            };
            writeln!(text, "| `{name}`{star} | {} | {state} |", versions(info))
                .expect("text can be written");
        }
    }
    text
}

#[test]
fn the_tables_agree_with_the_idl() {
    let mut seen = BTreeSet::new();
    for method in served_methods() {
        assert!(
            hms::method(method).is_some(),
            "{method} is served but not in the IDL"
        );
        assert!(seen.insert(method), "{method} stands in two tables");
    }
    for method in TIER_1 {
        assert!(
            seen.contains(method),
            "{method} must be served: ordinary work needs it"
        );
    }
    for (method, _) in refusals() {
        assert!(
            hms::method(method).is_some(),
            "{method} is refused but not in the IDL"
        );
        assert!(
            !seen.contains(method),
            "{method} is both served and refused"
        );
    }
    let mut grouped = 0;
    for (topic, methods) in topics(&idl()) {
        assert!(!methods.is_empty(), "{topic} has no method");
        grouped += methods.len();
    }
    assert_eq!(
        grouped,
        hms::METHODS.len(),
        "each method stands under one topic"
    );
}

#[test]
fn the_page_says_what_is_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let wanted = page();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &wanted).expect("the page can be written");
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == wanted,
        "{PAGE} is not up to date: run this test with {UPDATE}=1"
    );
}

/// A method that no test calls over a socket may break unseen.
#[test]
fn every_served_method_is_called_by_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/thrift");
    let mut tests = String::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        tests += &std::fs::read_to_string(path).expect("the file can be read");
    }
    let uncalled: Vec<_> = served_methods()
        .filter(|method| !tests.contains(&format!("\"{method}\"")))
        .collect();
    assert!(uncalled.is_empty(), "no test calls {uncalled:?}");
}
