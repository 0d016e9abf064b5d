// The roles that a person gives to columns → what the engine has to be told.

import type { Preview, Role, SourceOptions } from "beaconlens";

type Mapping = NonNullable<SourceOptions["mapping"]>;

/** Only what the engine would not find by itself. The preview is one without a mapping. */
export function mappingOf(preview: Preview, roles: readonly (Role | null)[]): Mapping | undefined {
  const { columns, header_line, layout, source } = preview;
  const isNamed = layout === "json" || header_line !== null;
  const isRead = source.error === null && (isNamed ? source.header_line === header_line : true);
  const known = isNamed ? columns.map((one) => (one.guessed ? null : one.role)) : rolesByPlace(preview);
  if (!isNamed && isRead && roles.every((role, at) => role === known[at])) return undefined;
  const mapping: Mapping = {};
  for (const [at, role] of roles.entries()) {
    if (role && !(isNamed && isRead && known[at] === role)) mapping[role] = columns[at]?.reference ?? "-";
  }
  for (const { role } of columns) if (role && !roles.includes(role)) mapping[role] = "-";
  return Object.keys(mapping).length > 0 ? mapping : undefined;
}

/** What the engine reads by itself, by places. */
function rolesByPlace({ columns, source }: Preview): (Role | null)[] {
  const roles: (Role | null)[] = columns.map(() => null);
  for (const { role, position } of source.columns) if (position > 0) roles[position - 1] = role;
  return roles;
}

/** Whether it says columns by their places only. */
export const isByPlace = (mapping: Mapping): boolean =>
  Object.values(mapping).every((column) => /^#|^-$/.test(column));
