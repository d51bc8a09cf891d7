//! What channels would be told, without telling it.

use super::moment;
use crate::watch::AlertPreview;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A notice that a channel would get.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AlertPreview)]
pub struct AlertPreviewView {
    /// The channel
    pub channel: String,
    /// Why it would be sent: `digest` or `at_once`
    pub kind: String,
    /// The source that it is about, or how many
    pub subject: String,
    /// When it would have been sent, or will be
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// How many changes it tells
    pub changes: usize,
    /// The form of the messages
    pub format: String,
    /// The bodies of its messages as the channel gets them, without secrets
    pub messages: Vec<String>,
}

/// What channels would be told.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AlertPreviewList)]
pub struct AlertPreviewListView {
    /// The notices, by channel and time
    pub previews: Vec<AlertPreviewView>,
}

impl From<AlertPreview> for AlertPreviewView {
    fn from(preview: AlertPreview) -> Self {
        Self {
            channel: preview.channel,
            kind: preview.kind.as_str().to_owned(),
            subject: preview.subject,
            at: moment(preview.at),
            changes: preview.changes,
            format: preview.form.as_str().to_owned(),
            messages: preview.messages,
        }
    }
}
