// @ts-check
/** Requests to the server. Every failure is one of two errors, with a sentence to show. */

/** The server answered with a refusal. */
export class RefusedError extends Error {
  /**
   * @param {string} sentence of the server, or of ours where something else answered
   * @param {number} status HTTP status
   * @param {{error?: string, kind?: unknown, [name: string]: unknown}} [body] the answer's JSON; ``kind`` names the kind of refusal
   * @param {number} [after] seconds after which the server wants to be asked again
   */
  constructor(sentence, status, body = {}, after = 0) {
    super(sentence);
    this.name = "RefusedError";
    this.status = status;
    this.body = body;
    this.kind = typeof body.kind === "string" ? body.kind : "";
    this.after = after;
  }
}

/** The server did not answer, or only something in front of it did. */
export class OfflineError extends Error {
  constructor() {
    super("The server does not answer; it may have been stopped.");
    this.name = "OfflineError";
    this.status = 0;
  }
}

/** Sentences for answers that are not this server's own, by HTTP status. @type {Record<number, string>} */
const OBSTACLES = {
  401: "A sign-in is needed before anything can be saved. Sign in again in another tab.",
  403: "Saving is not allowed here at the moment. Sign in again in another tab.",
  413: "A server in between lets no request of this size through.",
  429: "A server in between asks for fewer requests.",
};

/** The sentence of whatever was thrown. @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/** Why a request failed, in one sentence; empty where the server did not answer. @param {unknown} error */
export const obstacle = (error) => (error instanceof OfflineError ? "" : messageOf(error));

/** Seconds after which a request without an answer counts as lost. */
const PATIENCE = 30;
/** The same for requests that may read a whole video or project. */
export const LONG_PATIENCE = 3600;

/** Bytes that a request has at most which outlives its page; browsers allow 64 KiB for all such requests together. */
const OUTLIVING = 60_000;

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body] sent as JSON
 * @param {number} [patience] seconds
 * @param {boolean} [last] whether the page goes: the request then outlives it, unless it is too large for that
 * @param {AbortSignal} [left] ends the request, since nobody waits for its answer any more
 * @returns {Promise<any>} the answer's JSON; rejects with RefusedError or OfflineError
 */
export async function request(method, path, body, patience = PATIENCE, last = false, left = undefined) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const late = AbortSignal.timeout(patience * 1000);
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: text,
      keepalive: last && new TextEncoder().encode(text).length <= OUTLIVING,
      signal: left ? AbortSignal.any([late, left]) : late,
    });
  } catch {
    throw new OfflineError();
  }
  const json = await answer.json().catch(() => null);
  const own = typeof json?.error === "string" ? json.error : "";
  // Without a sentence of ours these come from something in front of a server that is away.
  if ([502, 503, 504].includes(answer.status) && !own) throw new OfflineError();
  if (answer.ok && json !== null) return json;
  const sentence = answer.ok
    ? "Something that is not the annotation server answered, perhaps the page of a sign-in."
    : own || (OBSTACLES[answer.status] ?? `The server answered ${answer.status} to ${method} ${path}.`);
  throw new RefusedError(sentence, answer.status, json ?? {}, Number(answer.headers.get("retry-after")) || 0);
}
