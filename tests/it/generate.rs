//! The generator: the same register for the same seed on both databases, with everything in it that a register can hold.

use serde_json::{Value, json};
use yeollam::error::Error;
use yeollam::generate::{Generated, Request, generate};

use crate::harness::server::{now, salts};
use crate::harness::{Data, Server, on_both};

const FILES: u64 = 3_000;

/// Hash of the last entry after 300 files of seed 1, on either database. It changes with the generator and with what is recorded, and with nothing else.
const LAST_HASH: &str = "c06998d1412e29b323ea86b04a776735f8e1aa217991ba4d29d20c4985e09bb3";

async fn generated(server: &Server, seed: u64, files: u64, adds: bool) -> Result<Generated, Error> {
    generate(&server.store, Request { files, seed, adds }, now(), salts(), |_| ()).await
}

/// Hash of the last entry of the journal, which holds all those before it.
async fn last_hash(server: &Server) -> String {
    let sequence = server.sequence().await;
    let data = server.query("query ($since: Count!) { changes(sinceSequence: $since, first: 1) { nodes { hash } } }", json!({"since": sequence - 1})).await;
    data["changes"]["nodes"][0]["hash"].as_str().unwrap().to_owned()
}

async fn the_same_seed_gives_the_same_register(server: Server) {
    generated(&server, 1, 300, false).await.unwrap();
    assert_eq!(last_hash(&server).await, LAST_HASH);
}

async fn another_seed_gives_another_register(server: Server) {
    generated(&server, 2, 300, false).await.unwrap();
    assert_ne!(last_hash(&server).await, LAST_HASH);
}

async fn a_register_with_data_is_left_alone(server: Server) {
    let before = server.sequence().await;
    let refused = generated(&server, 1, 1, false).await.unwrap_err().to_string();
    assert!(refused.contains("holds data already") && refused.contains("--add"), "{refused}");
    assert_eq!(server.sequence().await, before);
    assert_eq!(generated(&server, 1, 50, true).await.unwrap().data_files, 50);
    let refused = generated(&server, 2, 1, true).await.unwrap_err().to_string();
    assert!(refused.contains("generated data already"), "{refused}");
}

async fn count(server: &Server, filter: Value) -> i64 {
    server.query("query ($filter: DataFileFilter) { dataFiles(filter: $filter, first: 1) { totalCount } }", json!({"filter": filter})).await["dataFiles"]
        ["totalCount"]
        .as_i64()
        .unwrap()
}

async fn its_shares_are_those_of_real_registers(server: Server) {
    let made = generated(&server, 1, FILES, false).await.unwrap();
    assert_eq!(made.data_files, FILES);
    assert!((FILES * 11 / 10..FILES * 15 / 10).contains(&made.registrations), "{made}");
    assert!((FILES / 40..FILES / 10).contains(&made.agencies) && made.policy_revisions > 20 && made.impact_assessments > 3, "{made}");
    for (filter, least, most) in [
        (json!({"status": {"eq": "DISCLOSED"}}), 80, 120),
        (json!({"status": {"eq": "DESTROYED"}}), 20, 50),
        (json!({"status": {"eq": "EXEMPT"}}), 1, 12),
        (json!({"legalBases": {"some": {"isConsent": true}}}), 250, 650),
        (json!({"collectedItems": {"some": {"uniqueIdentifier": {"eq": "RESIDENT_REGISTRATION_NUMBER"}}}}), 60, 250),
        (json!({"provisions": {"some": {}}}), 150, 500),
        (json!({"entrustments": {"some": {}}}), 250, 650),
    ] {
        let share = count(&server, filter.clone()).await * 1000 / i64::try_from(FILES).unwrap();
        assert!((least..=most).contains(&share), "{filter}: {share} per mille");
    }
    for (place, words) in [
        ("retentionClass", ["PERMANENT", "SEMI_PERMANENT", "YEARS_30", "UNTIL_EVENT", "CUSTOM", "NOT_RETAINED", "UNSPECIFIED"].as_slice()),
        ("uniqueIdentifier", &["PASSPORT_NUMBER", "DRIVER_LICENCE_NUMBER", "ALIEN_REGISTRATION_NUMBER"]),
        ("sensitiveKind", &["BELIEF", "UNION_OR_PARTY", "HEALTH", "SEX_LIFE", "GENETIC", "CRIMINAL_RECORD", "BIOMETRIC", "RACE_OR_ETHNICITY"]),
        ("statuteKind", &["ACT", "DECREE", "RULE", "ORDINANCE", "NOTICE"]),
        ("organizationKind", &["PUBLIC", "COMPANY", "FOREIGN", "GROUP"]),
    ] {
        for word in words {
            let filter = match place {
                "retentionClass" => json!({"retention": {"class": {"eq": word}}}),
                "statuteKind" => json!({"legalBases": {"some": {"statute": {"kind": {"eq": word}}}}}),
                "organizationKind" if *word == "PUBLIC" || *word == "GROUP" => json!({"provisions": {"some": {"recipient": {"kind": {"eq": word}}}}}),
                "organizationKind" => json!({"entrustments": {"some": {"entrustee": {"kind": {"eq": word}}}}}),
                _ => json!({"collectedItems": {"some": {place: {"eq": word}}}}),
            };
            assert!(count(&server, filter).await > 0, "no file with {place} {word}");
        }
    }
}

on_both!(Data::Empty => the_same_seed_gives_the_same_register, another_seed_gives_another_register, its_shares_are_those_of_real_registers);
on_both!(Data::Bundled => a_register_with_data_is_left_alone);
