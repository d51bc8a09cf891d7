//! The pages for people: rendered here, without scripts and without any other server.

mod acknowledge;
mod start;

pub(super) use acknowledge::{acknowledge, ask};
pub(super) use start::start_page;

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

/// A browser shows what the page itself holds, sends its form to this server alone, and shows it inside no other page, where a
/// click could be stolen.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// A page with a title and a body, which are HTML.
fn page(title: &str, body: &str) -> Response {
    let html = format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; background: #fff; }}
pre, code {{ background: #f4f2ec; border-radius: 4px; }}
pre {{ padding: .8rem 1rem; overflow-x: auto; }}
code {{ padding: 0 .2rem; }}
th {{ text-align: left; padding-right: 1.5rem; font-weight: 600; vertical-align: top; }}
td, li {{ overflow-wrap: anywhere; }}
li {{ margin-bottom: .8rem; }}
button {{ font: inherit; padding: .4rem 1.2rem; cursor: pointer; }}
@media (prefers-color-scheme: dark) {{
  body {{ color: #ddd; background: #1b1b1b; }} pre, code {{ background: #2a2823; }} a {{ color: #9bf; }}
}}
</style>
</head>
<body>
{body}
</body>
</html>
"#
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, Html(html)).into_response()
}

/// Text as HTML shows it, also inside an attribute.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
