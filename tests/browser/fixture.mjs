// A browser, the page served, and a folder for files: who imports this has them from before the first test to after
// the last.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { foreign, launch, oneFile, openPage, serve, workFolder } from "./harness.mjs";

export let browser;
export let server;
/** For the files of these tests. */
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
 * A test on a fresh page, served or the one file; afterwards nothing may have gone wrong, or out.
 * What is not said here is the browser context's.
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

/** Nothing serious stands in the way of assistive technology. */
export async function noBarriers(page, state) {
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).analyze();
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  const told = serious.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(" ")}`);
  assert.deepEqual(told, [], state);
}
