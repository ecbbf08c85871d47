//! The house rules that a reader of the sources can check: who may name what, which words are banned, how long a file may be, what documents must link.
//!
//! Each failure lists the lines and says how to mend them. An exception belongs into the tables of this file, with the reason; the tables may only shrink.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// A file of the sources, its path from the root of the repository.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Lines of code with their numbers: comments are blanked, so that they may talk of anything.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default()))
    }

    /// A part of the store: the only code that talks to the tables.
    fn is_store(&self) -> bool {
        self.path.ends_with("/store.rs") || self.path.contains("/store/")
    }

    fn is_main(&self) -> bool {
        self.path == "src/main.rs"
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` whose name ends in `ending`, in the order of their paths.
fn files(folder: &str, ending: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if entry.file_type().unwrap().is_dir() {
                if !matches!(name.as_str(), "target" | "node_modules" | ".git") {
                    folders.push(entry.path());
                }
            } else if name.ends_with(ending) {
                let path = entry.path().strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                found.push(Source { path, text: fs::read_to_string(entry.path()).unwrap() });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The Rust sources of the server: all three crates, without the tests beside them.
fn sources() -> Vec<Source> {
    let sources: Vec<Source> =
        ["src", "entity/src", "migration/src", "portal/src", "publishing/src", "reading/src"].into_iter().flat_map(|folder| files(folder, ".rs")).collect();
    assert!(sources.len() > 3, "the sources of the server were not found below {}", root().display());
    sources
}

/// Whether `code` holds `word` as a word of its own: `sea_orm` is no part of `sea_orm_migration`.
fn names(code: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| !code[..at].ends_with(joins) && !code[at + word.len()..].starts_with(joins))
}

/// Fails with every finding on a line of its own, then with how to mend them.
fn must_be_none(findings: &[String], mend: &str) {
    assert!(findings.is_empty(), "\n\n{}\n\n{mend}\n", findings.join("\n"));
}

/// Lines outside `allowed` that name one of `words`.
fn strays(words: &[&str], allowed: impl Fn(&Source) -> bool) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources().iter().filter(|source| !allowed(source)) {
        for (number, line) in source.code() {
            for word in words {
                if names(line, word) {
                    findings.push(format!("{}:{number}: {word}", source.path));
                }
            }
        }
    }
    findings
}

#[test]
fn only_http_knows_axum() {
    let findings = strays(&["axum", "tower_http"], |source| source.path.starts_with("src/http") || source.is_main());
    must_be_none(&findings, "Only src/http and src/main.rs name axum: return a value of the domain, and let src/http answer it.");
}

#[test]
fn only_stores_know_the_database() {
    let findings = strays(&["sea_orm", "sea_orm_migration", "sqlx"], |source| {
        source.is_store() || source.path.starts_with("entity/") || source.path.starts_with("migration/")
    });
    must_be_none(
        &findings,
        "Only files named store.rs, src/store/, entity/ and migration/ name the database: write a finder in the noun's store.rs and call it.",
    );
}

#[test]
fn tables_do_not_know_the_schema() {
    let findings = strays(&["async_graphql"], |source| !source.path.starts_with("entity/") && !source.path.starts_with("migration/"));
    must_be_none(&findings, "A row is not a GraphQL type: declare the type in src/<noun>/graphql.rs and build it from the row.");
}

#[test]
fn only_search_knows_the_index() {
    let findings = strays(&["tantivy"], |source| source.path.starts_with("src/search"));
    must_be_none(&findings, "Only src/search names tantivy: the index is derived from the journal and read through src/search.");
}

#[test]
fn only_main_reads_clock_and_chance() {
    let words = ["Utc::now", "Local::now", "SystemTime::now", "thread_rng", "rand::rng", "rand::random", "OsRng", "getrandom", "new_v4", "now_v7"];
    let findings = strays(&words, Source::is_main);
    must_be_none(&findings, "Only src/main.rs reads the wall clock and randomness: take the clock, the instant or the id as an argument.");
}

#[test]
fn tables_are_read_by_named_finders() {
    let words = ["Entity::find", "Entity::find_by_id", "Entity::load", "Entity::delete_many", "Entity::update_many", "Entity::insert", "Entity::insert_many"];
    let findings = strays(&words, |source| source.is_store() || source.path.starts_with("migration/"));
    must_be_none(
        &findings,
        "Who may see what is decided in one place: write a named finder in the noun's store.rs, on top of its visibility function, and call it.",
    );
}

#[test]
fn nothing_is_left_undone() {
    let findings = strays(&["todo!", "unimplemented!", "dbg!"], |_| false);
    must_be_none(&findings, "Finish it, or take it out: what is announced and missing is worse than what is missing.");
}

#[test]
fn files_are_called_by_what_they_hold() {
    const BANNED: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc", "types", "service", "services", "model", "models", "file", "files"];
    let mut findings = Vec::new();
    for source in sources().iter().chain(&files("tests", ".rs")) {
        for part in Path::new(&source.path).components() {
            let Component::Normal(part) = part else { continue };
            let stem = Path::new(part).file_stem().unwrap().to_str().unwrap();
            if BANNED.contains(&stem) {
                findings.push(format!("{}: `{stem}`", source.path));
            }
        }
        for (number, line) in source.code() {
            let declared = line.trim().trim_start_matches("pub(crate) ").trim_start_matches("pub ").strip_prefix("mod ");
            if let Some(name) = declared.map(|rest| rest.trim_end_matches([' ', '{', ';']))
                && BANNED.contains(&name)
            {
                findings.push(format!("{}:{number}: `mod {name}`", source.path));
            }
        }
    }
    must_be_none(&findings, "Such a name takes in anything. Name the noun of the domain, or the skill (hangul, period, identity).");
}

#[test]
fn integration_tests_are_one_binary() {
    let findings: Vec<String> = files("tests", ".rs").into_iter().map(|source| source.path).filter(|path| path.split('/').count() == 2).collect();
    must_be_none(
        &findings,
        "Each file right below tests/ is linked as a program of its own, for minutes: put it into tests/it/ and name it in tests/it/main.rs.",
    );
}

#[test]
fn files_can_be_read_in_one_sitting() {
    const LIMIT: usize = 600;
    /// Longer ones, with the length that they must not exceed. This list may only shrink.
    const LONG: &[(&str, usize)] = &[];

    let mut findings = Vec::new();
    // A migration is written once and never edited again.
    for source in sources().iter().chain(&files("tests", ".rs")).filter(|source| !source.path.starts_with("migration/")) {
        let lines = source.text.lines().count();
        match LONG.iter().find(|(path, _)| *path == source.path) {
            None if lines > LIMIT => findings.push(format!("{}: {lines} lines, at most {LIMIT}", source.path)),
            Some((_, known)) if lines > *known => findings.push(format!("{}: {lines} lines, it had {known}", source.path)),
            Some(_) if lines <= LIMIT => findings.push(format!("{}: {lines} lines are no longer too many: strike it off the list", source.path)),
            _ => {}
        }
    }
    for (path, _) in LONG {
        if !root().join(path).exists() {
            findings.push(format!("{path}: is gone: strike it off the list"));
        }
    }
    must_be_none(
        &findings,
        "Make the noun a folder: mod.rs (what it is in law, its rules), graphql.rs (types, queries), store.rs (finders, keys of the loaders).",
    );
}

#[test]
fn no_function_only_passes_its_arguments_on() {
    let mut findings = Vec::new();
    for source in sources() {
        let lines: Vec<&str> = source.text.lines().collect();
        let mut exempt = false;
        for (index, line) in lines.iter().enumerate() {
            // What a trait or the schema demands must be there, however thin.
            if line.starts_with("impl") {
                exempt = line.contains(" for ") || index > 0 && lines[index - 1].starts_with("#[");
            } else if line.starts_with('}') {
                exempt = false;
            }
            if exempt || lines.get(index + 2).map(|line| line.trim()) != Some("}") {
                continue;
            }
            if let Some((name, callee)) = passed_on(line, lines[index + 1]) {
                findings.push(format!("{}:{}: {name} only calls {callee}", source.path, index + 1));
            }
        }
    }
    must_be_none(&findings, "A function whose body is one call with the same arguments is a name to look up for nothing: call the other one.");
}

/// Name of the function that `signature` opens and of what its only line `body` calls, when both have the same arguments.
fn passed_on<'a>(signature: &'a str, body: &'a str) -> Option<(&'a str, &'a str)> {
    let (head, rest) = signature.split_once("fn ")?;
    if !head.trim().split(' ').all(|word| matches!(word, "" | "pub" | "pub(crate)" | "pub(super)" | "async" | "const")) || !rest.ends_with('{') {
        return None;
    }
    let (name, rest) = rest.split_once('(')?;
    let (parameters, _) = rest.rsplit_once(") ")?;
    let parameters: Vec<&str> = parameters.split(", ").filter_map(|parameter| parameter.split_once(": ")).map(|(name, _)| name).collect();
    let call = body.trim().trim_end_matches('?').trim_end_matches(".await").strip_suffix(')')?;
    let (callee, arguments) = call.split_once('(')?;
    let is_constructor = callee.rsplit("::").next().is_some_and(|last| last.starts_with(char::is_uppercase));
    let same = !parameters.is_empty() && arguments.split(", ").map(|argument| argument.trim_start_matches('&')).eq(parameters);
    (same && !is_constructor && !callee.starts_with("self.") && !callee.contains([' ', '!'])).then_some((name, callee))
}

#[test]
fn passing_on_is_recognised() {
    assert_eq!(passed_on("pub fn agency(code: &str) -> Agency {", "    find_agency(code)"), Some(("agency", "find_agency")));
    assert_eq!(passed_on("    async fn page(&self, first: i32) -> Page {", "        store::page(first).await"), Some(("page", "store::page")));
    // What shows one use of a private field hides the others.
    assert_eq!(passed_on("    fn get(&self, name: &str) -> Option<&Type> {", "        self.types.get(name)"), None);
    assert_eq!(passed_on("fn name(text: &str) -> Name {", "    Name(text)"), None);
    assert_eq!(passed_on("fn years(months: i32) -> i32 {", "    divide(months, 12)"), None);
    assert_eq!(passed_on("fn is_empty(&self) -> bool {", "    self.items.is_empty()"), None);
}

/// Targets of the relative links of a Markdown document, as paths from the root.
fn links(document: &Source) -> Vec<String> {
    let folder = Path::new(&document.path).parent().unwrap();
    let mut in_code = false;
    let prose = document.text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !fence && !in_code
    });
    prose
        .flat_map(|line| line.split("](").skip(1))
        .filter_map(|rest| rest.split([')', '#', ' ']).next())
        .filter(|target| !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:"))
        .map(|target| {
            let mut path = PathBuf::new();
            for part in folder.join(target).components() {
                match part {
                    Component::ParentDir => assert!(path.pop(), "{}: the link {target} leads out of the repository", document.path),
                    Component::Normal(part) => path.push(part),
                    _ => {}
                }
            }
            path.to_str().unwrap().to_owned()
        })
        .collect()
}

/// The documents of the repository: those at the root and those below docs/.
fn documents() -> Vec<Source> {
    let mut documents = files("docs", ".md");
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".md") {
            documents.push(Source { text: fs::read_to_string(root().join(&name)).unwrap(), path: name });
        }
    }
    documents
}

#[test]
fn every_document_is_linked_and_every_link_leads_somewhere() {
    let documents = documents();
    let mut linked = BTreeSet::new();
    let mut findings = Vec::new();
    for document in &documents {
        for target in links(document) {
            if !root().join(&target).exists() {
                findings.push(format!("{}: links to {target}, which does not exist", document.path));
            }
            if target != document.path {
                linked.insert(target);
            }
        }
    }
    for document in documents.iter().filter(|document| document.path.starts_with("docs/")) {
        if !linked.contains(&document.path) {
            findings.push(format!("{}: no document links to it", document.path));
        }
    }
    must_be_none(
        &findings,
        "A document that nothing leads to is not read: link it from README.md, ARCHITECTURE.md, CONTRIBUTING.md or the README.md of its folder.",
    );
}

#[test]
fn every_snapshot_has_its_test() {
    let mut findings: Vec<String> = files("", ".snap.new").into_iter().map(|source| format!("{}: waits for review", source.path)).collect();
    for snapshot in files("", ".snap") {
        let header = snapshot.text.lines().skip(1).take_while(|line| *line != "---");
        let test = header.filter_map(|line| line.strip_prefix("source: ")).next().unwrap_or_default().trim_matches('"');
        if test.is_empty() || !root().join(test).exists() {
            findings.push(format!("{}: its test {test} does not exist", snapshot.path));
        }
    }
    must_be_none(
        &findings,
        "Review new snapshots (cargo insta review), delete those of tests that are gone. ./check also finds snapshots that no test looked at.",
    );
}
