//! Files know each other one way, inside a room too: whoever reads a room begins with a file that needs no other.
//!
//! A way leads from a file to the file that defines what it names, in a `use` or in a path. Re-exports are followed to
//! where the item stands. A parent and its children are no circle: it is there to define what they share and to call
//! them. A circle that leaves the parent's folder is one, though.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::path::PathBuf;

use super::below;

/// The folders that are crates of their own.
const CRATES: [&str; 2] = ["src", "hms/src"];

/// Where a name of a module comes from: `use a::b as name`.
struct Import {
    path: Vec<String>,
    name: String,
    /// Whether others may find the name here.
    shown: bool,
}

/// A file as the compiler sees it: a module, what it imports, and which names and paths its code has.
struct Module {
    path: String,
    imports: Vec<Import>,
    names: BTreeSet<String>,
    paths: BTreeSet<Vec<String>>,
    defined: BTreeSet<String>,
}

/// The modules of a crate by their paths; the crate's root has the empty one.
type Modules = BTreeMap<Vec<String>, Module>;

fn modules(files: Vec<(PathBuf, String)>) -> Modules {
    files
        .into_iter()
        .filter(|(path, _)| path.to_str() != Some("main.rs"))
        .map(|(path, text)| {
            let path = path.to_string_lossy().into_owned();
            let mut at: Vec<String> = path
                .trim_end_matches(".rs")
                .split('/')
                .map(str::to_owned)
                .collect();
            if at.last().is_some_and(|name| name == "mod" || name == "lib") {
                at.pop();
            }
            (at, module(path, &text))
        })
        .collect()
}

fn module(path: String, text: &str) -> Module {
    let code = text.split("\n#[cfg(test)]").next().unwrap_or_default();
    let tokens = tokens(code);
    let mut module = Module {
        path,
        imports: Vec::new(),
        names: BTreeSet::new(),
        paths: BTreeSet::new(),
        defined: BTreeSet::new(),
    };
    let mut at = 0;
    while at < tokens.len() {
        let token = tokens[at].as_str();
        if token == "use" && tokens.get(at + 1).is_some_and(|next| next != "<") {
            let shown = at > 0 && (tokens[at - 1] == "pub" || tokens[at - 1] == ")");
            at += 1;
            import(&tokens, &mut at, &[], shown, &mut module.imports);
        } else if is_name(token) {
            let mut path = vec![token.to_owned()];
            while tokens.get(at + 1).is_some_and(|next| next == "::")
                && tokens.get(at + 2).is_some_and(|next| is_name(next))
            {
                path.push(tokens[at + 2].clone());
                at += 2;
            }
            if path.len() > 1 {
                module.names.insert(path[0].clone());
                module.paths.insert(path);
            } else {
                let before = at.checked_sub(1).map(|before| tokens[before].as_str());
                if before.is_some_and(|before| DEFINES.contains(&before)) {
                    module.defined.insert(token.to_owned());
                }
                module.names.insert(token.to_owned());
            }
        }
        at += 1;
    }
    module
}

/// The words after which a new name stands.
const DEFINES: [&str; 8] = [
    "struct",
    "enum",
    "trait",
    "type",
    "const",
    "static",
    "fn",
    "macro_rules",
];

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Reads one tree of a `use`; `at` is left at its last token.
fn import(
    tokens: &[String],
    at: &mut usize,
    before: &[String],
    shown: bool,
    imports: &mut Vec<Import>,
) {
    let mut path = before.to_vec();
    loop {
        match tokens[*at].as_str() {
            "{" => {
                *at += 1;
                while tokens[*at] != "}" {
                    if tokens[*at] != "," {
                        import(tokens, at, &path, shown, imports);
                    }
                    *at += 1;
                }
                return;
            }
            "::" => {}
            token => path.push(token.to_owned()),
        }
        let next = tokens.get(*at + 1).map(String::as_str);
        if next == Some("as") {
            let name = tokens[*at + 2].clone();
            *at += 2;
            imports.push(Import { path, name, shown });
            return;
        }
        if matches!(next, None | Some(";" | "," | "}")) {
            if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
                path.pop();
            }
            let name = path.last().cloned().unwrap_or_default();
            imports.push(Import { path, name, shown });
            return;
        }
        *at += 1;
    }
}

