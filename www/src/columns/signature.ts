// Whether a file is of the make that a signature stands for. Signatures are the engine's: see `Preview.signature`.

import type { Preview, PreviewOptions } from "beaconlens";

/** Begins the signature of a file without names of columns: a delimiter and the kinds of the columns follow. */
const UNNAMED = "\0";

/** The letter of a column without values: it fits any kind. */
const EMPTY = "?";

export const isUnnamed = (signature: string): boolean => signature.startsWith(UNNAMED);

/** Whether two signatures are of files of the same make. */
export function sameMake(one: string, other: string): boolean {
  if (one === other || !isUnnamed(one) || !isUnnamed(other)) return one === other;
  const fits = (letter: string, at: number) =>
    letter === other[at] || letter === EMPTY || other[at] === EMPTY;
  return one[1] === other[1] && one.length === other.length && [...one].every(fits);
}

/** Answers for one file whether it is of the make of a signature. */
export function makeOf(
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
    // Also a row further down, which only a person knows to name the columns.
    return (own !== null && sameMake(own, signature)) || hasLine(lines, signature);
  };
}

function hasLine(lines: string, line: string): boolean {
  const at = lines.indexOf(`\n${line}`);
  return at >= 0 && /^\s*?\r?\n/.test(lines.slice(at + 1 + line.length));
}
