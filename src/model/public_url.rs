//! Where people reach the pages of this server, as links in messages say it.

use crate::number_ranges::collapsed;
use std::collections::BTreeSet;
use url::{Host, Url};

/// The page on which people say that they have seen changes.
pub const ACKNOWLEDGE_PATH: &str = "/acknowledge";
/// Changes that one page shows.
pub const ACKNOWLEDGE_CHANGES_MAX: usize = 1_000;
/// Characters of the numbers in one link at most: a message has bounds, and so has the line of a request.
const NUMBERS_CHARS_MAX: usize = 1_000;
/// Links for what is told together, at most; a message has room for no more.
const LINKS_MAX: usize = 2;
/// Characters of an address.
const CHARS_MAX: usize = 300;

/// An `http` or `https` address, without what is told to nobody, a query or a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    origin: String,
}

impl PublicUrl {
    /// Reads an address such as `https://skep.example.com`, or with a path that a proxy takes away. The error says what is
    /// wrong with it and does not repeat it.
    pub fn parse(text: &str) -> Result<Self, String> {
        const EXAMPLE: &str = "write an address such as https://skep.example.com";
        let after = text.split_once("://").map(|(_, after)| after);
        let (Ok(url), Some(after)) = (Url::parse(text), after) else {
            return Err(EXAMPLE.to_owned());
        };
        if after.starts_with('/') || url.port() == Some(0) {
            return Err(EXAMPLE.to_owned());
        }
        if text.len() > CHARS_MAX {
            return Err(format!("it has more than {CHARS_MAX} characters"));
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err("write an address that begins with https:// or http://".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("no user or password may stand in it: everybody reads it".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("neither ? nor # may stand in it".to_owned());
        }
        let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
        if let Some(Host::Domain(name)) = url.host()
            && !name.bytes().all(is_of_a_name)
        {
            return Err("its host may have letters, digits and -. alone".to_owned());
        }
        // What means something in the marks of a message, or ends a link there.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%/".contains(&byte);
        let path = after.split_once('/').map_or("", |(_, path)| path);
        if !path.bytes().all(is_plain) || !url.path().ends_with(path) || text.contains('\\') {
            let why = "its path may have letters, digits and -._~%/ alone, and none of its parts may be . or ..";
            return Err(why.to_owned());
        }
        Ok(Self {
            text: url.as_str().trim_end_matches('/').to_owned(),
            origin: url.origin().ascii_serialization(),
        })
    }

    /// The address, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What browsers call the origin of its pages: `https://skep.example.com`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The pages on which people say that they have seen these changes: one, or two where they are too many for one. What is
    /// more than that has no link.
    pub fn acknowledge(&self, changes: impl IntoIterator<Item = i64>) -> Vec<String> {
        let changes: Vec<i64> = changes
            .into_iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let mut rest = changes.as_slice();
        let mut links = Vec::new();
        while !rest.is_empty() && links.len() < LINKS_MAX {
            let mut count = rest.len().min(ACKNOWLEDGE_CHANGES_MAX);
            let mut numbers = numbers_of(&rest[..count]);
            while numbers.len() > NUMBERS_CHARS_MAX {
                count = count * NUMBERS_CHARS_MAX / numbers.len();
                numbers = numbers_of(&rest[..count]);
            }
            links.push(format!("{}{ACKNOWLEDGE_PATH}?changes={numbers}", self.text));
            rest = &rest[count..];
        }
        links
    }
}

fn numbers_of(changes: &[i64]) -> String {
    collapsed(&changes.iter().copied().collect()).join(",")
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;

    #[test]
    fn an_address_for_everybody_is_taken_and_any_other_one_is_refused() {
        for (text, shown, origin) in [
            (
                "https://skep.example.com",
                "https://skep.example.com",
                "https://skep.example.com",
            ),
            (
                "HTTPS://Skep.Example.com:443/",
                "https://skep.example.com",
                "https://skep.example.com",
            ),
            (
                "http://[::1]:9084/catalog/",
                "http://[::1]:9084/catalog",
                "http://[::1]:9084",
            ),
        ] {
            let url = PublicUrl::parse(text).unwrap();
            assert_eq!((url.as_str(), url.origin()), (shown, origin));
        }
        for text in [
            "",
            "skep.example.com",
            "ftp://skep.example.com",
            "https://user:secret@skep.example.com",
            "https://skep.example.com/?a",
            "https://skep.example.com/#a",
            "https://skep.example.com/a|b",
            "https://skep.example.com/a>b*c*",
            "https://skep.example.com/a b",
            "https://skep.example.com/../x",
            "https://skep.example.com\\x",
            "https://skep.example.com:0",
            "https:///x",
            "https://a`b",
            "https://*.b",
            "https://a(b),c",
            "https://skep.example.com/a\nb",
            &format!("https://skep.example.com/{}", "x".repeat(300)),
        ] {
            let why = PublicUrl::parse(text).unwrap_err();
            assert!(!why.contains("secret"), "{why}");
        }
    }

    #[test]
    fn a_link_names_changes_as_people_write_them() {
        let url = PublicUrl::parse("https://skep.example.com/a").unwrap();
        assert_eq!(
            url.acknowledge([103, 8, 9, 10, 9]),
            ["https://skep.example.com/a/acknowledge?changes=8-10,103"]
        );
        assert!(url.acknowledge([]).is_empty());
        let numbers = |link: &String| link.split_once('=').unwrap().1.to_owned();
        let many: Vec<_> = url.acknowledge(9..1109).iter().map(numbers).collect();
        assert_eq!(many, ["9-1008", "1009-1108"]);
        let apart = url.acknowledge((0..100_000).map(|number| number * 2));
        assert_eq!(apart.len(), 2);
        assert!(numbers(&apart[0]).starts_with("0,2,4,"));
        for link in &apart {
            assert!((500..=1_000).contains(&numbers(link).len()), "{link}");
        }
        let last = numbers(&apart[0])
            .rsplit_once(',')
            .unwrap()
            .1
            .parse::<i64>();
        let next = format!("{},", last.unwrap() + 2);
        assert!(
            numbers(&apart[1]).starts_with(&next),
            "no change is between two links"
        );
    }
}
