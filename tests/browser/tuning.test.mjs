// Tuning the rule on the page: reference sets, threat lists, profiles, and queries for other tools.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { defaultRule, init, renderQuery } from "../../dist/npm/dist/node.mjs";
import { report } from "./engine.mjs";
import { noBarriers, pageTest } from "./fixture.mjs";
import {
  columnOf,
  connections,
  csv,
  keysOf,
  screenshot,
  settled,
  untilDetail,
  untilFindings,
  untilRead,
  untilText,
} from "./harness.mjs";

const textFile = (name, text) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

/** Three sources with two endpoints, and one with too few connections for the gates. */
const FLOWS = csv(
  connections("10.0.0.1", "203.0.113.1", 443, 30, 600),
  connections("10.0.0.2", "203.0.113.1", 443, 40, 600),
  connections("10.0.0.3", "203.0.113.2", 8443, 50, 600),
  connections("10.0.0.4", "203.0.113.9", 443, 5, 3600),
);
const reportOf = (rule) => report([["flows.csv", Buffer.from(FLOWS)]], rule);

/** A test on a page with these flows. */
function tuningTest(name, steps, options) {
  const onFlows = async (page, opened) => {
    await page.setInputFiles("#picker", textFile("flows.csv", FLOWS));
    await untilRead(page, "flows.csv");
    await steps(page, opened);
  };
  pageTest(name, onFlows, options);
}

async function openSource(page, source) {
  const keys = await keysOf(page);
  await page.click(`.pairs tbody tr:has-text("${source}")`);
  await untilDetail(page, ...keys.find(([first]) => first === source));
}

const suppressedRows = (page) =>
  page.$$eval(".suppressed-pairs tbody tr", (rows) =>
    rows.map((row) => [...row.cells].slice(0, 3).map((cell) => cell.textContent)),
  );

const openLists = (page) => page.click("summary >> text=Reference sets and threat lists");

tuningTest(
  "an endpoint is allowed in one click, stays listed, and can be undone",
  async (page, { requests }) => {
    const asked = requests.length;
    await openSource(page, "10.0.0.1");
    await page.click("#detail >> text=/^Allow$/");
    await untilFindings(page, 1);
    assert.deepEqual(await columnOf(page, "sourceip"), ["10.0.0.3"]);
    assert.match(
      await page.textContent("#status"),
      /^Allowed destination 203\.0\.113\.1: 2 pairs suppressed\./,
    );
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Undo");
    assert.match(await page.textContent(".list-head"), /4 pairs.*; 2 suppressed by reference sets/);

    await page.click(".suppressed > summary");
    const set = { name: "allowed on this page", applies_to: "destination", entries: ["203.0.113.1"] };
    const expected = await reportOf({ reference_sets: [set] });
    const [counts] = expected.reference_sets;
    assert.deepEqual([counts.pairs, counts.flows], [2, 70]);
    assert.equal(await page.textContent(".set-counts"), "allowed on this page: 2 pairs, 70 flows");
    assert.deepEqual(
      await suppressedRows(page),
      expected.suppressed.map((row) => [
        `${row.sourceip} → 203.0.113.1:443`,
        "allowed on this page",
        "203.0.113.1 destination",
      ]),
    );
    assert.equal(await page.getAttribute("#detail .status", "data-status"), "suppressed");
    assert.match(
      await page.textContent("#detail .pair-sets"),
      /allowed on this page: destination matches the entry 203/,
    );
    assert.match(await page.textContent("#detail .nearest-change"), /^Nearest change: .*203\.0\.113\.1/);
    await noBarriers(page);
    await screenshot(page, "allowed", { fullPage: true });

    await page.click(".suppressed-pairs button >> text=10.0.0.2");
    await untilDetail(page, "10.0.0.2", "203.0.113.1", 443);
    assert.equal(await page.locator(".suppressed-pairs [aria-current]").count(), 1);
    await page.click("#status >> text=Undo");
    await untilFindings(page, 3);
    assert.equal(await page.textContent("#status"), "");
    assert.equal(await page.isHidden(".suppressed"), true, "the set is removed with its last entry");
    assert.match(await page.textContent(".rule-difference"), /default rule/);
    const again = requests.slice(asked).filter((request) => !/plots-/.test(request));
    assert.deepEqual(again, [], "nothing was read again");
  },
);

tuningTest("a source can be allowed too, and undo keeps later changes", async (page) => {
  await openSource(page, "10.0.0.3");
  await page.selectOption(".allow-side", "source");
  await page.click("#detail >> text=/^Allow$/");
  await untilFindings(page, 2);
  assert.match(await page.textContent("#status"), /^Allowed source 10\.0\.0\.3: 1 pair suppressed\./);
  await page.fill("#rule-min-connections", "35");
  await untilFindings(page, 1);
  await page.click("#status >> text=Undo");
  await untilFindings(page, 2);
  assert.equal(await page.inputValue("#rule-min-connections"), "35");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H2");
  // Without the status line, the detail offers to undo it.
  await page.click("#detail >> text=/^Allow$/");
  await untilFindings(page, 1);
  await page.click("#status >> text=Dismiss");
  await page.click("#detail >> text=No longer allow destination 203.0.113.2");
  await untilFindings(page, 2);
});

