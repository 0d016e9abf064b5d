// A page that does the same as ours with DuckDB-WASM: reads a picked file and shows the ranked list.
// run.mjs inserts the statement, bundles and serves it.

import * as duckdb from "@duckdb/duckdb-wasm";

const db = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), new Worker("duckdb-browser-eh.worker.js"));
await db.instantiate(new URL("duckdb-eh.wasm", location.href).href);
const connection = await db.connect();
await connection.query("SET preserve_insertion_order = false");
document.body.dataset.state = "ready";

const picker = document.getElementById("picker");
picker.onchange = async () => {
  const [file] = picker.files;
  await db.registerFileHandle("flows.csv", file, duckdb.DuckDBDataProtocol.BROWSER_FILEREADER, true);
  const table = await connection.query(document.getElementById("statement").textContent);
  const names = table.schema.fields.map((field) => field.name);
  const rows = table.toArray().map((row) => names.map((name) => row[name]));
  show(rows.slice(0, 500)); // as many as one page of our list
  document.body.dataset.state = "results";
  globalThis.answer = () => rows.map((row) => row.join(",")).join("\n");
};

function show(rows) {
  const body = document.createElement("tbody");
  for (const row of rows) {
    const line = body.insertRow();
    for (const value of row) line.insertCell().textContent = value;
  }
  document.getElementById("list").replaceChildren(body);
}
