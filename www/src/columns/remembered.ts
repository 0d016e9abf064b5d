// How files with a certain header, or of a certain kind, are to be read, from one visit to the next.

import type { Role, SourceOptions } from "beaconlens";
import { sameMake } from "./signature";

/** Options for all files that have this header, or are of this kind without one. */
export interface Remembered {
  key: string;
  options: SourceOptions;
}

const KEY = "beaconlens-columns";

/** The oldest go when there are more. */
const MOST = 100;

export class RememberedColumns {
  /** The latest first. Those that may not be stored last as long as the page. */
  #all: (Remembered & { stored: boolean })[] = [];
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#all = stored().map((one) => ({ ...one, stored: true }));
  }

  get all(): Remembered[] {
    return this.#all.map(({ key, options }) => ({ key, options }));
  }

  /** How many will be there at the next visit. */
  get storedCount(): number {
    return this.#all.filter((one) => one.stored).length;
  }

  find(key: string | null): Remembered | null {
    return this.#all.find((one) => key !== null && sameMake(one.key, key)) ?? null;
  }

  /** Says whether it is stored beyond this visit. */
  put(key: string, options: SourceOptions, beyond: boolean): boolean {
    this.#all = [{ key, options, stored: beyond }, ...this.#all.filter((one) => !sameMake(one.key, key))];
    return this.#write() && beyond;
  }

  /** Without a key, all. */
  forget(key?: string): void {
    this.#all = key === undefined ? [] : this.#all.filter((one) => !sameMake(one.key, key));
    this.#write();
  }

  #write(): boolean {
    this.#all = this.#all.slice(0, MOST);
    const kept = this.#all.filter((one) => one.stored).map(({ key, options }) => ({ key, options }));
    let isDone = true;
    // Storage may be forbidden or full (private windows, some file:// pages).
    try {
      if (kept.length > 0) localStorage.setItem(KEY, JSON.stringify(kept));
      else localStorage.removeItem(KEY);
    } catch {
      isDone = false;
      for (const one of this.#all) one.stored = false;
    }
    this.#onChange();
    return isDone;
  }
}

/** Whether the browser stores anything for this page. */
export function canStore(): boolean {
  try {
    localStorage.setItem(`${KEY}-probe`, "");
    localStorage.removeItem(`${KEY}-probe`);
    return true;
  } catch {
    return false;
  }
}

function stored(): Remembered[] {
  try {
    const all: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(all) ? all.filter(isRemembered).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** Of the right form; whether the engine takes it is seen when it is used. */
function isRemembered(value: unknown): value is Remembered {
  const { key, options } = (value ?? {}) as Partial<Remembered>;
  if (typeof key !== "string" || key === "" || typeof options !== "object" || options === null) return false;
  const texts = Object.values((options.mapping ?? {}) as Record<Role, unknown>);
  return texts.every((text) => typeof text === "string");
}
