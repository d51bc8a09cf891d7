//! A template, with its keys, of the forms of levels.

use super::level::{Form, TimeUnit};
use crate::model::Column;
use std::fmt::Write as _;

/// The key of the times of directories that name none, and of what is finer than a day.
const TIME_KEY: &str = "dt";
const HOUR_KEY: &str = "hour";
const MINUTE_KEY: &str = "minute";

/// A template and the keys that stand in it.
pub(super) struct Template {
    pub(super) text: String,
    pub(super) keys: Vec<Column>,
}

/// What is written so far.
#[derive(Default)]
struct Writer {
    text: String,
    keys: Vec<Column>,
    /// The key of the time that the last level ended with: the next one may go on with it.
    open: Option<String>,
    /// The key that tells year, month and day.
    time_key: Option<String>,
}

/// The template of these levels.
pub(super) fn template<'f>(forms: impl Iterator<Item = &'f Form>) -> Template {
    let mut writer = Writer::default();
    for (position, form) in forms.enumerate() {
        writer.level(position + 1, form);
    }
    Template {
        text: writer.text,
        keys: writer.keys,
    }
}

impl Writer {
    fn level(&mut self, number: usize, form: &Form) {
        let open = self.open.take();
        match form {
            Form::Time {
                before,
                time,
                finest,
                after,
            } => self.time(open.as_deref(), before, time, *finest, after),
            Form::KeyTime { key, time, finest } => self.key_time(key, time, *finest),
            Form::Key { key, value } => {
                let own = self.key(key, value.key_type());
                self.segment(&format!("{}={{{own}}}", literal(key)));
            }
            Form::Literal(text) => self.segment(&literal(text)),
            Form::Account => self.text_key("account"),
            Form::Region => self.text_key("region"),
            Form::Text => self.text_key(&format!("part_{number}")),
        }
    }

    fn segment(&mut self, text: &str) {
        let slash = if self.text.is_empty() { "" } else { "/" };
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{slash}{text}");
    }

    fn text_key(&mut self, name: &str) {
        let key = self.key(name, "string");
        self.segment(&format!("{{{key}}}"));
    }

    fn key_time(&mut self, key: &str, time: &str, finest: TimeUnit) {
        let (data_type, own_form) = match time {
            "%Y-%m-%d" => ("date", None),
            "%Y" | "%-m" | "%-d" | "%-H" | "%-M" => ("int", None),
            "%Y-%m" | "%m" | "%d" | "%H" | "%M" | "%Y-%m-%d-%H" | "%Y-%m-%d-%H-%M" => {
                ("string", None)
            }
            // The partition's name stays the directory's.
            other => ("string", Some(other)),
        };
        let own = self.key(key, data_type);
        let value = own_form.map(|form| format!("={form}")).unwrap_or_default();
        self.segment(&format!("{}={{{own}:{time}{value}}}", literal(key)));
        if finest <= TimeUnit::Day {
            self.time_key = None;
        }
    }

    fn time(
        &mut self,
        open: Option<&str>,
        before: &str,
        time: &str,
        finest: TimeUnit,
        after: &str,
    ) {
        let key = match (finest, &self.time_key) {
            (TimeUnit::Hour, _) if !time.starts_with("%Y") => self.key(HOUR_KEY, "string"),
            (TimeUnit::Minute, _) if !time.starts_with("%Y") => self.key(MINUTE_KEY, "string"),
            (_, Some(key)) => key.clone(),
            (_, None) => self.key(TIME_KEY, "string"),
        };
        if finest <= TimeUnit::Day {
            self.time_key = Some(key.clone());
        }
        // A text holds a month; a day is a date.
        if finest == TimeUnit::Day
            && let Some(column) = self.keys.iter_mut().find(|column| column.name == key)
        {
            "date".clone_into(&mut column.data_type);
        }
        if open == Some(key.as_str()) && before.is_empty() {
            self.text.truncate(self.text.len() - 1);
            let _ = write!(self.text, "/{time}}}{}", literal(after));
        } else {
            let (before, after) = (literal(before), literal(after));
            self.segment(&format!("{before}{{{key}:{time}}}{after}"));
        }
        self.open = after.is_empty().then_some(key);
    }

    /// A new key by this name, or by it and a number.
    fn key(&mut self, name: &str, data_type: &str) -> String {
        let name = name.to_lowercase();
        let is_taken = |name: &str| self.keys.iter().any(|key| key.name == name);
        let mut own = name.clone();
        let mut number = 2;
        while is_taken(&own) {
            own = format!("{name}_{number}");
            number += 1;
        }
        self.keys.push(Column {
            name: own.clone(),
            data_type: data_type.to_owned(),
            comment: None,
        });
        own
    }
}

/// A text as a template writes it.
fn literal(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}
