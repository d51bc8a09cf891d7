//! Where people reach the pages of this server, as links in messages say it.

use crate::number_ranges::collapsed;
use url::Url;

/// The page on which people say that they have seen changes.
pub const ACKNOWLEDGE_PATH: &str = "/acknowledge";
/// Characters of the numbers in one link at most: a message has bounds, and so has the line of a request.
const NUMBERS_CHARS_MAX: usize = 1_000;

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
        let url = Url::parse(text)
            .map_err(|why| format!("write an address such as https://skep.example.com ({why})"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("write an address that begins with https:// or http://".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("no user or password may stand in it: everybody reads it".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("neither ? nor # may stand in it".to_owned());
        }
        // What means something in the marks of a message, or ends a link there.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%/".contains(&byte);
        if !url.path().bytes().all(is_plain) {
            return Err("its path may have letters, digits and -._~%/ alone".to_owned());
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

    /// The page on which people say that they have seen these changes. None where there are none, or where they are too many
    /// for a link.
    pub fn acknowledge(&self, changes: impl IntoIterator<Item = i64>) -> Option<String> {
        let numbers = collapsed(&changes.into_iter().collect()).join(",");
        let fits = !numbers.is_empty() && numbers.len() <= NUMBERS_CHARS_MAX;
        fits.then(|| format!("{}{ACKNOWLEDGE_PATH}?changes={numbers}", self.text))
    }
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
        ] {
            let why = PublicUrl::parse(text).unwrap_err();
            assert!(!why.contains("secret"), "{why}");
        }
    }

    #[test]
    fn a_link_names_changes_as_people_write_them() {
        let url = PublicUrl::parse("https://skep.example.com/a").unwrap();
        assert_eq!(
            url.acknowledge([103, 8, 9, 10, 9]).as_deref(),
            Some("https://skep.example.com/a/acknowledge?changes=8-10,103")
        );
        assert_eq!(url.acknowledge([]), None);
        assert_eq!(url.acknowledge((0..1_000).map(|number| number * 2)), None);
    }
}
