// @ts-check
/** Requests to the server. Every failure becomes one of two errors with a sentence to show. */

/** The server answered and said no; the sentence is its own. */
export class RefusedError extends Error {
  /**
   * @param {string} sentence
   * @param {number} status HTTP status
   * @param {any} [body] the answer's JSON; ``error`` in it is this server's own sentence, ``kind`` tells refusals apart
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
    super("The server does not answer.");
    this.name = "OfflineError";
  }
}

/** What to say of an answer that is not this server's own, by its HTTP status. */
const OBSTACLES = /** @type {Record<number, string>} */ ({
  401: "A sign-in is needed before anything can be saved. Sign in again in another tab.",
  403: "Saving is not allowed here at the moment. Sign in again in another tab.",
  413: "A server in between lets no request of this size through.",
  429: "A server in between asks for fewer requests.",
});

/** Why a request failed, in one sentence; empty when nobody answered. @param {unknown} error */
export function obstacle(error) {
  if (error instanceof OfflineError) return "";
  return error instanceof Error ? error.message : String(error);
}

/** Seconds after which a silent request counts as lost. */
const PATIENCE = 30;
/** Seconds for what may have to read a whole video. */
const LONG_PATIENCE = 3600;

/**
 * @param {string} method
 * @param {string} path
 * @param {any} [body] sent as JSON
 * @param {number} [patience] seconds
 * @returns {Promise<any>} the answer's JSON
 */
export async function request(method, path, body, patience = PATIENCE) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(patience * 1000),
    });
  } catch {
    throw new OfflineError();
  }
  const json = await answer.json().catch(() => null);
  const own = typeof json?.error === "string" ? json.error : "";
  // Without a sentence of ours these come from something in front of a server that is away.
  if ([502, 503, 504].includes(answer.status) && !own) throw new OfflineError();
  if (answer.ok && json !== null) return json;
  const said = answer.ok
    ? "Something that is not the annotation server answered, perhaps the page of a sign-in."
    : own || (OBSTACLES[answer.status] ?? `The server answered ${answer.status} to ${method} ${path}.`);
  throw new RefusedError(said, answer.status, json ?? {}, Number(answer.headers.get("retry-after")) || 0);
}

const id = encodeURIComponent;

/** Every route the editor uses, by name. */
export const api = Object.freeze({
  projects: () => request("GET", "/data/projects"),
  project: (/** @type {string} */ p) => request("GET", `/data/projects/${id(p)}`),
  proposer: (/** @type {string} */ p) => request("GET", `/data/projects/${id(p)}/proposer`),
  addCategory: (/** @type {string} */ p, /** @type {string} */ name) =>
    request("POST", `/data/projects/${id(p)}/categories`, { name }),
  video: (/** @type {string} */ v) => request("GET", `/data/videos/${id(v)}`),
  counted: (/** @type {string} */ v) => request("GET", `/data/videos/${id(v)}/counted`),
  source: (/** @type {string} */ v, /** @type {string} */ path, /** @type {boolean} */ otherPixels) =>
    request("POST", `/data/videos/${id(v)}/source`, { path, other_pixels: otherPixels }, LONG_PATIENCE),
  tracks: (/** @type {string} */ v, /** @type {number} */ start, /** @type {number} */ stop) =>
    request("GET", `/data/videos/${id(v)}/tracks?start=${start}&stop=${stop}`),
  masks: (/** @type {string} */ v, /** @type {number} */ start, /** @type {number} */ stop) =>
    request("GET", `/data/videos/${id(v)}/masks?start=${start}&stop=${stop}`),
  edits: (/** @type {string} */ v, /** @type {string} */ author, /** @type {any[]} */ edits) =>
    request("POST", `/data/videos/${id(v)}/edits`, { author, edits }),
  undo: (/** @type {string} */ v, /** @type {any} */ body) => request("POST", `/data/videos/${id(v)}/undo`, body),
  redo: (/** @type {string} */ v, /** @type {any} */ body) => request("POST", `/data/videos/${id(v)}/redo`, body),
  history: (/** @type {string} */ v, /** @type {string|null} */ track, /** @type {number} */ limit) =>
    request("GET", `/data/videos/${id(v)}/history?limit=${limit}${track ? `&track=${id(track)}` : ""}`),
  propose: (/** @type {string} */ v, /** @type {string|undefined} */ checkpoint) =>
    request("POST", `/data/videos/${id(v)}/propose`, checkpoint ? { checkpoint } : {}),
  jobs: (/** @type {string} */ p) => request("GET", `/data/jobs?project=${id(p)}&active=1`),
  job: (/** @type {string} */ j) => request("GET", `/data/jobs/${id(j)}`),
  cancel: (/** @type {string} */ j) => request("POST", `/data/jobs/${id(j)}/cancel`, {}),
});

/**
 * Address of a frame as JPEG.
 * @param {{id: string, content_hash?: string}} video
 * @param {number} frame
 * @param {number|null} [width] pixels across, null for full resolution
 */
export function frameAddress(video, frame, width = null) {
  const query = new URLSearchParams();
  if (width !== null) query.set("w", String(width));
  if (video.content_hash) query.set("h", video.content_hash.slice(0, 12));
  const text = query.toString();
  return `/data/videos/${id(video.id)}/frames/${frame}.jpg${text ? `?${text}` : ""}`;
}

/** Address of one part of a video's stand-ins. @param {{id: string}} video @param {number} part from 0 */
export const proxyAddress = (video, part) => `/data/videos/${id(video.id)}/proxies/${part}`;
