// Allowing an endpoint: the destination or source of a pair becomes an entry of a reference set of the rule.

import type { ReferenceSet, Report, Rule } from "beaconlens";

export type Side = "destination" | "source";

export interface Endpoint {
  side: Side;
  address: string;
}

/** One set per side: a server that may receive connections may not therefore open them. */
const SETS: Record<Side, string> = {
  destination: "allowed on this page",
  source: "allowed sources on this page",
};

const isSetOf = (set: ReferenceSet, side: Side): boolean => set.name === SETS[side];

export const allows = (rule: Rule, { side, address }: Endpoint): boolean =>
  rule.reference_sets.some((set) => isSetOf(set, side) && set.entries.includes(address));

export function allow(rule: Rule, endpoint: Endpoint): Rule {
  if (allows(rule, endpoint)) return rule;
  const { side, address } = endpoint;
  const sets = rule.reference_sets;
  const fresh: ReferenceSet = { name: SETS[side], applies_to: side, entries: [address] };
  return {
    ...rule,
    reference_sets: sets.some((set) => isSetOf(set, side))
      ? sets.map((set) => (isSetOf(set, side) ? { ...set, entries: [...set.entries, address] } : set))
      : [...sets, fresh],
  };
}

/** Removes the entry, and the set if it was the last one. */
export function disallow(rule: Rule, { side, address }: Endpoint): Rule {
  const without = (set: ReferenceSet): ReferenceSet[] => {
    if (!isSetOf(set, side)) return [set];
    const entries = set.entries.filter((entry) => entry !== address);
    return entries.length > 0 ? [{ ...set, entries }] : [];
  };
  return { ...rule, reference_sets: rule.reference_sets.flatMap(without) };
}

/** How many pairs this entry suppresses. */
export const suppressedBy = (report: Report, { side, address }: Endpoint): number =>
  report.suppressed.filter(({ suppressed_by: by }) => by.reference_set === SETS[side] && by.entry === address)
    .length;
