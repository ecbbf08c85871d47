//! A configuration that is examined as a whole: every mistake at once, where a start would tell the first.

use std::path::Path;

use crate::harness::program::yeollam;

/// Exit code, and the mistakes that are told.
fn checked(folder: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, Vec<String>) {
    let mut command = yeollam(folder, &[&["check-config"], arguments].concat());
    let output = command.env_clear().envs(environment.iter().copied()).output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    (output.status.code(), lines)
}

/// The codes of mistakes, each with whether its line names what it should.
fn must_tell(told: &[String], expected: &[(&str, &str)]) {
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (code, named) in expected {
        assert!(told.iter().any(|line| line.starts_with(&format!("{code} ")) && line.contains(named)), "{code} {named}: {told:#?}");
    }
}

#[test]
fn a_sound_configuration_has_no_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let documents = folder.path().join("trusted");
    std::fs::create_dir(&documents).unwrap();
    std::fs::write(documents.join("register.graphql"), "query Register { register { sequence } }").unwrap();
    let environment = [("YEOLLAM_LISTEN", "127.0.0.1:0"), ("YEOLLAM_TRUSTED_DOCUMENTS", "trusted"), ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing")];
    let (code, told) = checked(folder.path(), &environment, &["--trusted-only", "--metrics-listen", "127.0.0.1:0", "--trusted-proxies", "10.0.0.0/8"]);
    assert_eq!((code, told.len()), (Some(0), 1), "{told:?}");
    assert!(told[0].starts_with("There is no mistake"), "{told:?}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["trusted"], "nothing is made");
    // A server that listens there already is none.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    assert_eq!(checked(folder.path(), &[], &["--listen", &taken]).0, Some(0));
}

#[test]
fn every_mistake_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("keys.json"), "{\"keys\": []}").unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let documents = folder.path().join("trusted");
    std::fs::create_dir(&documents).unwrap();
    std::fs::write(documents.join("a.graphql"), "query A { nothing }").unwrap();
    std::fs::write(documents.join("b.graphql"), "query B { register { sequence unheard } }").unwrap();
    let environment = [
        ("YEOLLAM_LISTN", "127.0.0.1:1"),
        ("YEOLLAM_COST_LIMIT", "3"),
        ("YEOLLAM_INTROSPECTION", "maybe"),
        ("DATABASE_URL", "mysql://user:secret@host/x"),
        ("YEOLLAM_OIDC_ISSUER", "https://id.example.kr"),
        ("YEOLLAM_OIDC_AUDIENCE", "register"),
        ("YEOLLAM_OIDC_KEYS", "keys.json"),
        ("YEOLLAM_OIDC_ROLE", "officer=admin"),
        ("YEOLLAM_TRUSTED_DOCUMENTS", "trusted"),
    ];
    let arguments = [
        "--listen",
        "192.0.2.1:8000",
        "--metrics-listen",
        "192.0.2.1:8000",
        "--trusted-proxies",
        "10.0.0.0/99",
        "--no-such-flag",
        "--request-deadline=0",
        "--public-url",
        "register.example",
        "--data-dir",
        "file/inside",
    ];
    let (code, told) = checked(folder.path(), &environment, &arguments);
    assert_eq!(code, Some(1));
    assert!(!told.concat().contains("secret"), "{told:?}");
    must_tell(
        &told,
        &[
            ("UNKNOWN_SETTING", "YEOLLAM_LISTN"),
            ("UNKNOWN_SETTING", "--no-such-flag"),
            ("INVALID_VALUE", "YEOLLAM_COST_LIMIT"),
            ("INVALID_VALUE", "YEOLLAM_INTROSPECTION"),
            ("INVALID_VALUE", "--trusted-proxies"),
            ("INVALID_VALUE", "--request-deadline"),
            ("INVALID_VALUE", "--public-url"),
            ("INVALID_VALUE", "--database-url (DATABASE_URL)"),
            ("CONTRADICTION", "--metrics-listen"),
            ("UNUSABLE_ADDRESS", "--listen"),
            ("UNUSABLE_ADDRESS", "--metrics-listen"),
            ("UNUSABLE_FOLDER", "--data-dir"),
            ("UNUSABLE_FILE", "keys.json"),
            ("INVALID_DOCUMENT", "nothing"),
            ("INVALID_DOCUMENT", "unheard"),
        ],
    );
}

#[test]
fn settings_that_lack_or_exclude_others_are_told_beside_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--oidc-issuer", "https://id.example.kr", "--federation", "--trusted-only", "--trusted-documents", "none", "--queue", "many"];
    let (code, told) = checked(folder.path(), &[], &arguments);
    assert_eq!(code, Some(1));
    must_tell(
        &told,
        &[
            ("MISSING_SETTING", "--oidc-audience"),
            ("CONTRADICTION", "--trusted-only"),
            ("INVALID_VALUE", "--queue"),
            ("UNUSABLE_FILE", "--trusted-documents: none"),
        ],
    );
    // What stands beside a setting that is missing is examined all the same.
    std::fs::write(folder.path().join("keys.json"), "{}").unwrap();
    let environment = [("YEOLLAM_OIDC_KEYS", "keys.json"), ("YEOLLAM_TRUSTED_ONLY", "true")];
    let (code, told) =
        checked(folder.path(), &environment, &["--oidc-audience", "register", "--oidc-role", "officer=owner", "--metrics-listen", "192.0.2.1:1"]);
    assert_eq!(code, Some(1));
    must_tell(
        &told,
        &[
            ("MISSING_SETTING", "--oidc-issuer <URL> --trusted-documents"),
            ("INVALID_VALUE", "--oidc-role"),
            ("UNUSABLE_FILE", "keys.json"),
            ("UNUSABLE_ADDRESS", "--metrics-listen"),
        ],
    );
    let (_, told) = checked(folder.path(), &[("DATABASE_URL", "sqlite:x.sqlite")], &["--read-database-url", "postgres://user:secret@host/x", "--trusted-only"]);
    must_tell(&told, &[("INVALID_VALUE", "--read-database-url"), ("MISSING_SETTING", "--trusted-documents")]);
}