/// Names, `::` and single signs, without comments and texts.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphanumeric() || first == '_' {
            let end = |c: char| !(c.is_alphanumeric() || c == '_');
            let length = rest.find(end).unwrap_or(rest.len());
            if let Some(text) = raw_text(&rest[length..], &rest[..length]) {
                length + text
            } else {
                tokens.push(rest[..length].to_owned());
                length
            }
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '"' {
            text(rest)
        } else if first == '\'' {
            letter(rest)
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

/// The length of a raw text whose prefix was read as a name: `r"…"`, `br#"…"#`.
fn raw_text(rest: &str, prefix: &str) -> Option<usize> {
    let marks = rest.len() - rest.trim_start_matches('#').len();
    if !matches!(prefix, "r" | "br") || !rest[marks..].starts_with('"') {
        return None;
    }
    let end = format!("\"{}", "#".repeat(marks));
    let inner = &rest[marks + 1..];
    let length = inner.find(&end).unwrap_or(inner.len() - end.len());
    Some(marks + 1 + length + end.len())
}

/// The length of a text in quotes.
fn text(rest: &str) -> usize {
    let mut escaped = false;
    for (index, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return index + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a character in quotes, or of the quote of a lifetime.
fn letter(rest: &str) -> usize {
    let mut inner = rest[1..].char_indices();
    match inner.next() {
        Some((_, '\\')) => rest[3..].find('\'').map_or(1, |end| end + 4),
        Some((_, c)) if rest[1 + c.len_utf8()..].starts_with('\'') => 2 + c.len_utf8(),
        _ => 1,
    }
}

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    /// A module itself.
    Module(Vec<String>),
    /// Something that stands in the file of this module.
    Item(Vec<String>),
}

/// Follows a path from a module; `None` where it leaves the crate.
fn follow(modules: &Modules, from: &[String], path: &[String], depth: usize) -> Option<Target> {
    let mut at = from.to_vec();
    let mut rest = path;
    let mut is_start = true;
    while let Some((first, later)) = rest.split_first() {
        let mut child = at.clone();
        child.push(first.clone());
        match first.as_str() {
            "crate" if is_start => at = Vec::new(),
            "self" => {}
            "super" => {
                at.pop()?;
            }
            _ if modules.contains_key(&child) => at = child,
            _ => return within(modules, &at, rest, is_start, depth),
        }
        rest = later;
        is_start = false;
    }
    Some(Target::Module(at))
}

/// Follows a path whose first name is no child of the module: something defined there, or shown from elsewhere.
fn within(
    modules: &Modules,
    at: &[String],
    rest: &[String],
    is_start: bool,
    depth: usize,
) -> Option<Target> {
    let module = modules.get(at)?;
    let (first, later) = rest.split_first()?;
    if depth == 0 || (module.defined.contains(first) && !is_start) {
        return (!is_start).then(|| Target::Item(at.to_vec()));
    }
    let named = module
        .imports
        .iter()
        .filter(|import| import.name == *first && (import.shown || is_start))
        .filter(|import| import.path.first() != Some(first));
    let all = module
        .imports
        .iter()
        .filter(|import| import.name == "*" && import.shown);
    for import in named.chain(all) {
        let mut path = import.path.clone();
        if import.name == "*" {
            path.pop();
            path.push(first.clone());
        }
        path.extend_from_slice(later);
        if let Some(target) = follow(modules, at, &path, depth - 1) {
            return Some(target);
        }
    }
    (!is_start).then(|| Target::Item(at.to_vec()))
}

/// How many re-exports may stand behind each other.
const DEPTH_MAX: usize = 8;

/// The other files of the crate that a module's file needs.
fn needs(modules: &Modules, at: &[String], module: &Module) -> BTreeSet<Vec<String>> {
    let imported = module
        .imports
        .iter()
        .filter(|import| !import.shown || module.names.contains(&import.name))
        .map(|import| &import.path);
    imported
        .chain(&module.paths)
        .filter_map(|path| match follow(modules, at, path, DEPTH_MAX)? {
            Target::Item(file) => Some(file),
            Target::Module(_) => None,
        })
        .filter(|file| file != at)
        .collect()
}

/// Which modules need which others.
type Graph = BTreeMap<Vec<String>, BTreeSet<Vec<String>>>;

/// All that can be reached from a module, by at least one step, and from where each was reached first.
fn reached<'g>(graph: &'g Graph, start: &'g [String]) -> BTreeMap<&'g [String], &'g [String]> {
    let mut from = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for next in graph.get(at).into_iter().flatten() {
            if !from.contains_key(next.as_slice()) {
                from.insert(next.as_slice(), at);
                queue.push_back(next);
            }
        }
    }
    from
}

