//! The files that pages load.

use crate::page::assets::{API_SCRIPT, ICON, SCRIPT, STYLE};
use crate::page::extract::Path;
use crate::page::failure::Failure;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// One of them by its name, to be kept for good.
pub(in crate::page) async fn show(Path(name): Path<String>) -> Result<Response, Failure> {
    let all = [&STYLE, &SCRIPT, &API_SCRIPT, &ICON];
    let found = all.into_iter().find(|asset| asset.name == name);
    let found = found.ok_or(Failure::NoSuchPage)?;
    let headers = [
        (header::CONTENT_TYPE, found.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, found.text).into_response())
}
