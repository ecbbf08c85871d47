//! Random sequences of operations, against a server over HTTP and against a plain model of the register: they agree on what each operation answers, on what is now, on the whole history, on every past day, on what
//! was known when, and on the journal.

mod register;

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use yeollam::access::Role;

use self::register::{Input, Register, Stated, Step, day_in_korea, in_force, is_destroyed, last, timeline};
use crate::harness::introspection::text;
use crate::harness::server::now;
use crate::harness::{Data, Server, on_both};

const NAMES: [&str; 3] = ["회원 명부", "신청자 명부", "이용자 명부"];
const PURPOSES: [&str; 2] = ["회원 관리", "민원 처리"];
const REASONS: [&str; 2] = ["정기 점검", "조직 개편"];
const YEARS: [u8; 3] = [1, 3, 10];
const KINDS: [&str; 4] = ["NEW", "AMENDMENT", "CORRECTION", "DESTRUCTION"];

/// A matter by its place among the values: none for one that is left out, 9 for one that is cleared.
type Choice = Option<u8>;

#[derive(Clone, Debug)]
struct Choices {
    name: Choice,
    purpose: Choice,
    reason: Choice,
    years: Choice,
    count: Choice,
    /// Days back from today; one that lies ahead where it is negative.
    back: Option<i8>,
}

#[derive(Clone, Debug)]
enum Op {
    /// Days go by.
    Wait(u8),
    /// A document states a registration of one of the first files of an agency.
    Import { issuer: u8, running: u8, agency: u8, is_destruction: bool, choices: Choices },
    /// An application of a kind, of one of the files that there are.
    Create { agency: u8, kind: u8, file: Option<u8>, choices: Choices },
    /// An agency hands one of the files over to another agency.
    Transfer { file: u8, from: Option<u8>, to: u8, choices: Choices },
    /// A step of one of the applications; some at a version that is gone.
    Step { application: u8, step: Step, is_stale: bool, choices: Choices },
}

fn choices() -> impl Strategy<Value = Choices> {
    let choice = || prop_oneof![3 => Just(None), 1 => Just(Some(9)), 5 => (0..3_u8).prop_map(Some)];
    let back = prop_oneof![4 => Just(None), 1 => Just(Some(-1)), 5 => (0..7_i8).prop_map(Some)];
    (choice(), choice(), choice(), choice(), choice(), back).prop_map(|(name, purpose, reason, years, count, back)| Choices {
        name,
        purpose,
        reason,
        years,
        count,
        back,
    })
}

fn op() -> impl Strategy<Value = Op> {
    // Steps in the order that leads somewhere come most often.
    let step = prop_oneof![1 => Just(Step::Update), 5 => Just(Step::Submit), 1 => Just(Step::Return), 5 => Just(Step::Accept), 1 => Just(Step::Cancel)];
    prop_oneof![
        1 => (1..4_u8).prop_map(Op::Wait),
        3 => (0..3_u8, 1..3_u8, 0..3_u8, prop::bool::weighted(0.15), choices())
            .prop_map(|(issuer, running, agency, is_destruction, choices)| Op::Import { issuer, running, agency, is_destruction, choices }),
        4 => (0..3_u8, 0..4_u8, prop::option::weighted(0.7, any::<u8>()), choices()).prop_map(|(agency, kind, file, choices)| Op::Create { agency, kind, file, choices }),
        1 => (any::<u8>(), prop::option::weighted(0.2, 0..3_u8), 0..3_u8, choices()).prop_map(|(file, from, to, choices)| Op::Transfer { file, from, to, choices }),
        12 => (any::<u8>(), step, prop::bool::weighted(0.08), choices())
            .prop_map(|(application, step, is_stale, choices)| Op::Step { application, step, is_stale, choices }),
    ]
}

fn stated<T: Clone>(choice: Choice, value: impl Fn(usize) -> T) -> Stated<T> {
    match choice {
        None => Stated::LeftOut,
        Some(9) => Stated::Cleared,
        Some(place) => Stated::Is(value(place.into())),
    }
}

