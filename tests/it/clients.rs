//! What client developers use, against the real server. `./check` installs it, and runs before what needs no server (`npm run check` in tests/clients: Relay's compiler, code
//! generation, linting); Relay's application here reads what was compiled there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::process::Command;
use yeollam::graphql::admission::limits::Limits;
use yeollam::graphql::trusted::TrustedDocuments;
use yeollam::http::Settings;

use crate::harness::{Data, Server, on_both};

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    let is_made = folder.join("node_modules").exists() && folder.join("generated/relay").exists();
    assert!(is_made, "the clients are not installed: npm ci --prefix tests/clients && npm run --prefix tests/clients check");
    folder
}

async fn run(command: &str, arguments: &[&str]) -> Output {
    Command::new(command).args(arguments).current_dir(folder()).output().await.unwrap_or_else(|error| panic!("{command}: {error}"))
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// GraphQL Inspector: from one schema to another, each a file or an address.
async fn difference(from: &str, to: &str) -> (bool, String) {
    let output = run("node_modules/.bin/graphql-inspector", &["diff", from, to]).await;
    (output.status.success(), told(&output))
}

/// What introspection tells is what `schema.graphql` says, but for the directives on its fields, of which introspection knows nothing.
async fn the_server_tells_the_published_schema(server: Server) {
    let scratch = tempfile::tempdir().unwrap();
    let contract = scratch.path().join("contract.json");
    let contract = contract.to_str().unwrap();
    let introspected = run("node_modules/.bin/graphql-inspector", &["introspect", "../../schema.graphql", "--write", contract]).await;
    assert!(introspected.status.success(), "{}", told(&introspected));
    let (same, told) = difference(contract, &format!("{}/graphql", server.address())).await;
    assert!(same && told.contains("No changes detected"), "{told}");
}

/// The same tool tells a change that would break a client from none.
#[tokio::test]
async fn a_breaking_change_is_found() {
    let scratch = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(folder().join("../../schema.graphql")).unwrap();
    let broken = scratch.path().join("broken.graphql");
    for (before, after, found) in [
        ("\tregistrationNumber: String!\n", "\tregistrationNumber: String\n", "changed type from String! to String"),
        ("\tEXEMPT\n", "\tEXEMPTED\n", "Enum value EXEMPT was removed from enum DataFileStatus"),
        ("\tdataSubjectCount: Count\n", "\tsubjects: Count\n", "Field dataSubjectCount was removed from object type Registration"),
    ] {
        assert!(text.contains(before), "the schema has no {before:?}");
        fs::write(&broken, text.replace(before, after)).unwrap();
        let (same, told) = difference("../../schema.graphql", broken.to_str().unwrap()).await;
        assert!(!same && told.replace('\'', "").contains(found), "{before:?} to {after:?}: {told}");
    }
}

async fn relay_reads_the_register(server: Server) {
    let trusted = TrustedDocuments::read(&folder().join("generated/trusted")).unwrap();
    let settings = Settings { trusted: Some(Arc::new(trusted)), is_only_trusted: true, ..Settings::default() };
    let server = server.with(Limits::default(), settings).await;
    let output = run("node", &["relay/reading.mjs", &format!("{}/graphql", server.address()), "6410000"]).await;
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output)));
    assert_eq!(answer, json!({"agency": "경기도", "files": 5, "pages": 3, "fromTheEnd": 7, "found": 2, "refused": "DOCUMENT_NOT_TRUSTED"}));
}

on_both!(Data::Bundled => the_server_tells_the_published_schema, relay_reads_the_register);
