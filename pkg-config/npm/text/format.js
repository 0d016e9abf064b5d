// Numbers and untrusted text in readable form.

/** Escapes control characters, so that text from a file cannot control the terminal. */
export function printable(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is searched for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** 1234567 → 1,234,567. Without Intl, which would slow the start of the command. */
export function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Bytes → 1.2 MB, in steps of 1000. */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = -1;
  do {
    value /= 1000;
    unit += 1;
  } while (value >= 999.95 && unit < 5);
  return `${value.toFixed(1)} ${"kMGTPE"[unit]}B`;
}

/** 1 row, 2 rows. */
export function count(number, noun) {
  return `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** Seconds → 0.5 s, 300 s, 2.5 h; an empty string without an interval. */
export function interval(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 7200) return `${Number(seconds.toPrecision(3))} s`;
  return `${Number((seconds / 3600).toPrecision(3))} h`;
}
