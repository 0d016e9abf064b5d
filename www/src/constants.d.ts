// Names and limits of the engine, asked of it when the page is built: see bundle.mjs.

declare module "beaconlens-constants" {
  const constants: import("beaconlens").Constants;
  export default constants;
}
