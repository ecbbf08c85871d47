//! How fast a server answers over a generated register: `cargo bench --bench queries -- 40000 400000`. With `--database-url`, over the same register in PostgreSQL too, in turn. bench/README.md says how to read it.

#![expect(clippy::print_stdout, reason = "it prints what it measures")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

/// Time that each scenario is asked, one request at a time; and by several clients at once.
const ONE_BY_ONE: Duration = Duration::from_secs(4);
const AT_ONCE: Duration = Duration::from_secs(3);
/// Clients that ask at once.
const CLIENTS: usize = 4;

const SQLITE: &str = "SQLite";
const POSTGRES: &str = "PostgreSQL";

/// Words that many files have.
const FREQUENT: [&str; 16] = [
    "회원",
    "민원",
    "관리",
    "주민등록번호",
    "교육",
    "학생",
    "홈페이지",
    "신청",
    "개인정보",
    "전화번호",
    "서울",
    "경기도",
    "초등학교",
    "회원 관리",
    "학생 건강",
    "\"회원 관리\"",
];

/// Syllables that names from all over the register have.
const SYLLABLES: &str = "가나다라마바사아자차카타파하구도서시원정";

struct Arguments {
    sizes: Vec<u64>,
    database_url: Option<String>,
    /// Part of the names of the scenarios that are measured, all of them where left out.
    only: Option<String>,
}

fn main() -> Result<()> {
    let mut arguments = Arguments { sizes: Vec::new(), database_url: None, only: None };
    let mut given = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(argument) = given.next() {
        if argument == "--database-url" {
            arguments.database_url = Some(given.next().context("--database-url wants an address of a PostgreSQL database, empty the first time")?);
        } else if argument == "--only" {
            arguments.only = Some(given.next().context("--only wants a part of the names of scenarios")?);
        } else {
            arguments.sizes.push(argument.parse().with_context(|| format!("\"{argument}\" is no number of files"))?);
        }
    }
    if arguments.sizes.is_empty() {
        arguments.sizes.push(40_000);
    }
    let runtime = tokio::runtime::Runtime::new()?;
    arguments.sizes.iter().try_for_each(|files| runtime.block_on(measure(*files, &arguments)))
}

async fn measure(files: u64, Arguments { database_url, only, .. }: &Arguments) -> Result<()> {
    println!("\n## {files} files");
    // One after the other until they answer, so that neither makes the other slower.
    let rebuilds = only.is_none();
    let mut registers = vec![(SQLITE, Server::over(files, None, rebuilds).await?)];
    if let Some(url) = database_url {
        registers.push((POSTGRES, Server::over(files, Some(url), rebuilds).await?));
    }
    let (_, first) = registers.first().context("no register")?;
    let scenarios = scenarios(first).await?;
    println!("{:34} {:10} {:>8} {:>8} {:>8} {:>8}   {:>9}", "", "", "p50 ms", "p95 ms", "p99 ms", "max ms", "req/s x4");
    for (name, requests) in scenarios {
        if only.as_ref().is_some_and(|only| !name.contains(only)) {
            continue;
        }
        let requests = Arc::new(requests);
        for (database, server) in &registers {
            for request in requests.iter().take(20) {
                server.ask(request).await?;
            }
            let mut times = Vec::new();
            let started = Instant::now();
            // Every request once at least: rare ones count as they are.
            while started.elapsed() < ONE_BY_ONE || times.len() < requests.len() {
                let request = &requests[times.len() % requests.len()];
                let asked = Instant::now();
                server.ask(request).await?;
                times.push(asked.elapsed().as_secs_f64() * 1000.0);
            }
            times.sort_by(f64::total_cmp);
            let at = |per_cent: usize| times[(times.len() - 1) * per_cent / 100];
            let rate = server.rate(&requests).await?;
            println!("{name:34} {database:10} {:8.2} {:8.2} {:8.2} {:8.2}   {rate:9.0}", at(50), at(95), at(99), at(100));
        }
    }
    for (database, server) in &registers {
        println!("after           {database:10} {}", server.memory());
    }
    Ok(())
}

/// Runs a command of the program to its end; what it said.
fn run(mut command: Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "{command:?} failed");
    Ok(String::from_utf8(output.stdout)?)
}

fn size(path: &PathBuf) -> f64 {
    std::fs::metadata(path).map_or(0.0, |metadata| metadata.len() as f64 / f64::from(1 << 20))
}

