// uDSV, the fastest CSV parser in plain JavaScript, and a Map.

import { createReadStream } from "node:fs";
import { library, Pairs, run } from "./job.mjs";

const { inferSchema, initParser } = library("udsv");

async function query(path, endMs) {
  const pairs = new Pairs(endMs);
  const take = (row) => pairs.add(row);
  let parser;
  for await (const chunk of createReadStream(path, { encoding: "latin1", highWaterMark: 1 << 20 })) {
    parser ??= initParser(inferSchema(chunk));
    parser.chunk(chunk, parser.stringArrs, take);
  }
  parser.end();
  return pairs.findings();
}

await run(library("udsv/package.json").version, query);
