//! What a GraphQL server over this register is measured against, in one small program; bench/README.md says how.
//!
//! - `limit statements DATABASE_URL`: each workload is one statement written by hand, whose JSON goes out as PostgreSQL made it: the least work that can give such an answer.
//! - `limit answers FILE`: the lines of a file as answers, from memory: the least that HTTP costs.
//! - `limit load …`: asks a server over a fixed number of connections and prints what it saw as JSON.
//!
//! Both servers print the address that they listen on, a free one of the loopback interface.

mod answers;
mod load;
mod statements;

use anyhow::{Context as _, Result, bail};
use axum::Router;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

/// As in Yeollam: what is compared is not the allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let mut next = |what: &str| arguments.next().with_context(|| format!("say {what}"));
    match command.as_str() {
        "statements" => {
            let url = next("the address of the database")?;
            Builder::new_multi_thread().enable_all().build()?.block_on(async move { serve(statements::router(&url)?).await })
        }
        "answers" => {
            let answers = std::fs::read_to_string(next("the file of answers")?)?;
            Builder::new_multi_thread().enable_all().build()?.block_on(serve(answers::router(&answers)))
        }
        "load" => {
            let plan = load::Plan {
                address: next("the address of the server, 127.0.0.1:8000 say")?,
                requests: load::Requests::read(&std::fs::read_to_string(next("the file of requests")?)?)?,
                connections: next("the number of connections")?.parse()?,
                seconds: next("the number of seconds")?.parse()?,
                first: next("the place of the first variables")?.parse()?,
            };
            // One thread: what asks must leave the processors to what is asked.
            println!("{}", Builder::new_current_thread().enable_all().build()?.block_on(load::run(plan))?);
            Ok(())
        }
        _ => bail!("say statements, answers or load"),
    }
}

async fn serve(router: Router) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on {}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}
