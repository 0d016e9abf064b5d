// DuckDB-WASM (its fastest build without threads) in Node: the query of duckdb_bits.py.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { statement } from "./duckdb_statement.mjs";
import { COLUMNS, library, run } from "./job.mjs";

const duckdb = library("@duckdb/duckdb-wasm/blocking");
const folder = dirname(library.resolve("@duckdb/duckdb-wasm/blocking"));

async function query(path, endMs) {
  const build = (name) => ({ mainModule: join(folder, `duckdb-${name}.wasm`), mainWorker: "" });
  const bundles = { mvp: build("mvp"), eh: build("eh") };
  const db = await duckdb.createDuckDB(bundles, new duckdb.VoidLogger(), duckdb.NODE_RUNTIME);
  await db.instantiate(() => {});
  const connection = db.connect();
  connection.query("SET preserve_insertion_order = false");
  const table = connection.query(statement(path, endMs));
  return table.toArray().map((row) => COLUMNS.map((name) => row[name]));
}

// The package does not export its manifest.
const { version } = JSON.parse(readFileSync(join(folder, "../package.json"), "utf8"));
await run(version, query);
