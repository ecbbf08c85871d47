//! What asks: a closed loop over keep-alive connections on one thread, with ready-made requests, so that it takes little of the processors that the servers share with it.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What to ask.
pub struct Plan {
    /// `host:port`.
    pub address: String,
    /// Requests, all but their variables.
    pub requests: Requests,
    /// Connections, each with one request under way.
    pub connections: usize,
    /// No request is begun after so many seconds; those under way are waited for.
    pub seconds: f64,
    /// Place of the first variables to send; the others follow in turn.
    pub first: usize,
}

/// Requests that differ in their variables.
pub struct Requests {
    /// `POST /graphql`; variables of a GET go behind it.
    head: String,
    /// What goes before and behind the variables in the body.
    around: (String, String),
    variables: Vec<String>,
}

impl Requests {
    /// Reads a text of lines: method and path, what goes before the variables, what goes behind them, then the variables of each request.
    pub fn read(text: &str) -> Result<Self> {
        let mut lines = text.lines().map(str::to_owned);
        let mut next = || lines.next().context("the requests need three lines before their variables");
        let (head, around) = (next()?, (next()?, next()?));
        let variables: Vec<_> = lines.collect();
        ensure!(!variables.is_empty(), "there are no variables");
        Ok(Self { head, around, variables })
    }

    /// The request as it goes over the wire.
    fn write(&self, place: usize, request: &mut Vec<u8>) {
        let variables = &self.variables[place];
        request.clear();
        if self.head.starts_with("GET") {
            request.extend_from_slice(format!("{}{variables} HTTP/1.1\r\nhost: localhost\r\n\r\n", self.head).as_bytes());
            return;
        }
        let length = self.around.0.len() + variables.len() + self.around.1.len();
        let headers = "host: localhost\r\naccept: application/json\r\ncontent-type: application/json";
        request.extend_from_slice(format!("{} HTTP/1.1\r\n{headers}\r\ncontent-length: {length}\r\n\r\n", self.head).as_bytes());
        for part in [&self.around.0, variables, &self.around.1] {
            request.extend_from_slice(part.as_bytes());
        }
    }
}

/// Asks, and tells the number of requests and seconds, times in milliseconds, and the place to go on from.
pub async fn run(plan: Plan) -> Result<serde_json::Value> {
    let next = Cell::new(plan.first);
    let times = RefCell::new(Vec::<Duration>::new());
    let bytes = Cell::new(0usize);
    let started = Instant::now();
    let end = started + Duration::from_secs_f64(plan.seconds);
    let connection = || async {
        let mut connection = Connection { stream: TcpStream::connect(&plan.address).await?, read: Vec::new() };
        let mut request = Vec::new();
        connection.stream.set_nodelay(true)?;
        while Instant::now() < end {
            let place = next.replace(next.get() + 1) % plan.requests.variables.len();
            plan.requests.write(place, &mut request);
            let asked = Instant::now();
            let body = connection.ask(&request).await.with_context(|| format!("asked {}", String::from_utf8_lossy(&request)))?;
            times.borrow_mut().push(asked.elapsed());
            bytes.set(bytes.get() + body);
        }
        Ok::<(), anyhow::Error>(())
    };
    let connections: Vec<_> = (0..plan.connections).map(|_| connection()).collect();
    all(connections).await?;
    let seconds = started.elapsed().as_secs_f64();
    let mut times = times.into_inner();
    times.sort();
    let at = |share: f64| times.get(((times.len() as f64 - 1.0) * share).round() as usize).map_or(0.0, |time| time.as_secs_f64() * 1000.0);
    Ok(json!({
        "requests": times.len(), "seconds": seconds, "p50": at(0.5), "p99": at(0.99), "longest": at(1.0),
        "bytes": bytes.get() / times.len().max(1), "next": next.get() % plan.requests.variables.len(),
    }))
}

/// Runs futures at once on this task, until all are done or one fails.
async fn all<F: Future<Output = Result<()>>>(futures: Vec<F>) -> Result<()> {
    let mut pending: Vec<_> = futures.into_iter().map(Box::pin).collect();
    std::future::poll_fn(move |context| {
        let mut failed = None;
        pending.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Pending => true,
            std::task::Poll::Ready(Ok(())) => false,
            std::task::Poll::Ready(Err(error)) => {
                failed = Some(error);
                false
            }
        });
        match failed {
            Some(error) => std::task::Poll::Ready(Err(error)),
            None if pending.is_empty() => std::task::Poll::Ready(Ok(())),
            None => std::task::Poll::Pending,
        }
    })
    .await
}

struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    /// Sends a request and reads its answer to the end; the length of its body. An answer other than 200, or with GraphQL errors, fails.
    async fn ask(&mut self, request: &[u8]) -> Result<usize> {
        self.stream.write_all(request).await?;
        self.read.clear();
        let (body, length) = loop {
            self.more().await?;
            let mut headers = [httparse::EMPTY_HEADER; 48];
            let mut response = httparse::Response::new(&mut headers);
            let httparse::Status::Complete(body) = response.parse(&self.read)? else { continue };
            let header = |name: &str| response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value);
            let length = header("content-length").map(|value| std::str::from_utf8(value)?.trim().parse::<usize>().context("content-length")).transpose()?;
            let status = response.code.unwrap_or_default();
            if status != 200 {
                bail!("answered {status}: {}", String::from_utf8_lossy(&self.read));
            }
            break (body, length);
        };
        let body = match length {
            Some(length) => {
                while self.read.len() < body + length {
                    self.more().await?;
                }
                self.read[body..body + length].to_vec()
            }
            None => self.chunks(body).await?,
        };
        // Every server here puts the errors of GraphQL first or last.
        let (start, end) = (&body[..body.len().min(64)], &body[body.len().saturating_sub(4096)..]);
        if [start, end].into_iter().any(|part| part.windows(9).any(|bytes| bytes == b"\"errors\":")) {
            bail!("answered errors: {}", String::from_utf8_lossy(&body));
        }
        Ok(body.len())
    }

    async fn more(&mut self) -> Result<()> {
        self.read.reserve(16 * 1024);
        ensure!(self.stream.read_buf(&mut self.read).await? > 0, "the server closed the connection");
        Ok(())
    }

    /// The body that begins at a place, sent in chunks.
    async fn chunks(&mut self, mut place: usize) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let (line, size) = match httparse::parse_chunk_size(&self.read[place..]) {
                Ok(httparse::Status::Complete(found)) => found,
                Ok(httparse::Status::Partial) => {
                    self.more().await?;
                    continue;
                }
                Err(_) => bail!("a chunk without a size"),
            };
            let size = usize::try_from(size)?;
            place += line;
            while self.read.len() < place + size + 2 {
                self.more().await?;
            }
            body.extend_from_slice(&self.read[place..place + size]);
            place += size + 2;
            if size == 0 {
                return Ok(body);
            }
        }
    }
}
