//! What can go wrong with a queue, as the operator who set it up must read it.

/// A failed call of the queue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// The settings name no queue that can be called.
    #[error("storage.queue.url {url:?} is not valid: {why}")]
    Invalid {
        /// As it is set.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// There is no such queue.
    #[error("queue {queue} does not exist")]
    NotFound {
        /// Its URL.
        queue: String,
    },
    /// The account may not do this, or there are no credentials.
    #[error("access to queue {queue} is denied: {why}")]
    Denied {
        /// Its URL.
        queue: String,
        /// The queue's answer.
        why: String,
    },
    /// It did not answer in time, or with a failure: a later try may succeed.
    #[error("queue {queue} cannot be reached: {why}")]
    Unavailable {
        /// Its URL.
        queue: String,
        /// What was answered.
        why: String,
    },
    /// It answered what SQS does not, or refused what SQS takes.
    #[error("queue {queue} answers in a way that is not understood: {why}")]
    Answer {
        /// Its URL.
        queue: String,
        /// What is odd.
        why: String,
    },
}

impl QueueError {
    pub(super) fn answer(queue: &str, why: String) -> Self {
        Self::Answer {
            queue: queue.to_owned(),
            why,
        }
    }

    /// Whether the same call may succeed later without anything being changed by hand.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Unavailable { .. } | Self::Denied { .. } => true,
            Self::Invalid { .. } | Self::NotFound { .. } | Self::Answer { .. } => false,
        }
    }
}
