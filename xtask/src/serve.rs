//! A small file server for the built page, on this machine only.

use crate::build;
use crate::tools::{Outcome, root};
use std::fs::File;
use std::path::{Path, PathBuf};
use tiny_http::{Header, Method, Request, Response, Server};

const PORT: u16 = 8080;

/// `serve [--port N]`: builds, then answers until it is stopped.
pub fn run(args: &[String]) -> Outcome {
    let port = port(args)?;
    build::all()?;
    let server = listen(port)?;
    let folder = root().join("dist/page");
    println!("beaconlens is at http://{}/", server.server_addr());
    for request in server.incoming_requests() {
        // A visitor who hangs up is no reason to stop.
        let _ = answer(request, &folder);
    }
    Ok(())
}

fn port(args: &[String]) -> Outcome<Option<u16>> {
    let text = match args {
        [] => return Ok(None),
        [option, value] if option == "--port" => value.as_str(),
        [option] if option.starts_with("--port=") => &option["--port=".len()..],
        _ => return Err(format!("serve takes --port N, found {}", args.join(" "))),
    };
    let port = text.parse().map_err(|_| format!("--port: {text:?} is not a port number"))?;
    Ok(Some(port))
}

/// A port that was asked for is used or refused; the usual one may be taken
/// by another program, then any free one does.
fn listen(port: Option<u16>) -> Outcome<Server> {
    let server = Server::http(("127.0.0.1", port.unwrap_or(PORT)));
    let server = match port {
        Some(_) => server,
        None => server.or_else(|_| Server::http(("127.0.0.1", 0))),
    };
    server.map_err(|error| format!("cannot listen on port {}: {error}", port.unwrap_or(PORT)))
}

fn answer(request: Request, folder: &Path) -> std::io::Result<()> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return request.respond(Response::from_string("only GET is served\n").with_status_code(405));
    }
    let Some((path, file)) = open(folder, request.url()) else {
        return request.respond(Response::from_string("not found\n").with_status_code(404));
    };
    let mut response = Response::from_file(file);
    let headers =
        [("Content-Type", mime(&path)), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")];
    for (name, value) in headers {
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    request.respond(response)
}

fn open(folder: &Path, url: &str) -> Option<(PathBuf, File)> {
    let path = find(folder, url)?;
    let file = File::open(&path).ok()?;
    Some((path, file))
}

/// The file that a URL names; none for anything outside the folder.
fn find(folder: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?;
    let mut found = folder.to_path_buf();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        if !is_plain(segment) {
            return None;
        }
        found.push(segment);
    }
    if found.is_dir() {
        found.push("index.html");
    }
    found.is_file().then_some(found)
}

/// The names that the build gives to files need no escapes, so a name with
/// anything else, such as `..` or `%2e`, is not one of them.
fn is_plain(segment: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    segment.chars().all(plain) && !segment.starts_with('.')
}

fn mime(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webmanifest") => "application/manifest+json",
        Some("csv") => "text/csv; charset=utf-8",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_folder_are_found() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let found = |url| find(folder, url).is_some();
        assert!(found("/Cargo.toml"));
        assert!(found("//src/main.rs?x=/../y"));
        for url in [
            "/",
            "/src",
            "/none",
            "/../Cargo.toml",
            "/src/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/src%2fmain.rs",
            "/..\\Cargo.toml",
            "/.",
            "/src/\0",
            "",
        ] {
            assert!(!found(url), "{url:?}");
        }
    }

    #[test]
    fn wasm_is_served_as_wasm() {
        assert_eq!(mime(Path::new("a/b.wasm")), "application/wasm");
        assert_eq!(mime(Path::new("LICENSE")), "application/octet-stream");
    }

    #[test]
    fn the_port_is_an_option() {
        let read = |args: &[&str]| port(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>());
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["--port", "9000"]), Ok(Some(9000)));
        assert_eq!(read(&["--port=9000"]), Ok(Some(9000)));
        assert!(read(&["--port", "70000"]).is_err());
        assert!(read(&["9000"]).is_err());
    }
}
