// Every failure is JSON: {"error": {code, message, hint, line, byte, field}}, with the status that fits.

import { BeaconlensError } from "beaconlens";
import { answer } from "./response";

/** A request that is refused without the engine. */
export class Refusal extends Error {
  readonly hint: string | undefined;
  readonly headers: HeadersInit | undefined;

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    more: { hint?: string; headers?: HeadersInit } = {},
  ) {
    super(message);
    this.hint = more.hint;
    this.headers = more.headers;
  }
}

/** Statuses of the engine's own errors; any other code of it is our fault. */
const STATUS: Record<string, number> = { E_RULE: 400, E_OPTIONS: 400, E_NOT_FLOWS: 422 };

export function failureResponse(error: unknown): Response {
  if (error instanceof Refusal) return failure(error.status, error, error.headers);
  if (error instanceof BeaconlensError) return failure(STATUS[error.code] ?? 500, error);
  // What is unexpected is shown to the operator, not to the client.
  console.error(error);
  return failure(500, { code: "E_INTERNAL", message: "the worker failed" });
}

interface Problem {
  code: string;
  message: string;
  hint?: string | undefined;
  line?: number | undefined;
  byte?: number | undefined;
  field?: string | undefined;
}

function failure(status: number, problem: Problem, headers?: HeadersInit): Response {
  const { code, message, hint = null, line = null, byte = null, field = null } = problem;
  const text = `${JSON.stringify({ error: { code, message, hint, line, byte, field } })}\n`;
  return answer(text, "application/json", headers ? { status, headers } : { status });
}
