//! Clients that are slow, silent, half gone, or send more than anybody needs: they are let go in time, and others are answered meanwhile.

use std::fs;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Client, WAIT, until};
use crate::harness::program::Started;

/// Clients of each kind that are there at a time.
const EACH: usize = 40;

/// Idle connections where `YEOLLAM_IDLE_CONNECTIONS` does not say how many.
const IDLE: usize = 2_000;

/// Most memory that an idle connection may take, in bytes.
const IDLE_BYTES: u64 = 48 << 10;

/// What a client sends, and how long it waits after each letter of what comes last.
struct Habit {
    name: &'static str,
    at_once: String,
    /// Sent a letter every half second, until the server lets go.
    slowly: bool,
    /// Whether it says that it sends nothing more.
    is_half_gone: bool,
    /// How an answer begins, if there must be one.
    answer: &'static str,
}

fn habits() -> Vec<Habit> {
    let post = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let habit = |name, at_once: String, answer| Habit { name, at_once, slowly: false, is_half_gone: false, answer };
    let slow = |name, at_once: String, answer| Habit { slowly: true, ..habit(name, at_once, answer) };
    let half = |name, at_once: String| Habit { is_half_gone: true, ..habit(name, at_once, "") };
    let asked = r#"{"query": "{ __typename }"}"#;
    let whole = format!("{post}content-length: {}\r\n\r\n{asked}", asked.len());
    vec![
        habit("says nothing", String::new(), ""),
        slow("a head that comes letter by letter", "GET /graphql?query={__typename} HTTP/1.1\r\nx-slow: ".to_owned(), ""),
        slow("a body that comes letter by letter", format!("{post}content-length: 100000\r\n\r\n{{"), "HTTP/1.1 504"),
        habit("a body that never comes", format!("{post}content-length: 100\r\n\r\n"), "HTTP/1.1 504"),
        slow(
            "an import that comes letter by letter",
            "POST /import?filename=a.csv HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n".to_owned(),
            "HTTP/1.1 401",
        ),
        habit("asks once and stays", whole.clone(), "HTTP/1.1 200"),
        half("gone within the head", "POST /graphql HTTP/1.1\r\nhos".to_owned()),
        half("gone within the body", format!("{post}content-length: 100\r\n\r\n{{")),
        half("asks and sends no more", whole),
        habit("a head without end", format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {}", "a".repeat(1 << 20)), "HTTP/1.1 431"),
        habit("too many headers", format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "x-more: a\r\n".repeat(2_000)), "HTTP/1.1 431"),
        habit("an address without end", format!("GET /graphql?query={} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(70_000)), "HTTP/1.1 414"),
        habit("announces more than is taken", format!("{post}content-length: 10000000000\r\n\r\n"), "HTTP/1.1 413"),
        habit(
            "sends more than is taken",
            format!("{post}transfer-encoding: chunked\r\n\r\n{}", format!("4000\r\n{}\r\n", "a".repeat(0x4000)).repeat(20)),
            "HTTP/1.1 413",
        ),
        habit("two lengths", format!("{post}content-length: 5\r\ncontent-length: 6\r\n\r\n{asked}"), "HTTP/1.1 400"),
        habit("no HTTP", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n\r\n".to_owned(), "HTTP/1.1 400"),
        habit("another HTTP", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), ""),
    ]
}

/// Behaves like that until the server lets go, and answers what it was told.
async fn behave(address: &str, habit: &Habit) -> String {
    let stream = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let speaking = async move {
        // The server may stop reading at any time.
        let _ = write.write_all(habit.at_once.as_bytes()).await;
        if habit.is_half_gone {
            let _ = write.shutdown().await;
        }
        while habit.slowly && write.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        // It holds its side open for as long as the server does.
        std::future::pending::<()>().await;
    };
    let mut told = Vec::new();
    let hearing = async {
        // A reset is an end too.
        let _ = read.read_to_end(&mut told).await;
    };
    tokio::select! {
        () = speaking => {}
        () = hearing => {}
    }
    String::from_utf8_lossy(&told).into_owned()
}

fn open_files(process: u32) -> usize {
    fs::read_dir(format!("/proc/{process}/fd")).unwrap().count()
}

/// Memory that a process holds of its own, mapped files apart, in bytes.
fn memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let anonymous = status.lines().find_map(|line| line.strip_prefix("RssAnon:")?.trim().strip_suffix(" kB")).expect("the system tells a process's memory");
    anonymous.parse::<u64>().unwrap() * 1024
}

/// The program with the bundled register, which gives up requests after five seconds.
async fn start(folder: &tempfile::TempDir) -> (Started, Client) {
    let started = Started::new(folder.path(), &["--data-dir", "data", "--listen", "127.0.0.1:0", "--request-deadline", "5"]);
    started.ready().await;
    let client = Client::new(&started.address, "");
    (started, client)
}

#[tokio::test]
async fn whoever_is_slow_or_sends_too_much_is_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let (started, client) = start(&folder).await;
    assert!(client.asks("{ dataFiles { totalCount } }").await.is_whole());
    let before = open_files(started.process());
    let habits = habits();
    let misbehaving = join_all(habits.iter().map(async |habit| {
        let told = join_all((0..EACH).map(|_| behave(&started.address, habit)));
        let told = tokio::time::timeout(WAIT, told).await.unwrap_or_else(|_| panic!("{}: the server does not let go", habit.name));
        // Who still sends when the connection ends may miss what was said.
        assert!(told.iter().all(|told| told.is_empty() || told.starts_with(habit.answer)), "{}: {told:?}", habit.name);
        assert!(told.iter().any(|told| told.starts_with(habit.answer)), "{}: nobody was told", habit.name);
    }));
    let asking = async {
        let began = Instant::now();
        let mut answered = 0;
        while began.elapsed() < Duration::from_secs(8) {
            let seen = client.asks("{ dataFiles(first: 5) { nodes { name agency { name } } } }").await;
            assert!(seen.is_whole() && seen.took < Duration::from_secs(30), "{seen:?}");
            answered += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        answered
    };
    let (_, answered) = tokio::join!(misbehaving, asking);
    assert!(answered > 10, "{answered}");
    until("nothing of them is left", async || open_files(started.process()) <= before + 4).await;
    assert!(client.asks("{ dataFiles { totalCount } }").await.is_whole());
    let (code, log) = started.stopped();
    assert!(code == Some(0) && !log.contains("panicked"), "{log}");
}

#[tokio::test]
async fn idle_connections_take_little_and_keep_nobody_out() {
    #[expect(clippy::disallowed_methods, reason = "how many is up to whoever runs the tests")]
    let wanted = std::env::var("YEOLLAM_IDLE_CONNECTIONS").map_or(IDLE, |number| number.parse().expect("YEOLLAM_IDLE_CONNECTIONS is a number"));
    let most = usize::try_from(rlimit::increase_nofile_limit(u64::MAX).unwrap()).unwrap();
    let wanted = wanted.min(most.saturating_sub(500));

    let folder = tempfile::tempdir().unwrap();
    let (started, client) = start(&folder).await;
    let question = "{ dataFiles(first: 5) { nodes { name agency { name } } } }";
    assert!(client.asks(question).await.is_whole());
    let (files_before, memory_before) = (open_files(started.process()), memory(started.process()));
    let mut idle = Vec::new();
    for number in 0..wanted {
        let mut stream = TcpStream::connect(started.address.trim_start_matches("http://")).await.unwrap();
        // Every other one has asked something, and stays.
        if number % 2 == 0 {
            stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        }
        idle.push(stream);
    }
    // Those that came first may be let go already where the machine is slow.
    let (mut most_files, mut most_memory) = (0, 0);
    for _ in 0..20 {
        most_files = most_files.max(open_files(started.process()));
        most_memory = most_memory.max(memory(started.process()));
        assert!(client.asks(question).await.is_whole());
        // A new client too, over a connection of its own.
        assert!(Client::new(&started.address, "").asks(question).await.is_whole());
    }
    let held = (most_files - files_before) as u64;
    let each = most_memory.saturating_sub(memory_before) / held.max(1);
    println!("{held} idle connections at once: {each} bytes each, {} MiB in all", most_memory >> 20);
    // How many at once is up to how fast the machine opens them: each is let go after fifteen seconds.
    assert!(held > 1_000, "{held} of {wanted} were there at once");
    assert!(each < IDLE_BYTES, "{each} bytes for each of {held}");
    // They are let go by and by, and leave nothing.
    until("they are let go", async || open_files(started.process()) <= files_before + 4).await;
    drop(idle);
    let sent = client.seen(client.asking(question, json!({}))).await.unwrap();
    assert!(sent.is_whole(), "{sent:?}");
    assert_eq!(started.stopped().0, Some(0));
}
