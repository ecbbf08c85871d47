//! One body under two names: organizations that are merged, and separated again.

use std::io::{BufRead, BufReader, Cursor};

use serde_json::{Value, json};
use yeollam::access::Role;

use crate::harness::server::{now, salts};
use crate::harness::{Data, Server, on_both};

const REGISTER: &str = r"
format: yeollam/1
agencies: [{code: T000001, name: 가람시, type: BASIC_GOVERNMENT}, {code: T000002, name: 나루시, type: BASIC_GOVERNMENT}]
organizations: [{name: 돌봄업체, kind: GROUP}]
dataFiles:
  - {agency: T000001, status: REGISTERED, registrations: [{validFrom: 2020-01-01, name: 첫째 명부, provisions: [{recipient: (주)새빛전산, items: [{name: 주민등록번호}]}, {recipient: 나루시}], entrustments: [{entrustee: 새빛시스템, task: 운영}]}]}
  - {agency: T000001, status: REGISTERED, registrations: [{validFrom: 2020-01-01, name: 둘째 명부, provisions: [{recipient: 새빛시스템}, {recipient: 돌봄업체}], entrustments: [{entrustee: (주)운영, task: 운영, subEntrustees: [새빛시스템]}]}]}
  - {agency: T000002, status: REGISTERED, registrations: [{validFrom: 2020-01-01, name: 셋째 명부, provisions: [{recipient: 새빛데이터, items: [{name: 성명}]}, {recipient: 가람시}]}]}
policies:
  - {agency: T000002, title: 처리방침, revisions: [{effectiveFrom: 2020-01-01, dataFiles: [T000002-1], provisions: [{recipient: 새빛시스템}], entrustedBy: [{entruster: 새빛시스템}]}]}
impactAssessments: [{agency: T000002, year: 2024, dataFiles: [{registrationNumber: T000002-1}], assessor: 새빛시스템}]
";

struct Register {
    server: Server,
    token: String,
}

impl Register {
    async fn start(server: Server) -> Self {
        server.import("register.yaml", REGISTER).await.unwrap_or_else(|failure| panic!("{failure}"));
        let token = server.token(Role::Regulator, None, "위원회 담당자").await;
        Self { server, token }
    }

    async fn id(&self, name: &str) -> Value {
        let document = "query ($name: String!) { organization(name: $name) { id } }";
        self.server.query(document, json!({"name": name})).await["organization"]["id"].clone()
    }

    async fn merge(&self, id: &Value, into: &Value) -> Value {
        let document = "mutation ($id: ID!, $into: ID!) { organizationMerge(id: $id, intoId: $into) { organization { id name mergedInto { id name } } userErrors { field code message } } }";
        self.server.query_as(&self.token, document, json!({"id": id, "into": into})).await["organizationMerge"].take()
    }

    async fn separate(&self, id: &Value) -> Value {
        let document = "mutation ($id: ID!) { organizationSeparate(id: $id) { organization { id name mergedInto { id } } userErrors { field code } } }";
        self.server.query_as(&self.token, document, json!({"id": id})).await["organizationSeparate"].take()
    }

    /// Whatever the register says of the organizations of these names.
    async fn said(&self, names: &[&str]) -> Value {
        let mut said = json!({});
        for name in names {
            let document = "query ($name: String!, $list: StringFilter!) {
                organization(name: $name) { id name namesAsWritten receives { totalCount nodes { recipientName recipient { name } } } entrustedWith { totalCount nodes { entrusteeName entrustee { name } } } }
                organizations(filter: {name: $list}) { totalCount nodes { name } }
                provisions(filter: {recipient: {name: $list}}) { totalCount }
                entrustments(filter: {entrustee: {name: $list}}) { totalCount }
                sub: entrustments(filter: {subEntrustee: {name: $list}}) { totalCount nodes { subEntrustees { name } } }
                files: dataFiles(filter: {provisions: {some: {recipient: {name: $list}}}}) { totalCount }
                search(text: $name) { totalCount nodes { registrationNumber } }
                suggest(prefix: $name, kinds: [ORGANIZATION]) { text dataFileCount } }";
            said[name] = self.server.query(document, json!({"name": name, "list": {"eq": name}})).await;
        }
        let all = "{ organizations { totalCount nodes { name } } search { facets(by: [RECIPIENT, ENTRUSTEE]) { dimension values { label count } } }
            statistics(by: [RECIPIENT]) { rows { keys { label } dataFileCount } }
            privacyPolicies { nodes { current { entrustedBy { name entruster { name } } } } } impactAssessments { nodes { assessor { name } } } }";
        said["all"] = self.server.query(all, json!({})).await;
        said
    }
}

fn refused(payload: &Value, field: &str, code: &str) {
    assert_eq!((payload["userErrors"][0]["field"].clone(), &payload["userErrors"][0]["code"]), (json!([field]), &json!(code)), "{payload:#}");
}

