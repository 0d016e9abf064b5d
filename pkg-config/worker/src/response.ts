// What every answer has in common.

/** An answer that no cache keeps and no browser guesses the type of. */
export function answer(text: string, type: string, init: { status?: number; headers?: HeadersInit } = {}) {
  const headers = new Headers(init.headers);
  headers.set("content-type", `${type}; charset=utf-8`);
  headers.set("cache-control", "no-store");
  headers.set("x-content-type-options", "nosniff");
  return new Response(text, { status: init.status ?? 200, headers });
}
