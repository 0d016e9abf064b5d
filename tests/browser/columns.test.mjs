// The column dialog, for files whose columns are not detected or not detected as intended.

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { noBarriers, pageTest } from "./fixture.mjs";
import { cellsOf, columnOf, connections, csv, screenshot, settled, untilRead } from "./harness.mjs";

const textFile = (name, text) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

const ROWS = connections("10.0.0.1", "203.0.113.1", 443, 30, 600);
const FOREIGN = ["wann,wer,wohin,tor,raus,rein", ...ROWS].join("\n");
const PAIR = ["10.0.0.1", "203.0.113.1", "443", "30"];

const give = (page, ...files) => page.setInputFiles("#picker", files);

/** Opens the dialog from a refusal, or from what was read. */
async function openDialog(page, name) {
  await page.click(`button[aria-label*="${name}"][aria-label*="column"]`);
  await settled(page);
}

async function refused(page, name, text) {
  await give(page, textFile(name, text));
  await page.waitForSelector(`[data-refused="${name}"]`);
  await openDialog(page, name);
}

const readColumns = (page) =>
  page.$$eval(".columns-role", (selects) => selects.map((select) => select.value));

async function choose(page, column, role) {
  await page.selectOption(`.columns-role[data-column="${column}"]`, role);
  await settled(page);
}

const state = (page) => page.textContent(".columns-state");

const readings = (page) =>
  page.$$eval(".columns-readings tbody tr", (rows) =>
    rows.map((row) => [...row.cells].map((cell) => cell.textContent)),
  );

const submit = (page) => page.click("#columns-dialog [type=submit]");

const pairs = (page) => cellsOf(page, "sourceip", "destinationip", "destinationport", "connection_count");

pageTest("unknown columns: proposed, completed, previewed, read, and remembered", async (page) => {
  await refused(page, "fremd.csv", FOREIGN);
  // The header and the first rows, unchanged.
  const head = await page.$$eval(".columns-grid thead th", (cells) => cells.map((cell) => cell.textContent));
  assert.deepEqual(head, ["wann", "wer", "wohin", "tor", "raus", "rein"]);
  const first = await page.$eval(".columns-grid tbody tr", (row) =>
    [...row.cells].map((cell) => cell.textContent),
  );
  assert.deepEqual(first, ["line 2", ...ROWS[0].split(",")]);
  // Roles proposed from the values are marked as guesses.
  assert.deepEqual(await readColumns(page), ["time", "source", "destination", "port", "", ""]);
  assert.equal(await page.locator(".columns-grid >> text=a guess: check it").count(), 4);
  assert.match(await state(page), /^Nothing is missing: the first 6 rows can be read\./);
  // Without the port it cannot be read; the dialog explains the role.
  await choose(page, 4, "");
  assert.match(
    await state(page),
    /^Still missing: the destination port\. .*destination port: the port it went/s,
  );
  assert.equal(await page.isDisabled("#columns-dialog [type=submit]"), true);
  assert.equal(await page.locator(".columns-readings").count(), 0);
  await choose(page, 4, "port");
  await choose(page, 5, "bytes_sent");
  await choose(page, 6, "bytes_received");
  assert.equal(await page.locator(".columns-grid >> text=a guess: check it").count(), 3);
  assert.deepEqual((await readings(page))[1], [
    ...["3", "2026-03-17 00:10:00", "10.0.0.1", "203.0.113.1", "443", "100", "200"],
  ]);
  await noBarriers(page);
  await screenshot(page, "columns");
  await submit(page);
  await untilRead(page, "fremd.csv");
  assert.deepEqual(await pairs(page), [PAIR]);
  assert.deepEqual(await cellsOf(page, "bytes_sent", "bytes_received"), [["3.0 kB", "6.0 kB"]]);
  assert.match(await page.textContent(".dataset summary"), /30 rows = 30 used \+ 0 skipped/);
  // The header is recognised on the next visit, also in another file, until it is forgotten.
  await page.reload();
  assert.match(await page.textContent("#remembered"), /remembers the columns of 1 kind of file/);
  await give(
    page,
    { name: "morgen.csv.gz", mimeType: "", buffer: gzipSync(FOREIGN) },
    textFile("flows.csv", csv(ROWS)),
  );
  await untilRead(page, "morgen.csv.gz", "flows.csv");
  assert.deepEqual(await pairs(page), [[...PAIR.slice(0, 3), "60"]]);
  await page.click(".dataset summary");
  assert.match(await page.textContent(".source >> nth=0"), /Columns chosen by you\./);
  assert.doesNotMatch(await page.textContent(".source >> nth=1"), /Columns chosen by you\./);
  await page.click("#remembered >> text=Forget");
  assert.equal(await page.textContent("#remembered"), "");
  await page.reload();
  await give(page, textFile("fremd.csv", FOREIGN));
  await page.waitForSelector("[data-refused='fremd.csv']");
});

