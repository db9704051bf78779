// @ts-check
/** Requests to the server's /data routes, and the project of the page, which stands in its address. */

import { LONG_PATIENCE, RefusedError, request } from "../kit/request.js";

/** @param {string} path */
export const get = (path) => request("GET", path, undefined, LONG_PATIENCE);

/** @param {string} path @param {unknown} [body] */
export const post = (path, body = {}) => request("POST", path, body, LONG_PATIENCE);

/** @param {string} path @param {unknown} body */
export const patch = (path, body) => request("PATCH", path, body, LONG_PATIENCE);

/** @param {string} path @param {unknown} [body] */
export const remove = (path, body) => request("DELETE", path, body, LONG_PATIENCE);

/** @typedef {import("../kit/wire.js").ProjectLine} ProjectLine */

/** @typedef {{projects: ProjectLine[], archived?: ProjectLine[], last: string|null}} Projects */

/** @type {Promise<Projects>|null} */
let projectsRequest = null;

/** Every project, asked once a page unless `fresh`. @param {boolean} [fresh] @returns {Promise<Projects>} */
export function projects(fresh = false) {
  if (fresh || !projectsRequest) projectsRequest = get("/data/projects");
  return projectsRequest;
}

/** The project's id in the address, or "". */
export function projectInAddress() {
  return new URLSearchParams(location.search).get("project") ?? "";
}

/**
 * The project this page is about: of the address, else the last used, else the demo, else the first; written into
 * the address so that a reload or a pasted link lands in the same place.
 * @returns {Promise<string>} id, "" where there is no project at all
 */
export async function currentProject() {
  const named = projectInAddress();
  const known = await projects();
  const candidates = [named, known.last, known.projects.find((p) => p.name === "demo")?.id, known.projects[0]?.id];
  const id = candidates.find((c) => c && known.projects.some((p) => p.id === c)) ?? "";
  if (named && named !== id) {
    const archived = known.archived?.find((p) => p.id === named);
    throw new RefusedError(
      archived
        ? `The project ${archived.name} is archived; bring it back in the project menu above.`
        : "There is no project of this address; choose another one above.",
      404,
    );
  }
  if (id && !named) {
    const query = new URLSearchParams(location.search);
    query.set("project", id);
    history.replaceState(history.state, "", `${location.pathname}?${query}${location.hash}`);
    window.dispatchEvent(new Event("v-project"));
  }
  return id;
}

/** Address of a page within a project; pages end with "/", as they are mounted. @param {string} path @param {Record<string, string>} query */
export function address(path, query) {
  const parts = new URLSearchParams(Object.entries(query).filter(([, v]) => v));
  return `${path.endsWith("/") ? path : `${path}/`}?${parts}`;
}

/**
 * Call `task` now, and again after the milliseconds that it returns; a hidden tab waits until it is shown.
 * @param {() => Promise<number>} task
 * @returns {{stop: () => void, now: () => Promise<void>}} `now` calls the task at once; the pause counts from there
 */
export function poll(task) {
  let stopped = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  let newest = 0;
  const run = async () => {
    clearTimeout(timer);
    if (stopped || document.hidden) return;
    const mine = ++newest; // of runs that overlap only the newest goes on
    const pause = await task();
    if (!stopped && mine === newest && pause > 0) timer = setTimeout(run, pause);
  };
  const seen = () => {
    if (!document.hidden) run();
  };
  document.addEventListener("visibilitychange", seen);
  run();
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
  };
  return { stop, now: run };
}
