//! Whatever is written, in whatever order: findings are those of a computation from nothing, flows those of a plain sum, and the search counts what the findings say.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use yeollam::generate::{Request, generate};

use crate::findings::{found, the_search_knows_them};
use crate::flows::{summed, told};
use crate::harness::server::{now, salts};
use crate::harness::{Data, Server, on_both};

/// Agencies of the test, files that each can have.
const AGENCIES: usize = 3;
const FILES: usize = 4;

/// Something that happens to a file or a policy.
#[derive(Clone, Debug)]
enum Act {
    /// A file is registered, or its registration changes.
    Register { file: usize, subjects: Option<i64>, items: Vec<&'static str>, recipients: Vec<&'static str>, contract: Option<&'static str> },
    /// A file is destroyed.
    Destroy { file: usize },
    /// A policy is published, or revised: files that it covers, recipients and the end of a contract that it states.
    Publish { agency: usize, covers: Vec<usize>, recipients: Vec<&'static str>, contract: Option<&'static str>, lists_files: bool },
}

fn recipients() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(vec!["경찰청", "(주)가나다", "㈜ 가나다", "시험공단", "세무서"], 0..3)
}

fn contract() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(prop::sample::select(vec!["2024-12-31", "2026-11-21", "2027-12-31"]))
}

fn act() -> impl Strategy<Value = Act> {
    let items = prop::sample::subsequence(vec!["성명", "주민등록번호", "건강상태"], 0..3);
    let subjects = prop::option::of(prop::sample::select(vec![0_i64, 700, 60_000, 1_500_000]));
    prop_oneof![
        4 => (0..AGENCIES * FILES, subjects, items, recipients(), contract())
            .prop_map(|(file, subjects, items, recipients, contract)| Act::Register { file, subjects, items, recipients, contract }),
        1 => (0..AGENCIES * FILES).prop_map(|file| Act::Destroy { file }),
        2 => (0..AGENCIES, prop::sample::subsequence((0..AGENCIES * FILES).collect::<Vec<_>>(), 0..4), recipients(), contract(), any::<bool>())
            .prop_map(|(agency, covers, recipients, contract, lists_files)| Act::Publish { agency, covers, recipients, contract, lists_files }),
    ]
}

fn code(agency: usize) -> String {
    format!("T00000{}", agency + 1)
}

fn number(file: usize) -> String {
    format!("{}-{}", code(file / FILES), file % FILES + 1)
}

/// The document that brings an act about on a day; nothing where it cannot happen.
fn document(act: &Act, day: &str, is_registered: &mut [Option<bool>]) -> Option<Value> {
    let provisions = |recipients: &[&str]| recipients.iter().map(|recipient| json!({"recipient": recipient, "items": [{"name": "성명"}]})).collect::<Vec<_>>();
    let entrustments =
        |contract: &Option<&str>| contract.map(|day| json!({"entrustee": "(주)라마바", "task": "유지보수", "endsOn": day})).into_iter().collect::<Vec<_>>();
    let file = |file: usize, status: &str, registration: Value| json!([{"registrationNumber": number(file), "agency": code(file / FILES), "status": status, "registrations": [registration]}]);
    let files = match act {
        Act::Register { file: place, subjects, items, recipients, contract } => {
            // What was destroyed does not come back.
            if is_registered[*place] == Some(false) {
                return None;
            }
            is_registered[*place] = Some(true);
            let items: Vec<Value> = items.iter().map(|item| json!({"name": item})).collect();
            let registration = json!({
                // Two files of an agency are nearly called the same.
                "validFrom": day, "name": format!("시험 명부({})", place % 2), "completeness": "FULL_REGISTRATION", "dataSubjectCount": subjects, "collectedItems": items,
                "provisions": provisions(recipients), "entrustments": entrustments(contract),
            });
            json!({"dataFiles": file(*place, "REGISTERED", registration)})
        }
        Act::Destroy { file: place } => {
            if is_registered[*place] != Some(true) {
                return None;
            }
            is_registered[*place] = Some(false);
            json!({"dataFiles": file(*place, "DESTROYED", json!({"validFrom": day, "name": "시험 명부", "changeKind": "DESTRUCTION"}))})
        }
        Act::Publish { agency, covers, recipients, contract, lists_files } => {
            let covers: Vec<String> = covers.iter().filter(|file| is_registered[**file].is_some()).map(|file| number(*file)).collect();
            let sections = if *lists_files { json!([{"kind": "FILE_REGISTER", "state": "STATED"}]) } else { json!([]) };
            json!({"policies": [{"agency": code(*agency), "title": "개인정보 처리방침", "revisions": [
                {"effectiveFrom": day, "sections": sections, "dataFiles": covers, "provisions": provisions(recipients), "entrustments": entrustments(contract)}
            ]}]})
        }
    };
    let mut document = json!({"format": "yeollam/1"});
    document.as_object_mut()?.extend(files.as_object()?.clone());
    Some(document)
}

async fn random_writes_keep_what_is_derived_true(server: Server) {
    generate(&server.store, Request { files: 60, seed: 11, adds: false }, now(), salts(), |_| ()).await.unwrap();
    let agencies: Vec<Value> =
        (0..AGENCIES).map(|agency| json!({"code": code(agency), "name": format!("시험기관 {agency}"), "type": "OTHER_PUBLIC"})).collect();
    server.import("agencies.json", &json!({"format": "yeollam/1", "agencies": agencies}).to_string()).await.unwrap();
    let mut runner = TestRunner::new(ProptestConfig::default());
    let acts = prop::collection::vec(act(), 25).new_tree(&mut runner).unwrap().current();
    let mut is_registered = vec![None; AGENCIES * FILES];
    let mut happened = 0;
    for (place, act) in acts.iter().enumerate() {
        // The last ones are announced for days to come, as far as policies can be.
        let is_announced = place > 20 && matches!(act, Act::Publish { .. });
        let day = if is_announced { format!("2027-01-{:02}", place + 1) } else { format!("2026-10-{:02}", place + 1) };
        let Some(document) = document(act, &day, &mut is_registered) else { continue };
        happened += 1;
        server.import(&format!("{place}.json"), &document.to_string()).await.unwrap_or_else(|error| panic!("{act:?}: {error:?}"));
        let when = format!("after {:#?}", &acts[..=place]);
        let (findings, flows) = (found(&server, "includesEnded: true").await, told(&server).await);
        assert_eq!(flows, summed(&server).await, "{when}");
        the_search_knows_them(&server, &when).await;
        server.store.recompute_findings(now(), salts(), |_, _| ()).await.unwrap();
        assert_eq!(findings, found(&server, "includesEnded: true").await, "{when}");
        assert_eq!(flows, told(&server).await, "{when}");
    }
    assert!(happened > 10, "{acts:#?}");
    let then = server.another_at("2027-02-01T00:00:00Z".parse().unwrap()).await;
    assert_eq!(told(&then).await, summed(&then).await, "when what was announced is in force, after {acts:#?}");
}

on_both!(Data::Empty => random_writes_keep_what_is_derived_true);
