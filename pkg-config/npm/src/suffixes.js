// The public suffix list, which defines registrable domains: large, and needed only where names were looked up.

/** How this platform finds the list; set once by each entry point. */
const host = {
  /** @type {undefined | (() => string)} */
  loadSync: undefined,
  /** @type {undefined | (() => unknown)} gives what textOf() takes */
  load: undefined,
};

/** @type {string | undefined} */
let list;
/** @type {Promise<string | undefined> | undefined} */
let loading;

/** @param {Partial<typeof host>} ways */
export function setSuffixes(ways) {
  Object.assign(host, ways);
}

/** @param {unknown} given the list's text, a URL or Response of it, or a function that gives it when it is wanted */
export function initPublicSuffixes(given) {
  list = undefined;
  loading = undefined;
  setSuffixes({ loadSync: undefined, load: typeof given === "function" ? given : () => given });
}

/** The list, as far as it can be had without waiting. */
export function suffixesNow() {
  list ??= host.loadSync?.();
  return list;
}

/** The list. Where it cannot be had, nothing: the built-in heuristic serves, and the report says so. */
export async function suffixes() {
  if (suffixesNow() !== undefined) return list;
  loading ??= textOf(host.load?.()).catch(() => undefined);
  list = await loading;
  loading = undefined;
  return list;
}

async function textOf(source) {
  const given = await source;
  if (given === undefined || (typeof given === "string" && given.includes("\n"))) return given;
  const response = typeof given === "string" || given instanceof URL ? await fetch(given) : given;
  if (!response.ok) throw new Error(`the list answered ${response.status}`);
  return response.text();
}
