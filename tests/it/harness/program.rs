//! The program itself, as a process of its own.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The program, in a folder and with no setting but those given.
pub fn yeollam(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yeollam"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for setting in [
        "DATABASE_URL",
        "RUST_LOG",
        "YEOLLAM_DATA_DIR",
        "YEOLLAM_LISTEN",
        "YEOLLAM_PUBLIC_URL",
        "YEOLLAM_LOG_FORMAT",
        "YEOLLAM_COST_LIMIT",
        "YEOLLAM_DEPTH_LIMIT",
        "YEOLLAM_BODY_BYTES",
        "YEOLLAM_FEDERATION",
        "YEOLLAM_IMPORT_BYTES",
        "YEOLLAM_REQUEST_DEADLINE",
        "YEOLLAM_DATABASE_CONNECTIONS",
        "YEOLLAM_DATABASE_WAIT",
        "YEOLLAM_READ_DATABASE_URL",
        "YEOLLAM_METRICS_LISTEN",
        "YEOLLAM_SLOW_QUERY",
        "YEOLLAM_OIDC_ISSUER",
        "YEOLLAM_OIDC_AUDIENCE",
        "YEOLLAM_OIDC_KEYS",
        "YEOLLAM_OIDC_AUTHORITIES",
        "YEOLLAM_OIDC_ROLE",
        "YEOLLAM_OIDC_ROLE_CLAIM",
        "YEOLLAM_OIDC_AGENCY_CLAIM",
        "YEOLLAM_OIDC_NAME_CLAIM",
        "YEOLLAM_OIDC_CLOCK_SKEW",
    ] {
        command.env_remove(setting);
    }
    command
}

/// What the program says when it has ended.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    yeollam(folder, arguments).output().unwrap()
}

/// A server of the program that listens. It ends, whatever it is doing, when it is dropped.
pub struct Started {
    child: Child,
    /// What it says at start.
    pub introduction: String,
    /// Where it listens, `http://127.0.0.1:…`.
    pub address: String,
    rest: BufReader<ChildStdout>,
    log: JoinHandle<String>,
}

impl Started {
    /// Starts it, and waits until it says where it listens.
    pub fn new(folder: &Path, arguments: &[&str]) -> Self {
        Self::of(&mut yeollam(folder, arguments))
    }

    /// Starts it within so much memory of its own (heap, stacks, anonymous maps, in bytes): what it wants beyond that it does not get. The pages of files that it maps are the system's, which takes
    /// them back as it needs.
    pub fn within(memory: u64, folder: &Path, arguments: &[&str]) -> Self {
        let program = yeollam(folder, arguments);
        let mut command = Command::new("prlimit");
        command.arg(format!("--data={memory}")).arg(program.get_program()).args(program.get_args()).current_dir(folder).stdin(Stdio::null());
        for (name, _) in program.get_envs() {
            command.env_remove(name);
        }
        Self::of(&mut command)
    }

    /// Starts what a command says, and waits until it says where it listens.
    pub fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut rest = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        // A pipe that nobody reads would hold up the server when it is full.
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        let mut introduction = String::new();
        // It listens before it says so.
        while !introduction.contains("Ctrl+C") {
            if rest.read_line(&mut introduction).unwrap() == 0 {
                panic!("the server ended: {introduction}{}", log.join().unwrap());
            }
        }
        let address = introduction.split_whitespace().find_map(|word| word.strip_suffix("/graphql")).unwrap().to_owned();
        Self { child, introduction, address, rest, log }
    }

    /// Waits until `/readyz` says that it can answer everything, and answers what it said until then.
    pub async fn ready(&self) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_secs(120);
        let mut told = Vec::new();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        loop {
            let response = client.get(format!("{}/readyz", self.address)).send().await.unwrap();
            let status = response.status();
            let text = response.text().await.unwrap();
            if status == 200 {
                return told;
            }
            assert!(status == 503 && Instant::now() < deadline, "{status} {text}");
            if told.last() != Some(&text) {
                told.push(text);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Most memory in bytes that it had at a time, the pages of mapped files included.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Number of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, as an operator's supervisor does.
    pub fn stop(&self) {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
    }

    /// Asks it to stop, and answers its exit code and log.
    pub fn stopped(self) -> (Option<i32>, String) {
        self.stop();
        self.ended()
    }

    /// Ends it as a crash does: at once, wherever it is.
    pub fn killed(mut self) -> String {
        self.child.kill().unwrap();
        self.ended().1
    }

    /// Its exit code and log, when it has ended.
    pub fn ended(mut self) -> (Option<i32>, String) {
        self.rest.read_to_string(&mut self.introduction).unwrap();
        let code = self.child.wait().unwrap().code();
        let log = std::mem::replace(&mut self.log, std::thread::spawn(String::new));
        (code, log.join().unwrap())
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a server answers to a document.
pub async fn asked(address: &str, document: &str) -> Value {
    asked_with(address, document, json!({})).await
}

/// What it answers to a document with variables.
pub async fn asked_with(address: &str, document: &str, variables: Value) -> Value {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = json!({"query": document, "variables": variables}).to_string();
    let response = client.post(format!("{address}/graphql")).header("content-type", "application/json").body(body).send();
    serde_json::from_str(&response.await.unwrap().text().await.unwrap()).unwrap()
}

/// Both chains, as the program proves them.
pub fn must_be_proved(folder: &Path, database: &str) {
    for what in ["journal", "audit"] {
        let proof = run(folder, &["--database-url", database, what, "verify"]);
        assert!(proof.status.success(), "{what}: {proof:?}");
    }
}

/// Something between 0 and the given duration: another one in each run.
pub fn any_time_within(most: Duration) -> Duration {
    let chance = RandomState::new().build_hasher().finish();
    most.mul_f64(f64::from(u32::try_from(chance % 1000).unwrap()) / 1000.0)
}
