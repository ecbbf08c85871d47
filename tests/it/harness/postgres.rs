//! A PostgreSQL of a test's own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A PostgreSQL that lives as long as it is held: it ends when its standard input does, however that is.
pub struct OwnPostgres {
    /// Address of its database `postgres`.
    pub url: String,
    orders: Option<ChildStdin>,
    told: BufReader<ChildStdout>,
    process: Child,
}

impl OwnPostgres {
    /// Starts one in an environment with these variables.
    pub fn start(environment: &[(&str, &Path)]) -> Self {
        let mut process = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/with-postgres"))
            .args(["bash", "-c", "echo \"$YEOLLAM_TEST_POSTGRES\"; while read -r order; do $order && echo done; done"])
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("tests/with-postgres starts (it needs bash)");
        let (orders, mut told) = (process.stdin.take(), BufReader::new(process.stdout.take().unwrap()));
        let mut url = String::new();
        told.read_line(&mut url).unwrap();
        if url.is_empty() {
            let mut told = String::new();
            process.stderr.take().unwrap().read_to_string(&mut told).unwrap();
            panic!(
                "\n\nThis test needs PostgreSQL (15 or newer), and none could be started:\n{told}Or set YEOLLAM_TEST_POSTGRES=postgres://user@host:port/postgres.\n"
            );
        }
        Self { url: url.trim().to_owned(), orders, told, process }
    }

    /// Ends every process of it at once, as a crash does.
    pub fn kill(&mut self) {
        self.carry_out("kill_postgres");
    }

    /// Starts it again.
    pub fn start_again(&mut self) {
        self.carry_out("start_postgres");
    }

    /// Makes a replica that streams from it, and answers its address. The server is started again for that.
    pub fn make_replica(&mut self) -> String {
        self.carry_out("make_replica");
        self.start_replica();
        self.url.replace("127.0.0.1", "127.0.0.2")
    }

    /// Ends every process of the replica at once.
    pub fn kill_replica(&mut self) {
        self.carry_out("kill_postgres replica");
    }

    /// Starts the replica, again.
    pub fn start_replica(&mut self) {
        self.carry_out("start_postgres replica");
    }

    fn carry_out(&mut self, order: &str) {
        writeln!(self.orders.as_ref().unwrap(), "{order}").unwrap();
        let mut answer = String::new();
        self.told.read_line(&mut answer).unwrap();
        assert_eq!(answer, "done\n", "{order}");
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.process.wait();
    }
}
