// @ts-check
/** Every route of the server that the editor uses. */

import { LONG_PATIENCE, request } from "../kit/request.js";

/** @typedef {import("../kit/wire.js").Category} Category */
/** @typedef {import("../kit/wire.js").Comment} Comment */
/** @typedef {import("../kit/wire.js").EditResult} EditResult */
/** @typedef {import("../kit/wire.js").HistoryEdit} HistoryEdit */
/** @typedef {{edit: number|null, candidates: import("../kit/wire.js").IdentityCandidate[]}} IdentitySearch `edit`: the last one that the search saw; null: there was no search */
/** @typedef {import("../kit/wire.js").Job} Job */
/** @typedef {import("../kit/wire.js").Project} Project */
/** @typedef {import("../kit/wire.js").ProjectLine} ProjectLine */
/** @typedef {import("../kit/wire.js").Proposer} Proposer */
/** @typedef {import("../kit/wire.js").SentTracks} SentTracks */
/** @typedef {import("../kit/wire.js").DraftPage} DraftPage */
/** @typedef {import("../kit/wire.js").AppliedDrafts} AppliedDrafts */
/** @typedef {{run: string, tracks?: readonly string[]|null, start?: number|null, stop?: number|null}} DraftPart frames start to stop - 1 */
/** @typedef {import("../kit/wire.js").SentVersion} SentVersion */
/** @typedef {import("../kit/wire.js").UndoResult} UndoResult */
/** @typedef {import("../kit/wire.js").VersionLine} VersionLine */
/** @typedef {import("../kit/wire.js").Video} Video */
/** @typedef {{frame: number, box?: [number, number, number, number], points?: {x: number, y: number, inside: boolean}[], mask?: import("../kit/wire.js").Rle, draft?: boolean, prompter?: string}} Prompt `draft`: the box is still being drawn */
/** @typedef {{mask: import("../kit/wire.js").Rle|null, confidence: number, sure: boolean, source: string, prompter: string, draft?: boolean}} PromptAnswer `source` is what drew the mask; `confidence` is 0 to 1; `draft`: there may be a better one */
/** @typedef {{name: string, title: string, about: string, reason: string, command: string}} PrompterLine `reason`: why it cannot run, or empty; `command` mends that */
/** @typedef {{author: string, id: string, edit?: string}} UndoBody `id` of the new edit; `edit`: another one than the author's last */

const id = encodeURIComponent;

