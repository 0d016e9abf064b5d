// Node, by require().
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { initCapture } = require("./capture.js");
const { setHost } = require("./engine.js");
const { setSuffixes } = require("./suffixes.js");

setHost({
  loadSync: () => new WebAssembly.Module(readFileSync(join(__dirname, "beaconlens.wasm"))),
});
initCapture(() => readFileSync(join(__dirname, "capture.wasm")));
setSuffixes({ loadSync: () => readFileSync(join(__dirname, "public_suffixes.txt"), "utf8") });

module.exports = require("./facade.js");
