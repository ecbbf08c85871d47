//! Embeds GraphiQL where it was built (`npm ci` and `npm run build` in explorer/). Where it was not, the explorer is a plain console, and nothing needs npm.
//!
//! What was built is copied beside the compiled crate: a target folder may serve several checkouts, not all of which have it.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[expect(clippy::disallowed_methods, reason = "Cargo tells build scripts so where to write")]
fn main() -> io::Result<()> {
    let built = Path::new("explorer/dist");
    println!("cargo::rerun-if-changed={}", built.display());
    println!("cargo::rustc-check-cfg=cfg(graphiql)");
    let files = ["explorer.css", "explorer.js"];
    if files.iter().all(|file| built.join(file).is_file()) {
        let copies = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
        for file in files {
            fs::copy(built.join(file), copies.join(file))?;
        }
        println!("cargo::rustc-cfg=graphiql");
    }
    Ok(())
}