pageTest("a partly known header is completed by proposals of the engine", async (page) => {
  const text = [
    "starttime,wer,destinationip,destinationport,bytes",
    ...connections("10.0.0.1", "203.0.113.1", 443, 30, 600).map((row) => row.split(",").slice(0, 5).join()),
  ].join("\n");
  await refused(page, "halb.csv", text);
  assert.deepEqual(await readColumns(page), ["time", "source", "destination", "port", "bytes_total"]);
  assert.equal(await page.locator(".columns-grid >> text=a guess: check it").count(), 1);
  // A role belongs to one column.
  await choose(page, 5, "port");
  assert.deepEqual(await readColumns(page), ["time", "source", "destination", "", "port"]);
  assert.match(await page.textContent("#announcer"), /column 4 is no longer the destination port/);
  await choose(page, 4, "port");
  await choose(page, 5, "bytes_sent");
  await submit(page);
  await untilRead(page, "halb.csv");
  assert.deepEqual(await pairs(page), [PAIR]);
});

pageTest("detected roles can be changed, and a column ignored", async (page) => {
  await give(page, textFile("flows.csv", csv(ROWS)));
  await untilRead(page, "flows.csv");
  await page.click(".dataset summary");
  await openDialog(page, "flows.csv");
  const known = ["time", "source", "destination", "port", "bytes_sent", "bytes_received"];
  assert.deepEqual(await readColumns(page), known);
  assert.match(await state(page), /^Nothing is missing/);
  await choose(page, 5, "bytes_received");
  assert.deepEqual(await readColumns(page), [...known.slice(0, 4), "bytes_received", ""]);
  assert.deepEqual((await readings(page))[0].slice(5), ["0", "100"]);
  await submit(page);
  await untilRead(page, "flows.csv");
  assert.deepEqual(await cellsOf(page, "bytes_sent", "bytes_received"), [["0 B", "3.0 kB"]]);
  // The dialog opens with the earlier choice, which can be forgotten there.
  await page.click(".dataset summary");
  await openDialog(page, "flows.csv");
  assert.deepEqual(await readColumns(page), [...known.slice(0, 4), "bytes_received", ""]);
  await page.click("text=Forget the stored columns");
  await settled(page);
  assert.deepEqual(await readColumns(page), known);
  assert.equal(await page.textContent("#remembered"), "");
  await submit(page);
  await untilRead(page, "flows.csv");
  assert.deepEqual(await cellsOf(page, "bytes_sent", "bytes_received"), [["3.0 kB", "6.0 kB"]]);
});

