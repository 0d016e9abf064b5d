import { use } from "./engine.js";

/** The default rule, complete. */
export function defaultRule() {
  return use((engine) => engine.defaultRule());
}

/** Checks a rule document, given as JSON text or as an object, and completes it. */
export function parseRule(rule) {
  return use((engine) => engine.parseRule(ruleText(rule)));
}

/** A rule goes to the engine as text, so that it sees every field, also an unknown one. */
export function ruleText(rule) {
  return typeof rule === "string" ? rule : JSON.stringify(rule);
}

/** The version of the engine. */
export function version() {
  return use((engine) => engine.version());
}
