import { use } from "./engine.js";

/** A ready-made rule, complete. */
export function defaultRule(profile = "default") {
  return use((engine) => engine.profileRule(profile));
}

/** The rule in another query language. */
export function renderQuery(target, rule) {
  return use((engine) => engine.renderQuery(target, ruleText(rule)));
}

/** A reference set of a rule, from the text of a list. */
export function parseReferenceSet(name, text, column) {
  return use((engine) => engine.parseList(false, name, text, column)).rule.reference_sets[0];
}

/** A threat list of a rule, from the text of a list, and the lines that are no endpoints. */
export function parseThreatList(name, text, column) {
  const found = use((engine) => engine.parseList(true, name, text, column));
  const first = found.skipped ? { line: found.line, text: found.text } : null;
  return { list: found.rule.threat_lists[0], skipped: found.skipped, first };
}

/** Checks a rule document, given as JSON text or as an object, and completes it. */
export function parseRule(rule) {
  return use((engine) => engine.parseRule(ruleText(rule)));
}

/** A rule goes to the engine as text, so that it sees every field, also an unknown one. */
export function ruleText(rule) {
  return typeof rule === "string" ? rule : JSON.stringify(rule);
}

/** Names and limits of the engine. */
export function constants() {
  return use((engine) => engine.constants());
}

/** The version of the engine. */
export function version() {
  return use((engine) => engine.version());
}
