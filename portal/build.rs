//! Embeds GraphiQL where it was built (`npm ci` and `npm run build` in explorer/). Where it was not, the explorer is a plain console, and nothing needs npm.

use std::path::Path;

fn main() {
    let built = Path::new("explorer/dist");
    println!("cargo::rerun-if-changed={}", built.display());
    println!("cargo::rustc-check-cfg=cfg(graphiql)");
    if built.join("explorer.js").is_file() && built.join("explorer.css").is_file() {
        println!("cargo::rustc-cfg=graphiql");
    }
}
