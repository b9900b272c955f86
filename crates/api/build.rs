//! Packs the files of GraphiQL: a third of their size in the binary, and on the way to the browser.

use flate2::{Compression, GzBuilder};
use std::{env, error::Error, fs, io::Write as _, path::Path};

/// Beside `page.html`, which is filled in.
const FILES: [&str; 6] = [
    "graphiql.min.css",
    "graphiql.min.js",
    "page.css",
    "page.js",
    "react-dom.production.min.js",
    "react.production.min.js",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    let out = env::var("OUT_DIR")?;
    for name in FILES {
        let path = Path::new("graphiql").join(name);
        println!("cargo:rerun-if-changed={}", path.display());
        // The builder writes no name and no time: the same files pack the same.
        let mut packed = GzBuilder::new().write(Vec::new(), Compression::best());
        packed.write_all(&fs::read(&path)?)?;
        fs::write(Path::new(&out).join(format!("{name}.gz")), packed.finish()?)?;
    }
    Ok(())
}
