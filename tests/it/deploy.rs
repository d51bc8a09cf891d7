//! The files of `deploy/`, as far as they can be looked at without Grafana, systemd and a cluster: what they name of skep is
//! there, and what they count on holds. They are read by their lines, as `compose.rs` reads its file.

use crate::server::settings_in;
use serde_json::Value;
use skep::config::{Settings, known_keys};
use skep::server::Server;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const MIB: usize = 1024 * 1024;
/// Where the manifests put the secrets.
const SECRETS: &str = "/run/secrets/skep";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy")
}

fn file(name: &str) -> String {
    let path = folder().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn manifest(name: &str) -> String {
    file(&format!("kubernetes/{name}.yaml"))
}

/// The names of the manifests.
fn manifests() -> Vec<String> {
    let entries = std::fs::read_dir(folder().join("kubernetes")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names
        .filter_map(|name| Some(name.strip_suffix(".yaml")?.to_owned()))
        .collect();
    names.sort();
    names
}

/// What stands behind a key in a file of YAML, in order; comments are none.
fn values<'a>(text: &'a str, key: &str) -> Vec<&'a str> {
    let start = format!("{key}: ");
    text.lines()
        .filter_map(|line| {
            let line = line.trim_start();
            line.strip_prefix("- ")
                .unwrap_or(line)
                .strip_prefix(start.as_str())
        })
        .map(|value| value.trim_matches('"'))
        .collect()
}

/// What stands behind a key of a unit.
fn directives<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    let of = |line: &'a str| line.strip_prefix(key)?.strip_prefix('=');
    unit.lines().filter_map(of).collect()
}

