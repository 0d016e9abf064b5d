// Stored column choices: how files with a certain signature are read, from one visit to the next.

import type { Role, SourceOptions } from "beaconlens";
import { matches } from "./signature";

/** Options for all files with a signature. */
export interface Remembered {
  key: string;
  options: SourceOptions;
}

const KEY = "beaconlens-columns";

/** Older choices are dropped. */
const MAX_STORED = 100;

export class RememberedColumns {
  /** The latest first. Those that are not stored are lost with the page. */
  #all: (Remembered & { stored: boolean })[] = [];
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#all = stored().map((one) => ({ ...one, stored: true }));
  }

  get all(): Remembered[] {
    return this.#all.map(({ key, options }) => ({ key, options }));
  }

  /** The number of choices in the storage of the browser. */
  get storedCount(): number {
    return this.#all.filter((one) => one.stored).length;
  }

  find(key: string | null): Remembered | null {
    return this.#all.find((one) => key !== null && matches(one.key, key)) ?? null;
  }

  /** Adds or replaces a choice; returns whether it is stored. */
  put(key: string, options: SourceOptions, store: boolean): boolean {
    this.#all = [{ key, options, stored: store }, ...this.#all.filter((one) => !matches(one.key, key))];
    return this.#write() && store;
  }

  /** Forgets one choice, or all without a key. */
  forget(key?: string): void {
    this.#all = key === undefined ? [] : this.#all.filter((one) => !matches(one.key, key));
    this.#write();
  }

  #write(): boolean {
    this.#all = this.#all.slice(0, MAX_STORED);
    const all = this.#all.filter((one) => one.stored).map(({ key, options }) => ({ key, options }));
    let isDone = true;
    // Storage may be unavailable or full (private windows, some file:// pages).
    try {
      if (all.length > 0) localStorage.setItem(KEY, JSON.stringify(all));
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
    return Array.isArray(all) ? all.filter(isRemembered).slice(0, MAX_STORED) : [];
  } catch {
    return [];
  }
}

/** Checks the form only; the engine checks the options when they are used. */
function isRemembered(value: unknown): value is Remembered {
  const { key, options } = (value ?? {}) as Partial<Remembered>;
  if (typeof key !== "string" || key === "" || typeof options !== "object" || options === null) return false;
  const texts = Object.values((options.mapping ?? {}) as Record<Role, unknown>);
  return texts.every((text) => typeof text === "string");
}
