// Where the page gets its parts from: the served page loads files, the one-file page contains them.

export interface Host {
  engine(): Promise<WebAssembly.Module>;
  /** The module that reads captures; requested when a capture is opened. */
  capture(): Promise<WebAssembly.Module>;
  /** The public suffix list; requested when the flows contain DNS lookups. */
  suffixes(): Promise<string>;
  /** The worker's script as text: see `startWorker`. */
  workerProgram(): Promise<string>;
  sample(): Promise<File>;
}

export const SAMPLE_NAME = "office-day.csv";

/** `?workers=N` in the address of the page sets the number of workers, for measurements. */
export function workersWanted(): number | null {
  const wanted = Number(new URLSearchParams(location.search).get("workers"));
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, 16) : null;
}

/**
 * Starts a worker from its text. A worker from a blob inherits the page's security policy; one
 * loaded by URL has the policy of its own response headers, which may allow anything.
 *
 * IMPORTANT: a classic script. Chromium refuses a module worker from a blob on file:// pages.
 */
export function startWorker(program: string): Worker {
  const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  // The security policy requires trusted types for script URLs; this one is created here and safe.
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
