//! Who asks: every catalog operation takes one.

use super::Principal;
use std::sync::Arc;

/// The user behind a request and the way it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The user name; the server's own user when the client named none.
    pub user: String,
    /// The groups that the client named or, where it has proven who it is, that its proof did.
    pub groups: Vec<String>,
    /// The front end.
    pub via: Way,
    /// Who acts as the user, and has proven to be itself. Nobody where no proof was asked for: the user's name is then only a name.
    pub principal: Option<Arc<Principal>>,
}

/// A way into the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The Hive Metastore protocol.
    Thrift,
    /// HTTP with JSON.
    Rest,
    /// gRPC.
    Grpc,
    /// The web page.
    Page,
    /// A background task of skep itself.
    Task,
}

impl Caller {
    /// skep itself, for its background work.
    pub fn system() -> Self {
        Self {
            user: "skep".into(),
            groups: Vec::new(),
            via: Way::Task,
            principal: None,
        }
    }
}