impl Choices {
    fn input(&self, today: NaiveDate) -> Input {
        let day = |back: i8| if back < 0 { today + Days::new(1) } else { today - Days::new(u64::try_from(back).unwrap()) };
        Input {
            name: stated(self.name, |place| NAMES[place].to_owned()),
            purpose: stated(self.purpose, |place| PURPOSES[place % 2].to_owned()),
            reason: stated(self.reason, |place| REASONS[place % 2].to_owned()),
            years: stated(self.years, |place| YEARS[place]),
            count: stated(self.count, |place| 1_000 * i64::try_from(place).unwrap()),
            from: self.back.map_or(Stated::LeftOut, |back| Stated::Is(day(back))),
        }
    }
}

/// An input as the schema and the documents have it.
fn written(input: &Input) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut add = |name: &str, value: Stated<Value>| match value {
        Stated::LeftOut => {}
        Stated::Cleared => drop(fields.insert(name.to_owned(), Value::Null)),
        Stated::Is(value) => drop(fields.insert(name.to_owned(), value)),
    };
    fn of<T: Clone>(stated: &Stated<T>, value: impl Fn(T) -> Value) -> Stated<Value> {
        match stated {
            Stated::LeftOut => Stated::LeftOut,
            Stated::Cleared => Stated::Cleared,
            Stated::Is(is) => Stated::Is(value(is.clone())),
        }
    }
    add("name", of(&input.name, Value::from));
    add("purpose", of(&input.purpose, Value::from));
    add("reason", of(&input.reason, Value::from));
    add("retention", of(&input.years, |years| json!({"text": format!("{years}년")})));
    add("dataSubjectCount", of(&input.count, Value::from));
    add("validFrom", of(&input.from, |day| json!(day)));
    fields
}

/// A server with officers, on which one sequence comes after the other, each among agencies of its own.
struct Stage {
    server: Server,
    admin: String,
    regulator: String,
    sequences: usize,
    at: DateTime<Utc>,
}

impl Stage {
    async fn new(server: Server) -> Self {
        let (admin, regulator) = (server.token(Role::Admin, None, "관리자").await, server.token(Role::Regulator, None, "위원회").await);
        Self { server, admin, regulator, sequences: 0, at: now() }
    }

    fn today(&self) -> NaiveDate {
        day_in_korea(self.at)
    }

    /// Lets time go by: nothing is recorded at the same instant.
    fn wait(&mut self, time: TimeDelta) {
        self.at += time;
        self.server.set_clock(self.at);
    }

