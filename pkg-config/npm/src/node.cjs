// Node, by require().
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { initCapture } = require("./capture.js");
const { setHost } = require("./engine.js");

setHost({
  loadSync: () => new WebAssembly.Module(readFileSync(join(__dirname, "beaconlens.wasm"))),
});
initCapture(() => readFileSync(join(__dirname, "capture.wasm")));

module.exports = require("./facade.js");