pageTest("a file without a header, and others like it", async (page) => {
  const other = connections("10.0.0.2", "203.0.113.1", 443, 25, 600);
  await give(page, textFile("a.csv", ROWS.join("\n")), textFile("b.csv", other.join("\n")));
  await page.waitForSelector("[data-refused='b.csv']");
  await openDialog(page, "a.csv");
  assert.equal(await page.inputValue("#columns-dialog select >> nth=0"), "none");
  assert.deepEqual(await readColumns(page), ["time", "source", "destination", "port", "", ""]);
  assert.match(await page.textContent(".columns-remember"), /Also for 1 other file/);
  assert.equal(await page.isChecked(".columns-remember label:has-text('in this browser') input"), false);
  await submit(page);
  await untilRead(page, "a.csv", "b.csv");
  assert.deepEqual(
    new Set((await pairs(page)).map(String)),
    new Set([PAIR.join(), "10.0.0.2,203.0.113.1,443,25"]),
  );
  assert.equal(await page.textContent("#remembered"), "");
  await page.click(".dataset summary");
  await openDialog(page, "b.csv");
  assert.deepEqual(await readColumns(page), ["time", "source", "destination", "port", "", ""]);
  // A person can choose the header line, which is then not read as a flow.
  await page.selectOption("#columns-dialog select >> nth=0", "1");
  await settled(page);
  assert.equal(await page.textContent(".columns-grid thead th >> nth=1"), "10.0.0.2");
  await page.keyboard.press("Escape");
  await page.waitForSelector("#columns-dialog", { state: "detached" });
  assert.equal((await pairs(page)).length, 2, "nothing was changed");
});

pageTest("a file without a header is recognised by the contents of its columns, on request", async (page) => {
  await refused(page, "a.csv", ROWS.join("\n"));
  assert.match(
    await page.textContent(".columns-remember"),
    /files without a header whose 6 columns hold the same \(time, address, address, number, number, number\)/,
  );
  const box = ".columns-remember label:has-text('in this browser') input";
  assert.equal(await page.isChecked(box), false);
  await page.check(box);
  await noBarriers(page);
  await screenshot(page, "columns-unnamed");
  await submit(page);
  await untilRead(page, "a.csv");
  await page.reload();
  assert.match(await page.textContent("#remembered"), /1 kind of file/);
  // Empty cells match any kind; another number of columns, or text among numbers, is another kind of file.
  const alike = connections("10.0.0.2", "203.0.113.1", 443, 25, 600).map((row) =>
    row.replace(/,[^,]*$/, ",-"),
  );
  const shorter = alike.map((row) => row.replace(/,-$/, ""));
  const other = alike.map((row) => row.replace(/,443,/, ",https,"));
  await give(
    page,
    textFile("b.csv", alike.join("\n")),
    textFile("c.csv", shorter.join("\n")),
    textFile("d.csv", other.join("\n")),
    textFile("e.csv", csv(ROWS)),
  );
  await untilRead(page, "b.csv", "c.csv", "d.csv", "e.csv");
  await page.waitForSelector("[data-refused='c.csv']");
  await page.waitForSelector("[data-refused='d.csv']");
  assert.deepEqual(
    new Set((await pairs(page)).map(String)),
    new Set([PAIR.join(), "10.0.0.2,203.0.113.1,443,25"]),
  );
  await page.click(".dataset summary");
  assert.match(await page.textContent(".source:has-text('b.csv')"), /Columns chosen by you\./);
  assert.doesNotMatch(await page.textContent(".source:has-text('e.csv')"), /Columns chosen by you\./);
  await openDialog(page, "b.csv");
  assert.deepEqual(await readColumns(page), ["time", "source", "destination", "port", "", ""]);
  assert.equal(await page.isChecked(box), true);
  // Unticked, the choice is forgotten, except for this file of this dataset.
  await page.uncheck(box);
  await submit(page);
  await untilRead(page, "b.csv", "c.csv", "d.csv", "e.csv");
  await settled(page);
  assert.equal(await page.textContent("#remembered"), "");
  assert.equal((await pairs(page)).length, 2);
});

