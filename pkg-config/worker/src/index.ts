// The HTTP face of beaconlens on Cloudflare Workers: which request is for whom.

import { version } from "beaconlens";
import { evaluateBody } from "./evaluate";
import { failureResponse, Refusal } from "./failure";
import { answer } from "./response";
import { checkToken } from "./token";

/** What wrangler.jsonc and `wrangler secret` configure. */
export interface Env {
  /** If set, POST /evaluate wants `Authorization: Bearer` and this. */
  BEACONLENS_TOKEN?: string;
  /** The longest body after inflating, in bytes. */
  BEACONLENS_MAX_BYTES?: string;
}

type Handler = (request: Request, url: URL, env: Env) => Response | Promise<Response>;

const ROUTES: Record<string, { methods: string[]; handle: Handler }> = {
  "/evaluate": { methods: ["POST"], handle: evaluate },
  "/healthz": { methods: ["GET", "HEAD"], handle: health },
};

export default {
  async fetch(request, env, context) {
    const response = route(request, env).catch(failureResponse);
    // Cloudflare may stop a request's work where it stands when the client goes away. Waited for,
    // it goes on until the reading of the body fails, and the detector is freed.
    context.waitUntil(response);
    return response;
  },
} satisfies ExportedHandler<Env>;

async function route(request: Request, env: Env): Promise<Response> {
  const url = new URL(request.url);
  const found = Object.hasOwn(ROUTES, url.pathname) ? ROUTES[url.pathname] : undefined;
  if (!found) {
    throw new Refusal(404, "E_NOT_FOUND", `there is nothing at ${url.pathname}`, {
      hint: "POST /evaluate takes flows, GET /healthz returns the version",
    });
  }
  if (!found.methods.includes(request.method)) {
    const allow = found.methods.join(", ");
    throw new Refusal(405, "E_METHOD", `${url.pathname} takes ${allow}, found ${request.method}`, {
      headers: { allow },
    });
  }
  return found.handle(request, url, env);
}

async function evaluate(request: Request, url: URL, env: Env): Promise<Response> {
  await checkToken(request, env.BEACONLENS_TOKEN);
  return evaluateBody(request, url.searchParams, env.BEACONLENS_MAX_BYTES);
}

function health(): Response {
  return answer(`${JSON.stringify({ status: "ok", beaconlens: version() })}\n`, "application/json");
}
