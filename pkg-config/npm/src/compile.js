/**
 * Compiles whatever a caller has of the module.
 * @param {unknown} source Module, bytes, URL, text of a URL, Response, or a promise of these
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compile(source) {
  const given = await source;
  if (given instanceof WebAssembly.Module) return given;
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) return WebAssembly.compile(given);
  if (typeof given === "string" || given instanceof URL) return fromResponse(await fetch(given));
  if (typeof Response === "function" && given instanceof Response) return fromResponse(given);
  throw new TypeError(`a ${typeof given} is not a module`);
}

async function fromResponse(response) {
  if (!response.ok) throw new Error(`${response.url || "the module"} answered ${response.status}`);
  // Streaming needs the right type, and not every server gives it.
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("application/wasm") && WebAssembly.compileStreaming) {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}
