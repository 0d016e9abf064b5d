/** What every function of this package throws. */
export class BeaconlensError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {{line?: number, byte?: number, field?: string, hint?: string, cause?: unknown}} [more]
   */
  constructor(code, message, more = {}) {
    super(message, "cause" in more ? { cause: more.cause } : undefined);
    this.name = "BeaconlensError";
    this.code = code;
    for (const key of ["line", "byte", "field", "hint"]) {
      if (more[key] !== undefined && more[key] !== null) this[key] = more[key];
    }
  }
}
