// Names of the gates, and the change that would let a near miss pass.

import type { GateName, NearMiss, Rule } from "beaconlens";

export const GATE_NAMES: Record<GateName, string> = {
  excluded_destination: "excluded network",
  min_connections: "minimum connections",
  min_hours: "minimum hours",
};

export interface Relaxation {
  label: string;
  rule: Rule;
}

/** The smallest change of one gate that lets its nearest near miss pass. */
export function relaxation(gate: GateName, nearest: NearMiss | undefined, rule: Rule): Relaxation | null {
  if (!nearest) return null;
  switch (gate) {
    case "min_connections":
      return {
        label: `Lower to ${nearest.connection_count}`,
        rule: { ...rule, gates: { ...rule.gates, min_connections: nearest.connection_count } },
      };
    case "min_hours":
      return {
        label: `Lower to ${nearest.hourly_buckets}`,
        rule: { ...rule, gates: { ...rule.gates, min_hours: nearest.hourly_buckets } },
      };
    case "excluded_destination":
      return { label: "Exclude no network", rule: { ...rule, excluded_destinations: [] } };
  }
}
