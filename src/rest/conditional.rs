//! Conditional requests (RFC 9110, section 13): what is shown has a tag, a change may name the tag that it was made for, and
//! who has what is shown already need not be sent it again.
//!
//! The tags are the catalog's: every front end gives the same tag of the same thing.

use super::Shared;
use super::problem::Problem;
use crate::catalog::{self, PartitionAt, Precondition};
use crate::model::{Database, Table};
use crate::rest::view::database::DatabaseView;
use crate::rest::view::partition::PartitionView;
use crate::rest::view::table::TableView;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

/// Tags that one header may list.
const TAGS_MAX: usize = 100;

/// What the tag of a compressed answer ends with.
const CODED: &str = "-gzip";

/// What a resource shows.
pub(super) trait Shown: catalog::Tagged {
    /// Its JSON.
    type View: Serialize;

    fn view(&self) -> Self::View;
}

impl Shown for Database {
    type View = DatabaseView;

    fn view(&self) -> DatabaseView {
        self.clone().into()
    }
}

impl Shown for Table {
    type View = TableView;

    fn view(&self) -> TableView {
        self.clone().into()
    }
}

impl Shown for PartitionAt {
    type View = PartitionView;

    fn view(&self) -> PartitionView {
        PartitionView::whole(&self.partition, self.table_location.as_ref())
    }
}

/// A resource as it is sent, with its tag.
pub(super) struct Tagged {
    tag: String,
    json: Vec<u8>,
}

impl Tagged {
    /// Shows a thing.
    pub(super) fn of<T: Shown>(thing: &T) -> Self {
        // A view of texts, numbers and lists always has a JSON form.
        let json = serde_json::to_vec(&thing.view()).unwrap_or_default();
        let tag = thing.tag();
        Self { tag, json }
    }
}

impl IntoResponse for Tagged {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("application/json");
        (
            [(header::CONTENT_TYPE, kind)],
            tag_header(&self.tag),
            self.json,
        )
            .into_response()
    }
}

fn tag_header(tag: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // Hexadecimal digits in quotes are a value of a header.
    if let Ok(value) = HeaderValue::try_from(format!("\"{tag}\"")) {
        headers.insert(header::ETAG, value);
    }
    headers
}

/// The tags that a header lists.
#[derive(Debug, PartialEq, Eq)]
enum Tags {
    /// `*`: whatever there is.
    Any,
    /// These, each with whether it is weak.
    Listed(Vec<(bool, String)>),
}

impl Tags {
    fn of(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, Problem> {
        let mut found = None;
        for value in headers.get_all(name) {
            let read = value.to_str().ok().and_then(Self::parse);
            let Some(read) = read else {
                let text = format!(
                    "{name} is * or a list of at most {TAGS_MAX} tags in quotes, as ETag gives them"
                );
                return Err(Problem::field(name.as_str(), text));
            };
            found = match (found, read) {
                (None, read) => Some(read),
                (Some(Self::Listed(mut all)), Self::Listed(more)) => {
                    all.extend(more);
                    Some(Self::Listed(all))
                }
                (Some(_), _) => Some(Self::Any),
            };
        }
        Ok(found)
    }

    fn parse(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (weak, quoted) = match rest.strip_prefix("W/") {
                Some(quoted) => (true, quoted),
                None => (false, rest),
            };
            let (tag, after) = quoted.strip_prefix('"')?.split_once('"')?;
            if tag.contains(char::is_whitespace) || tags.len() == TAGS_MAX {
                return None;
            }
            tags.push((weak, tag.to_owned()));
            rest = after.trim_start();
            if rest.is_empty() {
                break;
            }
            rest = rest.strip_prefix(',')?.trim_start();
        }
        (!tags.is_empty()).then_some(Self::Listed(tags))
    }

