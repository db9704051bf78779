// @ts-check
/** Talks to the server's /data routes and knows which project the page is about: the address says it. */

/** A request that did not work; its message is one sentence for people. */
export class Refused extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {string} path @param {RequestInit} [init]
 * @returns {Promise<any>} the answer's JSON; throws Refused with the server's own sentence
 */
export async function request(path, init) {
  let response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new Refused("The server does not answer; it may have been stopped.", 0);
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) {
    throw new Refused(body?.error ?? `The server answered ${response.status} to ${path}.`, response.status);
  }
  return body;
}

/** @param {string} path */
export const get = (path) => request(path);

/** @param {string} path @param {any} [body] */
export const post = (path, body = {}) =>
  request(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** @param {string} path @param {any} body */
export const remove = (path, body) =>
  request(path, { method: "DELETE", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** @typedef {{id: string, name: string, videos: number}} ProjectLine */

/** @type {Promise<{projects: ProjectLine[], archived?: ProjectLine[], last: string|null}>|null} */
let projectsRequest = null;

/** Every project, asked once a page unless `fresh`. @param {boolean} [fresh] */
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
    throw new Refused(
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
 * Calls `task` now and again after what it returns in milliseconds; a hidden tab waits until it is looked at.
 * @param {() => Promise<number>} task
 * @returns {{stop: () => void, now: () => Promise<void>}} `now` calls the task at once; the pause counts from there
 */
export function poll(task) {
  let stopped = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  let newest = 0;
  const turn = async () => {
    clearTimeout(timer);
    if (stopped || document.hidden) return;
    const mine = ++newest; // of turns that overlap only the newest goes on, with what it found
    const pause = await task();
    if (!stopped && mine === newest && pause > 0) timer = setTimeout(turn, pause);
  };
  const seen = () => {
    if (!document.hidden) turn();
  };
  document.addEventListener("visibilitychange", seen);
  turn();
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
  };
  return { stop, now: turn };
}