/** Every route the editor uses, by name; each rejects with RefusedError or OfflineError. */
export const api = Object.freeze({
  /** @returns {Promise<{projects: ProjectLine[], last: string|null}>} */
  projects: () => request("GET", "/data/projects"),

  /** @param {string} p @returns {Promise<Project>} */
  project: (p) => request("GET", `/data/projects/${id(p)}`),

  /**
   * @param {string} p
   * @param {string} v the video that tracks are proposed for
   * @param {boolean} steady whether masks are to be made steady
   * @returns {Promise<Proposer>}
   */
  proposer: (p, v, steady) => request("GET", `/data/projects/${id(p)}/proposer?video=${id(v)}&steady=${steady}`),

  /** @param {string} p @param {string} name @returns {Promise<Category>} */
  addCategory: (p, name) => request("POST", `/data/projects/${id(p)}/categories`, { name }),

  /** @param {string} v @returns {Promise<{comments: Comment[]}>} */
  comments: (v) => request("GET", `/data/videos/${id(v)}/comments`),

  /** @param {string} v @param {object} body author, text, frame, track and point @returns {Promise<Comment>} */
  addComment: (v, body) => request("POST", `/data/videos/${id(v)}/comments`, body),

  /** @param {string} c @param {object} body author, and what changes @returns {Promise<Comment>} */
  changeComment: (c, body) => request("POST", `/data/comments/${id(c)}`, body),

  /** The annotation guide. @param {string} p @returns {Promise<{markdown: string, html: string}>} */
  guide: (p) => request("GET", `/data/projects/${id(p)}/guide`),

  /** @param {string} v @returns {Promise<Video>} */
  video: (v) => request("GET", `/data/videos/${id(v)}`),

  /** @param {string} v @returns {Promise<{count: number, confirmed: number, partial: boolean}>} */
  counted: (v) => request("GET", `/data/videos/${id(v)}/counted`),

  /** @param {string} v @param {string} path @param {boolean} otherPixels also where the same frames look different */
  source: (v, path, otherPixels) =>
    request("POST", `/data/videos/${id(v)}/source`, { path, other_pixels: otherPixels }, LONG_PATIENCE),

  /** @param {string} v @param {number} start @param {number} stop exclusive @returns {Promise<SentTracks>} */
  tracks: (v, start, stop) => request("GET", `/data/videos/${id(v)}/tracks?start=${start}&stop=${stop}`),

  /** @param {string} v @param {number} start @param {number} stop exclusive @param {readonly string[]} tracks ids; none: all tracks @returns {Promise<{blobs: Record<string, string>}>} */
  masks: (v, start, stop, tracks) =>
    request(
      "GET",
      `/data/videos/${id(v)}/masks?start=${start}&stop=${stop}${tracks.map((t) => `&track=${id(t)}`).join("")}`,
    ),

  /** @param {string} v @returns {Promise<{edit: number|null, errors: import("../kit/wire.js").LikelyError[]}>} */
  likelyErrors: (v) => request("GET", `/data/videos/${id(v)}/likely-errors`),

  /** @param {string} v @returns {Promise<{job: Job}>} */
  findLikelyErrors: (v) => request("POST", `/data/videos/${id(v)}/likely-errors`),

  /** Suggested changes of identities. @param {string} v @returns {Promise<IdentitySearch>} */
  identities: (v) => request("GET", `/data/videos/${id(v)}/identities`),

  /** Videos with suggested changes of identities, those with the most first. @param {string} p @returns {Promise<{videos: import("../kit/wire.js").IdentityVideo[]}>} */
  identityVideos: (p) => request("GET", `/data/projects/${id(p)}/identities`),

  /** Dismiss a suggestion, or bring it back. @param {string} v @param {{author: string, kind: string, tracks: readonly string[], frame: number, dismissed: boolean}} body @returns {Promise<IdentitySearch>} */
  dismissIdentity: (v, body) => request("POST", `/data/videos/${id(v)}/identities/dismiss`, body),

  /** @param {string} v @param {string} author @param {object[]} edits @param {boolean} [last] the page goes @returns {Promise<{results: EditResult[]}>} */
  edits: (v, author, edits, last) => request("POST", `/data/videos/${id(v)}/edits`, { author, edits }, undefined, last),

  /** @param {string} v @param {UndoBody} body @returns {Promise<UndoResult>} */
  undo: (v, body) => request("POST", `/data/videos/${id(v)}/undo`, body, LONG_PATIENCE),

  /** @param {string} v @param {UndoBody} body @returns {Promise<UndoResult>} */
  redo: (v, body) => request("POST", `/data/videos/${id(v)}/redo`, body, LONG_PATIENCE),

  /** @param {string} v @param {string|null} track id @param {number} limit @returns {Promise<{edits: HistoryEdit[]}>} */
  history: (v, track, limit) =>
    request("GET", `/data/videos/${id(v)}/history?limit=${limit}${track ? `&track=${id(track)}` : ""}`),

  /** A row as a machine wrote it last. @param {string} v @param {string} track id @param {number} frame @returns {Promise<{row: import("../kit/wire.js").MachineRow|null}>} */
  proposed: (v, track, frame) => request("GET", `/data/videos/${id(v)}/tracks/${id(track)}/proposed?frame=${frame}`),

  /** Earlier versions of a track, newest first; older ones than a number. @param {string} v @param {string} track id @param {number} limit @param {number} [before] @returns {Promise<{versions: VersionLine[]}>} */
  versions: (v, track, limit, before) =>
    request(
      "GET",
      `/data/videos/${id(v)}/tracks/${id(track)}/versions?limit=${limit}${before === undefined ? "" : `&before=${before}`}`,
    ),

  /** A track as it was after an edit. @param {string} v @param {string} track id @param {number} number @returns {Promise<SentVersion>} */
  version: (v, track, number) => request("GET", `/data/videos/${id(v)}/tracks/${id(track)}/versions/${number}`),

  /**
   * @param {string} v
   * @param {{checkpoint?: string, steady?: boolean}} how `checkpoint`: id; what is missing the server chooses
   * @returns {Promise<{job: Job}>}
   */
  propose: (v, how) => request("POST", `/data/videos/${id(v)}/propose`, how),

  /** The mask of what a box or points mean, or an earlier mask that points correct; picture pixels. @param {string} v @param {Prompt} prompt @param {AbortSignal} [left] @returns {Promise<PromptAnswer>} */
  prompt: (v, prompt, left) => request("POST", `/data/videos/${id(v)}/prompts`, prompt, undefined, undefined, left),

  /** Every prompter, with the reason why one cannot run. @param {string|undefined} p the open project, if there is one @returns {Promise<{default: string, prompters: PrompterLine[]}>} */
  prompters: (p) => request("GET", p ? `/data/prompters?project=${id(p)}` : "/data/prompters"),

  /** Load what answers prompts, and look at a frame. @param {string} v @param {{frame: number, prompter?: string}} body */
  getReady: (v, body) => request("POST", `/data/videos/${id(v)}/prompts/ready`, body),

  /** Follow the masks of people to other frames. @param {string} v @param {{tracks: readonly string[], frame: number, way: string, start?: number, stop?: number}} body @returns {Promise<{job: Job}>} */
  spread: (v, body) => request("POST", `/data/videos/${id(v)}/spread`, body),

  /** A page of the drafts of a video. @param {string} v @param {number} [start] frame @returns {Promise<DraftPage>} */
  drafts: (v, start = 0) => request("GET", `/data/videos/${id(v)}/drafts${start ? `?start=${start}` : ""}`),

  /** @param {string} v @param {DraftPart & {author: string, id: string}} body `id` of the new edit @returns {Promise<AppliedDrafts>} */
  applyDrafts: (v, body) => request("POST", `/data/videos/${id(v)}/drafts/apply`, body),

  /** @param {string} v @param {DraftPart} body @returns {Promise<{discarded: number}>} */
  discardDrafts: (v, body) => request("POST", `/data/videos/${id(v)}/drafts/discard`, body),

  /** Active jobs of a project. @param {string} p @returns {Promise<{jobs: Job[]}>} */
  jobs: (p) => request("GET", `/data/jobs?project=${id(p)}&active=1`),

  /** @param {string} j @returns {Promise<Job>} */
  job: (j) => request("GET", `/data/jobs/${id(j)}`),

  /** @param {string} j @returns {Promise<Job>} */
  cancel: (j) => request("POST", `/data/jobs/${id(j)}/cancel`, {}),
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

/**
 * Address of the part of a frame around a mask.
 * @param {{id: string}} video @param {number} frame @param {string} mask hash @param {number} number of the track, for the colour of the line
 */
export const cropAddress = (video, frame, mask, number) =>
  `/data/videos/${id(video.id)}/crop.jpg?frame=${frame}&mask=${mask}&track=${number}`;

/** Address of one part of a video's stand-ins. @param {{id: string}} video @param {number} part from 0 */
export const standInAddress = (video, part) => `/data/videos/${id(video.id)}/proxies/${part}`;
