//! The documents name files that exist.

// A test that cannot read its own files has failed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;

const FOLDERS: &[&str] =
    &["benches/", "capture/", "fuzz/", "pkg-config/", "src/", "tests/", "www/", "xtask/"];

/// The paths in a text: words that start with a folder of the project.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let is_path = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let words = text.split(move |c| !is_path(c)).map(|word| word.trim_end_matches('.'));
    words.filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)))
}

#[test]
fn every_path_in_the_documents_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    for document in
        ["ARCHITECTURE.md", "CONTRIBUTING.md", "DESIGN.md", "FORMATS.md", "PLATFORM.md", "README.md"]
    {
        let text = fs::read_to_string(root.join(document)).unwrap();
        let named: Vec<&str> = paths(&text).collect();
        missing.extend(
            named.iter().filter(|path| !root.join(path).exists()).map(|path| format!("{document}: {path}")),
        );
        assert!(document != "ARCHITECTURE.md" || named.len() > 50, "only {} paths", named.len());
    }
    // The example of a new format.
    missing.retain(|path| !path.ends_with("src/ingest/format/firewall.rs"));
    assert!(missing.is_empty(), "missing:\n{}", missing.join("\n"));
}