    /// Runs a sequence on both; what they do not agree on is the error.
    async fn run(&mut self, ops: &[Op]) -> Result<(), String> {
        self.sequences += 1;
        let codes: Vec<String> = ["R", "A", "B"].iter().map(|letter| format!("M{:05}{letter}", self.sequences)).collect();
        let agency = |place: usize| json!({"code": codes[place], "name": format!("{} 시험기관", codes[place]), "type": "CENTRAL", "parent": (place > 0).then(|| &codes[0])});
        let document = json!({"format": "yeollam/1", "agencies": [agency(0), agency(1), agency(2)]});
        self.wait(TimeDelta::days(1));
        self.server.import_at("agencies.json", &document.to_string(), self.at).await.unwrap();
        let start = self.server.sequence().await;
        let ids =
            self.server.query("query ($codes: [String!]) { agencies(filter: {code: {in: $codes}}) { nodes { id code } } }", json!({"codes": codes})).await;
        let nodes = ids["agencies"]["nodes"].as_array().unwrap();
        let ids: BTreeMap<&str, &str> = nodes.iter().map(|node| (text(&node["code"]), text(&node["id"]))).collect();
        let mut model = Register::default();
        let mut applications: Vec<String> = Vec::new();
        for (place, op) in ops.iter().enumerate() {
            self.wait(TimeDelta::seconds(1));
            let (today, at) = (self.today(), self.at);
            match op {
                Op::Wait(days) => self.wait(TimeDelta::days((*days).into())),
                Op::Import { issuer, running, agency, is_destruction, choices } => {
                    let number = format!("{}-{running}", codes[usize::from(*issuer)]);
                    let agency = &codes[usize::from(*agency)];
                    let mut input = choices.input(today);
                    input.from = if let Stated::Is(day) = input.from { Stated::Is(day) } else { Stated::Is(today) };
                    input.name = if let Stated::Is(name) = input.name { Stated::Is(name) } else { Stated::Is(NAMES[0].to_owned()) };
                    let mut registration = Value::Object(written(&input));
                    if *is_destruction {
                        registration["changeKind"] = json!("DESTRUCTION");
                    }
                    let file = json!({"registrationNumber": number, "agency": agency, "status": "REGISTERED", "registrations": [registration]});
                    let document = json!({"format": "yeollam/1", "dataFiles": [file]}).to_string();
                    let is_taken = self.server.import_at("file.json", &document, at).await;
                    let expected = model.import(&number, agency, *is_destruction, &input, at);
                    if is_taken.is_ok() != expected {
                        return Err(format!("operation {place}, {op:?}: the model takes it: {expected}; the server: {is_taken:?}"));
                    }
                }
                Op::Create { agency, kind, file, choices } => {
                    let (agency, kind, input) = (&codes[usize::from(*agency)], KINDS[usize::from(*kind)], choices.input(today));
                    let numbers: Vec<&String> = model.files.keys().collect();
                    let number = file.filter(|_| !numbers.is_empty()).map(|file| numbers[usize::from(file) % numbers.len()].clone());
                    let file = match &number {
                        Some(number) => {
                            self.server.query("query ($n: String!) { dataFile(registrationNumber: $n) { id } }", json!({"n": number})).await["dataFile"]["id"]
                                .clone()
                        }
                        None => Value::Null,
                    };
                    let variables = json!({"agency": ids[agency.as_str()], "kind": kind, "file": file, "input": written(&input)});
                    let create = "mutation ($agency: ID!, $kind: ApplicationKind!, $file: ID, $input: RegistrationInput) { taken: applicationCreate(agencyId: $agency, kind: $kind, dataFileId: $file, \
                        input: $input) { application { id } userErrors { code message } } }";
                    let payload = self.server.query_as(&self.admin, create, variables).await["taken"].take();
                    let is_expected = model.create(kind, agency, number.as_deref(), input);
                    must_agree(place, op, is_expected, &payload)?;
                    if is_expected {
                        applications.push(text(&payload["application"]["id"]).to_owned());
                    }
                }
                Op::Transfer { file, from, to, choices } => {
                    let numbers: Vec<&String> = model.files.keys().collect();
                    if numbers.is_empty() {
                        continue;
                    }
                    let number = numbers[usize::from(*file) % numbers.len()].clone();
                    let from = from.map_or_else(|| last(&model.files[&number]).content.agency.clone(), |place| codes[usize::from(place)].clone());
                    let to = codes[usize::from(*to)].clone();
                    let input = choices.input(today);
                    let on = if let Stated::Is(day) = input.from { day } else { today };
                    let reason = if let Stated::Is(reason) = &input.reason { Some(reason.clone()) } else { None };
                    let file =
                        self.server.query("query ($n: String!) { dataFile(registrationNumber: $n) { id } }", json!({"n": number})).await["dataFile"]["id"]
                            .clone();
                    let transfer = json!({"kind": "TRANSFER", "on": on, "predecessorIds": [ids[from.as_str()]], "successors": [{"agencyId": ids[to.as_str()], "dataFileIds": [file]}], "reason": reason});
                    let succeed = "mutation ($input: AgencySuccessionInput!) { taken: agencySucceed(input: $input) { userErrors { code message } } }";
                    let payload = self.server.query_as(&self.regulator, succeed, json!({"input": transfer})).await["taken"].take();
                    let is_expected = model.transfer(&number, &from, &to, on, reason, at);
                    must_agree(place, op, is_expected, &payload)?;
                }
                Op::Step { application, step, is_stale, choices } => {
                    if applications.is_empty() {
                        continue;
                    }
                    // The one that was drawn up last is in work most often.
                    let chosen = applications.len() - 1 - usize::from(*application) % applications.len().min(3);
                    let version = model.applications[chosen].version - i64::from(*is_stale);
                    let input = choices.input(today);
                    let (token, name, more) = match step {
                        Step::Update => (&self.admin, "applicationUpdate", ", input: $input"),
                        Step::Submit => (&self.admin, "applicationSubmit", ""),
                        Step::Return => (&self.regulator, "applicationReturn", ", reason: $reason"),
                        Step::Accept => (&self.regulator, "applicationAccept", ""),
                        Step::Cancel => (&self.admin, "applicationCancel", ""),
                    };
                    let reason = if choices.reason == Some(9) { " " } else { "보완 바랍니다" };
                    let defined = match step {
                        Step::Update => ", $input: RegistrationInput!",
                        Step::Return => ", $reason: String!",
                        _ => "",
                    };
                    let document = format!(
                        "mutation ($id: ID!, $version: Int!{defined}) {{ taken: {name}(id: $id, expectedVersion: $version{more}) {{ application {{ version status }} userErrors {{ code message }} }} }}"
                    );
                    let variables = json!({"id": applications[chosen], "version": version, "input": written(&input), "reason": reason});
                    let payload = self.server.query_as(token, &document, variables).await["taken"].take();
                    let is_expected = model.step(chosen, version, *step, &input, reason, at);
                    must_agree(place, op, is_expected, &payload)?;
                    let known = &model.applications[chosen];
                    let told = (payload["application"]["version"].as_i64(), payload["application"]["status"].as_str());
                    if told != (Some(known.version), Some(known.status)) {
                        return Err(format!("operation {place}, {op:?}: the server has {told:?}, the model version {}, {}", known.version, known.status));
                    }
                }
            }
        }
        self.compare(&model, &codes, ids[codes[0].as_str()], start, &applications).await
    }

