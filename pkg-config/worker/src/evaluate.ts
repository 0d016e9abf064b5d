// POST /evaluate: flows in the body, the report in the answer. Nothing is kept.

import { Detector } from "beaconlens";
import { textOf } from "./body";
import { type Asked, type Format, readQuery } from "./query";
import { answer } from "./response";

const TYPES: Record<Format, string> = {
  json: "application/json",
  csv: "text/csv",
  ndjson: "application/x-ndjson",
  query: "text/csv",
};

export async function evaluateBody(
  request: Request,
  query: URLSearchParams,
  maxBytes: string | undefined,
): Promise<Response> {
  const asked = readQuery(query);
  const detector = new Detector(asked.detector);
  try {
    detector.startSource(asked.name);
    for await (const block of textOf(request, maxBytes)) detector.ingest(block);
    detector.finish();
    return answer(reportOf(detector, asked), TYPES[asked.format]);
  } finally {
    detector.free();
  }
}

/** The engine makes the text, so it is the command's text, byte for byte. */
function reportOf(detector: Detector, { format, order, rule, all }: Asked): string {
  const text = detector.evaluateText(format, rule, all, order);
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