/// The sets of modules that all need each other.
fn knots(graph: &Graph) -> Vec<BTreeSet<Vec<String>>> {
    let reached: BTreeMap<&[String], BTreeMap<&[String], &[String]>> = graph
        .keys()
        .map(|at| (at.as_slice(), reached(graph, at)))
        .collect();
    let knot_of = |at: &[String]| -> BTreeSet<Vec<String>> {
        let back = |other: &&&[String]| reached[**other].contains_key(at);
        reached[at]
            .keys()
            .filter(back)
            .map(|it| it.to_vec())
            .collect()
    };
    let mut knots: Vec<_> = graph.keys().map(|at| knot_of(at)).collect();
    knots.sort();
    knots.dedup();
    knots.retain(|knot| !knot.is_empty());
    knots
}

/// Takes out of the graph what is no fault: a parent may know its children and they it. So the ways from a module to
/// those below it are left out where all that need each other lie below it.
fn without_parents(mut graph: Graph) -> Graph {
    loop {
        let heads: Vec<(Vec<String>, BTreeSet<Vec<String>>)> = knots(&graph)
            .into_iter()
            .filter_map(|knot| {
                let head = knot
                    .iter()
                    .find(|head| knot.iter().all(|at| at.starts_with(head)));
                Some((head?.clone(), knot))
            })
            .collect();
        if heads.is_empty() {
            return graph;
        }
        for (head, knot) in heads {
            let needs = graph.entry(head).or_default();
            needs.retain(|at| !knot.contains(at));
        }
    }
}

/// A circle of each knot of a crate, in words.
fn circles(modules: &Modules) -> Vec<String> {
    let graph = modules
        .iter()
        .map(|(at, module)| (at.clone(), needs(modules, at, module)))
        .collect();
    let graph = without_parents(graph);
    let circle = |knot: BTreeSet<Vec<String>>| {
        let start = knot.first()?;
        let from = reached(&graph, start);
        let mut way = vec![start.as_slice()];
        while way.len() == 1 || way[way.len() - 1] != start {
            way.push(from[way[way.len() - 1]]);
        }
        let files: Vec<&str> = way
            .iter()
            .rev()
            .map(|at| modules[*at].path.as_str())
            .collect();
        Some(files.join(" → "))
    };
    knots(&graph).into_iter().filter_map(circle).collect()
}

#[test]
fn files_know_each_other_one_way() {
    let mut found = String::new();
    for folder in CRATES {
        let circles = circles(&modules(below(folder)));
        for circle in circles {
            let _ = writeln!(found, "{folder}: {circle}");
        }
    }
    assert!(
        found.is_empty(),
        "files need each other in a circle:\n{found}"
    );
}

#[test]
fn a_circle_is_found_and_neither_a_reexport_nor_a_parent_is_one() {
    let circles_of = |room: &str, one: &str, other: &str| {
        let files = [
            ("lib.rs", "mod room;\n"),
            ("room/mod.rs", room),
            ("room/one.rs", one),
            ("room/other.rs", other),
        ];
        let files = files.map(|(path, text)| (PathBuf::from(path), text.to_owned()));
        circles(&modules(files.into()))
    };
    let room = "mod one;\nmod other;\npub use one::One;\npub struct Room(Vec<One>);\n";
    let one = "use super::Room;\npub struct One(Room);\n";
    assert!(circles_of(room, one, "use super::One;\npub struct Other(One);\n").is_empty());
    // By a re-export, by a path in the code, and by a module that was imported.
    let one = "use crate::room::other::Other;\npub struct One(Other);\n";
    for other in [
        "use super::One;\npub struct Other(One);\n",
        "pub struct Other(crate::room::one::One);\n",
        "use crate::room::one;\npub struct Other(one::One);\n",
    ] {
        let circle = "room/one.rs → room/other.rs → room/one.rs";
        assert_eq!(circles_of(room, one, other), [circle]);
    }
    // Neither comments, texts nor tests are code.
    let one = "pub struct One;\n// use super::other::Other;\nconst A: &str = \"crate::room::other::Other\";\n\
               #[cfg(test)]\nmod tests {\n    use crate::room::other::Other;\n}\n";
    assert!(circles_of(room, one, "use super::One;\npub struct Other(One);\n").is_empty());
}
