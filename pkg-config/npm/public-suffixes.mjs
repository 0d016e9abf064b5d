// Makes src/hunts/domains/public_suffixes.txt of the public suffix list as published:
// node pkg-config/npm/public-suffixes.mjs public_suffix_list.dat > src/hunts/domains/public_suffixes.txt
// Comments go, save the notice, the version and the parts' bounds; names become what DNS spells (xn--).
import { readFileSync } from "node:fs";
import { domainToASCII } from "node:url";

const kept = /^\/\/ (VERSION|COMMIT|===)/;

/** `*` and `!` are no part of a host name. */
function spelt(rule) {
  const [, mark, name] = /^(\*\.|!)?(.*)$/.exec(rule);
  return (mark ?? "") + domainToASCII(name);
}

const lines = readFileSync(process.argv[2], "utf8").split("\n");
const notice = lines.slice(0, 3);
const change =
  "// Changed for beaconlens: comments left out, names in ASCII. The list as published: https://publicsuffix.org/list/";
const rules = lines.flatMap((line) => {
  const [rule] = line.trim().split(/\s/);
  if (kept.test(line)) return [line];
  return rule === "" || rule.startsWith("//") ? [] : [spelt(rule)];
});
console.log([...notice, change, ...rules].join("\n"));