/// The configuration inside the `ConfigMap`.
fn configuration() -> String {
    let text = manifest("configmap");
    let (_, block) = text.split_once("  skep.toml: |\n").expect("it is there");
    let lines = block.lines().map_while(|line| match line {
        "" => Some(""),
        line => line.strip_prefix("    "),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Settings as the server reads them.
fn load(text: &str, variables: HashMap<String, String>) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skep.toml");
    std::fs::write(&path, text).unwrap();
    Settings::load_from(Some(&path), variables).unwrap()
}

/// The settings of the pods: the configuration, and the secrets that the variables name, those in comments too.
fn settings_of_the_pods() -> Settings {
    let secrets = tempfile::tempdir().unwrap();
    let example = manifest("secret.example").replace("# s3-", "s3-");
    let (_, data) = example.split_once("stringData:\n").unwrap();
    let data = data.lines().map(str::trim);
    for (name, value) in data.filter_map(|line| line.split_once(": ")) {
        if !name.starts_with('#') {
            std::fs::write(secrets.path().join(name), value).unwrap();
        }
    }
    let deployment = manifest("deployment").replace("# - name: SKEP_", "- name: SKEP_");
    let deployment = deployment.replace("#   value: ", "  value: ");
    let folder = secrets.path().display().to_string();
    let mut variables = HashMap::new();
    for piece in deployment.split("- name: SKEP_").skip(1) {
        let (name, rest) = piece.split_once('\n').unwrap();
        let value = values(rest, "value")[0].replace(SECRETS, &folder);
        variables.insert(format!("SKEP_{name}"), value);
    }
    assert_eq!(variables.len(), 4, "{variables:?}");
    load(&configuration(), variables)
}

/// The names under which Prometheus keeps what `/metrics` tells. A family without a sample has its line of `# TYPE` too.
fn series(metrics: &str) -> BTreeSet<String> {
    let types = metrics
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "));
    let mut names = BTreeSet::new();
    for (name, kind) in types.filter_map(|line| line.split_once(' ')) {
        let endings: &[&str] = match kind {
            "counter" => &["_total"],
            "gauge" => &[""],
            "histogram" => &["_bucket", "_sum", "_count"],
            "info" => &["_info"],
            other => panic!("{name} is a {other}"),
        };
        names.extend(endings.iter().map(|ending| format!("{name}{ending}")));
    }
    names
}

fn dashboard() -> Value {
    serde_json::from_str(&file("grafana/skep.json")).expect("it is JSON")
}

/// The panels that show something.
fn panels(dashboard: &Value) -> Vec<&Value> {
    let panels = dashboard["panels"].as_array().unwrap().iter();
    panels.filter(|panel| panel["type"] != "row").collect()
}

/// What the panels and variables ask Prometheus for.
fn expressions(dashboard: &Value) -> Vec<&str> {
    let targets = panels(dashboard)
        .into_iter()
        .flat_map(|panel| panel["targets"].as_array().unwrap());
    let variables = dashboard["templating"]["list"].as_array().unwrap().iter();
    let asked = targets.map(|target| &target["expr"]);
    let asked = asked.chain(variables.map(|variable| &variable["query"]["query"]));
    asked.filter_map(Value::as_str).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
}

/// The conditions on labels in an expression: the label, and what it is compared with.
fn conditions(expression: &str) -> Vec<(&str, &str)> {
    let selectors = expression.split('{').skip(1);
    let selectors = selectors.filter_map(|rest| Some(rest.split_once('}')?.0));
    let conditions = selectors.flat_map(|selector| selector.split(", "));
    let conditions = conditions.filter_map(|condition| condition.split_once('"'));
    let parts = conditions.map(|(label, value)| {
        let label = label.trim_end_matches(['=', '!', '~']);
        (label, value.trim_end_matches('"'))
    });
    parts.collect()
}

/// The labels that an expression groups or joins by.
fn groups(expression: &str) -> Vec<&str> {
    let lists = [" by (", " on ("]
        .into_iter()
        .flat_map(|start| expression.split(start).skip(1));
    let lists = lists.filter_map(|rest| Some(rest.split_once(')')?.0));
    lists.flat_map(|list| list.split(", ")).collect()
}

#[tokio::test]
async fn what_the_dashboard_and_the_probes_ask_for_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings_in(folder.path());
    settings.sources = load("[sources.lake]\nkind = 'catalog'", HashMap::new()).sources;
    settings.tasks.job_interval_s = 1;
    let running = Server::start(settings).await.unwrap();
    let ask = |path: &str| reqwest::get(format!("http://{}{path}", running.http_addr));

    let mut paths = BTreeSet::new();
    for name in manifests() {
        let text = manifest(&name);
        paths.extend(values(&text, "path").into_iter().map(str::to_owned));
    }
    assert_eq!(paths.len(), 3, "{paths:?}");
    for path in &paths {
        assert_eq!(ask(path).await.unwrap().status(), 200, "{path}");
    }
    let url = format!("http://{}/api/v1/sources/lake/run", running.http_addr);
    let run = reqwest::Client::new().post(url).body("{}");
    let run = run.header("content-type", "application/json").send().await;
    assert_eq!(run.unwrap().status(), 200);
    let check = format!("http://{}/grpc.health.v1.Health/Check", running.http_addr);
    let check = reqwest::Client::new().post(check).body(&[0_u8; 5][..]);
    let check = check.header("content-type", "application/grpc-web+proto");
    assert_eq!(check.send().await.unwrap().status(), 200);
    // A series begins with what is first counted in it: the scrape before, and a run of the jobs' task.
    let metrics = loop {
        let text = ask("/metrics").await.unwrap().text().await.unwrap();
        if text.contains("route=\"/metrics\"") && text.contains("skep_jobs{phase=") {
            break text;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };

    let (series, dashboard) = (series(&metrics), dashboard());
    let expressions = expressions(&dashboard);
    assert!(expressions.len() > 50, "{}", expressions.len());
    // Prometheus's own.
    let is_label = |label: &str| {
        let told = |before: char| metrics.contains(&format!("{before}{label}=\""));
        ["job", "instance"].contains(&label) || told('{') || told(',')
    };
    for expression in expressions {
        let named = words(expression)
            .filter(|word| word.starts_with("skep_") || word.starts_with("process_"));
        let unknown: Vec<&str> = named.filter(|name| !series.contains(*name)).collect();
        assert!(unknown.is_empty(), "{unknown:?} in {expression}");
        for label in groups(expression) {
            assert!(is_label(label), "{label} in {expression}");
        }
        for (label, value) in conditions(expression) {
            assert!(is_label(label), "{label} in {expression}");
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "_/|".contains(c);
            // What is more of a pattern than this is not looked for.
            for one in value.split('|').filter(|_| value.chars().all(is_plain)) {
                let sample = format!("{label}=\"{one}\"");
                assert!(metrics.contains(&sample), "{sample} in {expression}");
            }
        }
    }
    assert!(running.shutdown().await);
}

#[test]
fn each_panel_says_what_it_shows_and_what_is_bad() {
    let (dashboard, keys) = (dashboard(), known_keys());
    assert!(dashboard["schemaVersion"].as_u64().unwrap() >= 39);
    let mut ids = BTreeSet::new();
    for panel in panels(&dashboard) {
        let title = panel["title"].as_str().unwrap();
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}");
        let unit = &panel["fieldConfig"]["defaults"]["unit"];
        assert!(
            unit.as_str().is_some_and(|unit| !unit.is_empty()),
            "{title}"
        );
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{title}");
        let description = panel["description"].as_str().unwrap();
        assert!(description.len() > 40, "{title}");
        // Every other piece stands between two marks.
        for quoted in description.split('`').skip(1).step_by(2) {
            let is_setting = quoted.split_once('.').is_some_and(|(section, _)| {
                keys.iter()
                    .any(|key| key.split('.').next() == Some(section))
            });
            assert!(!is_setting || keys.contains(quoted), "{quoted}: {title}");
        }
    }
}

#[test]
fn the_variables_are_those_of_settings() {
    let keys = known_keys();
    let mut texts: Vec<String> = manifests().iter().map(|name| manifest(name)).collect();
    texts.push(file("systemd/skep.service"));
    let mut count = 0;
    for name in texts.iter().flat_map(|text| words(text)) {
        let Some(key) = name.strip_prefix("SKEP_").filter(|key| *key != "CONFIG") else {
            continue;
        };
        let key = key.to_lowercase().replace("__", ".");
        assert!(keys.contains(&key), "{name}");
        count += 1;
    }
    assert!(count >= 6, "{count}");
}

#[test]
fn the_configuration_of_the_pods_is_one_and_fits_them() {
    let (settings, standard) = (settings_of_the_pods(), Settings::default());
    let (thrift, http) = (settings.thrift.listen, settings.http.listen);
    assert!(thrift.ip().is_unspecified() && http.ip().is_unspecified());
    assert_eq!(thrift.port(), standard.thrift.listen.port());
    assert_eq!(http.port(), standard.http.listen.port());
    let url = settings.database.url.reveal();
    assert!(url.starts_with("postgres://"), "{url}");
    assert!(settings.storage.s3.secret_access_key.is_some());

    let deployment = manifest("deployment");
    let grace = values(&deployment, "terminationGracePeriodSeconds");
    let grace: u64 = grace[0].parse().unwrap();
    let server = &settings.server;
    assert!(grace > server.grace_s + server.drain_timeout_s, "{grace}");
    // The bound of docs/OPERATIONS.md, and what a rename takes beside it.
    let bound = 200 * MIB
        + 2 * server.bytes_in_flight_max
        + 32 * 1024 * settings.thrift.connections_max
        + 256 * 1024 * settings.http.connections_max
        + 160 * MIB;
    let limits = deployment.split_once("limits:\n").unwrap().1;
    let memory = values(limits, "memory")[0].strip_suffix("Gi").unwrap();
    let memory = memory.parse::<usize>().unwrap() * 1024 * MIB;
    assert!(bound <= memory, "{bound} of {memory}");
    for timeout in values(&deployment, "timeoutSeconds") {
        let timeout_ms = timeout.parse::<u64>().unwrap() * 1_000;
        assert!(timeout_ms > settings.http.ready_timeout_ms, "{timeout}");
    }
}

#[test]
fn the_manifests_have_the_ports_the_user_and_the_version() {
    let standard = Settings::default();
    let ports = [standard.thrift.listen, standard.http.listen];
    let ports = ports.map(|address| address.port().to_string());
    let deployment = manifest("deployment");
    assert_eq!(values(&deployment, "containerPort"), ports);
    assert_eq!(values(&manifest("service"), "port"), ports);
    let let_in = manifest("networkpolicy");
    let let_in = let_in.split_once("egress:\n").unwrap().0;
    for port in values(let_in, "port") {
        assert!(ports.iter().any(|own| own == port), "{port}");
    }

    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let image = std::fs::read_to_string(root.join("Dockerfile")).unwrap();
    let user = values(&deployment, "runAsUser")[0];
    assert!(image.contains(&format!("--uid {user} ")), "{user}");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(values(&deployment, "image"), [format!("skep:{version}")]);
    let kustomization = manifest("kustomization");
    assert_eq!(values(&kustomization, "newTag"), [version]);
    for name in manifests() {
        let is_named = kustomization.contains(&format!("{name}.yaml"));
        assert!(is_named || name == "kustomization", "{name}");
    }
    let applied = |name: &str| kustomization.contains(&format!("\n  - {name}.yaml\n"));
    assert!(applied("configmap") && applied("deployment"));
    assert!(!applied("secret.example"), "placeholders are not applied");
}

#[test]
fn the_unit_starts_skep_and_gives_it_time_to_end() {
    let unit = file("systemd/skep.service");
    let standard = Settings::default();
    let stop: u64 = directives(&unit, "TimeoutStopSec")[0].parse().unwrap();
    let server = &standard.server;
    assert!(stop > server.grace_s + server.drain_timeout_s, "{stop}");
    let files: usize = directives(&unit, "LimitNOFILE")[0].parse().unwrap();
    let connections = standard.thrift.connections_max + standard.http.connections_max;
    assert!(files > connections, "{files}");

    // As its head says: a configuration of `skep init`, which the unit has checked.
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("skep.toml").display().to_string();
    let skep = |arguments: &str| {
        let arguments = arguments.replace("/etc/skep/skep.toml", &config);
        let done = Command::new(env!("CARGO_BIN_EXE_skep"))
            .args(arguments.split_whitespace())
            .env_clear()
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{arguments}: {done:?}");
    };
    let (_, init) = unit.split_once("&& skep ").unwrap();
    skep(init.lines().next().unwrap());
    let command = |key: &str| {
        directives(&unit, key)[0]
            .split_once(' ')
            .unwrap()
            .1
            .to_owned()
    };
    skep(&command("ExecStartPre"));
    let start = command("ExecStart");
    assert_eq!(start, "--config /etc/skep/skep.toml serve");
    skep(&format!("{start} --help"));
}
