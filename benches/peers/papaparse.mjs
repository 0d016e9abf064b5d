// PapaParse, the CSV parser most pages use, and a Map.

import { createReadStream } from "node:fs";
import { library, Pairs, run } from "./job.mjs";

const Papa = library("papaparse");

function query(path, endMs) {
  const pairs = new Pairs(endMs);
  let header = true;
  return new Promise((resolve, reject) => {
    Papa.parse(createReadStream(path, { encoding: "latin1", highWaterMark: 1 << 20 }), {
      delimiter: ",",
      newline: "\n",
      fastMode: true,
      skipEmptyLines: true,
      chunk: ({ data }) => {
        for (const row of header ? data.slice(1) : data) pairs.add(row);
        header = false;
      },
      complete: () => resolve(pairs.findings()),
      error: reject,
    });
  });
}

await run(library("papaparse/package.json").version, query);
