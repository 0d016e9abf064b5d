import { toBytes } from "./bytes.js";
import { use } from "./engine.js";
import { BeaconlensError } from "./error.js";

/** The first rows of a file, and what its columns are read as. */
export function preview(head, options) {
  const { header, ...sourceOptions } = options ?? {};
  const bytes = toBytes(head);
  return use((engine) => engine.preview(bytes, lineOf(header), sourceOptions));
}

/** The engine counts lines from 1, and takes 0 for a file without a header. */
function lineOf(header) {
  if (header === undefined) return undefined;
  if (header === "none") return 0;
  if (Number.isInteger(header) && header >= 1 && header < 2 ** 32) return header;
  throw new BeaconlensError("E_OPTIONS", `found header ${header}, expected a line from 1 or "none"`, {
    field: "header",
  });
}
