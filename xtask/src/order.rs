//! Functions that look alike stand together in the module: brotli says what is near with fewer bytes.

use crate::tools::Outcome;
use std::collections::{BTreeSet, HashMap};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

/// The same module with its functions in the order in which they are packed best.
pub fn put_alike_together(wasm: &[u8]) -> Outcome<Vec<u8>> {
    reordered(wasm).map_err(|error| format!("the order of functions: {error}"))
}

fn reordered(wasm: &[u8]) -> Result<Vec<u8>, Error> {
    let (mut imported, mut bodies) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    let mut module = Module::new();
    Reordering { imported, order: alike(&bodies) }.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok(module.finish())
}

/// The numbers of functions, one behind the other that it has most in common with, for its length.
fn alike(bodies: &[&[u8]]) -> Vec<usize> {
    // About two instructions: shorter ones are in most functions, longer ones in few.
    const PART: usize = 5;
    // Else the shortest functions would be the most alike.
    const LEAST: usize = 40;
    let parts: Vec<BTreeSet<&[u8]>> = bodies.iter().map(|body| body.windows(PART).collect()).collect();
    let mut holders = HashMap::<&[u8], Vec<usize>>::new();
    for (function, parts) in parts.iter().enumerate() {
        for part in parts {
            holders.entry(part).or_default().push(function);
        }
    }
    let mut left: BTreeSet<usize> = (0..bodies.len()).collect();
    let mut order = Vec::new();
    let mut next = left.iter().copied().max_by_key(|function| parts[*function].len());
    while let Some(function) = next {
        left.remove(&function);
        order.push(function);
        let mut shared = vec![0_usize; bodies.len()];
        for holder in parts[function].iter().flat_map(|part| &holders[part]) {
            shared[*holder] += 1;
        }
        let likeness = |other: usize| shared[other] as f64 / (parts[other].len() + LEAST) as f64;
        next = left.iter().copied().max_by(|a, b| likeness(*a).total_cmp(&likeness(*b)));
    }
    order
}

/// Writes a module anew with its own functions in an order.
struct Reordering {
    imported: usize,
    order: Vec<usize>,
}

impl Reencode for Reordering {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        let own = (function as usize).checked_sub(self.imported);
        let place = own.and_then(|own| self.order.iter().position(|number| *number == own));
        Ok(place.map_or(function, |place| (self.imported + place) as u32))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        let types = section.into_iter().collect::<Result<Vec<u32>, _>>()?;
        for function in &self.order {
            functions.function(types[*function]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for function in self.order.clone() {
            self.parse_function_body(code, bodies[function].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_stands_together_and_all_is_there() {
        let bodies: [&[u8]; 4] = [b"a body of one kind", b"0123456789", b"a body of one kin", b"012345678"];
        assert_eq!(alike(&bodies), [0, 2, 3, 1]);
    }
}
