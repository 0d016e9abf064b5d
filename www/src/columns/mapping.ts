// From the chosen roles of columns to the mapping option of the engine.

import type { Preview, Role, SourceOptions } from "beaconlens";

type Mapping = NonNullable<SourceOptions["mapping"]>;

/** Only the roles that the engine does not detect. `preview`: one without a mapping. */
export function mappingOf(preview: Preview, roles: readonly (Role | null)[]): Mapping | undefined {
  const { columns, header_line, layout, source } = preview;
  const isNamed = layout === "json" || header_line !== null;
  const isRead = source.error === null && (isNamed ? source.header_line === header_line : true);
  const known = isNamed ? columns.map((one) => (one.guessed ? null : one.role)) : rolesByPosition(preview);
  if (!isNamed && isRead && roles.every((role, at) => role === known[at])) return undefined;
  const mapping: Mapping = {};
  for (const [at, role] of roles.entries()) {
    if (role && !(isNamed && isRead && known[at] === role)) mapping[role] = columns[at]?.reference ?? "-";
  }
  for (const { role } of columns) if (role && !roles.includes(role)) mapping[role] = "-";
  return Object.keys(mapping).length > 0 ? mapping : undefined;
}

/** The roles that the engine detects by position. */
function rolesByPosition({ columns, source }: Preview): (Role | null)[] {
  const roles: (Role | null)[] = columns.map(() => null);
  for (const { role, position } of source.columns) if (position > 0) roles[position - 1] = role;
  return roles;
}

/** Whether a mapping refers to columns by position only. */
export const isByPosition = (mapping: Mapping): boolean =>
  Object.values(mapping).every((column) => /^#|^-$/.test(column));