tuningTest("a set is edited as lines, and an error names the line", async (page) => {
  await openLists(page);
  await page.click("text=Add a reference set");
  const card = page.locator("[data-list='set 1']");
  const entries = card.locator("textarea");
  await entries.fill("# ours\n203.0.113.0/31 # both\n10.0.0.0/99");
  await settled(page);
  assert.equal(await entries.getAttribute("aria-invalid"), "true");
  assert.match(
    await card.locator(".field-error").textContent(),
    /^line 3: found "10\.0\.0\.0\/99", expected/,
  );
  await noBarriers(page);
  await untilFindings(page, 3);
  await entries.fill("# ours\n203.0.113.0/31 # both");
  await untilFindings(page, 1);
  assert.equal(await card.locator(".field-error").textContent(), "");
  assert.match(await page.textContent(".rule-difference"), /reference sets/);
  await card.locator("input >> nth=1").fill("8000-9000");
  await untilFindings(page, 3);
  await card.locator("input >> nth=1").fill("99999");
  await settled(page);
  assert.notEqual(await card.locator(".field-error").textContent(), "");
  await card.locator("input >> nth=1").fill("");
  await untilFindings(page, 1);
  await card.locator("select").selectOption("source");
  await untilFindings(page, 3);
  await card.locator("select").selectOption("either");
  await untilFindings(page, 1);
  await card.locator("text=Remove").click();
  await untilFindings(page, 3);
  await page.click("text=Add a reference set");
  await entries.fill("203.0.113.2");
  await untilFindings(page, 2);
  await page.click("text=Reset to default");
  await untilFindings(page, 3);
  assert.equal(await page.locator(".rule-list").count(), 0);
  await page.click("#status >> text=Undo");
  await untilFindings(page, 2);
  assert.equal(await entries.inputValue(), "203.0.113.2");
});

tuningTest("no findings because of a set: the page says so", async (page) => {
  await openLists(page);
  await page.click("text=Add a reference set");
  await page.fill("[data-list='set 1'] textarea", "10.0.0.0/8");
  await untilFindings(page, 0);
  assert.match(await page.textContent(".no-findings"), /the 3 that passed every gate are suppressed/);
});

