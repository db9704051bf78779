// @ts-check
/** The page of tracks: head, filters, tiles, selection. State is the server's and the address. */

import { author } from "../kit/author.js";
import { button, fill, h } from "../kit/dom.js";
import { isFloating } from "../kit/floating.js";
import { messageOf } from "../kit/request.js";
import { count, plural } from "../kit/text.js";
import { currentProject, get, post } from "./data.js";
import { emptyPlace, failedPlace } from "./places.js";
import { TrackBulk } from "./trackbulk.js";
import { filterBar } from "./trackfilters.js";
import { PAGE, TrackGrid } from "./trackgrid.js";
import { TrackMend } from "./trackmend.js";
import { TrackQuery } from "./trackquery.js";
import { Selection } from "./trackselection.js";

/** @typedef {import("../kit/wire.js").Job} Job */
/** @typedef {import("../kit/wire.js").TrackFacets} TrackFacets */
/** @typedef {{total: number, masks: number, tracks: import("../kit/wire.js").TrackLine[]}} Found */

/** Milliseconds without a further letter after which a typed name is looked for. */
const TYPING_MS = 250;
/** Requests for looks between two new orders of the tiles. */
const ROUNDS = 8;

/** @type {TrackFacets} numbers of a project that is not read yet */
const NOTHING = {
  ...{ categories: [], uncategorised: 0, states: {}, sources: {}, authors: {}, videos: [] },
  ...{ flags: {}, attributes: [], comments: {}, commenters: {} },
};

/** @param {HTMLElement} element */
export async function mount(element) {
  const place = /** @type {HTMLElement} */ (element.querySelector("#v-tracks"));
  place.className = "v-page v-tracks";
  await new TrackPage(place).start();
}

