// What differs between the served page and the one-file page: where the parts come from.

export interface Host {
  engine(): Promise<WebAssembly.Module>;
  /** The module that reads captures; asked for when one is met. */
  capture(): Promise<WebAssembly.Module>;
  /** The public suffix list; asked for when names were looked up. */
  suffixes(): Promise<string>;
  /** The worker's program, as text: see `startWorker`. */
  workerProgram(): Promise<string>;
  sample(): Promise<File>;
}

export const SAMPLE_NAME = "office-day.csv";

/** `?workers=N` in the address of the page says how many read, whatever the input; for measuring. */
export function workersWanted(): number | null {
  const wanted = Number(new URLSearchParams(location.search).get("workers"));
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, 16) : null;
}

/**
 * Starts a worker from its text. A worker made from a blob lives under the page's own policy;
 * one loaded by address would live under its server's headers, which may allow anything.
 *
 * IMPORTANT: a classic script. Chromium refuses a module worker from a blob on file:// pages.
 */
export function startWorker(program: string): Worker {
  const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  // The policy makes the browser refuse plain strings where code could come from; the address
  // just made is the one exception.
  const factory = (globalThis as { trustedTypes?: TrustedTypesLike }).trustedTypes;
  policy ??= factory?.createPolicy("beaconlens-worker", { createScriptURL: (text) => text });
  const worker = new Worker((policy?.createScriptURL(url) ?? url) as string);
  URL.revokeObjectURL(url);
  return worker;
}

interface TrustedTypesLike {
  createPolicy(name: string, rules: { createScriptURL: (text: string) => string }): Policy;
}
interface Policy {
  createScriptURL(text: string): unknown;
}
let policy: Policy | undefined;
