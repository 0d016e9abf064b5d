// Parts that are loaded only when needed, in the served and the one-file page: the module for captures and event
// logs, and the public suffix list.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { rowsOf } from "../../dist/npm/dist/node.mjs";
import { beacon, DESTINATION, emptyLog, PORT, pcap, pcapng, SOURCE } from "../package/captures.mjs";
import { reportText } from "./engine.mjs";
import { folder, pageTest } from "./fixture.mjs";
import { cellsOf, dropFiles, samplePath, untilRead } from "./harness.mjs";

/** The report of the engine in Node. */
async function expectedOf(...sources) {
  const read = sources.map(async ([name, bytes]) => {
    const rows = [];
    const blocks = (async function* () {
      yield bytes;
    })();
    for await (const block of rowsOf(blocks)) rows.push(block);
    return [name, Buffer.concat(rows)];
  });
  return reportText("json", await Promise.all(read));
}

const FORMS = [
  { name: "the served page", standalone: false },
  { name: "the one-file page", standalone: true },
];

for (const { name, standalone } of FORMS) {
  pageTest(
    `${name} reads captures and event logs`,
    async (page, { requests }) => {
      const modules = () => requests.filter((request) => request.includes("capture.wasm")).length;
      await dropFiles(page, [samplePath]);
      await untilRead(page, basename(samplePath));
      assert.equal(modules(), 0, "not loaded before it is needed");

      const packets = beacon();
      const paths = [
        await folder.write("beacon.pcap", pcap(packets)),
        await folder.write("again.pcapng.gz", gzipSync(pcapng(packets))),
        await folder.write("empty.evtx", emptyLog()),
      ];
      await dropFiles(page, paths);
      await untilRead(page, ...paths.map((path) => basename(path)));
      const keys = await cellsOf(page, "sourceip", "destinationip", "destinationport");
      assert.ok(
        keys.some((key) => key.join() === [SOURCE, DESTINATION, PORT].join()),
        keys.join(" "),
      );
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Export JSON")]);
      const expected = await expectedOf(
        ["beacon.pcap", pcap(packets)],
        ["again.pcapng.gz", pcapng(packets)],
        ["empty.evtx", emptyLog()],
      );
      assert.equal(await readFile(await download.path(), "utf8"), expected);
      assert.equal(modules(), standalone ? 0 : 1, "loaded once");
      assert.match(await page.textContent(".dataset"), /300 packets, 300 used/);
    },
    { standalone },
  );

  pageTest(
    `${name} uses the public suffix list for domains`,
    async (page, { requests }) => {
      const lists = () => requests.filter((request) => request.includes("public_suffixes")).length;
      await dropFiles(page, [samplePath]);
      await untilRead(page, basename(samplePath));
      assert.equal(lists(), 0, "not loaded before it is needed");
      const file = [
        "lookups.json",
        await readFile(new URL("../golden/public-suffixes.json", import.meta.url)),
      ];
      for (const again of [1, 2]) {
        await dropFiles(page, [await folder.write(...file)]);
        await untilRead(page, file[0]);
        const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Export JSON")]);
        const report = await readFile(await download.path(), "utf8");
        assert.match(JSON.parse(report).public_suffixes, /^20\d\d-/, `time ${again}`);
        assert.equal(report, await reportText("json", [file]));
      }
      assert.equal(lists(), standalone ? 0 : 1, "loaded once");
    },
    { standalone },
  );
}
