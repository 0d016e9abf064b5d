import { chunksOf } from "./bytes.js";
import { Detector } from "./detector.js";
import { init } from "./engine.js";
import { BeaconlensError } from "./error.js";
import { parseRule } from "./rule.js";
import { suffixes } from "./suffixes.js";

/** The one call: reads every input to its end and answers the report. */
export async function evaluate(input, rule, options = {}) {
  const { names = [], signal, onProgress, ...detectorOptions } = options;
  const inputs = Array.isArray(input) ? input : [input];
  if (inputs.length === 0) throw new BeaconlensError("E_OPTIONS", "there is no input to evaluate");
  await init();
  if (rule !== undefined) parseRule(rule); // an error in it is reported before reading starts
  const detector = new Detector(detectorOptions);
  try {
    const watch = () => {
      signal?.throwIfAborted();
      onProgress?.(detector.progress());
    };
    const refusals = [];
    for (const [index, one] of inputs.entries()) {
      detector.startSource(nameOf(one, names[index], index));
      const refusal = await readInto(detector, one, watch);
      if (refusal) refusals.push(refusal);
    }
    if (refusals.length === inputs.length) throw refusals[0];
    if (detector.wantsPublicSuffixes()) await suffixes(); // then it is at hand
    return detector.evaluate(rule);
  } finally {
    detector.free();
  }
}

function nameOf(input, given, index) {
  const own = typeof input?.name === "string" && input.name !== "" ? input.name : undefined;
  return given ?? own ?? `input ${index + 1}`;
}

/** Answers the error of a source that is not flows; the others still count. */
async function readInto(detector, input, watch) {
  watch();
  for await (const chunk of chunksOf(input)) {
    const refusal = refused(() => detector.ingest(chunk));
    watch();
    if (refusal) return refusal;
  }
  return refused(() => detector.finish());
}

function refused(work) {
  try {
    work();
  } catch (error) {
    if (error instanceof BeaconlensError && error.code === "E_NOT_FLOWS") return error;
    throw error;
  }
}
