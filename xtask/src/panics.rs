//! The module without what a panic would say: it has nowhere to say it.
//!
//! A panic ends in a trap, and a host sees that trap and nothing else. So the functions that only make or
//! pass on a message become the trap itself, and the places in the source that messages would name (which
//! are also paths of the machine that compiled) become zeros. Behaviour is the same, the module a fiftieth
//! smaller.

use walrus::ir::Value;
use walrus::{ConstExpr, DataKind, FunctionBuilder, FunctionId, FunctionKind, Module};

/// What the names of the functions contain that never return, and do nothing but tell of a mistake. Stable
/// Rust cannot leave them out by itself.
const TELLERS: &[&str] = &[
    "core::panicking::",
    "std::panicking::",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::cell::panic_already",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::slice::sort::shared::smallsort::panic_on_ord_violation",
    "core::str::slice_error_fail",
    "core::num::int_log10::panic_for_nonpositive_argument",
    "std::thread::local::panic_access_error",
    "alloc::raw_vec::handle_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::alloc::handle_alloc_error",
];

/// What JavaScript calls for futures and closures, of which this module hands out none. The linker keeps them, as
/// descriptions that wasm-bindgen reads and removes have named them.
const UNCALLED: &[&str] = &["js_sys::futures::", "wasm_bindgen::convert::closures::"];

/// Makes a module's panics silent.
pub fn silence(module: &mut Module) {
    let tellers = module.funcs.iter().filter(|function| {
        let name = function.name.as_deref().map(plain).unwrap_or_default();
        let mut silent = TELLERS.iter().chain(UNCALLED);
        matches!(function.kind, FunctionKind::Local(_)) && silent.any(|silent| name.contains(silent))
    });
    let tellers: Vec<FunctionId> = tellers.map(|function| function.id()).collect();
    for teller in tellers {
        trap(module, teller);
    }
    let data: Vec<_> = module.data.iter().map(|data| data.id()).collect();
    for id in data {
        let data = module.data.get_mut(id);
        if let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = data.kind {
            forget_places(&mut data.value, start as u32 as usize);
        }
    }
}

/// `core[1f2e…]::panicking` → `core::panicking`: a name without the numbers of crates.
fn plain(name: &str) -> String {
    let mut parts = name.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once(']').map_or(part, |(_, behind)| behind))
}

fn trap(module: &mut Module, id: FunctionId) {
    let ty = module.types.get(module.funcs.get(id).ty());
    let (params, results) = (ty.params().to_vec(), ty.results().to_vec());
    let mut body = FunctionBuilder::new(&mut module.types, &params, &results);
    body.func_body().unreachable();
    let args = params.iter().map(|param| module.locals.add(*param)).collect();
    module.funcs.get_mut(id).kind = FunctionKind::Local(body.local_func(args));
}

/// Finds every `core::panic::Location` of data that will stand at `start`: the address and the length of the
/// name of a Rust file, then line and column.
fn forget_places(data: &mut [u8], start: usize) {
    const WORD: usize = 4;
    let mut places = Vec::new();
    for (at, two) in data.windows(2 * WORD).enumerate().step_by(WORD) {
        let word = |at: usize| two[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
        let (begin, len) = (word(0).wrapping_sub(start), word(WORD));
        let name = begin..begin.saturating_add(len);
        if data.get(name.clone()).is_some_and(|text| text.ends_with(b".rs")) {
            places.extend([at..at + 4 * WORD, name]);
        }
    }
    for place in places {
        data[place].fill(0);
    }
}
