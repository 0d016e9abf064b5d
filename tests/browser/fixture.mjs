// A browser, a server of the page, and a folder for files, for all tests of the importing file.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { foreign, launch, oneFile, openPage, serve, workFolder } from "./harness.mjs";

export let browser;
export let server;
/** A folder for the files of the tests. */
export let folder;
before(async () => {
  [browser, server, folder] = await Promise.all([launch(), serve(), workFolder()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
  await folder?.remove();
});

/**
 * A test on a new page, served or as one file. Fails on errors in the console and on requests to other
 * servers. Further options are those of the browser context.
 */
export function pageTest(name, steps, { standalone = false, query = "", ...options } = {}) {
  test(name, { timeout: 120_000 }, async () => {
    const url = standalone ? oneFile : server.url;
    const opened = await openPage(browser, `${url}${query}`, { offline: standalone, ...options });
    try {
      await steps(opened.page, opened);
      assert.deepEqual(opened.troubles, []);
      assert.deepEqual(foreign(opened.requests, url), []);
    } finally {
      await opened.close();
    }
  });
}

/** Asserts that axe finds no serious barrier for assistive technology. */
export async function noBarriers(page, state) {
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).analyze();
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  const found = serious.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(" ")}`);
  assert.deepEqual(found, [], state);
}
