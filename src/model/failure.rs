//! Why the job could not be done at all.

/// The job could not be done: a usage error, or an input that is missing or unreadable. Exit status 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One line naming what is wrong and where, and what to do.
    pub message: String,
}

impl Failure {
    /// A failure with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Failure { message: message.into() }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
