// Without the module: the caller gives it to init() or initSync().
export * from "./facade.js";
