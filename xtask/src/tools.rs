//! Running other programs: every command is started at the project root, and
//! a failure names the command.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What every task answers: nothing, or a message for people.
pub type Outcome<T = ()> = Result<T, String>;

/// The folder of the project.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Where cargo puts what it makes.
pub fn target_dir() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// A command that runs at the root.
pub fn command(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(root());
    command
}

/// cargo: the one that runs this program.
pub fn cargo(args: &[&str]) -> Command {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    command(&cargo, args)
}

/// node with a script of the project.
pub fn node(args: &[&str]) -> Command {
    command("node", args)
}

/// A program that an npm package brought.
pub fn npm_bin(name: &str, args: &[&str]) -> Command {
    let path = root().join("node_modules/.bin").join(name);
    command(&path.to_string_lossy(), args)
}

/// The command as a person would type it.
pub fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words: Vec<_> = std::iter::once(name).chain(command.get_args()).map(OsStr::to_string_lossy).collect();
    words.join(" ")
}

/// Runs a command, its output going where ours goes.
pub fn run(mut command: Command) -> Outcome {
    let status = command.status().map_err(|error| format!("cannot start `{}`: {error}", line(&command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", line(&command))) }
}

/// Whether the command can be started and succeeds; says nothing.
pub fn succeeds(mut command: Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// What the command prints to its standard output.
pub fn output(mut command: Command) -> Outcome<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot start `{}`: {error}", line(&command)))?;
    if !output.status.success() {
        return Err(format!("`{}` failed ({})", line(&command), output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a command, shows its output as it comes, and keeps a copy of it.
/// The text is there also when the command failed.
pub fn run_and_keep(mut command: Command) -> (String, Outcome) {
    let name = line(&command);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => return (String::new(), Err(format!("cannot start `{name}`: {error}"))),
    };
    let errors = child.stderr.take();
    let reader = std::thread::spawn(move || errors.map(show_and_keep).unwrap_or_default());
    let mut text = child.stdout.take().map(show_and_keep).unwrap_or_default();
    text.push_str(&reader.join().unwrap_or_default());
    let outcome = match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{name}` failed ({status})")),
        Err(error) => Err(format!("`{name}`: {error}")),
    };
    (text, outcome)
}

fn show_and_keep(stream: impl Read) -> String {
    let mut kept = String::new();
    for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned() + "\n";
        // A closed output must not end the check.
        let _ = std::io::stdout().lock().write_all(line.as_bytes());
        kept.push_str(&line);
    }
    kept
}
