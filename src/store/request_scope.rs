//! What a request takes of the database: how many statements.
//!
//! The scope goes with the task that answers the request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

tokio::task_local! {
    static SCOPE: Option<Arc<RequestScope>>;
}

/// A request that asks the database.
#[derive(Debug, Default)]
pub struct RequestScope {
    statements: AtomicU64,
}

impl RequestScope {
    /// The work of one request.
    pub async fn run<T>(work: impl Future<Output = T>) -> T {
        SCOPE.scope(Some(Arc::default()), work).await
    }

    /// The work in the scope of the current task, for a task of its own.
    pub fn carried<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
        SCOPE.scope(Self::current(), work)
    }

    /// The scope of the current task.
    #[must_use]
    pub fn current() -> Option<Arc<Self>> {
        SCOPE.try_with(Clone::clone).ok().flatten()
    }

    /// Statements that were sent for the request.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Notes a statement of the current task.
    pub(super) fn count_statement() {
        let _ = SCOPE.try_with(|scope| scope.as_ref().map(|scope| scope.statements.fetch_add(1, Ordering::Relaxed)));
    }
}
