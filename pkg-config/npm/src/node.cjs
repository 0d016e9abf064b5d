// Node, by require().
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { setHost } = require("./engine.js");

setHost({
  loadSync: () => new WebAssembly.Module(readFileSync(join(__dirname, "beaconlens.wasm"))),
});

module.exports = require("./facade.js");
