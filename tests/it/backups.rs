//! Backups of a running register, brought back whole or not at all; and what the doctor says of registers, well and ill.

use std::fs;
use std::path::Path;

use sea_orm::{ConnectionTrait as _, Database};
use yeollam::access::Role;

use crate::harness::database::TestDatabase;
use crate::harness::program::{Started, run, yeollam};
use crate::harness::{Backend, Data, Server, on_both};

/// What the program says, and whether it ended well.
fn said(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output = run(folder, arguments);
    (output.status.success(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

fn well(folder: &Path, arguments: &[&str]) -> String {
    let (is_well, text) = said(folder, arguments);
    assert!(is_well, "{arguments:?}: {text}");
    text
}

fn refused(folder: &Path, arguments: &[&str], why: &str) {
    let (is_well, text) = said(folder, arguments);
    assert!(!is_well && text.contains(why) && !text.contains("panicked"), "{arguments:?}: {text}");
}

/// An empty place to bring a backup back to: the arguments that choose it.
async fn elsewhere(backend: Backend) -> (Option<TestDatabase>, Vec<String>) {
    match backend {
        Backend::Sqlite => (None, ["--data-dir", "elsewhere"].map(str::to_owned).to_vec()),
        Backend::Postgres => {
            let database = TestDatabase::create(backend, "void", async |_: &str| {}).await;
            let arguments = vec!["--database-url".to_owned(), database.url.clone(), "--data-dir".to_owned(), "elsewhere".to_owned()];
            (Some(database), arguments)
        }
    }
}

async fn a_backup_of_a_running_register_is_brought_back_whole(server: Server) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    server.token(Role::Regulator, None, "위원회").await;
    let here = ["--database-url", server.database_url()];
    let on = |place: &[&str], command: &[&str]| [place, command].concat().into_iter().map(str::to_owned).collect::<Vec<_>>();
    let strings = |arguments: &[String]| arguments.iter().map(String::clone).collect::<Vec<_>>();
    let call = |arguments: Vec<String>| well(folder, &arguments.iter().map(String::as_str).collect::<Vec<_>>());

    // The server goes on: it is asked while it is copied, and writes afterwards.
    let told = call(on(&here, &["backup", "whole.backup"]));
    let sequence = server.sequence().await;
    assert!(told.contains(&format!("through entry {sequence} ")), "{told}");
    let journal = call(on(&here, &["journal", "export"]));
    let (tokens, audit) = (call(on(&here, &["token", "list"])), call(on(&here, &["audit", "list"])));
    server.token(Role::Regulator, None, "나중").await;

    let (_database, there) = elsewhere(server.backend).await;
    let there_is = |command: &[&str]| {
        let mut arguments = strings(&there);
        arguments.extend(command.iter().map(|&part| part.to_owned()));
        arguments
    };
    let told = call(there_is(&["restore", "whole.backup"]));
    assert!(told.contains("and proved it"), "{told}");
    assert_eq!(call(there_is(&["journal", "export"])), journal);
    // What is private is there too, as it was then.
    assert_eq!(call(there_is(&["token", "list"])), tokens);
    assert_eq!(call(there_is(&["audit", "list"])), audit);
    let told = call(there_is(&["doctor"]));
    assert!(told.contains(&format!("{sequence} entries chained")) && !told.contains("BROKEN"), "{told}");
    // It is served like the one that it was made of.
    let mut arguments = there_is(&["--listen", "127.0.0.1:0", "serve"]);
    let started = Started::new(folder, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    started.ready().await;
    assert_eq!(started.stopped().0, Some(0));

    // Neither a backup nor a database is written over.
    let again = on(&here, &["backup", "whole.backup"]);
    refused(folder, &again.iter().map(String::as_str).collect::<Vec<_>>(), "whole.backup exists");
    arguments = there_is(&["restore", "whole.backup"]);
    let taken = if server.backend == Backend::Sqlite { "register.sqlite exists" } else { "holds tables" };
    refused(folder, &arguments.iter().map(String::as_str).collect::<Vec<_>>(), taken);
}

on_both!(Data::Bundled => a_backup_of_a_running_register_is_brought_back_whole);

async fn what_is_no_whole_backup_is_not_brought_back(server: Server) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    well(folder, &["--database-url", server.database_url(), "backup", "whole.backup"]);
    let whole = fs::read(folder.join("whole.backup")).unwrap();
    let manifest = fs::read_to_string(folder.join("whole.backup.manifest.json")).unwrap();
    let (_database, there) = elsewhere(server.backend).await;
    let restore = |name: &str, why: &str| {
        let arguments: Vec<&str> = there.iter().map(String::as_str).chain(["restore", name]).collect();
        refused(folder, &arguments, why);
        let left: Vec<_> = fs::read_dir(folder.join("elsewhere")).map(|entries| entries.map(|entry| entry.unwrap().file_name()).collect()).unwrap_or_default();
        assert!(left.is_empty(), "{name}: {left:?}");
    };
    let place = |name: &str, bytes: &[u8], manifest: Option<&str>| {
        fs::write(folder.join(name), bytes).unwrap();
        if let Some(manifest) = manifest {
            fs::write(folder.join(format!("{name}.manifest.json")), manifest).unwrap();
        }
    };
    restore("absent.backup", "absent.backup.manifest.json cannot be read");
    place("alone.backup", &whole, None);
    restore("alone.backup", "the manifest that was written beside it");
    place("cut.backup", &whole[..whole.len() / 2], Some(&manifest));
    restore("cut.backup", "cut off, or another file");
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 0xff;
    place("changed.backup", &changed, Some(&manifest));
    restore("changed.backup", "is damaged: its SHA-256");
    place("untold.backup", &whole, Some("{}"));
    restore("untold.backup", "is no manifest of a backup");
    let other = if server.backend == Backend::Sqlite { "PostgreSQL" } else { "SQLite" };
    place("other.backup", &whole, Some(&manifest.replace(&format!("\"system\": \"{}\"", server.store.system()), &format!("\"system\": \"{other}\""))));
    restore("other.backup", &format!("the backup is of {other}"));
    // Where there is no room for it, there is none afterwards.
    refused(folder, &["--database-url", server.database_url(), "backup", "no/such/folder/it.backup"], "no backup was made");
    assert!(!folder.join("no").exists());
}

on_both!(Data::Bundled => what_is_no_whole_backup_is_not_brought_back);

async fn the_doctor_tells_what_is_broken(server: Server) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let arguments = ["--database-url", server.database_url(), "--data-dir", ".", "doctor"];
    let told = well(folder, &arguments);
    for what in ["database", "tables", "disk", "indexes", "pages", "journal", "audit log", "clock", "findings", "search index"] {
        assert!(told.lines().any(|line| line.get(8..).is_some_and(|line| line.starts_with(what))), "{what}: {told}");
    }
    // The server keeps its index in a folder of its own.
    assert!(told.contains("note    search index") && told.contains("yeollam index rebuild"), "{told}");
    assert!(well(folder, &[&arguments[..], &["--quick"]].concat()).contains("not proved"));

    let database = Database::connect(server.database_url()).await.unwrap();
    database.execute_unprepared("UPDATE registration SET purpose = 'x' WHERE number = 1").await.unwrap();
    database
        .execute_unprepared("UPDATE change SET recorded_at = '2999-01-01 00:00:00+00:00' WHERE sequence = (SELECT max(sequence) FROM change)")
        .await
        .unwrap();
    database.close().await.unwrap();
    let (is_well, told) = said(folder, &arguments);
    let is_broken = |what: &str| told.lines().any(|line| line.starts_with("BROKEN") && line.contains(what));
    assert!(!is_well && is_broken("journal") && is_broken("clock") && told.contains("something is broken"), "{told}");
}

on_both!(Data::Bundled => the_doctor_tells_what_is_broken);

#[test]
fn the_doctor_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    refused(folder.path(), &["doctor"], "there is no database at");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    well(folder.path(), &["migrate", "up"]);
    well(folder.path(), &["doctor"]);
    well(folder.path(), &["migrate", "down"]);
    refused(folder.path(), &["doctor"], "migrations are not applied");
}

/// A database that another process reads and writes is copied as it stood at one moment.
#[test]
fn what_is_written_meanwhile_is_in_it_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    well(folder, &["generate", "--files", "60"]);
    let mut adding = yeollam(folder, &["generate", "--files", "3000", "--seed", "2", "--data-dir", "other"]).spawn().unwrap();
    // Of the one that is being filled: after its tables are there.
    let mut made = 0;
    for attempt in 0.. {
        let name = format!("{attempt}.backup");
        let (is_well, told) = said(folder, &["--data-dir", "other", "backup", &name]);
        if is_well {
            made += 1;
            let there = format!("back-{attempt}");
            well(folder, &["--data-dir", &there, "restore", &name]);
            fs::remove_dir_all(folder.join(there)).unwrap();
        } else {
            assert!(told.contains("holds no register") || told.contains("no such table") || told.contains("cannot open"), "{told}");
        }
        if adding.try_wait().unwrap().is_some() && made > 0 {
            break;
        }
    }
}
