import { use } from "./engine.js";

/** The default rule, complete. */
export function defaultRule() {
  return use((engine) => engine.defaultRule());
}

/** Checks a rule document, given as JSON text or as an object, and completes it. */
export function parseRule(rule) {
  const json = typeof rule === "string" ? rule : JSON.stringify(rule);
  return use((engine) => engine.parseRule(json));
}

/** The version of the engine. */
export function version() {
  return use((engine) => engine.version());
}
