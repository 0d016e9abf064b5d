// The bearer token of POST /evaluate, where one is configured.

import { Refusal } from "./failure";

/** Lets the request pass if no token is configured, or if it carries the right one. */
export async function checkToken(request: Request, expected: string | undefined): Promise<void> {
  if (!expected) return;
  const given = /^Bearer +(\S+) *$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (given !== undefined && (await isSame(given, expected))) return;
  throw new Refusal(401, "E_TOKEN", given === undefined ? "a bearer token is needed" : "the token is wrong", {
    hint: "send the header Authorization: Bearer TOKEN",
    headers: { "www-authenticate": "Bearer" },
  });
}

/** In the same time wherever they differ, and whatever their lengths: hashes are compared. */
async function isSame(a: string, b: string): Promise<boolean> {
  const [hashOfA, hashOfB] = await Promise.all([hash(a), hash(b)]);
  return crypto.subtle.timingSafeEqual(hashOfA, hashOfB);
}

function hash(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}