async fn what_is_merged_counts_for_the_other_and_comes_back(server: Server) {
    let register = Register::start(server).await;
    let names = ["(주)새빛전산", "새빛시스템", "새빛데이터"];
    let before = register.said(&names).await;
    let [company, system, data] = [register.id(names[0]).await, register.id(names[1]).await, register.id(names[2]).await];
    let sequence = register.server.sequence().await;
    let payload = register.merge(&system, &company).await;
    assert_eq!(payload, json!({"organization": {"id": system, "name": "새빛시스템", "mergedInto": {"id": company, "name": "(주)새빛전산"}}, "userErrors": []}));
    assert_eq!(register.merge(&system, &company).await, payload);
    assert_eq!(register.server.sequence().await, sequence + 1, "merged once");
    let said = register.said(&names[..2]).await;
    for name in &names[..2] {
        let said = &said[*name];
        // Both names lead to the one that stands, with everything of both.
        assert_eq!((&said["organization"]["id"], &said["organization"]["namesAsWritten"]), (&company, &json!(["(주)새빛전산", "새빛시스템"])));
        let written: Vec<&Value> = said["organization"]["receives"]["nodes"].as_array().unwrap().iter().map(|one| &one["recipientName"]).collect();
        assert_eq!(
            (said["organization"]["receives"]["totalCount"].as_i64(), written.iter().filter(|name| **name == "새빛시스템").count()),
            (Some(3), 2),
            "{said:#}"
        );
        assert!(said["organization"]["receives"]["nodes"].as_array().unwrap().iter().all(|one| one["recipient"]["name"] == "(주)새빛전산"));
        assert_eq!(
            said["organization"]["entrustedWith"],
            json!({"totalCount": 1, "nodes": [{"entrusteeName": "새빛시스템", "entrustee": {"name": "(주)새빛전산"}}]})
        );
        assert_eq!(said["organizations"], json!({"totalCount": 1, "nodes": [{"name": "(주)새빛전산"}]}));
        assert_eq!(
            (&said["provisions"]["totalCount"], &said["entrustments"]["totalCount"], &said["files"]["totalCount"], &said["search"]["totalCount"]),
            (&json!(3), &json!(1), &json!(3), &json!(3)),
            "{said:#}"
        );
        assert_eq!(said["sub"], json!({"totalCount": 1, "nodes": [{"subEntrustees": [{"name": "(주)새빛전산"}]}]}));
        assert_eq!(said["suggest"], json!([{"text": "(주)새빛전산", "dataFileCount": 3}]), "{name}");
    }
    let all = &said["all"];
    let facet = |dimension: usize| {
        let values = all["search"]["facets"][dimension]["values"].as_array().unwrap().iter();
        values.map(|value| (value["label"].as_str().unwrap().to_owned(), value["count"].as_i64().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(facet(0)[0], ("(주)새빛전산".to_owned(), 3));
    assert!(!facet(0).iter().chain(&facet(1)).any(|(label, _)| label == "새빛시스템") && facet(1).contains(&("(주)새빛전산".to_owned(), 1)));
    assert!(all["statistics"]["rows"].as_array().unwrap().contains(&json!({"keys": [{"label": "(주)새빛전산"}], "dataFileCount": 3})));
    assert_eq!(all["privacyPolicies"]["nodes"][0]["current"]["entrustedBy"], json!([{"name": "새빛시스템", "entruster": {"name": "(주)새빛전산"}}]));
    assert_eq!(all["impactAssessments"]["nodes"][0]["assessor"]["name"], "(주)새빛전산");
    // Its own id still resolves, and every filter by it asks for the one that stands.
    let document = "query ($id: ID!) { node(id: $id) { ... on Organization { name mergedInto { name } receives { totalCount } namesAsWritten } } provisions(filter: {recipient: {id: {eq: $id}}}) { totalCount }
        search(filter: {recipient: {eq: $id}}) { totalCount } received: search(filter: {provision: {recipient: $id, uniqueIdentifier: RESIDENT_REGISTRATION_NUMBER}}) { totalCount } }";
    let by_id = register.server.answer(document, json!({"id": system})).await;
    if by_id.body.get("errors").is_none() {
        let by_id = &by_id.body["data"];
        assert_eq!(
            by_id["node"],
            json!({"name": "새빛시스템", "mergedInto": {"name": "(주)새빛전산"}, "receives": {"totalCount": 3}, "namesAsWritten": ["새빛시스템"]})
        );
        assert_eq!((&by_id["provisions"]["totalCount"], &by_id["search"]["totalCount"], &by_id["received"]["totalCount"]), (&json!(3), &json!(3), &json!(1)));
    } else {
        panic!("{by_id}");
    }
    // What is merged goes along with what it was merged into, and what comes by the old name counts too.
    assert_eq!(register.merge(&company, &data).await["organization"]["mergedInto"]["name"], "새빛데이터");
    let document = "query ($id: ID!) { node(id: $id) { ... on Organization { mergedInto { name } } } }";
    assert_eq!(register.server.query(document, json!({"id": system})).await["node"]["mergedInto"]["name"], "새빛데이터");
    let later = "{format: yeollam/1, dataFiles: [{agency: T000001, status: REGISTERED, registrations: [{validFrom: 2026-01-01, name: 넷째 명부, provisions: [{recipient: 새빛 시스템}]}]}]}";
    register.server.import("later.yaml", later).await.unwrap_or_else(|failure| panic!("{failure}"));
    let said = register.said(&["새빛데이터"]).await;
    assert_eq!(said["새빛데이터"]["organization"]["namesAsWritten"], json!(["(주)새빛전산", "새빛 시스템", "새빛데이터", "새빛시스템"]));
    assert_eq!((&said["새빛데이터"]["search"]["totalCount"], &said["새빛데이터"]["organization"]["receives"]["totalCount"]), (&json!(4), &json!(5)));
    // An index that is built from nothing says the same.
    let anew = register.server.another_at(now()).await;
    let found = "{ search(text: \"새빛시스템\") { totalCount facets(by: [RECIPIENT]) { values { label count } } } suggest(prefix: \"새빛\", kinds: [ORGANIZATION]) { text dataFileCount } }";
    assert_eq!(anew.query(found, json!({})).await, register.server.query(found, json!({})).await);
    register.server.store.verify_journal().await.unwrap_or_else(|unproven| panic!("{unproven}"));
    let mirror = Server::start(register.server.backend, Data::Empty).await;
    let mut lines = Vec::new();
    register.server.store.export_journal(0, &mut lines).await.unwrap();
    let read = || -> std::io::Result<Box<dyn BufRead + Send>> { Ok(Box::new(BufReader::new(Cursor::new(lines.clone())))) };
    mirror.store.mirror(&read, now(), salts()).await.unwrap_or_else(|refused| panic!("{refused}"));
    let everything =
        "{ organizations { nodes { id name namesAsWritten receives { totalCount } } } search { facets(by: [RECIPIENT]) { values { label count } } } }";
    assert_eq!(mirror.query(everything, json!({})).await, register.server.query(everything, json!({})).await);
    // And back, in any order.
    let head = register.server.sequence().await;
    for id in [&system, &company] {
        assert_eq!(register.separate(id).await["organization"]["mergedInto"], Value::Null);
        assert_eq!(register.separate(id).await["userErrors"], json!([]));
    }
    let gone = "{format: yeollam/1, dataFiles: [{registrationNumber: T000001-3, agency: T000001, status: DESTROYED, registrations: [{validFrom: 2026-02-01, name: 넷째 명부, changeKind: DESTRUCTION}]}]}";
    register.server.import("gone.yaml", gone).await.unwrap_or_else(|failure| panic!("{failure}"));
    let mut after = register.said(&names).await;
    // Only the spelling that came meanwhile stays.
    assert_eq!(after["새빛시스템"]["organization"]["namesAsWritten"], json!(["새빛 시스템", "새빛시스템"]));
    after["새빛시스템"]["organization"]["namesAsWritten"] = json!(["새빛시스템"]);
    assert_eq!(after, before);
    let mut lines = Vec::new();
    register.server.store.export_journal(head, &mut lines).await.unwrap();
    let read = || -> std::io::Result<Box<dyn BufRead + Send>> { Ok(Box::new(BufReader::new(Cursor::new(lines.clone())))) };
    mirror.store.mirror(&read, now(), salts()).await.unwrap_or_else(|refused| panic!("{refused}"));
    assert_eq!(mirror.query(everything, json!({})).await, register.server.query(everything, json!({})).await);
    assert_eq!(register.server.store.audit_log().await.unwrap().1, None);
}

async fn what_is_not_one_body_is_not_merged(server: Server) {
    let register = Register::start(server).await;
    let [company, group, first, second] =
        [register.id("(주)새빛전산").await, register.id("돌봄업체").await, register.id("가람시").await, register.id("나루시").await];
    let missing = json!("Organization_AAAAAAAAAAAAAAAAAAAAAA");
    refused(&register.merge(&company, &company).await, "intoId", "CONFLICT");
    refused(&register.merge(&group, &company).await, "intoId", "CONFLICT");
    refused(&register.merge(&company, &group).await, "intoId", "CONFLICT");
    refused(&register.merge(&first, &second).await, "intoId", "CONFLICT");
    refused(&register.merge(&first, &company).await, "intoId", "CONFLICT");
    refused(&register.merge(&missing, &company).await, "id", "NOT_FOUND");
    refused(&register.merge(&company, &missing).await, "intoId", "NOT_FOUND");
    refused(&register.separate(&missing).await, "id", "NOT_FOUND");
    // In a circle neither.
    let system = register.id("새빛시스템").await;
    assert_eq!(register.merge(&system, &company).await["userErrors"], json!([]));
    refused(&register.merge(&company, &system).await, "intoId", "CONFLICT");
}

on_both!(Data::Empty => what_is_merged_counts_for_the_other_and_comes_back, what_is_not_one_body_is_not_merged);