pageTest("the delimiter can be chosen, and rows that cannot be read show why", async (page) => {
  // The first line has more commas than semicolons.
  const rows = ROWS.map((row) => row.split(",").slice(0, 4).join(";"));
  rows[1] = `yesterday;10.0.0.1;203.0.113.1;443`;
  rows[2] = `${rows[2].split(";").slice(0, 3).join(";")};http`;
  const text = ["a,b,c,d;quelle,x;ziel;tor", ...rows].join("\n");
  await refused(page, "komma.csv", text);
  await page.selectOption("#columns-dialog select >> nth=1", ";");
  await settled(page);
  await page.selectOption("#columns-dialog select >> nth=0", "1");
  await settled(page);
  const head = await page.$$eval(".columns-grid thead th", (cells) => cells.map((cell) => cell.textContent));
  assert.deepEqual(head, ["a,b,c,d", "quelle,x", "ziel", "tor"]);
  for (const [index, role] of ["time", "source", "destination", "port"].entries())
    await choose(page, index + 1, role);
  assert.match(await state(page), /^Nothing is missing; 4 of the first 6 rows can be read/);
  const [, second, third] = await readings(page);
  assert.deepEqual(second, ["3", "✕ not read the start time is not in a form that is read"]);
  assert.deepEqual(third, ["4", "✕ not read the destination port is not a number from 0 to 65535"]);
  await screenshot(page, "columns-reasons");
  await submit(page);
  await untilRead(page, "komma.csv");
  assert.deepEqual(await pairs(page), [[...PAIR.slice(0, 3), "28"]]);
});

pageTest("times: the unit and the zone change the preview", async (page) => {
  const text = [
    "when,src ip,dst ip,dst port",
    ...ROWS.map(
      (row, index) =>
        `2026-03-17 0${Math.floor(index / 10)}:${String(index % 10).padStart(2, "0")}:00,${row.split(",").slice(1, 4).join()}`,
    ),
  ].join("\n");
  await refused(page, "zone.csv", text);
  assert.equal((await readings(page))[0][1], "2026-03-17 00:00:00");
  await page.click("#columns-dialog summary");
  await page.fill("#columns-dialog [type=number]", "60");
  await settled(page);
  assert.equal((await readings(page))[0][1], "2026-03-16 23:00:00");
  await submit(page);
  await untilRead(page, "zone.csv");
  assert.match((await columnOf(page, "first_seen"))[0], /^2026-03-16\s*23:00:00$/);
});

pageTest("JSON has fields instead of columns, also in an envelope", async (page) => {
  const record = (row) => {
    const [wann, wer, wohin, tor] = row.split(",");
    return JSON.stringify({
      _source: { wann: Number(wann), netz: { wer, wohin }, tor: Number(tor), note: 'a "b"' },
    });
  };
  await refused(page, "fremd.json", ROWS.map(record).join("\n"));
  const head = await page.$$eval(".columns-grid thead th", (cells) => cells.map((cell) => cell.textContent));
  assert.deepEqual(head, ["wann", "netz.wer", "netz.wohin", "tor", "note"]);
  assert.match(await state(page), /^Nothing is missing: the first 6 rows can be read\./);
  await submit(page);
  await untilRead(page, "fremd.json");
  assert.deepEqual(await pairs(page), [PAIR]);
  assert.match(await page.textContent("#remembered"), /1 kind of file/);
});

pageTest("columns with ambiguous names are given by position", async (page) => {
  const text = ["时间,源,目的,端口,x,x", ...ROWS].join("\n");
  await refused(page, "names.csv", text);
  assert.match(await state(page), /^Nothing is missing/);
  await choose(page, 6, "bytes_sent");
  await submit(page);
  await untilRead(page, "names.csv");
  assert.deepEqual(await cellsOf(page, "connection_count", "bytes_sent"), [["30", "6.0 kB"]]);
  await page.click(".dataset summary");
  await openDialog(page, "names.csv");
  assert.deepEqual(await readColumns(page), ["time", "source", "destination", "port", "", "bytes_sent"]);
  assert.equal(await page.textContent(".columns-grid thead th >> nth=0"), "时间");
});

pageTest("text of a file is never markup, and a file only affects its own columns", async (page) => {
  const text = [
    "<img src=x onerror=alert(1)>,b,c,d",
    ...ROWS.map((row) => row.split(",").slice(0, 4).join()),
  ].join("\n");
  await refused(page, "<b>x</b>.csv".replace("/", "-"), text);
  assert.equal(await page.locator("#columns-dialog img, #columns-dialog h2 b").count(), 0);
  assert.equal(await page.textContent(".columns-grid thead th >> nth=0"), "<img src=x onerror=alert(1)>");
});

