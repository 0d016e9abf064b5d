// How a pair is judged: its priority, the regularity of its calls, and RITA's score beside them.

import type { Timing } from "beaconlens";
import { breakdown, signed } from "./breakdown";
import { priorityMark } from "./cells";
import { h } from "./dom";
import { chance, count, interval, span } from "./format";

export function priorityOf({ priority, priority_parts }: Timing): HTMLElement {
  return h(
    "section",
    { class: "judged", "data-judged": "priority" },
    h("h3", {}, "Priority ", priorityMark(priority), h("span", { class: "hint" }, " of 100")),
    breakdown({
      caption: "What the priority is the sum of",
      head: "why",
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

/** The most that each part can be is said in the package's documentation, too. */
const REGULARITY = [
  ["timing", "0.35", "calls keep an interval that random traffic would not keep"],
  ["persistence", "0.5", "they keep it for long, without long interruptions"],
  ["size", "0.15", "connections are alike in size"],
] as const;

export function regularityOf(timing: Timing): HTMLElement {
  const { regularity, regularity_parts: parts } = timing;
  if (regularity === null || parts === null) {
    return h(
      "section",
      { class: "judged", "data-judged": "regularity" },
      h("h3", {}, "Regularity"),
      h("p", {}, "Not scored: fewer than four distinct start times."),
    );
  }
  return h(
    "section",
    { class: "judged", "data-judged": "regularity" },
    h("h3", {}, `Regularity ${regularity}`, h("span", { class: "hint" }, " of 1")),
    breakdown({
      caption: "What the regularity is the sum of",
      head: "part",
      parts: REGULARITY.map(([name, most, reason]) => ({
        name,
        amount: signed(parts[name]),
        share: parts[name],
        reason: `${reason}; at most ${most}`,
      })),
      total: String(regularity),
    }),
    factsOf(timing),
  );
}

function factsOf(timing: Timing): HTMLElement {
  const { period_seconds: period, jitter_percent: jitter, missed_percent: missed } = timing;
  const none = "none found";
  const percent = (value: number | null) => (value === null ? "–" : `${value} %`);
  const facts: [string, keyof Timing, string][] = [
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

export function ritaOf({ rita_score, rita_parts }: Timing) {
  if (rita_score === null || rita_parts === null) return null;
  const parts: [string, number][] = [
    ["timestamp", rita_parts.timestamp],
    ["data size", rita_parts.data_size],
    ["histogram", rita_parts.histogram],
    ["duration", rita_parts.duration],
  ];
  return h(
    "section",
    { "data-judged": "rita" },
    h("h3", {}, `For comparison: RITA’s score ${rita_score}`),
    h(
      "p",
      { class: "hint" },
      "What RITA v5 would score this pair by its published formulas, the mean of four parts. " +
        "It does not count towards the priority.",
    ),
    h(
      "dl",
      { class: "measures" },
      ...parts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
    ),
  );
}
