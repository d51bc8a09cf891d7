//! What a configuration needs of the machine that it is checked on, and what speaks of something that is not there. A server
//! starts without it (a file may come later, a variable differ), so only who asks is told.

use super::Settings;
use crate::hive::text_pattern::glob_matches;
use crate::model::DISCOVERY_SUBJECT;
use crate::source::{AnySource, SourceKind};

impl Settings {
    /// What is missing here, a line each with its key: variables and files of sources, and sources that channels are told of.
    pub fn missing_here(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for (name, settings) in &self.sources {
            if settings.kind == SourceKind::Catalog {
                continue;
            }
            if let Some(file) = settings.ca_file.as_ref().filter(|file| !file.exists()) {
                let file = file.display();
                missing.push(format!("sources.{name}.ca_file: there is no file {file}"));
            }
            if let Err(failure) = AnySource::open(settings) {
                missing.push(format!("sources.{name}.{failure}"));
            }
        }
        // Where clients add sources, one of any name may come.
        if self.watch.sources_over_rest {
            return missing;
        }
        for (name, channel) in &self.alerts.channels {
            let strays = channel.sources.iter().filter(|pattern| {
                let sources = self.sources.keys().map(String::as_str);
                let mut sources = sources.chain([DISCOVERY_SUBJECT]);
                !sources.any(|source| glob_matches(pattern, source))
            });
            missing.extend(strays.map(|pattern| {
                format!("alerts.channels.{name}.sources: there is no source {pattern}")
            }));
        }
        missing
    }
}
