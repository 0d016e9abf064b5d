// The same engine in Node, as what the page says is compared with.

import { Detector, init } from "../../dist/npm/dist/node.mjs";

/** The report's text, in the page's order, for sources of `[name, bytes]`, made without a page. */
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
