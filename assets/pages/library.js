// @ts-check
/** The library page: head, filter, video cards or list, uploads, empty state. State is the server's and the address. */

import { button, el, fill, icon, plural } from "./dom.js";
import { address, currentProject, get, poll, post } from "./data.js";
import { card, isOpen, row } from "./cards.js";
import { openMenu } from "./menu.js";
import { Uploads } from "./upload.js";

/** @typedef {import("./cards.js").VideoLine} VideoLine */

const SHOWN = {
  all: { label: "All", holds: () => true },
  open: { label: "Open", holds: isOpen },
  review: { label: "In review", holds: (/** @type {VideoLine} */ v) => v.state === "review" },
  done: { label: "Done", holds: (/** @type {VideoLine} */ v) => v.state === "done" },
};
const SORTS = {
  added: { label: "order added", by: () => 0 },
  name: { label: "name", by: (/** @type {VideoLine} */ a, /** @type {VideoLine} */ b) => a.name.localeCompare(b.name, "en", { numeric: true }) },
  look: { label: "needs a look", by: (/** @type {VideoLine} */ a, /** @type {VideoLine} */ b) => b.counts.look - a.counts.look || b.counts.unreviewed - a.counts.unreviewed },
  length: { label: "length", by: (/** @type {VideoLine} */ a, /** @type {VideoLine} */ b) => b.count - a.count },
};

/** @param {HTMLElement} element */
export async function mount(element) {
  const place = /** @type {HTMLElement} */ (element.querySelector("#v-library"));
  place.className = "v-page";
  await new Library(place).start();
}

