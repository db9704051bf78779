// @ts-check
/** Every route of the server that the editor uses. */

import { LONG_PATIENCE, request } from "../kit/request.js";

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