    /// The one that a tag is among them as, if it is; weak ones count only where `weak` says so. The tag of a compressed
    /// answer stands for the same thing.
    fn find<'a>(&'a self, tag: &'a str, weak: bool) -> Option<&'a str> {
        match self {
            Self::Any => Some(tag),
            Self::Listed(tags) => {
                let mut tags = tags.iter();
                let found = tags.find(|(is_weak, one)| {
                    one.strip_suffix(CODED).unwrap_or(one) == tag && (weak || !is_weak)
                });
                found.map(|(_, one)| one.as_str())
            }
        }
    }
}

/// Gives a compressed answer a tag of its own: its bytes are others (RFC 9110, section 8.8.3.3).
pub(super) async fn tag_coded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    if headers.contains_key(header::CONTENT_ENCODING)
        && let Some(tag) = headers.get(header::ETAG)
        && let Some(tag) = tag.to_str().ok().and_then(|tag| tag.strip_suffix('"'))
        && let Ok(coded) = HeaderValue::try_from(format!("{tag}{CODED}\""))
    {
        headers.insert(header::ETAG, coded);
    }
    response
}

/// The header `If-Match`: what the thing must be for a change to be made.
pub(super) struct IfMatch(Option<Tags>);

impl FromRequestParts<Arc<Shared>> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &Arc<Shared>,
    ) -> Result<Self, Self::Rejection> {
        Tags::of(&parts.headers, &header::IF_MATCH).map(Self)
    }
}

impl<T: Shown> Precondition<T> for IfMatch {
    fn holds(&self, thing: &T) -> bool {
        match &self.0 {
            None | Some(Tags::Any) => true,
            Some(tags) => tags.find(&thing.tag(), false).is_some(),
        }
    }
}

/// The header `If-None-Match`: what the client has already.
pub(super) struct IfNoneMatch(Option<Tags>);

impl FromRequestParts<Arc<Shared>> for IfNoneMatch {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &Arc<Shared>,
    ) -> Result<Self, Self::Rejection> {
        Tags::of(&parts.headers, &header::IF_NONE_MATCH).map(Self)
    }
}

impl IfNoneMatch {
    /// The answer: the thing, or only that it is still what the client has.
    pub(super) fn answer<T: Shown>(&self, thing: &T) -> Response {
        let tagged = Tagged::of(thing);
        let had = self.0.as_ref();
        match had.and_then(|tags| tags.find(&tagged.tag, true)) {
            Some(tag) => (StatusCode::NOT_MODIFIED, tag_header(tag)).into_response(),
            None => tagged.into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tags;

    fn listed(tags: &[(bool, &str)]) -> Option<Tags> {
        let tags = tags.iter().map(|(weak, tag)| (*weak, (*tag).to_owned()));
        Some(Tags::Listed(tags.collect()))
    }

    #[test]
    fn tags_are_read_as_rfc_9110_writes_them() {
        assert_eq!(Tags::parse(" * "), Some(Tags::Any));
        assert_eq!(Tags::parse("\"a\""), listed(&[(false, "a")]));
        assert_eq!(
            Tags::parse("W/\"a,b\" ,\"\", \"c\""),
            listed(&[(true, "a,b"), (false, ""), (false, "c")])
        );
        let long = vec!["\"a\""; 101].join(",");
        for text in [
            "",
            "a",
            "\"a",
            "\"a\" \"b\"",
            "*,\"a\"",
            "w/\"a\"",
            "\"a b\"",
            &long,
        ] {
            assert_eq!(Tags::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_weak_tag_permits_no_change() {
        let tags = listed(&[(true, "a"), (false, "b")]).unwrap();
        let finds = |tag, weak| tags.find(tag, weak).is_some();
        assert!(finds("a", true) && !finds("a", false));
        assert!(finds("b", true) && finds("b", false));
        assert!(!finds("c", true));
        assert_eq!(Tags::Any.find("c", false), Some("c"));
    }

    #[test]
    fn the_tag_of_a_compressed_answer_stands_for_the_same() {
        let tags = listed(&[(false, "a-gzip")]).unwrap();
        assert_eq!(tags.find("a", false), Some("a-gzip"));
        assert_eq!(tags.find("b", false), None);
    }
}