class Library {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    /** @type {any} */ this.project = null;
    this.shown = "all";
    this.text = "";
    this.sort = "added";
    this.view = localStorage.getItem("v-library-view") === "list" ? "list" : "grid";
    this.notice = "";
    this.uploads = new Uploads({ project: () => this.project?.id ?? "", changed: () => this.draw(), done: () => this.refresh() });
    this.grid = el("div.v-vg");
  }

  async start() {
    this.uploads.acceptDrops();
    window.addEventListener("v-jobs", (event) => this.followJobs(/** @type {CustomEvent} */ (event).detail));
    window.addEventListener("v-answer", () => this.refresh());
    await this.refresh();
    const sheet = new URLSearchParams(location.search).get("sheet");
    if (sheet) window.vPages?.open(sheet);
    poll(async () => {
      if (this.drawn) await this.refresh();
      this.drawn = true;
      return 15000;
    });
  }

  async refresh() {
    try {
      const id = await currentProject();
      this.project = id ? await get(`/data/projects/${encodeURIComponent(id)}`) : null;
      this.draw();
    } catch (error) {
      fill(this.place, el("div.v-place", { style: { height: "60vh" } }, el("div", null, el("span.v-badc", null, icon("warn", 32)), el("h1", null, "The library cannot be shown"), el("p", null, /** @type {Error} */ (error).message), button("Try again", { kind: "line lg", icon: "retrain", onclick: () => this.refresh() }))));
    }
  }

  /** A change in the running jobs: progress now, everything again when one ended. @param {any[]} jobs */
  followJobs(jobs) {
    if (!this.project) return;
    const before = this.jobs ?? [];
    this.jobs = jobs;
    const ended = before.some((old) => !jobs.some((j) => j.id === old.id));
    for (const video of this.project.videos) video.job = jobs.find((j) => j.video === video.id) ?? null;
    if (ended) this.refresh();
    else if (before.length || jobs.length) this.drawVideos();
  }

  draw() {
    if (!this.project) return fill(this.place, this.noProject());
    document.title = `${this.project.name}, library`;
    if (this.project.videos.length === 0 && this.uploads.items.length === 0) return fill(this.place, this.empty());
    fill(this.place, this.head(), this.notice ? el("p.v-note.bad", { role: "alert", style: { "margin-bottom": "16px" } }, icon("warn"), this.notice) : null, this.bar(), this.grid);
    this.drawVideos();
  }

  head() {
    const videos = this.project.videos;
    const frames = videos.reduce((/** @type {number} */ n, /** @type {VideoLine} */ v) => n + v.count, 0);
    const states = ["done", "review"].map((s) => videos.filter((/** @type {VideoLine} */ v) => v.state === s).length);
    const fresh = videos.filter((/** @type {VideoLine} */ v) => v.state === "new" && !v.job);
    const line = `${plural(videos.length, "video")}, ${plural(frames, "frame")}. ${states[0]} done, ${states[1]} in review, ${videos.length - states[0] - states[1]} open.`;
    return el("div.v-phead", null,
      el("div.v-grow", null, el("h1.v-ell", null, this.project.name), el("p", null, line)),
      fresh.length ? button(`Propose ${plural(fresh.length, "new video")}`, { kind: "ghost lg", icon: "spark", onclick: () => this.propose(fresh) }) : null,
      button("Categories", { kind: "ghost lg", icon: "tag", onclick: () => window.vPages.open("categories") }),
      el("a.v-btn.lg.line", { href: address("/exchange", { project: this.project.id }) }, icon("import"), "Import"),
      button("Add videos", { kind: "lg pri", icon: "plus", onclick: () => window.vPages.open("videos"), id: "v-add-videos" }));
  }

  bar() {
    const search = /** @type {HTMLInputElement} */ (el("input", { placeholder: "Name", "aria-label": "Filter by name", value: this.text }));
    search.addEventListener("input", () => {
      this.text = search.value;
      this.drawVideos();
    });
    const segments = el("span.v-seg", { role: "group", "aria-label": "State" });
    for (const [key, { label, holds }] of Object.entries(SHOWN)) {
      const number = this.project.videos.filter(holds).length;
      segments.append(el("button", { type: "button", "aria-pressed": String(key === this.shown), onclick: () => this.choose("shown", key) }, `${label} ${number}`));
    }
    const sorter = button("", { kind: "ghost", id: "v-sort", onclick: () => openMenu(sorter, Object.entries(SORTS).map(([key, { label }]) => el("button", { type: "button", onclick: () => this.choose("sort", key) }, label, el("span.v-grow"), key === this.sort ? icon("check", 14) : null))) });
    fill(sorter, `Sort: ${SORTS[/** @type {keyof typeof SORTS} */ (this.sort)].label}`, icon("down", 14));
    const views = el("span.v-seg", { role: "group", "aria-label": "View" });
    for (const [key, name] of [["grid", "Grid"], ["list", "List"]]) {
      views.append(el("button", { type: "button", "aria-label": name, title: name, "aria-pressed": String(key === this.view), onclick: () => this.choose("view", key) }, icon(key)));
    }
    return el("div.v-lbar", null, el("label.v-field", { style: { width: "256px" } }, icon("search"), search), segments, el("span.v-grow"), sorter, views);
  }

  /** @param {"shown"|"sort"|"view"} what @param {string} key */
  choose(what, key) {
    this[what] = key;
    if (what === "view") localStorage.setItem("v-library-view", key);
    this.draw();
  }

  drawVideos() {
    const { holds } = SHOWN[/** @type {keyof typeof SHOWN} */ (this.shown)];
    const { by } = SORTS[/** @type {keyof typeof SORTS} */ (this.sort)];
    const wanted = this.text.trim().toLowerCase();
    const videos = this.project.videos.filter((/** @type {VideoLine} */ v) => holds(v) && v.name.toLowerCase().includes(wanted)).sort(by);
    const project = this.project.id;
    if (this.view === "list") {
      const titles = ["Video", "State", "Reviewed", "To check", "Frames", "Length", "Tracks", ""];
      this.grid.className = "v-card v-scroll";
      return fill(this.grid, el("table.v-table.v-tt", null,
        el("thead", null, el("tr", null, ...titles.map((t) => el("th", null, t)))),
        el("tbody", null, ...videos.map((/** @type {VideoLine} */ v) => row(v, project)))));
    }
    this.grid.className = "v-vg";
    fill(this.grid, ...this.uploads.items.map((u) => u.card()), ...videos.map((/** @type {VideoLine} */ v) => card(v, project)), this.addCard(),
      videos.length === 0 && wanted ? el("p.v-t2", { style: { padding: "8px" } }, "No video has this in its name.") : null);
  }

  addCard() {
    return el("button.v-add", { type: "button", onclick: () => window.vPages.open("videos") }, el("span", null, icon("plus", 24), el("br"), el("b", null, "Add videos"), el("br"), el("span.v-t3", null, "or drop them here")));
  }

  /** @param {VideoLine[]} videos */
  async propose(videos) {
    this.notice = "";
    try {
      for (const video of videos) video.job = (await post(`/data/videos/${encodeURIComponent(video.id)}/propose`)).job;
    } catch (error) {
      this.notice = /** @type {Error} */ (error).message;
    }
    this.draw();
  }

  empty() {
    const demo = async () => {
      const known = await get("/data/projects");
      const found = known.projects.find((/** @type {any} */ p) => p.name === "demo");
      if (found) location.assign(address("/", { project: found.id }));
    };
    return el("div.v-place.v-full", null, el("div", null,
      el("span.v-t3", null, icon("film", 48)), el("h1", null, "No videos yet"),
      el("p.v-lead", null, "Add videos, get proposals, correct what is wrong, retrain. Each round leaves less to correct."),
      el("div.v-row", { style: { "margin-top": "8px" } },
        button("Add videos", { kind: "pri lg", icon: "plus", onclick: () => window.vPages.open("videos"), id: "v-add-videos" }),
        el("a.v-btn.line.lg", { href: address("/exchange", { project: this.project.id }) }, icon("import"), "Import YouTube-VIS"),
        this.project.name === "demo" ? null : button("Open the demo", { kind: "ghost lg", onclick: demo })),
      el("p.v-t3", { style: { "margin-top": "8px" } }, "or drop files anywhere on this page")));
  }

  noProject() {
    return el("div.v-place.v-full", null, el("div", null,
      el("span.v-t3", null, icon("film", 48)), el("h1", null, "No project yet"),
      el("p.v-lead", null, "A project holds the videos, categories and checkpoints that belong together."),
      el("div.v-row", { style: { "margin-top": "8px" } }, button("New project", { kind: "pri lg", icon: "plus", onclick: () => window.vPages.open("project") }))));
  }
}