    /// Everything that can be asked of the register, against the model.
    async fn compare(&self, model: &Register, codes: &[String], root: &str, start: i64, applications: &[String]) -> Result<(), String> {
        let server = &self.server;
        let statuses = json!(["REGISTERED", "DISCLOSED", "DESTROYED", "EXEMPT"]);
        let document = "query ($root: ID!, $statuses: [DataFileStatus!]) {
            files: dataFiles(first: 40, filter: {agency: {subordinateTo: {eq: $root}}, status: {in: $statuses}}) { nodes {
                registrationNumber status name agency { code }
                registrations(first: 40) { nodes { number changeKind reason validFrom validUntil recordedAt registeredOn completeness name purpose agency { code } retention { text } dataSubjectCount } } } }
            listed: dataFiles(first: 100, filter: {agency: {subordinateTo: {eq: $root}}}) { nodes { registrationNumber } }
            found: search(first: 100, filter: {subordinateTo: {eq: $root}, status: {in: $statuses}}) { nodes { registrationNumber status } }
            lengthened: registrations(first: 100, filter: {agency: {subordinateTo: {eq: $root}}, retentionChange: {eq: LENGTHENED}}) { nodes { number dataFile { registrationNumber } } }
            shortened: registrations(first: 100, filter: {agency: {subordinateTo: {eq: $root}}, retentionChange: {eq: SHORTENED}}) { nodes { number dataFile { registrationNumber } } } }";
        let told = server.query(document, json!({"root": root, "statuses": statuses})).await;
        agree("files and their histories", &by_number(&told["files"]["nodes"]), &histories(model))?;
        let numbers = |files: Vec<&String>| json!(files);
        let listed: Vec<&String> = model.files.iter().filter(|(_, file)| !is_destroyed(file)).map(|(number, _)| number).collect();
        agree("what lists show", &json!(sorted(&told["listed"]["nodes"], "registrationNumber")), &numbers(listed))?;
        agree("what is found", &json!(sorted(&told["found"]["nodes"], "registrationNumber")), &numbers(model.files.keys().collect()))?;
        for (direction, list) in [("LENGTHENED", &told["lengthened"]), ("SHORTENED", &told["shortened"])] {
            let of_model = model.files.iter().flat_map(|(number, file)| file.iter().map(move |one| (number, one)));
            let of_model =
                of_model.filter(|(_, one)| one.retention_change == Some(direction)).map(|(number, one)| format!("{number} {}", one.number)).collect();
            agree(direction, &json!(places(&list["nodes"])), &json!(sorted_texts(of_model)))?;
        }
        self.compare_days(model, codes, root).await?;
        // The journal tells the same, in the same order.
        let feed = "query ($start: Count!) { changes(first: 100, sinceSequence: $start) { nodes { kind registration { number } node { ... on DataFile { registrationNumber } } } } }";
        let told = server.query(feed, json!({"start": start})).await;
        let told: Vec<Value> = told["changes"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| json!([node["kind"], node["node"]["registrationNumber"], node["registration"]["number"]]))
            .collect();
        agree("the journal", &json!(told), &json!(model.journal))?;
        let own = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Application { version status kind returnReason dataFile { registrationNumber } } } }";
        let told = server.query_as(&self.admin, own, json!({"ids": applications})).await;
        let of_model: Vec<Value> = model
            .applications
            .iter()
            .map(|one| {
                let file = one.file.as_ref().map(|number| json!({"registrationNumber": number}));
                json!({"version": one.version, "status": one.status, "kind": one.kind, "returnReason": one.return_reason, "dataFile": file})
            })
            .collect();
        agree("the applications", &told["nodes"], &json!(of_model))
    }

    /// Each past day, as it is known now and as it was known at some instant; and what was declared on it.
    async fn compare_days(&self, model: &Register, codes: &[String], root: &str) -> Result<(), String> {
        let days = model.days(self.today());
        let instants: Vec<DateTime<Utc>> = model.files.values().flatten().map(|one| one.recorded_at).collect();
        for (round, days) in days.chunks(20).enumerate() {
            let known = instants.get(round * 7 % instants.len().max(1)).map_or(self.at, |at| *at + TimeDelta::milliseconds(500));
            let mut asked = String::new();
            for (place, day) in days.iter().enumerate() {
                for (name, before) in
                    [("d", String::new()), ("k", format!(", recordedBefore: \"{}\"", known.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)))]
                {
                    asked.push_str(&format!(
                        "{name}{place}: registrations(first: 100, asOf: \"{day}\"{before}, filter: {{agency: {{subordinateTo: {{eq: \"{root}\"}}}}}}) {{ nodes {{ number dataFile {{ registrationNumber }} }} }} "
                    ));
                }
            }
            let told = self.server.query(&format!("{{ {asked} }}"), json!({})).await;
            for (place, day) in days.iter().enumerate() {
                for (name, before) in [("d", None), ("k", Some(known))] {
                    let of_model = model.files.iter().filter_map(|(number, file)| Some(format!("{number} {}", in_force(file, *day, before)?.number))).collect();
                    agree(
                        &format!("{day}, known before {before:?}"),
                        &json!(places(&told[format!("{name}{place}")]["nodes"])),
                        &json!(sorted_texts(of_model)),
                    )?;
                }
            }
            let declared =
                "query ($codes: [String!], $days: [Date!]!) { agencies(filter: {code: {in: $codes}}, orderBy: {field: CODE, direction: ASC}) { nodes { code
                own: declaredSubjects(days: $days) { on dataFileCount countedFileCount declaredSubjectCount }
                all: declaredSubjects(days: $days, includeSubordinate: true) { on dataFileCount countedFileCount declaredSubjectCount } } } }";
            let told = self.server.query(declared, json!({"codes": codes, "days": days})).await;
            for node in told["agencies"]["nodes"].as_array().unwrap() {
                let code = text(&node["code"]);
                for (name, includes_all) in [("own", false), ("all", code == codes[0])] {
                    let sums = days.iter().map(|day| {
                        let there = model.files.values().filter_map(|file| in_force(file, *day, None)).filter(|one| includes_all || one.content.agency == code);
                        let counts: Vec<Option<i64>> = there.map(|one| one.content.count).collect();
                        json!({"on": day, "dataFileCount": counts.len(), "countedFileCount": counts.iter().flatten().count(), "declaredSubjectCount": counts.iter().flatten().sum::<i64>()})
                    });
                    agree(&format!("declared by {code}, {name}"), &node[name], &json!(sums.collect::<Vec<_>>()))?;
                }
            }
        }
        Ok(())
    }
}

