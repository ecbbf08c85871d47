//! One page without a server, for whoever works on its looks: `page ask '/?q=회원'` prints what the page asks, `page show '/?q=회원'` reads `{"labels": …, "data": …}` and prints HTML.

use std::io::Read as _;

use portal::address::Address;
use portal::view::{Labels, View};
use serde_json::{Value, json};

#[expect(clippy::print_stdout, reason = "a program of the command line")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(command), Some(address)) = (arguments.next(), arguments.next()) else { return Err("page ask|show ADDRESS".into()) };
    let (here, today) = (Address::of(&address), "2026-11-22");
    let page = portal::page(&here, today).ok_or("there is no such page")?;
    if command == "ask" {
        let ask = page.ask();
        println!("{}", json!({"query": ask.document, "variables": ask.variables}));
        return Ok(());
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let mut input: Value = serde_json::from_str(&text)?;
    let labels = Labels::read(input["labels"].take())?;
    let view = View::new(&here, &labels, "http://127.0.0.1:8000");
    println!("{}", page.show(&view, input["data"].take()).map_err(|error| format!("{error:?}"))?);
    Ok(())
}
