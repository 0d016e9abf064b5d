// The scores of a pair and their parts: priority, regularity, and RITA's score for comparison.

import type { PairScores } from "beaconlens";
import constants from "beaconlens-constants";
import { breakdown, signed } from "./breakdown";
import { priorityMark } from "./cells";
import { h } from "./dom";
import { chance, count, interval, span } from "./format";

export function priorityDetails({ priority, priority_parts }: PairScores): HTMLElement {
  return h(
    "section",
    { class: "score-details", "data-details": "priority" },
    h("h3", {}, "Priority ", priorityMark(priority), h("span", { class: "hint" }, " of 100")),
    breakdown({
      caption: "Parts of the priority",
      head: "part",
      parts: priority_parts.map(({ name, points, reason }) => ({
        name: name.replaceAll("_", " "),
        amount: signed(points),
        share: points / 100,
        reason,
      })),
      total: String(priority),
    }),
  );
}

/** The parts and what they mean. */
const REGULARITY = [
  ["timing", "calls repeat at an interval that is unlikely in random traffic"],
  ["persistence", "they do so for long, without long interruptions"],
  ["size", "connections have similar sizes"],
] as const;

export function regularityDetails(timing: PairScores): HTMLElement {
  const { regularity, regularity_parts: parts } = timing;
  if (regularity === null || parts === null) {
    return h(
      "section",
      { class: "score-details", "data-details": "regularity" },
      h("h3", {}, "Regularity"),
      h("p", {}, "Not scored: fewer than four distinct start times."),
    );
  }
  return h(
    "section",
    { class: "score-details", "data-details": "regularity" },
    h("h3", {}, `Regularity ${regularity}`, h("span", { class: "hint" }, " of 1")),
    breakdown({
      caption: "Parts of the regularity",
      head: "part",
      parts: REGULARITY.map(([name, reason]) => ({
        name,
        amount: signed(parts[name]),
        share: parts[name],
        reason: `${reason}; at most ${constants.regularity_weights[name]}`,
      })),
      total: String(regularity),
    }),
    timingFacts(timing),
  );
}

function timingFacts(timing: PairScores): HTMLElement {
  const { period_seconds: period, jitter_percent: jitter, missed_percent: missed } = timing;
  const none = "none found";
  const percent = (value: number | null) => (value === null ? "–" : `${value} %`);
  const facts: [string, keyof PairScores, string][] = [
    ["period", "period_seconds", period === null ? none : interval(period)],
    ["jitter", "jitter_percent", jitter === null ? "–" : `±${jitter} %`],
    ["missed calls", "missed_percent", percent(missed)],
    ["active for", "active_span_seconds", span(timing.active_span_seconds ?? 0)],
    ["calls", "calls", count(timing.calls ?? 0)],
    ["chance", "significance", chance(timing.significance ?? 0)],
  ];
  return h(
    "dl",
    { class: "measures" },
    ...facts.map(([name, field, text]) =>
      h("div", { "data-fact": field }, h("dt", { title: field }, name), h("dd", {}, text)),
    ),
  );
}

export function ritaDetails({ rita_score, rita_parts }: PairScores) {
  if (rita_score === null || rita_parts === null) return null;
  const parts: [string, number][] = [
    ["timestamp", rita_parts.timestamp],
    ["data size", rita_parts.data_size],
    ["histogram", rita_parts.histogram],
    ["duration", rita_parts.duration],
  ];
  return h(
    "section",
    { "data-details": "rita" },
    h("h3", {}, `For comparison: RITA’s score ${rita_score}`),
    h(
      "p",
      { class: "hint" },
      "The score that RITA v5 would give this pair by its published formulas: the mean of four parts. " +
        "It does not count towards the priority.",
    ),
    h(
      "dl",
      { class: "measures" },
      ...parts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
    ),
  );
}