/// A server in a process of its own.
struct Server {
    process: Child,
    url: String,
    client: reqwest::Client,
    ready: Duration,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// A server over a generated register of so many files, which is made where it is not there yet. Each of its answers is made anew.
    async fn over(files: u64, database_url: Option<&str>, rebuilds: bool) -> Result<Self> {
        let (database, suffix) = if database_url.is_some() { (POSTGRES, "-postgres") } else { (SQLITE, "") };
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("register-{files}{suffix}"));
        let program = |command: &[&str]| {
            let mut program = Command::new(env!("CARGO_BIN_EXE_yeollam"));
            program.arg("--data-dir").arg(&folder).args(command).env("RUST_LOG", "warn");
            if let Some(url) = database_url {
                program.args(["--database-url", url]);
            }
            program
        };
        println!("{database}");
        std::fs::create_dir_all(&folder)?;
        run(program(&["migrate", "up"]))?;
        let done = folder.join("generated");
        if !done.exists() {
            let started = Instant::now();
            run(program(&["generate", "--files", &files.to_string(), "--seed", "1"]))?;
            let seconds = started.elapsed().as_secs_f64();
            println!("generate        {seconds:8.1} s   {:8.0} files/s", files as f64 / seconds);
            std::fs::write(&done, "")?;
        }
        if rebuilds {
            let started = Instant::now();
            let status = run(program(&["index", "rebuild"]))?;
            println!("index rebuild   {:8.1} s   {}", started.elapsed().as_secs_f64(), status.lines().last().unwrap_or_default().trim());
        }
        if database_url.is_none() {
            println!("database        {:8.0} MiB", size(&folder.join("register.sqlite")));
        }
        let server = Self::start(program(&["--listen", "127.0.0.1:0", "--answer-cache", "0", "serve"])).await?;
        println!("start to ready  {:8.2} s   {}", server.ready.as_secs_f64(), server.memory());
        Ok(server)
    }

    async fn start(mut command: Command) -> Result<Self> {
        let started = Instant::now();
        let mut process = command.stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(process.stdout.take().context("no output")?).lines();
        let url = loop {
            let line = lines.next().context("the server ended")??;
            if let Some(url) = line.trim().strip_prefix("GraphQL") {
                break url.split_whitespace().next().context("no address")?.to_owned();
            }
        };
        let client = reqwest::Client::builder().no_proxy().build()?;
        let ready = url.replace("/graphql", "/readyz");
        while !client.get(&ready).send().await?.status().is_success() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Self { process, url, client, ready: started.elapsed() })
    }

    async fn ask(&self, request: &Value) -> Result<Value> {
        let answer: Value = self.client.post(&self.url).json(request).send().await?.json().await?;
        if let Some(errors) = answer.get("errors") {
            bail!("{errors}\n{request}");
        }
        Ok(answer["data"].clone())
    }

    /// Requests a second that several clients are answered.
    async fn rate(&self, requests: &Arc<Vec<Value>>) -> Result<f64> {
        let started = Instant::now();
        let clients = (0..CLIENTS).map(|client| async move {
            let mut asked = 0;
            while started.elapsed() < AT_ONCE {
                self.ask(&requests[(client * 7 + asked) % requests.len()]).await?;
                asked += 1;
            }
            Ok::<usize, anyhow::Error>(asked)
        });
        let asked = futures_util::future::try_join_all(clients).await?;
        Ok(asked.iter().sum::<usize>() as f64 / started.elapsed().as_secs_f64())
    }

    /// What the process holds in memory, mapped files told apart.
    fn memory(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let mebibytes = |name: &str| {
            let kilobytes = status.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
            kilobytes.unwrap_or_default() / 1024
        };
        format!("resident {} MiB, of it mapped files {} MiB; most ever {} MiB", mebibytes("VmRSS:"), mebibytes("RssFile:"), mebibytes("VmHWM:"))
    }
}

