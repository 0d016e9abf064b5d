// A list of ports as text, such as "6660-6669, 6697", and back.

export function writePorts(ports: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const port of ports) {
    const run = runs.at(-1);
    if (run && port === run[1] + 1) run[1] = port;
    else runs.push([port, port]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
}

/** Text that is not a port goes to the engine unchanged: its error names it. */
export function readPorts(text: string): (number | string)[] {
  return text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .flatMap((word) => {
      const range = /^(\d{1,5})-(\d{1,5})$/.exec(word);
      if (!range) return [/^\d+$/.test(word) ? Number(word) : word];
      const [from, to] = [Number(range[1]), Number(range[2])];
      if (from > to) return [word];
      return Array.from({ length: to - from + 1 }, (_, index) => from + index);
    });
}
