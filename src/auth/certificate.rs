//! The principal that a certificate of a client proves.

use super::settings::{CertificateField, CertificateRule};
use super::subject::subject_text;
use crate::model::{Principal, PrincipalNameError, Proof};
use regex::Regex;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

/// Names that a certificate gives its subject at most; those of whole fleets have some hundreds.
const NAMES_MAX: usize = 1_000;

/// What stands where no rule does: the common name is the principal.
fn common_name() -> CertificateRule {
    CertificateRule {
        field: CertificateField::CommonName,
        matches: ".*".to_owned(),
        principal: "$0".to_owned(),
        groups: Vec::new(),
    }
}

/// The rules of `[[security.certificates]]`, ready to be used.
#[derive(Debug)]
pub(super) struct CertificateRules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    field: CertificateField,
    matches: Regex,
    principal: String,
    groups: Vec<String>,
}

/// Why a certificate, good as it is, proves no principal.
#[derive(Debug, thiserror::Error)]
pub enum Unnamed {
    /// It is none.
    #[error("the client's certificate cannot be read")]
    Unreadable,
    /// No rule fits.
    #[error("no rule of security.certificates fits the client's certificate; its subject is {0:?}")]
    NoRule(String),
    /// The name that came of it can be nobody's.
    #[error("the client's certificate gives no name to go by: {0}")]
    Name(#[from] PrincipalNameError),
}

impl CertificateRules {
    /// Fails with the key at fault, and why.
    pub(super) fn new(rules: &[CertificateRule]) -> Result<Self, (String, String)> {
        let default = [common_name()];
        let rules = if rules.is_empty() { &default } else { rules };
        let mut read = Vec::with_capacity(rules.len());
        for (number, rule) in rules.iter().enumerate() {
            let key = |name: &str| format!("security.certificates[{number}].{name}");
            let matches = whole(&rule.matches).map_err(|why| {
                (
                    key("matches"),
                    format!("{:?} is no regular expression: {why}", rule.matches),
                )
            })?;
            for (name, text) in std::iter::once(("principal", &rule.principal))
                .chain(rule.groups.iter().map(|group| ("groups", group)))
            {
                if text.is_empty() {
                    return Err((key(name), "it must not be empty".to_owned()));
                }
                if let Some(unknown) = unknown_group(&matches, text) {
                    let why =
                        format!("{text:?} asks for {unknown}, which is no group of `matches`");
                    return Err((key(name), why));
                }
            }
            read.push(Rule {
                field: rule.field,
                matches,
                principal: rule.principal.clone(),
                groups: rule.groups.clone(),
            });
        }
        Ok(Self(read))
    }