/// Requests as portals and analysts send them, with words from the register itself.
async fn scenarios(server: &Server) -> Result<Vec<(&'static str, Vec<Value>)>> {
    let sample = sample(server).await?;
    let names: Vec<&str> = sample.iter().filter_map(|file| file["name"].as_str()).collect();
    let agencies: Vec<&str> = sample.iter().filter_map(|file| file["agency"]["name"].as_str()).collect();
    // Pieces of names, of two to five letters: most are rare.
    let piece = |(place, name): (usize, &&str)| {
        let letters: Vec<char> = name.chars().filter(|c| c.is_alphanumeric()).collect();
        let length = (2 + place % 4).min(letters.len());
        let start = (place * 5) % (letters.len() - length + 1);
        letters[start..start + length].iter().collect::<String>()
    };
    let rare: Vec<String> = names.iter().chain(&agencies).enumerate().map(piece).collect();
    let words: Vec<String> =
        FREQUENT.iter().map(|word| (*word).to_owned()).cycle().zip(rare.iter()).flat_map(|(frequent, rare)| [frequent, rare.clone()]).collect();
    let ask = |document: &str, variables: Value| json!({ "query": document, "variables": variables });
    let with_words = |document: &str| words.iter().map(|word| ask(document, json!({ "text": word }))).collect::<Vec<_>>();
    let filters = [
        json!({}),
        json!({"sensitiveKind": {"eq": "HEALTH"}}),
        json!({"uniqueIdentifier": {"eq": "RESIDENT_REGISTRATION_NUMBER"}}),
        json!({"region": {"eq": "41"}, "dataSubjectCount": {"gte": 100_000}}),
        json!({"agencyType": {"in": ["SCHOOL", "EDUCATION_OFFICE"]}, "retentionClass": {"eq": "PERMANENT"}}),
        json!({"agencyName": "경기도", "dataFileName": "민원"}),
    ];
    let with_filters = |document: &str| filters.iter().map(|filter| ask(document, json!({ "filter": filter }))).collect::<Vec<_>>();
    let prefixes = ["ㄱ", "ㄱㅍ", "ㄱㅍㅅ", "김ㅍ", "회", "회원", "ㅎㅇ", "ㅁㅇ", "서울", "서울특별시", "국민", "개인정보", "초등", "ㄱㄱㄷ", "주민", "a"];
    let numbers: Vec<&str> = sample.iter().filter_map(|file| file["registrationNumber"].as_str()).collect();
    let codes: Vec<&str> = sample.iter().filter_map(|file| file["agency"]["code"].as_str()).collect();
    let agency_ids: Vec<&str> = sample.iter().filter_map(|file| file["agency"]["id"].as_str()).collect();
    let rules: Vec<String> = (1..=18).map(|number| format!("R{number:02}")).collect();
    let types = ["CENTRAL", "METROPOLITAN_GOVERNMENT", "BASIC_GOVERNMENT", "SCHOOL", "UNIVERSITY", "PUBLIC_CORPORATION"];
    let flows = [
        json!({}),
        json!({"kind": {"eq": "ENTRUSTMENT"}}),
        json!({"category": "RESIDENT_REGISTRATION_NUMBER"}),
        json!({"category": "HEALTH", "from": {"type": {"eq": "BASIC_GOVERNMENT"}}}),
        json!({"to": {"name": {"eq": "경찰청"}}}),
        json!({"from": {"type": {"eq": "SCHOOL"}}, "kind": {"eq": "PROVISION"}}),
    ];
    // As of bench/peers: many, so that most are asked for the first time.
    let spread = spread(server).await?;
    let codes_of_all: BTreeSet<&str> = spread.iter().map(|(_, code)| code.as_str()).collect();
    Ok(vec![
        ("Q2, a file in full", spread.iter().map(|(number, _)| ask(include_str!("peers/yeollam/Q2.graphql"), json!({ "number": number }))).collect()),
        ("Q3, an agency with 20 files", codes_of_all.iter().map(|code| ask(include_str!("peers/yeollam/Q3.graphql"), json!({ "code": code }))).collect()),
        (
            "search, five facets, total",
            with_words(
                "query($text: String) { search(text: $text, first: 20) { totalCount nodes { name registrationNumber agency { name } }
                   facets(by: [AGENCY_TYPE, REGION, ITEM_CATEGORY, RETENTION_CLASS, STATUTE], first: 10) { dimension values { key label count } otherCount missingCount } } }",
            ),
        ),
        ("search, page only", with_words("query($text: String) { search(text: $text, first: 20) { nodes { name agency { name } } } }")),
        ("search, highlights", with_words("query($text: String) { search(text: $text, first: 20) { edges { score node { name } highlights { field fragments { text isMatch } } } } }")),
        (
            "search page of the portal",
            words.iter().map(|word| ask(include_str!("../portal/documents/search.graphql"), json!({ "text": word, "first": 20, "language": "KO" }))).collect(),
        ),
        (
            "facets of a filter",
            with_filters(
                "query($filter: SearchFilter) { search(filter: $filter, first: 0) { totalCount facets(by: [AGENCY_TYPE, REGION, AGENCY, SENSITIVE_KIND, RECIPIENT], first: 10) { values { key count } } } }",
            ),
        ),
        (
            "statistics, two dimensions",
            with_filters(
                "query($filter: SearchFilter) { a: statistics(filter: $filter, by: [RETENTION_CLASS, AGENCY_TYPE]) { rows { keys { key label } dataFileCount declaredSubjectCount agencyCount } rest { dataFileCount } } }",
            ),
        ),
        (
            "statistics, agencies by category",
            // Of everything, the cells of a national register are refused as too many; of ten times as many files, those of most filters are.
            answered(server, with_filters("query($filter: SearchFilter) { statistics(filter: $filter, by: [AGENCY, ITEM_CATEGORY], rankBy: DECLARED_SUBJECTS, first: 20) { rows { keys { label } declaredSubjectCount } rest { agencyCount } } }")).await?,
        ),
        ("suggest", prefixes.iter().map(|prefix| ask("query($prefix: String!) { suggest(prefix: $prefix) { kind text dataFileCount } }", json!({ "prefix": prefix }))).collect()),
        (
            "similar",
            numbers.iter().take(40).map(|number| ask("query($number: String!) { dataFile(registrationNumber: $number) { similar { name agency { name } } } }", json!({ "number": number }))).collect(),
        ),
        (
            "list page",
            codes.iter().map(|code| ask("query($code: String!) { agency(code: $code) { name dataFiles(first: 20) { totalCount nodes { name registrationNumber dataSubjectCount: registration { dataSubjectCount } } } } }", json!({ "code": code }))).collect(),
        ),
        (
            "detail page",
            numbers
                .iter()
                .map(|number| {
                    ask(
                        "query($number: String!) { dataFile(registrationNumber: $number) { name status agency { name ancestors { name } } registration { purpose dataSubjectCount
                           legalBases { citation statute { name } } collectedItems { name category { label } uniqueIdentifier } retention { text class } accessDesk { department phones }
                           provisions(first: 20) { nodes { recipient { name } purpose items { name } } } entrustments(first: 20) { nodes { entrustee { name } task } } }
                           impactAssessments(first: 5) { nodes { year } } } }",
                        json!({ "number": number }),
                    )
                })
                .collect(),
        ),
        (
            "findings, page and counts",
            rules
                .iter()
                .map(|rule| {
                    let filter = json!({"rule": {"eq": rule}});
                    ask("query($filter: FindingFilter) { findings(filter: $filter, first: 20) { totalCount nodes { certainty since message dataFile { name } agency { name } } } }", json!({ "filter": filter }))
                })
                .collect(),
        ),
        ("findings, counts of all rules", vec![ask("{ findingRules { code count } }", json!({}))]),
        (
            "findings of an agency type",
            types
                .iter()
                .map(|word| {
                    let filter = json!({"agency": {"type": {"eq": word}}});
                    ask("query($filter: FindingFilter) { findings(filter: $filter, first: 20) { nodes { rule { code } since agency { name } } } }", json!({ "filter": filter }))
                })
                .collect(),
        ),
        (
            "data flows, top 50",
            flows
                .iter()
                .map(|filter| {
                    ask(
                        "query($filter: DataFlowFilter) { dataFlows(filter: $filter, first: 50) { nodes { kind dataFileCount declaredSubjectCount from { name } to { name } categories { code } } } }",
                        json!({ "filter": filter }),
                    )
                })
                .collect(),
        ),
        (
            "data flows, ways of three hops",
            agency_ids
                .iter()
                .map(|id| {
                    ask("query($id: ID!) { dataFlowPaths(fromAgencyId: $id, maxHops: 3, first: 50) { hops { kind dataFileCount to { name } } categories { code } } }", json!({ "id": id }))
                })
                .collect(),
        ),
        ("peers", vec![ask("{ peerGroups { agencyType spreads { measure median } farBelow { value agency { name } } } }", json!({}))]),
    ])
}

