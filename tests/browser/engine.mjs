// The engine in Node, to compare the page with.

import { Detector, init } from "../../dist/npm/dist/node.mjs";

/** The text of the report on sources of `[name, bytes]`, in the order of the page. */
export async function reportText(format, sources, rule) {
  await init();
  const detector = new Detector();
  try {
    for (const [name, bytes] of sources) {
      detector.startSource(name);
      detector.ingest(bytes);
      detector.finish();
    }
    return detector.evaluateText(format, rule, false, "priority");
  } finally {
    detector.free();
  }
}

export const report = async (sources, rule) => JSON.parse(await reportText("json", sources, rule));
