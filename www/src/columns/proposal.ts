// What each column is to be read as: proposed by the engine, changed by a person, and told to the engine again.

import type { ColumnReport, Role, SourceOptions } from "beaconlens";
import { isAddress, isTime, plainName } from "./head";
import type { Look } from "./look";
import { isRole, missingOf } from "./roles";

export interface Proposal {
  /** The role of each column. */
  roles: (Role | null)[];
  /** Columns whose role is only guessed from what stands in them. */
  guessed: Set<number>;
}

type Mapping = NonNullable<SourceOptions["mapping"]>;

/** What the engine proposes; where it knows too little, what the cells look like. */
export function proposalOf(look: Look): Proposal {
  const roles = rolesOf(look.proposed, look.names);
  const guessed = look.byItself.error === null && look.proposed.length > 0 ? [] : guess(look, roles);
  for (const [column, role] of guessed) roles[column] = role;
  return { roles, guessed: new Set(guessed.map(([column]) => column)) };
}

/** What was said of the columns before, on top of what the engine proposes. */
export function proposalBy(look: Look, mapping: Mapping): Proposal {
  const roles = rolesOf(look.proposed, look.names);
  for (const [name, column] of Object.entries(mapping)) {
    const at = placeOf(column, look.names);
    if (!isRole(name)) continue;
    for (const [place, role] of roles.entries()) if (role === name) roles[place] = null;
    if (at >= 0 && at < roles.length) roles[at] = name;
  }
  return { roles, guessed: new Set() };
}

function placeOf(column: string, names: readonly string[]): number {
  const position = /^#(\d+)$/.exec(column)?.[1];
  if (position) return Number(position) - 1;
  return names.findIndex((name) => plainName(name) === plainName(column));
}

function rolesOf(columns: readonly ColumnReport[], names: readonly string[]): (Role | null)[] {
  const roles: (Role | null)[] = names.map(() => null);
  for (const { role, column, position } of columns) {
    // Fields of JSON have no position, or one among names that only the engine has.
    const at = names[position - 1] === column || column === "" ? position - 1 : fieldOf(column, role, names);
    if (at >= 0 && at < roles.length && !roles.includes(role)) roles[at] ??= role;
  }
  return roles;
}

/** A field by the last part of its name, or all of it in plain letters; of several, the one that says the role. */
function fieldOf(column: string, role: Role, names: readonly string[]): number {
  const isIt = (name: string) =>
    name === column || name.endsWith(`.${column}`) || plainName(name).endsWith(plainName(column) || "?");
  const fitting = names.filter(isIt);
  const word = role.slice(0, 3);
  const best = fitting.find((name) => plainName(name).includes(word)) ?? fitting[0];
  return best === undefined ? -1 : names.indexOf(best);
}

const isPort = (cell: string): boolean => /^\d{1,5}$/.test(cell) && Number(cell) <= 65_535;

/** Columns that look like what is missing. A port is guessed only where nothing else could be it. */
function guess({ rows, names }: Look, known: readonly (Role | null)[]): [number, Role][] {
  const missing = new Set(missingOf(known).map(({ role }) => role));
  const looking = (like: (cell: string) => boolean) =>
    names.flatMap((_, column) => {
      const cells = rows.map((row) => row.cells[column] ?? "").filter((cell) => cell !== "");
      return known[column] === null && cells.length > 0 && cells.every(like) ? [column] : [];
    });
  const addresses = looking(isAddress);
  const times = looking(isTime);
  const ports = looking(isPort);
  const found: [number | undefined, Role][] = [];
  if (missing.has("time")) found.push([times[0], "time"]);
  if (missing.has("source")) found.push([addresses.shift(), "source"]);
  if (missing.has("destination")) found.push([addresses.shift(), "destination"]);
  const destination = found.find(([, role]) => role === "destination")?.[0] ?? known.indexOf("destination");
  const beside = ports.filter((column) => column === destination + 1);
  if (missing.has("port")) found.push([(ports.length === 1 ? ports : beside)[0], "port"]);
  return found.filter((pair): pair is [number, Role] => pair[0] !== undefined);
}

/** The roles as the engine is told them: only what it would not find by itself, if it finds the same header. */
export function mappingOf(look: Look, roles: readonly (Role | null)[]): Mapping | undefined {
  const names = columnNames(look);
  const mapping: Mapping = {};
  if (look.kind === "table" && look.headerLine === null) {
    const isAsFound = look.byItself.error === null && sameRoles(rolesOf(look.byItself.columns, names), roles);
    if (isAsFound) return undefined;
    for (const [at, role] of roles.entries()) if (role) mapping[role] = `#${at + 1}`;
    return mapping;
  }
  const isFound = look.byItself.error === null && look.byItself.header_line === (look.headerLine ?? null);
  const before = rolesOf(look.proposed, look.names);
  for (const [at, role] of roles.entries()) {
    if (role && !(isFound && before[at] === role)) mapping[role] = names[at] ?? `#${at + 1}`;
  }
  for (const role of before) if (role && !roles.includes(role)) mapping[role] = "-";
  return Object.keys(mapping).length > 0 ? mapping : undefined;
}

const sameRoles = (a: readonly (Role | null)[], b: readonly (Role | null)[]): boolean =>
  a.length === b.length && a.every((role, at) => role === b[at]);

/** How each column is named to the engine: by name where that says which, else by position. */
function columnNames({ kind, names }: Look): string[] {
  const plain = names.map(plainName);
  return names.map((name, at) => {
    const isClear = plain[at] !== "" && plain.indexOf(plain[at] ?? "") === at && !/^#\d/.test(name);
    return isClear || kind === "json" ? name : `#${at + 1}`;
  });
}
