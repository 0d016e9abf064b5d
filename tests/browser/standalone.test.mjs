// The one-file page, opened from disk without any server.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { report, reportText } from "./engine.mjs";
import {
  dropFiles,
  launch,
  oneFile,
  openPage,
  openRow,
  samplePath,
  tableRows,
  untilRead,
  untilResults,
  workFolder,
} from "./harness.mjs";

let browser;
let folder;
before(async () => {
  [browser, folder] = await Promise.all([launch(), workFolder()]);
});
after(async () => {
  await browser?.close();
  await folder?.remove();
});

test("beaconlens.html works from file:// and gives the package's report", { timeout: 60_000 }, async () => {
  const { page, troubles, requests, close } = await openPage(browser, oneFile, { offline: true });
  try {
    // Not the sample's own name: what is shown of it tells that it is the dropped one.
    const sources = [["dropped.csv", await readFile(samplePath)]];
    const expected = await report(sources);
    await page.click("[data-action=sample]");
    await untilResults(page);
    assert.equal((await tableRows(page)).length, expected.findings.length);

    await dropFiles(page, [await folder.write(...sources[0])]);
    await untilRead(page, "dropped.csv");
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Export JSON")]);
    assert.equal(await readFile(await download.path(), "utf8"), await reportText("json", sources));

    await openRow(page, 0);
    assert.equal(await page.locator("#detail figure").count(), 4);

    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
    assert.deepEqual(
      serious.map(({ id }) => id),
      [],
    );

    assert.deepEqual(troubles, []);
    const outside = requests.filter((url) => url !== oneFile && !/^(blob|data):/.test(url));
    assert.deepEqual(outside, []);
  } finally {
    await close();
  }
});
