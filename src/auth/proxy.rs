//! Who may act as somebody else.

use super::settings::ProxyRule;
use crate::hive::text_pattern::{GLOB_BYTES_MAX, TextPattern};
use crate::model::Principal;
use ipnet::IpNet;
use std::net::IpAddr;

/// The rules of `[[security.proxies]]`, ready to be used.
#[derive(Debug)]
pub(super) struct ProxyRules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    principals: Vec<TextPattern>,
    groups: Vec<TextPattern>,
    users: Vec<TextPattern>,
    from: Vec<IpNet>,
}

impl ProxyRules {
    /// Fails with the key at fault, and why.
    pub(super) fn new(rules: &[ProxyRule]) -> Result<Self, (String, String)> {
        let read = rules.iter().enumerate().map(|(number, rule)| {
            let key = |name: &str| format!("security.proxies[{number}].{name}");
            if rule.principals.is_empty() && rule.groups.is_empty() {
                let why = "say who may, by this or by groups; `*` is everybody";
                return Err((key("principals"), why.to_owned()));
            }
            if rule.users.is_empty() {
                let why = "say as whom; `*` is everybody";
                return Err((key("users"), why.to_owned()));
            }
            Ok(Rule {
                principals: patterns(&rule.principals, || key("principals"))?,
                groups: patterns(&rule.groups, || key("groups"))?,
                users: patterns(&rule.users, || key("users"))?,
                from: rule.from.clone(),
            })
        });
        Ok(Self(read.collect::<Result<_, _>>()?))
    }

    /// Whether a principal may act as a user, from where it is.
    pub(super) fn may_act(&self, principal: &Principal, user: &str, from: IpAddr) -> bool {
        // A socket of both families shows an address of the older one inside of the newer.
        let from = from.to_canonical();
        self.0.iter().any(|rule| {
            let is_meant = any(&rule.principals, principal.name())
                || principal
                    .groups()
                    .iter()
                    .any(|group| any(&rule.groups, group));
            let is_there = rule.from.is_empty() || rule.from.iter().any(|net| net.contains(&from));
            is_meant && is_there && any(&rule.users, user)
        })
    }
}

fn any(patterns: &[TextPattern], text: &str) -> bool {
    patterns.iter().any(|pattern| pattern.matches(text))
}

fn patterns(
    texts: &[String],
    key: impl Fn() -> String,
) -> Result<Vec<TextPattern>, (String, String)> {
    let read = texts.iter().map(|text| {
        if text.is_empty() || text.len() > GLOB_BYTES_MAX {
            let why = format!("a pattern has 1 to {GLOB_BYTES_MAX} bytes");
            return Err((key(), why));
        }
        Ok(TextPattern::glob(text))
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use super::ProxyRules;
    use crate::auth::ProxyRule;
    use crate::model::{Principal, Proof};

    fn rule(principals: &[&str], groups: &[&str], users: &[&str], from: &[&str]) -> ProxyRule {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        ProxyRule {
            principals: owned(principals),
            groups: owned(groups),
            users: owned(users),
            from: from.iter().map(|net| net.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn who_may_act_as_whom_from_where() {
        let rules = ProxyRules::new(&[
            rule(&["trino"], &[], &["*"], &["10.0.0.0/8", "::1/128"]),
            rule(&[], &["etl-*"], &["job_*"], &[]),
        ]);
        let rules = rules.unwrap();
        let trino = Principal::new("trino".into(), vec![], Proof::Certificate).unwrap();
        let etl = Principal::new("ann".into(), vec!["etl-a".into()], Proof::Certificate).unwrap();
        for (principal, user, from, may) in [
            (&trino, "bob", "10.1.2.3", true),
            (&trino, "bob", "::ffff:10.1.2.3", true),
            (&trino, "bob", "::1", true),
            (&trino, "bob", "11.1.2.3", false),
            (&etl, "job_7", "11.1.2.3", true),
            (&etl, "bob", "10.1.2.3", false),
        ] {
            let found = rules.may_act(principal, user, from.parse().unwrap());
            assert_eq!(found, may, "{principal:?} as {user} from {from}");
        }
    }

    #[test]
    fn a_rule_says_who_and_as_whom() {
        for (rule, key) in [
            (
                rule(&[], &[], &["*"], &[]),
                "security.proxies[0].principals",
            ),
            (rule(&["a"], &[], &[], &[]), "security.proxies[0].users"),
            (
                rule(&[""], &[], &["*"], &[]),
                "security.proxies[0].principals",
            ),
        ] {
            assert_eq!(ProxyRules::new(&[rule]).unwrap_err().0, key);
        }
    }
}
