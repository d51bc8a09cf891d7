//! Answers that are kept for a while, so that a request may be sent again without being done again.

/// What was answered to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The status of HTTP.
    pub status: u16,
    /// What the body is.
    pub kind: Option<String>,
    /// Where something new is.
    pub location: Option<String>,
    /// The tag of what is shown.
    pub tag: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// A request with its key, told by hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerKey {
    /// The caller and the key, hexadecimal.
    pub name: String,
    /// The caller alone.
    pub caller: String,
    /// All of the request.
    pub fingerprint: String,
}

/// What is known of a request that came with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerClaim {
    /// Nothing: who asks is to do it, under this name.
    New(String),
    /// Somebody is doing it.
    UnderWay,
    /// It is done, and this was answered.
    Kept(KeptAnswer),
    /// The key came with another request.
    OtherRequest,
}
