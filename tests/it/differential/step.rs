//! A sequence of requests as plain data, so that the same requests go to both servers and a
//! deviation can be printed. It must not know what the answers ought to be.
//!
//! Arguments may hold `WAREHOUSE` in a text, which stands for the server's own warehouse directory,
//! and `{"@": "NAME/POINTER"}`, which stands for a part of an earlier answer of the same server that
//! was kept under NAME. `{"@": ..., "patch": {"/a/b": value}}` changes it before it is sent; a null
//! takes the member away.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::client::{Client, Failure};

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// The wire name of the method.
    pub(crate) method: String,
    /// The arguments by name.
    pub(crate) args: Value,
    /// The name under which the answer is kept.
    pub(crate) keep: Option<&'static str>,
    /// Why skep answers this request otherwise than Hive 2.3, where only the request tells.
    pub(crate) differs: Option<&'static str>,
}

impl Step {
    /// Keeps the answer under this name for later steps.
    pub(crate) fn keep(mut self, name: &'static str) -> Self {
        self.keep = Some(name);
        self
    }

    /// Says that the answers differ, and why.
    pub(crate) fn differs(mut self, reason: &'static str) -> Self {
        self.differs = Some(reason);
        self
    }
}

/// A request of the given method and arguments.
pub(crate) fn call(method: &str, args: Value) -> Step {
    Step {
        method: method.to_owned(),
        args,
        keep: None,
        differs: None,
    }
}

/// A part of an answer that was kept: NAME or NAME/POINTER.
pub(crate) fn kept(path: &str) -> Value {
    json!({ "@": path })
}

/// The same, changed at the given pointers before it is sent.
#[expect(
    clippy::needless_pass_by_value,
    reason = "callers hand over a json! literal"
)]
pub(crate) fn patched(path: &str, changes: Value) -> Value {
    json!({ "@": path, "patch": changes })
}

/// Requests that are sent one after the other over one connection.
#[derive(Debug, Clone)]
pub(crate) struct Sequence {
    /// What it is called in reports.
    pub(crate) name: String,
    /// The requests.
    pub(crate) steps: Vec<Step>,
}

/// A server under comparison.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    /// What it is called in reports.
    pub(crate) name: &'static str,
    /// Where it listens.
    pub(crate) address: String,
    /// Its warehouse directory, a path.
    pub(crate) warehouse: String,
}

/// What a request came to.
pub(crate) type Answer = Result<Value, Failure>;

/// A connection to a server within one sequence: it remembers the kept answers.
pub(crate) struct Session<'a> {
    server: &'a Server,
    client: Option<Client>,
    kept: HashMap<&'static str, Value>,
}

impl<'a> Session<'a> {
    /// A session that connects with its first request.
    pub(crate) fn new(server: &'a Server) -> Self {
        Self {
            server,
            client: None,
            kept: HashMap::new(),
        }
    }

    /// Sends a request. A connection that was lost before is made anew, as clients do.
    pub(crate) fn send(&mut self, step: &Step) -> Answer {
        let args = self.fill(&step.args);
        let mut client = match self.client.take() {
            Some(client) => client,
            None => Client::connect(self.server.address.as_str())?,
        };
        let answer = client.call(&step.method, args);
        // After a protocol error the old metastore leaves the connection out of step.
        let lost = matches!(
            answer,
            Err(Failure::Transport(_)
                | Failure::Malformed(_)
                | Failure::Application { kind: 7, .. })
        );
        if !lost {
            self.client = Some(client);
        }
        if let Some(name) = step.keep {
            match &answer {
                Ok(value) => self.kept.insert(name, value.clone()),
                Err(_) => self.kept.remove(name),
            };
        }
        answer
    }

    fn fill(&self, template: &Value) -> Value {
        match template {
            Value::String(text) => json!(text.replace("WAREHOUSE", &self.server.warehouse)),
            // A list holds no nulls on the wire: what was not kept is left out.
            Value::Array(items) => items
                .iter()
                .map(|item| self.fill(item))
                .filter(|item| !item.is_null())
                .collect(),
            Value::Object(members) => match members.get("@").and_then(Value::as_str) {
                Some(path) => self.recall(path, members.get("patch")),
                None => members
                    .iter()
                    .map(|(key, member)| (key.clone(), self.fill(member)))
                    .collect(),
            },
            other => other.clone(),
        }
    }

    fn recall(&self, path: &str, changes: Option<&Value>) -> Value {
        let (name, pointer) = path.find('/').map_or((path, ""), |at| path.split_at(at));
        // An answer that failed was not kept; the request then goes out without it on either side.
        let Some(value) = self.kept.get(name).and_then(|value| value.pointer(pointer)) else {
            return Value::Null;
        };
        let mut value = value.clone();
        let Some(changes) = changes.and_then(Value::as_object) else {
            return value;
        };
        for (pointer, new) in changes {
            let (parent, key) = pointer
                .rsplit_once('/')
                .expect("a pointer starts with a slash");
            let key = key.replace("~1", "/");
            let parent = value
                .pointer_mut(parent)
                .unwrap_or_else(|| panic!("no {parent} in {name}"));
            match parent {
                Value::Object(members) if new.is_null() => {
                    members.remove(&key);
                }
                Value::Object(members) => {
                    members.insert(key, self.fill(new));
                }
                Value::Array(items) => {
                    let index: usize = key.parse().expect("an array has numbers for keys");
                    items[index] = self.fill(new);
                }
                _ => panic!("{pointer} of {name} is neither object nor array"),
            }
        }
        value
    }
}
