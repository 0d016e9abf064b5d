//! Functions that look alike stand together in the module: brotli says what is near with fewer bytes.

use walrus::{FunctionKind, Module};

/// Names functions so that wasm-opt, which orders them by name, puts those together that were made of one generic
/// function, and the shortest first.
pub fn name_alike(module: &mut Module) {
    for function in module.funcs.iter_mut() {
        if let (Some(name), FunctionKind::Local(local)) = (&function.name, &function.kind) {
            function.name = Some(format!("{} {:06}", plain(name), local.size()));
        }
    }
}

/// `core[1f2e…]::panicking::panic::h3c4d…` → `core::panicking::panic`: a name without the hashes in it.
pub fn plain(name: &str) -> String {
    let name = name.rsplit_once("::h").filter(|(_, hash)| is_hash(hash)).map_or(name, |(name, _)| name);
    let mut parts = name.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| match part.split_once(']') {
        Some((hash, behind)) if is_hash(hash) => plain + behind,
        _ => plain + "[" + part,
    })
}

fn is_hash(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
