// Compares signatures of files: see `Preview.signature` of the engine.

import type { Preview, PreviewOptions } from "beaconlens";

/** First character of a signature without column names: delimiter and kinds of the columns follow. */
const UNNAMED = "\0";

/** The letter of a column without values, which matches any kind. */
const EMPTY = "?";

export const isUnnamed = (signature: string): boolean => signature.startsWith(UNNAMED);

/** Whether two signatures belong to files of the same kind. */
export function matches(one: string, other: string): boolean {
  if (one === other || !isUnnamed(one) || !isUnnamed(other)) return one === other;
  const fits = (letter: string, at: number) =>
    letter === other[at] || letter === EMPTY || other[at] === EMPTY;
  return one[1] === other[1] && one.length === other.length && [...one].every(fits);
}

/** Returns a function that says whether a file has a signature. */
export function signatureMatcher(
  head: Uint8Array,
  preview: (head: Uint8Array, options: PreviewOptions) => Preview,
): (signature: string) => boolean {
  const lines = `\n${new TextDecoder().decode(head)}\n`;
  const found = new Map<string, string | null>();
  const signatureBy = (delimiter: string) => {
    const options: PreviewOptions = delimiter
      ? { delimiter: delimiter as PreviewOptions["delimiter"] & string, header: "none" }
      : {};
    if (!found.has(delimiter)) found.set(delimiter, preview(head, options).signature);
    return found.get(delimiter) ?? null;
  };
  return (signature) => {
    const own = signatureBy(isUnnamed(signature) ? signature.charAt(UNNAMED.length) : "");
    // The header may be a later line, chosen by a person.
    return (own !== null && matches(own, signature)) || hasLine(lines, signature);
  };
}

function hasLine(lines: string, line: string): boolean {
  const at = lines.indexOf(`\n${line}`);
  return at >= 0 && /^\s*?\r?\n/.test(lines.slice(at + 1 + line.length));
}