/// Those of the requests that the server does not refuse.
async fn answered(server: &Server, requests: Vec<Value>) -> Result<Vec<Value>> {
    let mut answered = Vec::new();
    for request in requests {
        if server.ask(&request).await.is_ok() {
            answered.push(request);
        }
    }
    ensure!(!answered.is_empty(), "every request is refused");
    Ok(answered)
}

/// Registration numbers and codes of agencies, thousands of them from all over the register.
async fn spread(server: &Server) -> Result<BTreeSet<(String, String)>> {
    let document = "query($text: String, $after: String) { search(text: $text, first: 100, after: $after) { nodes { registrationNumber agency { code } } pageInfo { endCursor } } }";
    let mut files = BTreeSet::new();
    for syllable in SYLLABLES.chars() {
        let mut after = Value::Null;
        for _ in 0..4 {
            let found = server.ask(&json!({ "query": document, "variables": { "text": syllable, "after": after } })).await?["search"].take();
            let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            files.extend(found["nodes"].as_array().into_iter().flatten().map(|file| (word(&file["registrationNumber"]), word(&file["agency"]["code"]))));
            after = found["pageInfo"]["endCursor"].clone();
            if after.is_null() {
                break;
            }
        }
    }
    Ok(files)
}

/// Files from all over the register.
async fn sample(server: &Server) -> Result<Vec<Value>> {
    let document = "query($text: String) { search(text: $text, first: 20, orderBy: {field: NAME, direction: ASC}) { nodes { name registrationNumber agency { id code name } } } }";
    let mut files = Vec::new();
    for syllable in SYLLABLES.chars() {
        let answer = server.ask(&json!({ "query": document, "variables": { "text": syllable } })).await?;
        files.extend(answer["search"]["nodes"].as_array().cloned().unwrap_or_default());
    }
    ensure!(files.len() > 100, "the register is too small to measure: {} files found", files.len());
    Ok(files)
}