fn must_agree(place: usize, op: &Op, is_expected: bool, payload: &Value) -> Result<(), String> {
    if payload["userErrors"].as_array().unwrap().is_empty() == is_expected {
        return Ok(());
    }
    Err(format!("operation {place}, {op:?}: the model takes it: {is_expected}; the server: {payload}"))
}

fn agree(what: &str, told: &Value, of_model: &Value) -> Result<(), String> {
    if told == of_model { Ok(()) } else { Err(format!("{what}\nserver {told:#}\nmodel  {of_model:#}")) }
}

fn sorted(nodes: &Value, field: &str) -> Vec<String> {
    sorted_texts(nodes.as_array().unwrap().iter().map(|node| text(&node[field]).to_owned()).collect())
}

fn sorted_texts(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

/// Registrations by the number of their file and their own.
fn places(nodes: &Value) -> Vec<String> {
    sorted_texts(nodes.as_array().unwrap().iter().map(|node| format!("{} {}", text(&node["dataFile"]["registrationNumber"]), node["number"])).collect())
}

fn by_number(nodes: &Value) -> Value {
    let mut files: Vec<Value> = nodes.as_array().unwrap().clone();
    files.sort_by_key(|file| text(&file["registrationNumber"]).to_owned());
    Value::Array(files)
}

/// The files of the model, as the schema tells them.
fn histories(model: &Register) -> Value {
    let files = model.files.iter().map(|(number, file)| {
        let known = timeline(file, None);
        let registrations: Vec<Value> = known.iter().enumerate().map(|(place, one)| {
            let content = &one.content;
            json!({
                "number": one.number, "changeKind": content.kind, "reason": content.reason, "validFrom": content.from, "validUntil": known.get(place + 1).map(|next| next.content.from),
                "recordedAt": one.recorded_at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true), "registeredOn": content.registered_on,
                "completeness": if content.is_full { "FULL_REGISTRATION" } else { "POLICY_EXCERPT" }, "name": content.name, "purpose": content.purpose,
                "agency": {"code": content.agency}, "retention": content.years.map(|years| json!({"text": format!("{years}년")})), "dataSubjectCount": content.count,
            })
        }).collect();
        let now = &last(file).content;
        let status = if is_destroyed(file) { "DESTROYED" } else { "REGISTERED" };
        json!({"registrationNumber": number, "status": status, "name": now.name, "agency": {"code": now.agency}, "registrations": {"nodes": registrations}})
    });
    Value::Array(files.collect())
}

