//! What every test stands on: a server of its own with a database of its own, spoken to over HTTP.
//!
//! A test is an ordinary function of a [`Server`], and runs on both databases:
//!
//! ```ignore
//! async fn an_unknown_code_is_null(server: Server) {
//!     let data = server.query("query ($code: String!) { agency(code: $code) { name } }", json!({"code": "0000000"})).await;
//!     assert_eq!(data, json!({"agency": null}));
//! }
//!
//! on_both!(Data::Bundled => an_unknown_code_is_null);
//! ```
//!
//! It appears as `an_unknown_code_is_null::sqlite` and `an_unknown_code_is_null::postgres`. A function that no `on_both!` names is dead code, which `./check` refuses.

pub mod database;
pub mod generated;
pub mod introspection;
pub mod postgres;
pub mod program;
pub mod server;
pub mod websocket;

pub use database::Backend;
pub use server::{Data, Server};
pub use websocket::Socket;

/// Makes two tests of each function: one on SQLite, one on PostgreSQL.
macro_rules! on_both {
    ($data:expr => $($test:ident),+ $(,)?) => {
        $(
            mod $test {
                use super::*;

                #[tokio::test]
                async fn sqlite() {
                    super::$test($crate::harness::Server::start($crate::harness::Backend::Sqlite, $data).await).await;
                }

                #[tokio::test]
                async fn postgres() {
                    super::$test($crate::harness::Server::start($crate::harness::Backend::Postgres, $data).await).await;
                }
            }
        )+
    };
}
pub(crate) use on_both;
