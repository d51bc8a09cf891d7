//! Changes of single properties. Engines send whole objects; people and scripts mean one property, and must not write
//! back an old state of all the others.

use crate::model::Parameters;
use std::collections::BTreeMap;

/// What becomes of properties: a value sets one, `None` removes it, all others stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParameterChanges(pub BTreeMap<String, Option<String>>);

impl ParameterChanges {
    /// Makes the changes.
    pub fn apply(&self, parameters: &mut Parameters) {
        for (key, value) in &self.0 {
            match value {
                Some(value) => parameters.insert(key.clone(), value.clone()),
                None => parameters.remove(key),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ParameterChanges;
    use crate::model::Parameters;

    #[test]
    fn values_are_set_and_removed_and_others_stay() {
        let of = |pairs: &[(&str, &str)]| -> Parameters {
            let own = |&(key, value): &(&str, &str)| (key.to_owned(), value.to_owned());
            pairs.iter().map(own).collect()
        };
        let mut parameters = of(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let changes = [
            ("a".to_owned(), Some("9".to_owned())),
            ("b".to_owned(), None),
        ];
        ParameterChanges(changes.into()).apply(&mut parameters);
        assert_eq!(parameters, of(&[("a", "9"), ("c", "3")]));
    }
}
