//! What mutations share: an act in one transaction, and what the client can mend where it is not carried out.

use std::sync::Arc;
use std::time::Duration;

use super::Session;
use crate::access::Viewer;
use crate::error::{Error, Result};
use crate::problem::{Problem, code};
use crate::store::Write;

crate::vocabulary! {
    /// Why a mutation was not carried out (오류 구분). Values may be added.
    pub enum UserErrorCode {
        Required = "REQUIRED", "필수 항목 누락", "Indispensable value is missing";
        Invalid = "INVALID", "잘못된 값", "Value cannot be what it should be";
        NotFound = "NOT_FOUND", "없음", "Value names something that the register lacks, or that the viewer may not see";
        TooLong = "TOO_LONG", "길이 초과", "Text or list is longer than can be stored";
        Conflict = "CONFLICT", "상충", "Value contradicts what is recorded, or another value";
        VersionConflict = "VERSION_CONFLICT", "버전 충돌", "Somebody else was faster", "The message tells what was changed since `expectedVersion`.";
        StatusConflict = "STATUS_CONFLICT", "상태 충돌", "The application's status does not admit the step";
    }
}

/// Something that the client can mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProblem {
    /// Path of the value among the arguments; empty for the request as a whole.
    pub path: String,
    /// What kind of thing.
    pub code: UserErrorCode,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl UserProblem {
    /// A problem of the value at `path`.
    pub fn new(path: &str, code: UserErrorCode, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), code, message: message.into() }
    }
}

impl From<Problem> for UserProblem {
    fn from(problem: Problem) -> Self {
        let code = match problem.code {
            code::REQUIRED => UserErrorCode::Required,
            code::NOT_FOUND => UserErrorCode::NotFound,
            code::TOO_LONG => UserErrorCode::TooLong,
            code::CONFLICT => UserErrorCode::Conflict,
            _ => UserErrorCode::Invalid,
        };
        Self { path: problem.path, code, message: problem.message }
    }
}

/// What became of a mutation: what it is about, as it stands, and what prevented it.
pub type Outcome<T> = (Option<T>, Vec<UserProblem>);

/// What a mutation does in one transaction.
pub trait Act: Sync {
    /// What it is about.
    type Done: Send;

    /// Carries it out. Where it has problems, nothing of it is committed.
    fn carry_out(&self, write: &mut Write, viewer: &Viewer) -> impl Future<Output = Result<Outcome<Self::Done>>> + Send;
}

/// How often an act is tried that others come between.
const TRIES: u32 = 5;

/// Carries out an act in one transaction, again where another one came between. One that has problems leaves nothing.
///
/// # Errors
/// Those of the act and of the database.
pub async fn carried_out<A: Act>(session: &Session, viewer: &Viewer, act: &A) -> Result<Outcome<A::Done>> {
    let mut tries = 1;
    loop {
        let attempt = async {
            let mut write = session.store.write(session.now, Arc::clone(&session.salts)).await?;
            let (done, problems) = act.carry_out(&mut write, viewer).await?;
            if problems.is_empty() {
                write.commit().await?;
            }
            Ok((done, problems))
        };
        match attempt.await {
            Err(Error::Contended(_)) if tries < TRIES => tokio::time::sleep(Duration::from_millis(20) * tries).await,
            ended => {
                session.forget_loaded();
                return ended;
            }
        }
        tries += 1;
    }
}

/// Declares an error of a mutation.
#[macro_export]
macro_rules! user_error {
    ($(#[doc = $doc:literal])+ $name:ident) => {
        $(#[doc = $doc])+
        #[derive(Debug, async_graphql::SimpleObject)]
        pub struct $name {
            /// What is wrong and how to mend it.
            pub message: String,
            /// Path of the value among the arguments, `["input", "collectedItems", "3", "name"]` say: at most 20 names and indices. Null where no single value is wrong.
            pub field: Option<Vec<String>>,
            /// What kind of error it is.
            pub code: $crate::graphql::mutation::UserErrorCode,
        }

        impl From<$crate::graphql::mutation::UserProblem> for $name {
            fn from(problem: $crate::graphql::mutation::UserProblem) -> Self {
                let field = (!problem.path.is_empty()).then(|| problem.path.split('.').map(str::to_owned).collect());
                Self { message: problem.message, field, code: problem.code }
            }
        }
    };
}

/// Declares the payload of a mutation, with the object that it is about and its error.
#[macro_export]
macro_rules! payload {
    (
        $(#[doc = $doc:literal])+ $name:ident { $(#[doc = $object_doc:literal])+ $object:ident: $of:ty $(,)? },
        $(#[doc = $error_doc:literal])+ $error:ident
    ) => {
        $crate::user_error! {
            $(#[doc = $error_doc])+
            $error
        }

        $(#[doc = $doc])+
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            $(#[doc = $object_doc])+
            pub $object: Option<$of>,
            /// Why it was not carried out: at most 100; empty if it was.
            pub user_errors: Vec<$error>,
        }

        impl<T> From<$crate::graphql::mutation::Outcome<T>> for $name
        where
            $of: From<T>,
        {
            fn from((object, problems): $crate::graphql::mutation::Outcome<T>) -> Self {
                Self { $object: object.map(Into::into), user_errors: problems.into_iter().take(100).map($error::from).collect() }
            }
        }
    };
}