async function downloaded(page, click) {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

const FEED = `# known endpoints
203.0.113.9:443 # <b>seen</b> in May
http://203.0.113.77/gate.php
`;

tuningTest("a threat list from a file marks the pairs it matches, also below the gates", async (page) => {
  await openLists(page);
  await page.setInputFiles("[name=threat-list-file]", textFile("feed.txt", FEED));
  await untilFindings(page, 4);
  const message = await page.textContent(".list-files-messages");
  assert.match(message, /^feed\.txt: 1 entry; 1 line skipped as not an endpoint, first in line 3: http:/);
  const badges = await page.$$eval(".pairs .badge", (marks) =>
    marks.map((mark) => [mark.closest("tr").querySelector("th").textContent, mark.textContent, mark.title]),
  );
  assert.deepEqual(badges, [["10.0.0.4", "threat list", "feed.txt, line 2"]]);
  await openSource(page, "10.0.0.4");
  const threat = await page.$$eval("#detail [data-threat]", (facts) =>
    facts.map((fact) => [fact.dataset.threat, fact.querySelector("dd").textContent]),
  );
  assert.deepEqual(threat, [
    ["list", "feed.txt"],
    ["line", "2"],
    ["entry", "203.0.113.9:443"],
    ["comment", "<b>seen</b> in May"],
    ["failed gates", "minimum connections"],
  ]);
  await noBarriers(page);
  await screenshot(page, "threat", { fullPage: true });
  await page.click(".rule-list >> text=Remove");
  await untilFindings(page, 3);
});

tuningTest("a reference set from a file; a file of the same name replaces it", async (page) => {
  await openLists(page);
  const load = (text) => page.setInputFiles("[name=reference-set-file]", textFile("ours.txt", text));
  await load("203.0.113.2\n");
  await untilFindings(page, 2);
  await load("203.0.113.1\n203.0.113.2\n");
  await untilFindings(page, 0);
  assert.equal(await page.locator("[data-list='ours.txt']").count(), 1);
  await load("203.0.113.1\nnot an entry!\n");
  await settled(page);
  assert.match(await page.textContent(".list-files-messages"), /^ours\.txt, line 2: found "not an entry!"/);
  assert.equal(await page.locator(".no-findings").count(), 1, "the last valid set stays");
});

tuningTest("many suppressed pairs are shown page by page", async (page) => {
  const pairs = Array.from({ length: 230 }, (_, index) =>
    connections(`10.1.1.${index}`, "203.0.113.1", 443, 20, 900),
  );
  await page.setInputFiles("#picker", textFile("many.csv", csv(...pairs)));
  await untilRead(page, "many.csv");
  await untilFindings(page, 230);
  await openSource(page, "10.1.1.7");
  await page.click("#detail >> text=/^Allow$/");
  await untilFindings(page, 0);
  await page.click(".suppressed > summary");
  assert.equal((await suppressedRows(page)).length, 200);
  await page.click(".suppressed >> text=Show 30 more");
  assert.equal((await suppressedRows(page)).length, 230);
});

tuningTest(
  "on a phone nothing scrolls sideways",
  async (page) => {
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await openLists(page);
    await page.setInputFiles("[name=threat-list-file]", textFile(`${"long-name-".repeat(9)}.txt`, FEED));
    await openTools(page);
    await untilFindings(page, 4);
    await openSource(page, "10.0.0.1");
    await page.click("#detail >> text=/^Allow$/");
    await untilFindings(page, 2);
    await page.click(".suppressed > summary");
    assert.equal(await overflow(), 0);
    await openSource(page, "10.0.0.4");
    assert.equal(await overflow(), 0);
    await noBarriers(page);
    await screenshot(page, "phone-tuning", { fullPage: true });
  },
  { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1, hasTouch: true, isMobile: true },
);

const openTools = (page) => page.click("summary >> text=Profile, file and queries");

tuningTest("the rule is saved, reset and loaded again", async (page) => {
  await page.fill("#rule-min-connections", "35");
  await openSource(page, "10.0.0.3");
  await page.click("#detail >> text=/^Allow$/");
  await untilFindings(page, 1);
  await openTools(page);
  const saved = await downloaded(page, () => page.click("text=Save rule"));
  assert.equal(saved.name, "beaconlens-rule.json");
  const set = { name: "allowed on this page", applies_to: "destination", entries: ["203.0.113.2"] };
  const tuned = { gates: { min_connections: 35 }, reference_sets: [set] };
  assert.deepEqual(JSON.parse(saved.text), (await reportOf(tuned)).rule);
  await page.click("text=Reset to default");
  await untilFindings(page, 3);
  await page.setInputFiles("[name=rule-file]", textFile("rule.json", saved.text));
  await untilFindings(page, 1);
  assert.equal(await page.inputValue("#rule-min-connections"), "35");
  await page.setInputFiles("[name=rule-file]", textFile("bad.json", '{"windows":"7d"}'));
  await settled(page);
  assert.match(await page.textContent(".rule-tools [role=alert]"), /^bad\.json: .*`windows`/);
  assert.equal(await page.inputValue("#rule-min-connections"), "35");
  // An invalid rule is not saved: its field shows the error.
  await page.fill("#rule-window", "yesterday");
  await page.click("text=Save rule");
  await page.waitForSelector("#rule-window[aria-invalid=true]");
});

tuningTest("choosing a profile keeps the lists", async (page) => {
  await openLists(page);
  await page.setInputFiles("[name=reference-set-file]", textFile("ours.txt", "203.0.113.2\n"));
  await untilFindings(page, 2);
  await openTools(page);
  await page.selectOption(".rule-tools label:has-text('Profile') select", "lab");
  await settled(page);
  assert.equal(await page.inputValue("#rule-min-hours"), "1");
  const difference = () => page.textContent(".rule-difference");
  assert.match(await difference(), /^Differs from the lab rule in 1 field: reference sets\./);
  await page.click("text=Reset to lab");
  await untilFindings(page, 3);
  assert.match(await difference(), /^This is the lab rule/);
  await page.selectOption(".rule-tools label:has-text('Profile') select", "default");
  await settled(page);
  assert.match(await difference(), /^This is the default rule/);
});

tuningTest(
  "the rule is exported as a query for each tool",
  async (page) => {
    await init();
    await page.fill("#rule-min-connections", "35");
    await openTools(page);
    const rule = { ...defaultRule(), gates: { min_connections: 35, min_hours: 3 } };
    const choice = page.locator(".rule-tools label:has-text('Rule as a query') select");
    const targets = await choice.locator("option").evaluateAll((all) => all.map(({ value }) => value));
    assert.deepEqual(targets, [
      ...["qradar", "qradar-literal", "sentinel", "defender", "splunk", "duckdb", "clickhouse"],
    ]);
    for (const target of targets) {
      await choice.selectOption(target);
      const file = await downloaded(page, () => page.click("text=Download query"));
      assert.match(file.name, new RegExp(`^beaconlens-rule\\.${target}\\.(aql|kql|spl|sql)$`));
      assert.equal(file.text, renderQuery(target, rule), target);
    }
    // The query did not interfere with the change typed just before.
    await untilFindings(page, 2);
    assert.match(await page.textContent(".rule-difference"), /Differs .* minimum connections/);
    await choice.selectOption("sentinel");
    await page.click("text=Copy query");
    await untilText(page, "#announcer", "copied");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), renderQuery("sentinel", rule));
    await noBarriers(page);
    await screenshot(page, "rule-tools");
  },
  { permissions: ["clipboard-read", "clipboard-write"] },
);
