//! Notes in Markdown as HTML that can do no harm: what a table's owners write is shown to everybody.
//!
//! It is made safe as it is made: markup of their own becomes text, pictures become their description, and links lead to the web
//! alone. So there is nothing to take out of it afterwards.

use super::filters::seen_text;
use pulldown_cmark::{Alignment, Event, LinkType, Options, Parser, Tag, TagEnd, html};

/// Bytes of notes that are shown.
pub(super) const NOTES_BYTES_MAX: usize = 64 * 1024;
/// Quotations and lists in each other.
const DEPTH_MAX: usize = 8;
const WIDE_TABLE: &str = "<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"Table\">";
const WIDE_TEXT: &str = "<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"Text\">";
/// How links may begin.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];
/// Headings of notes begin below those of the page.
const HEADING_SHIFT: u8 = 2;

/// Notes as HTML.
pub(super) fn html_of(text: &str) -> String {
    let text = cut(text);
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let (mut depth, mut astray) = (0, false);
    let events = Parser::new_ext(text, options)
        .filter(|event| is_shallow(event, &mut depth) && !is_led_astray(event, &mut astray))
        .filter_map(harmless)
        .flat_map(framed);
    let mut made = String::new();
    html::push_html(&mut made, events);
    made
}

fn cut(text: &str) -> &str {
    if text.len() <= NOTES_BYTES_MAX {
        return text;
    }
    let end = text.floor_char_boundary(NOTES_BYTES_MAX);
    &text[..end]
}

/// Whether what an event begins or ends lies in few others of its kind: a page has no room for quotations of quotations without
/// end.
fn is_shallow(event: &Event<'_>, depth: &mut usize) -> bool {
    match event {
        Event::Start(Tag::BlockQuote(_) | Tag::List(_) | Tag::Item) => {
            *depth += 1;
            *depth <= DEPTH_MAX
        }
        Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item) => {
            *depth -= 1;
            *depth < DEPTH_MAX
        }
        _ => true,
    }
}

/// What is wider than the page is moved by itself, also by the keyboard.
fn framed(event: Event<'_>) -> impl Iterator<Item = Event<'_>> {
    let (before, after) = match &event {
        Event::Start(Tag::Table(_)) => (Some(WIDE_TABLE), None),
        Event::Start(Tag::CodeBlock(_)) => (Some(WIDE_TEXT), None),
        Event::End(TagEnd::Table | TagEnd::CodeBlock) => (None, Some("</div>")),
        _ => (None, None),
    };
    let html = |text: &'static str| Event::Html(text.into());
    let before = before.map(html).into_iter();
    before.chain([event]).chain(after.map(html))
}

fn harmless(event: Event<'_>) -> Option<Event<'_>> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) | Event::Text(text) => {
            Some(Event::Text(seen_text(&text).into()))
        }
        Event::Start(Tag::HtmlBlock | Tag::Image { .. })
        | Event::End(TagEnd::HtmlBlock | TagEnd::Image) => None,
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            ..
        }) => Some(Event::Start(Tag::Link {
            link_type,
            dest_url,
            title: "".into(),
            id: "".into(),
        })),
        Event::Code(text) => Some(Event::Code(seen_text(&text).into())),
        // How cells are aligned would be a style of the page's own text, which browsers are told to refuse.
        Event::Start(Tag::Table(columns)) => Some(Event::Start(Tag::Table(vec![
            Alignment::None;
            columns.len()
        ]))),
        Event::Start(Tag::Heading { level, .. }) => Some(Event::Start(Tag::Heading {
            level: shifted(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        })),
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(shifted(level)))),
        other => Some(other),
    }
}

/// Whether an event belongs to a link that leads elsewhere than to the web: of such a link its text alone is left. Links do not lie
/// in each other.
fn is_led_astray(event: &Event<'_>, astray: &mut bool) -> bool {
    match event {
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            ..
        }) => {
            let lower = dest_url.trim_start().to_ascii_lowercase();
            let leads = SCHEMES.iter().any(|scheme| lower.starts_with(scheme));
            *astray = !leads && *link_type != LinkType::Email;
            *astray
        }
        Event::End(TagEnd::Link) => std::mem::take(astray),
        _ => false,
    }
}

fn shifted(level: pulldown_cmark::HeadingLevel) -> pulldown_cmark::HeadingLevel {
    use pulldown_cmark::HeadingLevel::{H3, H4, H5, H6};
    match level as u8 + HEADING_SHIFT {
        3 => H3,
        4 => H4,
        5 => H5,
        _ => H6,
    }
}

#[cfg(test)]
mod tests {
    use super::html_of;
    use proptest::prelude::*;

    #[test]
    fn notes_are_shown_and_their_markup_is_text() {
        assert_eq!(
            html_of("# Orders\n\n*One* row an order.\n"),
            "<h3>Orders</h3>\n<p><em>One</em> row an order.</p>\n"
        );
        let made = html_of(
            "<script>alert(1)</script>\n\nx <b onclick=x>y</b> ![p](https://e.example/x.png)",
        );
        assert!(
            !made.contains("<script") && !made.contains("<b") && !made.contains("<img"),
            "{made}"
        );
    }

    #[test]
    fn links_lead_to_the_web_alone() {
        let made = html_of(
            "[a](https://wiki.example/x) [b](javascript:alert(1)) [c](JaVaScript:x) [d](data:text/html,x) <me@e.example>",
        );
        assert!(made.contains("href=\"https://wiki.example/x\""), "{made}");
        assert!(!made.to_lowercase().contains("javascript:"), "{made}");
        assert!(!made.contains("data:"), "{made}");
        assert!(made.contains("mailto:me@e.example"), "{made}");
    }

    proptest! {
        /// Whatever is written, no tag but those that Markdown itself has leaves here, and no attribute that runs.
        #[test]
        fn no_text_makes_markup_that_runs(text in "[\\PC\n<>\"'&=:()\\[\\]!`*#]{0,200}") {
            let made = html_of(&text);
            let known = ["p", "h3", "h4", "h5", "h6", "em", "strong", "code", "pre", "a", "ul", "ol", "li", "blockquote",
                "table", "thead", "tbody", "tr", "td", "th", "hr", "br", "del", "div"];
            for piece in made.split('<').skip(1) {
                let name: String = piece.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
                prop_assert!(known.contains(&name.as_str()), "{made}");
                let tag = piece.split('>').next().unwrap_or_default();
                let rest = tag.trim_start_matches('/').trim_start_matches(name.as_str());
                let harmless = ["", " /", " start=", " href=\"", " class=\"language-", " class=\"wide\" role=\"group\" "];
                prop_assert!(harmless.iter().any(|one| if one.len() < 3 { rest == *one } else { rest.starts_with(one) }), "{tag}");
            }
        }
    }
}
