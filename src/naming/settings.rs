//! The `naming` section of the configuration: patterns as they are written, and what follows from a breach.

use super::rules::{NamingPolicy, NamingRules, NamingRulesError};
use crate::comma_list;
use serde::{Deserialize, Serialize};

/// The `naming` section. Without patterns every name is fine.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct NamingSettings {
    /// What follows when something is created or renamed against the patterns.
    pub policy: NamingPolicy,
    /// The patterns of databases; one of them is enough.
    #[serde(deserialize_with = "comma_list::read")]
    pub databases: Vec<String>,
    /// The patterns of tables; one of them is enough.
    #[serde(deserialize_with = "comma_list::read")]
    pub tables: Vec<String>,
}

impl NamingSettings {
    /// The rules that these patterns make.
    pub fn rules(&self) -> Result<NamingRules, NamingRulesError> {
        NamingRules::parse(&self.databases, &self.tables)
    }

    /// What is wrong, with the key at fault.
    pub fn check(&self) -> Result<(), (&'static str, NamingRulesError)> {
        NamingRules::parse(&self.databases, &[]).map_err(|failure| ("databases", failure))?;
        NamingRules::parse(&[], &self.tables).map_err(|failure| ("tables", failure))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::NamingSettings;

    #[test]
    fn the_environment_gives_a_list_as_a_text() {
        let read = |text: &str| toml::from_str::<NamingSettings>(text).expect("it can be read");
        let list = read("databases = ['{t1|t2}_{domain}', 'default']");
        let text = read("databases = '{t1|t2}_{domain}, default'");
        assert_eq!(list.databases, text.databases);
        assert_eq!(list.databases.len(), 2);
    }

    #[test]
    fn the_key_at_fault_is_named() {
        let settings = NamingSettings {
            tables: vec!["{".to_owned()],
            ..NamingSettings::default()
        };
        let (key, why) = settings.check().unwrap_err();
        assert_eq!(key, "tables");
        assert_eq!(
            why.to_string(),
            "{: at byte 0: braces must enclose a whole word"
        );
    }
}
