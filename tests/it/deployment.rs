//! What the files for operators name is there: settings, flags, commands, paths.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::program::run;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files() -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join("deploy")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.push(root().join("docs/operating.md"));
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// Words that begin so, of letters, digits and these marks.
fn words<'t>(text: &'t str, start: &str, marks: &str) -> BTreeSet<&'t str> {
    text.match_indices(start)
        .filter(|(at, _)| !text[..*at].ends_with(|before: char| before.is_alphanumeric() || before == '-' || before == '_'))
        .map(|(at, _)| text[at..].split(|c: char| !c.is_ascii_alphanumeric() && !marks.contains(c)).next().unwrap())
        .filter(|word| *word != start && word.contains(|c: char| c.is_ascii_alphanumeric()))
        .collect()
}

#[test]
fn every_setting_and_flag_that_operators_are_told_of_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let help = |arguments: &[&str]| String::from_utf8(run(folder.path(), arguments).stdout).unwrap();
    let all = ["serve", "migrate", "backup", "restore", "doctor", "check-config", "import", "journal", "findings", "index"]
        .map(|command| help(&[command, "--help"]))
        .concat();
    let mut seen = 0;
    for (path, text) in files() {
        for setting in words(&text, "YEOLLAM_", "_") {
            // The value of a secret is not shown.
            assert!(["=", "]"].iter().any(|end| all.contains(&format!("[env: {setting}{end}"))), "{}: there is no setting {setting}", path.display());
            seen += 1;
        }
        if path.ends_with("operating.md") {
            for flag in words(&text, "--", "-") {
                assert!(all.contains(flag) || ["--now"].contains(&flag), "{}: there is no flag {flag}", path.display());
                seen += 1;
            }
            for command in text.split("`yeollam ").skip(1).filter_map(|rest| rest.split(['`', ' ', '\n']).next()) {
                assert!(command.starts_with('-') || run(folder.path(), &[command, "--help"]).status.success(), "there is no command {command}");
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn manifests_are_yaml_and_name_files_that_are_there() {
    for name in ["compose.yaml", "kubernetes.yaml"] {
        let text = fs::read_to_string(root().join("deploy").join(name)).unwrap();
        let mut documents = 0;
        for document in text.split("\n---\n") {
            let read: serde_json::Value = serde_saphyr::from_str(document).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(read.is_object(), "{name}: {read}");
            documents += 1;
        }
        assert!(documents > 0);
    }
    let compose = fs::read_to_string(root().join("deploy/compose.yaml")).unwrap();
    assert!(compose.contains("dockerfile: deploy/Dockerfile") && root().join("deploy/Dockerfile").exists());
}