pageTest("stored choices may be damaged, or of another version", async (page) => {
  for (const stored of [
    "{",
    '[{"key":5}]',
    '[{"key":"wann,wer,wohin,tor,raus,rein","options":{"mapping":{"when":"#1"}}}]',
  ]) {
    await page.evaluate((text) => localStorage.setItem("beaconlens-columns", text), stored);
    await page.reload();
    await give(page, textFile("fremd.csv", FOREIGN), textFile("flows.csv", csv(ROWS)));
    await untilRead(page, "fremd.csv", "flows.csv");
    assert.deepEqual(await pairs(page), [PAIR]);
    assert.equal(await page.locator("[data-refused='fremd.csv']").count(), 1);
  }
});

pageTest("without storage, choices last as long as the page", async (page) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, "localStorage", {
      get: () => {
        throw new DOMException("no", "SecurityError");
      },
    });
  });
  await page.reload();
  await refused(page, "fremd.csv", FOREIGN);
  assert.match(await page.textContent(".columns-remember"), /until this page is closed/);
  await submit(page);
  await untilRead(page, "fremd.csv");
  await give(page, textFile("noch.csv", FOREIGN));
  await untilRead(page, "noch.csv");
  assert.deepEqual(await pairs(page), [PAIR]);
  assert.equal(await page.textContent("#remembered"), "");
});

pageTest(
  "the one-file page, from file://, has the dialog and remembers choices too",
  async (page) => {
    await refused(page, "fremd.csv", FOREIGN);
    await submit(page);
    await untilRead(page, "fremd.csv");
    assert.deepEqual(await pairs(page), [PAIR]);
    await page.reload();
    await give(page, textFile("noch.csv", FOREIGN));
    await untilRead(page, "noch.csv");
    assert.deepEqual(await pairs(page), [PAIR]);
  },
  { standalone: true },
);

pageTest("the dialog works by keyboard", async (page) => {
  await give(page, textFile("fremd.csv", FOREIGN));
  await page.waitForSelector("[data-refused='fremd.csv']");
  await page.focus("[data-refused='fremd.csv'] button");
  await page.keyboard.press("Enter");
  await settled(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), "columns-title");
  // Past the two selections and the scroller to the first role.
  for (let step = 0; step < 4; step++) await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.column), "1");
  await page.keyboard.press("Home");
  await settled(page);
  assert.match(await state(page), /^Still missing: the start time/);
  await page.keyboard.press("Escape");
  await page.waitForSelector("#columns-dialog", { state: "detached" });
  assert.equal(
    await page.evaluate(() => document.activeElement.textContent),
    "Choose columns…",
    "the focus returns to the button",
  );
});

for (const colorScheme of ["light", "dark"]) {
  pageTest(
    `a phone shows it without scrolling sideways (${colorScheme})`,
    async (page) => {
      await refused(page, `${"long-name-".repeat(9)}.csv`, FOREIGN);
      const overflow = () =>
        page.$eval("#columns-dialog", (dialog) => [
          dialog.scrollWidth - dialog.clientWidth,
          document.documentElement.scrollWidth - innerWidth,
        ]);
      assert.deepEqual(await overflow(), [0, 0]);
      await choose(page, 4, "");
      assert.deepEqual(await overflow(), [0, 0]);
      await noBarriers(page);
      await screenshot(page, `phone-columns-${colorScheme}`);
      await choose(page, 4, "port");
      await page.locator("#columns-preview").scrollIntoViewIfNeeded();
      await screenshot(page, `phone-columns-read-${colorScheme}`);
    },
    {
      colorScheme,
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 1,
      hasTouch: true,
      isMobile: true,
    },
  );
}

pageTest(
  "in dark mode",
  async (page) => {
    await refused(page, "fremd.csv", FOREIGN);
    await noBarriers(page);
    await screenshot(page, "columns-dark");
  },
  { colorScheme: "dark" },
);