/// Sequences that are run where `PROPTEST_CASES` does not say how many.
const USUAL: u32 = 40;

/// Attempts to find a shorter sequence on which they do not agree.
const ATTEMPTS: u32 = 200;

async fn server_and_model_agree(server: Server) {
    let mut stage = Stage::new(server).await;
    let config = Config::default();
    let cases = if config.cases == 256 { USUAL } else { config.cases };
    let mut runner = TestRunner::new(config);
    let sequences = prop::collection::vec(op(), 1..30);
    for case in 0..cases {
        let mut tree = sequences.new_tree(&mut runner).unwrap();
        let Err(mut disagreement) = stage.run(&tree.current()).await else { continue };
        let mut shortest = tree.current();
        for _ in 0..ATTEMPTS {
            match stage.run(&tree.current()).await {
                Err(found) => {
                    (disagreement, shortest) = (found, tree.current());
                    if !tree.simplify() {
                        break;
                    }
                }
                Ok(()) if !tree.complicate() => break,
                Ok(()) => {}
            }
        }
        panic!("sequence {case}: the server and the model do not agree:\n{shortest:#?}\n\n{disagreement}");
    }
    let verified = stage.server.store.verify_journal().await.unwrap().to_string();
    assert!(stage.server.store.audit_log().await.unwrap().1.is_none(), "the audit log is whole");
    assert!(!verified.is_empty(), "{verified}");
}

on_both!(Data::Empty => server_and_model_agree);