    /// The principal of a certificate in DER, whose authority has been asked already.
    pub(super) fn principal(&self, certificate: &[u8]) -> Result<Principal, Unnamed> {
        let (_, certificate) =
            X509Certificate::from_der(certificate).map_err(|_| Unnamed::Unreadable)?;
        for rule in &self.0 {
            for text in texts(&certificate, rule.field) {
                let Some(taken) = rule.matches.captures(&text) else {
                    continue;
                };
                let written = |form: &String| {
                    let mut text = String::new();
                    taken.expand(form, &mut text);
                    text
                };
                let groups = rule.groups.iter().map(written).collect();
                let name = written(&rule.principal);
                return Ok(Principal::new(name, groups, Proof::Certificate)?);
            }
        }
        let subject = subject_text(certificate.subject()).unwrap_or_default();
        Err(Unnamed::NoRule(subject))
    }
}

/// An expression that takes a text as a whole, line breaks within it too.
fn whole(expression: &str) -> Result<Regex, String> {
    // By itself first: brackets that close too early would end the group around it.
    Regex::new(expression).map_err(|why| last_line(&why))?;
    Regex::new(&format!("(?s)\\A(?:{expression})\\z")).map_err(|why| last_line(&why))
}

fn last_line(why: &regex::Error) -> String {
    let why = why.to_string();
    why.lines().last().unwrap_or_default().trim().to_owned()
}

/// What a form asks for that no group of the expression takes. `$` is read as the library reads it.
fn unknown_group(matches: &Regex, form: &str) -> Option<String> {
    let mut rest = form;
    while let Some((_, after)) = rest.split_once('$') {
        rest = after;
        if let Some(after) = rest.strip_prefix('$') {
            rest = after;
            continue;
        }
        let name = if let Some(braced) = rest.strip_prefix('{') {
            braced.split_once('}').map_or(braced, |(name, _)| name)
        } else {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            &rest[..end.unwrap_or(rest.len())]
        };
        let is_known = match name.parse::<usize>() {
            Ok(number) => number < matches.captures_len(),
            Err(_) => matches.capture_names().flatten().any(|known| known == name),
        };
        if !is_known {
            return Some(format!("${name}"));
        }
    }
    None
}

/// What a certificate says in one of its fields.
fn texts(certificate: &X509Certificate<'_>, field: CertificateField) -> Vec<String> {
    let subject = certificate.subject();
    match field {
        CertificateField::CommonName => {
            // Of several the last is the nearest to whom it is given.
            let name = subject.iter_common_name().last();
            let name = name.and_then(|name| name.as_str().ok());
            name.map(str::to_owned).into_iter().collect()
        }
        CertificateField::Subject => subject_text(subject).into_iter().collect(),
        CertificateField::Dns => alternatives(certificate, |name| match name {
            GeneralName::DNSName(name) => Some(*name),
            _ => None,
        }),
        CertificateField::Uri => alternatives(certificate, |name| match name {
            GeneralName::URI(name) => Some(*name),
            _ => None,
        }),
    }
}

fn alternatives(
    certificate: &X509Certificate<'_>,
    wanted: for<'n> fn(&'n GeneralName<'n>) -> Option<&'n str>,
) -> Vec<String> {
    let Ok(Some(names)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let names = names.value.general_names.iter().take(NAMES_MAX);
    names.filter_map(wanted).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{CertificateRules, unknown_group, whole};
    use crate::auth::{CertificateField, CertificateRule};
    use crate::model::Proof;
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    fn certificate(common_name: &str, uri: Option<&str>) -> Vec<u8> {
        let names = ["db.example.com".to_owned(), "etl.example.com".to_owned()];
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.remove(DnType::CommonName);
        params
            .distinguished_name
            .push(DnType::OrganizationName, "Example, Inc.");
        params
            .distinguished_name
            .push(DnType::CommonName, common_name);
        let uri = uri.map(|uri| SanType::URI(uri.try_into().unwrap()));
        params.subject_alt_names.extend(uri);
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    fn rule(
        field: CertificateField,
        matches: &str,
        principal: &str,
        groups: &[&str],
    ) -> CertificateRule {
        CertificateRule {
            field,
            matches: matches.to_owned(),
            principal: principal.to_owned(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        }
    }

    fn found(
        rules: &[CertificateRule],
        certificate: &[u8],
    ) -> Result<(String, Vec<String>), String> {
        let rules = CertificateRules::new(rules).unwrap();
        let principal = rules
            .principal(certificate)
            .map_err(|why| why.to_string())?;
        assert_eq!(principal.proof(), Proof::Certificate);
        Ok((principal.name().to_owned(), principal.groups().to_vec()))
    }

    #[test]
    fn without_a_rule_the_common_name_is_the_principal() {
        assert_eq!(
            found(&[], &certificate("trino", None)),
            Ok(("trino".into(), vec![]))
        );
        for name in ["", " ", "a\0b", "a\u{202e}b", "a\nb", &"x".repeat(257)] {
            let refused = found(&[], &certificate(name, None)).unwrap_err();
            assert!(refused.contains("no name to go by"), "{name:?}: {refused}");
        }
        assert!(found(&[], b"\x30\x03nothing").is_err());
    }

    #[test]
    fn the_first_rule_that_fits_the_whole_of_a_field_counts() {
        let spiffe = rule(
            CertificateField::Uri,
            "spiffe://prod/ns/([a-z]+)/sa/(?P<who>[a-z]+)",
            "${who}",
            &["$1", "all"],
        );
        let host = rule(
            CertificateField::Dns,
            r"([a-z]+)\.example\.com",
            "host-$1",
            &[],
        );
        let subject = rule(
            CertificateField::Subject,
            r"O=Example\\, Inc\.,CN=(.*)",
            "of $1",
            &[],
        );
        let plain = certificate("c", None);
        let of_spiffe = certificate("c", Some("spiffe://prod/ns/data/sa/etl"));
        let near = certificate("c", Some("spiffe://prod/ns/data/sa/etl/x"));
        let all = [spiffe.clone(), host.clone()];
        assert_eq!(
            found(&all, &of_spiffe),
            Ok(("etl".into(), vec!["data".into(), "all".into()]))
        );
        assert_eq!(
            found(&all, &near),
            Ok(("host-db".into(), vec![])),
            "no part of it is enough"
        );
        assert_eq!(found(&[subject], &plain), Ok(("of c".into(), vec![])));
        let refused = found(&[spiffe], &plain).unwrap_err();
        assert!(refused.contains(r"Example\\, Inc.,CN=c"), "{refused}");
    }

    #[test]
    fn rules_that_cannot_work_are_named() {
        for (rule, key) in [
            (
                rule(CertificateField::Dns, "(", "x", &[]),
                "security.certificates[0].matches",
            ),
            (
                rule(CertificateField::Dns, "a)(?:b", "x", &[]),
                "security.certificates[0].matches",
            ),
            (
                rule(CertificateField::Dns, "(a)", "$2", &[]),
                "security.certificates[0].principal",
            ),
            (
                rule(CertificateField::Dns, "(a)", "", &[]),
                "security.certificates[0].principal",
            ),
            (
                rule(CertificateField::Dns, "(a)", "$1", &["$1a"]),
                "security.certificates[0].groups",
            ),
        ] {
            assert_eq!(CertificateRules::new(&[rule]).unwrap_err().0, key);
        }
    }

    #[test]
    fn a_form_is_read_as_the_library_reads_it() {
        let matches = whole("(a)(?P<who>b)").unwrap();
        for (form, unknown) in [
            ("$1-$who", None),
            ("${1}a", None),
            ("$$5", None),
            ("$1a", Some("$1a")),
            ("x${0}$3", Some("$3")),
        ] {
            assert_eq!(unknown_group(&matches, form).as_deref(), unknown, "{form}");
        }
    }
}
