// Numbers, durations and times as text, in one locale, so that screenshots are the same everywhere.

const grouped = new Intl.NumberFormat("en-US");

export const count = (value: number): string => grouped.format(value);

/** A title in the middle of a sentence: starts with a small letter. */
export const inSentence = (title: string): string => title.charAt(0).toLowerCase() + title.slice(1);

/** "1 row", "2,000 rows". */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let shown = value;
  while (shown >= 1000 && unit < units.length - 1) {
    shown /= 1000;
    unit++;
  }
  return `${unit === 0 ? shown : shown.toFixed(shown < 10 ? 1 : 0)} ${units[unit]}`;
}

/** Seconds in one unit: "250 ms", "60 s", "5 min", "1.5 h". */
export function duration(seconds: number, digits = 3): string {
  const trim = (value: number): string => String(Number(value.toPrecision(digits)));
  if (seconds < 1) return `${trim(seconds * 1000)} ms`;
  if (seconds < 120) return `${trim(seconds)} s`;
  if (seconds < 7200) return `${trim(seconds / 60)} min`;
  if (seconds < 172_800) return `${trim(seconds / 3600)} h`;
  return `${trim(seconds / 86_400)} d`;
}

/** An interval as the verdict writes it: in seconds up to two hours. */
export function interval(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  if (tenths < 10) return `${Math.round(seconds * 1000)} ms`;
  if (tenths < 1000) return `${tenths / 10} s`;
  const whole = Math.round(tenths / 10);
  return tenths < 72_000 ? `${whole} s` : span(whole);
}

const SPANS = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
] as const;

/** Seconds in the two largest units: "6 h 50 min". */
export function span(seconds: number): string {
  const whole = Math.round(seconds);
  const largest = SPANS.findIndex(([unit]) => whole >= unit);
  if (largest < 0) return "0 s";
  let rest = whole;
  const words = SPANS.slice(largest, largest + 2).map(([unit, name]) => {
    const amount = Math.floor(rest / unit);
    rest %= unit;
    return amount > 0 ? `${amount} ${name}` : "";
  });
  return words.filter(Boolean).join(" ");
}

/** The significance (−log10 of a probability) as the verdict writes it, capped at 1 in 10^9. */
export function chance(significance: number): string {
  const decades = Math.min(Math.floor(significance), 9);
  if (decades < 1) return "nothing unusual for random traffic of this rate";
  const odds = ["10", "100"][decades - 1] ?? `10^${decades}`;
  return `chance below 1 in ${odds} for random traffic of this rate`;
}

/** RFC 3339 as "2026-03-02 14:00:05" at the given offset from UTC. */
export function instant(rfc3339: string | null, offsetMinutes = 0): string {
  if (rfc3339 === null) return "–";
  const shifted = new Date(Date.parse(rfc3339) + offsetMinutes * 60_000);
  return shifted.toISOString().slice(0, 19).replace("T", " ");
}

export function zone(offsetMinutes: number): string {
  if (offsetMinutes === 0) return "UTC";
  const size = Math.abs(offsetMinutes);
  const hours = String(Math.floor(size / 60)).padStart(2, "0");
  return `UTC${offsetMinutes < 0 ? "−" : "+"}${hours}:${String(size % 60).padStart(2, "0")}`;
}

/** "address:port"; an IPv6 address gets brackets. */
export const endpoint = (address: string, port: number): string =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;

export const DELIMITER_NAMES: Record<string, string> = {
  ",": "comma",
  "\t": "tab",
  ";": "semicolon",
  "|": "pipe",
};