export class TrackPage {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.project = "";
    this.me = author(localStorage);
    this.query = TrackQuery.read(location.search);
    /** @type {TrackFacets} */ this.facets = NOTHING;
    /** @type {Found} */ this.found = { total: 0, masks: 0, tracks: [] };
    /** @type {Promise<string[]>|null} ids of all found tracks, asked for when they are needed */ this.order = null;
    /** @type {Job[]} active ones */ this.jobs = [];
    this.asked = 0;
    /** tracks whose look is not computed yet, while it is */ this.left = 0;
    /** @type {string|null} query of what is shown */ this.shown = null;
    this.selection = new Selection(() => this.drawSelection());
    this.grid = new TrackGrid(
      (start, stop) => this.load(start, stop),
      {
        project: "",
        me: this.me,
        category: (id) => this.facets.categories.find((one) => one.id === id)?.name ?? "",
        select: (id, extend) => void this.select(id, extend),
        like: (id) => void this.sortByLook(id),
      },
      this.selection.ids,
      (error) => this.fail(error),
    );
    this.head = h("div.v-phead");
    this.bar = h("div");
    this.actions = h("div.v-tactions", { role: "toolbar", "aria-label": "Selected tracks", hidden: true });
    this.bulk = new TrackBulk({
      project: () => this.project,
      author: this.me,
      selected: () => this.selection.ids,
      categories: () => this.facets.categories,
      changed: () => this.refreshAfterChange(),
    });
    this.mend = new TrackMend(this);
    this.shelf = h("div.v-tshelf", null, this.bulk.toast, this.actions);
    this.search = this.searchField();
  }

  async start() {
    addEventListener("keydown", (event) => void this.key(event));
    addEventListener("v-jobs", (event) => this.followJobs(/** @type {CustomEvent<Job[]>} */ (event).detail));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.project) void this.refresh();
    });
    const { like } = this.query.values;
    await this.refresh();
    await this.compare();
    await this.mend.select(like);
    if (document.activeElement === document.body) document.getElementById("v-mend")?.focus();
  }

  /** Ask for the numbers and the tracks again; the filters stay. */
  async refresh() {
    try {
      this.project = await currentProject();
      if (!this.project) return fill(this.place, noProject());
      this.grid.context.project = this.project;
      this.facets = await get(`/data/projects/${encodeURIComponent(this.project)}/track-facets`);
      this.drawBar();
      await this.find();
    } catch (error) {
      this.fail(error);
    }
  }

  /** A change may have taken selected tracks out of what is found: nothing that is not shown stays selected. */
  async refreshAfterChange() {
    await this.refresh();
    try {
      const found = new Set(await this.ids());
      if ([...this.selection.ids].some((id) => !found.has(id)))
        this.selection.set([...this.selection.ids].filter((id) => found.has(id)));
    } catch (error) {
      this.fail(error);
    }
  }

  drawBar() {
    const choosing = { query: this.query, facets: this.facets, me: this.me, changed: () => void this.changed() };
    fill(this.bar, filterBar(choosing, this.search));
  }

  /** Show those tracks first that look like one. @param {string} id */
  async sortByLook(id) {
    this.query.values.like = id;
    this.query.mend = "";
    this.drawBar();
    await this.changed();
    scrollTo(0, 0);
    await this.compare();
  }

  /** Have the looks of all tracks computed, as long as they are sorted by it. */
  async compare() {
    const { like } = this.query.values;
    if (!like || !this.project) return;
    try {
      for (let round = 1; like === this.query.values.like; round++) {
        const { left } = await post(`/data/projects/${encodeURIComponent(this.project)}/tracks/compare`);
        this.left = left;
        if (left === 0 || round % ROUNDS === 0) await this.find();
        else this.drawHead();
        if (left === 0) return;
      }
    } catch (error) {
      this.bulk.say(messageOf(error), { bad: true });
    }
    this.left = 0;
    this.drawHead();
  }

  /** The address of the page holds what is asked for. */
  keepAddress() {
    history.replaceState(history.state, "", `${location.pathname}${this.query.toAddress(location.search)}`);
  }

  /** The filters or the order have changed. */
  async changed() {
    this.keepAddress();
    try {
      await this.find();
    } catch (error) {
      this.fail(error);
    }
  }

  async find() {
    const mine = ++this.asked;
    const wanted = String(this.query.toParameters());
    const found = await this.ask(0, PAGE);
    // Of two searches under way only the later one is shown.
    if (mine !== this.asked) return;
    this.found = found;
    this.order = null;
    this.draw(wanted === this.shown);
    this.shown = wanted;
  }

  /** @param {number} start @param {number} stop @returns {Promise<Found>} */
  ask(start, stop) {
    return get(`/data/projects/${encodeURIComponent(this.project)}/tracks?${this.query.toParameters({ start, stop })}`);
  }

  /** @param {number} start @param {number} stop */
  async load(start, stop) {
    return (await this.ask(start, stop)).tracks;
  }

  /** Ids of all found tracks, in their order. */
  ids() {
    const path = `/data/projects/${encodeURIComponent(this.project)}/track-ids?${this.query.toParameters()}`;
    this.order ??= get(path).then((answer) => answer.tracks);
    return this.order;
  }

  /** @param {unknown} error */
  fail(error) {
    const again = button("Try again", { kind: "line lg", icon: "retrain", onclick: () => this.refresh() });
    fill(this.place, failedPlace("The tracks cannot be shown", error, again));
  }

  /** Tracks of the project. */
  get all() {
    return Object.values(this.facets.states).reduce((sum, number) => sum + number, 0);
  }

  drawHead() {
    const { total, masks } = this.found;
    const found = total === this.all ? plural(total, "track") : `${count(total)} of ${plural(this.all, "track")}`;
    const left = this.left ? ` Comparing, ${plural(this.left, "track")} left.` : "";
    const line = h("p", { role: "status" }, `${found}, ${plural(masks, "mask")}.${this.mend.words}${left}`);
    fill(this.head, h("div.v-grow", null, h("h1", null, "Tracks"), line));
  }

  /** @param {boolean} again the filters and the order are those of what is shown */
  draw(again) {
    const { total, tracks } = this.found;
    document.title = "Tracks";
    if (this.all === 0) return fill(this.place, noTracks());
    this.drawHead();
    const nothing = total ? null : h("p.v-none", null, "No track fits these filters.");
    const typing = document.activeElement === this.search;
    // What is on the page already stays where it is, with its focus and its open lists.
    if (!this.bar.isConnected || this.place.children.length !== 4)
      fill(this.place, this.head, this.bar, this.grid.place, this.shelf);
    if (typing) this.search.focus();
    this.grid.show(total, tracks, again);
    if (nothing) fill(this.grid.inner, nothing);
    this.drawSelection();
  }

  drawSelection() {
    const { ids } = this.selection;
    this.grid.markSelected(ids);
    this.actions.hidden = ids.size === 0;
    if (ids.size === 0) return fill(this.actions);
    const rest = this.found.total > ids.size;
    fill(
      this.actions,
      h("b.v-nowrap", { role: "status" }, `${count(ids.size)} selected`),
      rest ? button(`Select all ${count(this.found.total)}`, { kind: "ghost", onclick: () => this.selectAll() }) : null,
      button("Clear selection", { kind: "ghost", onclick: () => this.selection.set([]) }),
      h("span.v-grow"),
      ...(this.mend.parts() ?? this.bulk.buttons()),
    );
  }

  /** @param {string} id @param {boolean} extend */
  async select(id, extend) {
    if (!extend) return this.selection.toggle(id);
    try {
      this.selection.extend(id, await this.ids());
    } catch (error) {
      this.fail(error);
    }
  }

  async selectAll() {
    try {
      this.selection.set(await this.ids());
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {KeyboardEvent} event */
  async key(event) {
    const typing = event.target instanceof HTMLInputElement;
    if (typing || isFloating()) return;
    if (event.key === "Escape" && this.selection.ids.size) this.selection.set([]);
    if (event.key.toLowerCase() !== "a" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    await this.selectAll();
  }

  /** A job that ended may have changed tracks. @param {Job[]} jobs */
  followJobs(jobs) {
    const ended = this.jobs.some((old) => !jobs.some((job) => job.id === old.id));
    this.jobs = jobs;
    if (ended && this.project) void this.refresh();
  }

  searchField() {
    const search = h("input", { placeholder: "Name, category, video, #number", "aria-label": "Filter by name" });
    search.value = this.query.values.text ?? "";
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    let waiting;
    search.addEventListener("input", () => {
      clearTimeout(waiting);
      this.query.values.text = search.value.trim();
      waiting = setTimeout(() => void this.changed(), TYPING_MS);
    });
    return search;
  }
}

function noProject() {
  const lead = "A project holds the videos, categories and checkpoints that belong together. The library makes one.";
  return emptyPlace("film", "No project yet", h("p.v-lead", null, lead));
}

function noTracks() {
  const lead = "Tracks appear here when a video has proposals, imported masks or masks that somebody drew.";
  return emptyPlace("grid", "No tracks yet", h("p.v-lead", null, lead));
}
