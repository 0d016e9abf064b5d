// The one-file page, opened from disk without any server.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { report, reportText } from "./engine.mjs";
import { folder, noBarriers, pageTest } from "./fixture.mjs";
import { dropFiles, openRow, samplePath, tableRows, untilRead, untilResults } from "./harness.mjs";

pageTest(
  "beaconlens.html works from file:// and gives the package's report",
  async (page) => {
    // Another name than that of the sample, so that the page shows which one was read.
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

    await noBarriers(page);
  },
  { standalone: true },
);
