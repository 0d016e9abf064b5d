// What every entry point offers; index.d.ts describes it.
export { initCapture, rowsOf } from "./capture.js";
export { Detector } from "./detector.js";
export { init, initSync } from "./engine.js";
export { BeaconlensError } from "./error.js";
export { evaluate } from "./evaluate.js";
export { preview } from "./preview.js";
export {
  constants,
  defaultRule,
  parseReferenceSet,
  parseRule,
  parseThreatList,
  renderQuery,
  version,
} from "./rule.js";
export { initPublicSuffixes } from "./suffixes.js";
