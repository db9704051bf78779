// @ts-check
/** A spread under review: its drafts as a preview that grows while the worker computes, and what becomes of them. */

import { api } from "../api.js";
import { Preview } from "../commands/preview.js";
import { discardPreview, showPreview } from "../commands/previewing.js";
import { describe, doubtful, factsOf, marksOf } from "./draftwords.js";
import { frameWords } from "./plan.js";
import { isIn } from "../document/drafts.js";
import { openVideo } from "../state.js";
import { colourNumber } from "../../look/palette.js";
import { newIdentifier } from "../../kit/identifier.js";
import { messageOf, obstacle } from "../../kit/request.js";
import { plural } from "../../kit/text.js";
import { isActive } from "../../kit/words.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../document/drafts.js").Part} Part */
/** @typedef {import("../../kit/wire.js").DraftRun} DraftRun */
/** @typedef {"all"|"before"|"after"|"range"} PartName */

export class Spreading {
  /**
   * @param {Editor} app
   * @param {{job: string|null, run?: string|null, tracks: readonly string[]}} what `tracks`: ids
   */
  constructor(app, { job, run = null, tracks }) {
    this.app = app;
    this.document = app.document;
    this.job = job;
    this.knownRun = run;
    this.tracks = tracks;
    /** @type {{name: PartName} & Part} what Apply applies */
    this.part = { name: "all" };
    /** @type {string|null} the only track that Apply takes, null for all */
    this.only = null;
    /** @type {Preview|null} */
    this.shown = null;
    /** whether all drafts of the ended job were read */
    this.complete = false;
    this.stops = [
      app.session.on(["jobs"], () => this.renew()),
      app.view.on(["preview", "range", "selected"], () => this.check()),
    ];
    this.onchange = (/** @type {readonly string[]} */ runs) => {
      if (this.run && runs.includes(this.run)) this.renew();
    };
  }

  /** Id of the run, null as long as it has no draft. */
  get run() {
    this.knownRun ??= this.job === null ? null : this.document.drafts.runOf(this.job);
    return this.knownRun;
  }

  get running() {
    const job = this.app.session.now.jobs.find(({ id }) => id === this.job);
    return job && isActive(job) ? job : null;
  }

  /**
   * Show the drafts as they are now, if they are still what the review bar shows.
   * @param {boolean} [ended] whether they were read just now because the job has ended
   */
  renew(ended = false) {
    if (this.document !== this.app.document) return this.leave();
    if (this.shown === null || this.app.view.now.preview !== this.shown) return undefined;
    if (!this.running && this.job !== null && !this.complete) {
      this.complete = true;
      // An event may have been lost with the connection.
      readDrafts(this.app).then((read) => read && this.renew(true));
    } else if (this.running || this.document.drafts.of(this.run).length) showPreview(this.app, this.preview());
    else if (ended) this.nothing();
    else this.gone();
    return undefined;
  }

  /** The job has ended without a draft. A person who stopped it knows that, and a failed one has its own toast. */
  nothing() {
    discardPreview(this.app);
    if (this.app.session.now.jobs.find(({ id }) => id === this.job)?.status !== "done") return;
    const text = "The track could not be followed from there.";
    this.app.toast({ icon: "spread", title: "Nothing was spread", text, name: "not now" });
  }

  /** Another page has applied or discarded all of the draft. */
  gone() {
    discardPreview(this.app);
    const text = "It was applied or discarded on another page.";
    this.app.toast({ icon: "spread", title: "This draft is gone", text, name: "draft gone" });
  }

  /** The review bar shows something else: stop following. Another range changes the answers, and of several tracks the selected one. */
  check() {
    const { preview, range, selected } = this.app.view.now;
    if (this.document !== this.app.document || (this.shown && preview !== this.shown)) return this.leave();
    if (!this.shown) return;
    // Only now: one that comes late is discarded, and the one on the bar follows its drafts on.
    this.document.drafts.onchange = this.onchange;
    if (range !== this.rangeShown || (this.several && selected !== this.selectedShown)) {
      // What Apply takes is what the bar says.
      if (this.part.name === "range") this.part = partFor("range", this.app.view.now);
      showPreview(this.app, this.preview());
    }
  }

  leave() {
    for (const stop of this.stops.splice(0)) stop();
    const { drafts } = this.document;
    if (drafts.onchange === this.onchange) drafts.onchange = () => {};
    this.shown = null;
  }

  /** @returns {Preview} */
  preview() {
    const { app, document } = this;
    const drafts = document.drafts.of(this.run);
    const job = this.running;
    const frames = drafts.map(({ frame }) => frame);
    const numbers = this.tracks.map((id) => document.tracks.get(id)?.number).filter((number) => number !== undefined);
    const who = numbers.length === 1 ? `track ${numbers[0]}` : plural(numbers.length, "track");
    this.rangeShown = app.view.now.range;
    this.selectedShown = app.view.now.selected;
    this.several = new Set(drafts.map(({ track }) => track)).size > 1;
    if (!drafts.some(({ track }) => track === this.only)) this.only = null;
    const only = this.only === null ? undefined : document.tracks.get(this.only)?.number;
    const discardOne = only !== undefined && !job;
    const next = (/** @type {1|-1} */ step) => () => this.toDoubt(step);
    this.shown = new Preview({
      title: `Spread ${who}${drafts.length ? ` to ${frameWords([frames[0], frames.at(-1) ?? 0])}` : ""}`,
      icon: "spread",
      facts: factsOf(drafts, job),
      marks: marksOf(document, drafts, (draft) => isIn(draft, this.chosen)),
      questions: drafts.length > 1 ? [this.partQuestion(), ...this.trackQuestions(drafts)] : [],
      masks: (frame) =>
        drafts.flatMap((draft) => {
          const track = document.tracks.get(draft.track);
          const runs = draft.frame === frame && draft.mask && track ? document.masks.runs(draft.mask) : null;
          return runs && track ? [{ number: colourNumber(track), runs }] : [];
        }),
      here: (frame) => describe(document, drafts, frame, app.view.now.selected),
      buttons: [
        ...(job ? [{ label: "Stop", icon: "x", key: "Backspace", run: () => this.stop() }] : []),
        ...(discardOne ? [{ label: `Discard ${only}`, icon: "x", key: "Delete", run: () => this.discardOnly() }] : []),
      ],
      keys: {
        ".": next(1),
        ",": next(-1),
        "'": () => this.flicker(drafts),
        ...(job ? { Backspace: () => this.stop() } : {}),
        ...(discardOne ? { Delete: () => this.discardOnly() } : {}),
      },
      apply: () => this.apply(),
      discard: () => this.discard(),
      again: () => this.preview(),
    });
    return this.shown;
  }

  /** Which frames Apply takes. @returns {import("../commands/preview.js").Question} */
  partQuestion() {
    const { frame, range } = this.app.view.now;
    const { name, start, stop } = this.part;
    const at = (/** @type {PartName} */ wanted, /** @type {number} */ here) =>
      name === wanted ? ((wanted === "before" ? (stop ?? 1) - 1 : start) ?? here) : here;
    return {
      label: "Apply on",
      answers: [
        { name: "all", label: "All" },
        { name: "before", label: name === "before" ? `To ${at("before", frame)}` : "To here" },
        { name: "after", label: name === "after" ? `From ${at("after", frame)}` : "From here" },
        ...(range ? [{ name: "range", label: `${range[0]} – ${range[1]}` }] : []),
      ],
      chosen: name,
      choose: (wanted) => {
        this.part = partFor(/** @type {PartName} */ (wanted), this.app.view.now);
        return this.preview();
      },
    };
  }

  /** What Apply takes: frames of the part, of one track or of all. @returns {Part} */
  get chosen() {
    const { name, ...frames } = this.part;
    return this.only === null ? frames : { ...frames, tracks: [this.only] };
  }

  /**
   * Of a draft of several tracks: whether Apply takes all of them, or one: the chosen one, or the selected one.
   * @param {readonly import("../../kit/wire.js").SentDraft[]} drafts
   * @returns {import("../commands/preview.js").Question[]}
   */
  trackQuestions(drafts) {
    const { document, only } = this;
    const tracks = new Set(drafts.map(({ track }) => track));
    const offered = [...new Set([only, this.app.view.now.selected])].filter((id) => id !== null && tracks.has(id));
    if (tracks.size < 2 || !offered.length) return [];
    const named = offered.map((id) => ({
      name: String(id),
      label: `Track ${document.tracks.get(String(id))?.number}`,
    }));
    return [
      {
        label: "Apply of",
        answers: [{ name: "", label: "All tracks" }, ...named],
        chosen: only ?? "",
        choose: (wanted) => {
          this.only = wanted || null;
          return this.preview();
        },
      },
    ];
  }

  /** Go to the next draft that needs a look. @param {1|-1} step */
  toDoubt(step) {
    const { frame } = this.app.view.now;
    const frames = [...new Set(doubtful(this.document.drafts.of(this.run)).map((draft) => draft.frame))];
    const ahead = step > 0 ? frames.find((k) => k > frame) : frames.filter((k) => k < frame).at(-1);
    const to = ahead ?? (step > 0 ? frames[0] : frames.at(-1));
    if (to !== undefined) this.app.commands.goto(to);
    else this.app.toast({ icon: "check", title: "No frame of the draft needs a look", name: "no doubt" });
    return null;
  }

  /** Show the draft of the selected track as if it were applied, or the mask that stands there again. @param {readonly import("../../kit/wire.js").SentDraft[]} drafts */
  flicker(drafts) {
    const { frame, selected } = this.app.view.now;
    const { document } = this;
    if (document.earlier) document.earlier = null;
    else {
      const draft = drafts.find((one) => one.frame === frame && one.track === selected);
      if (draft) document.earlier = { track: draft.track, frame, hash: draft.mask };
    }
    this.app.view.set({ earlier: document.earlier ? "with the spread" : "" });
    this.app.recompose();
    return null;
  }

  /** Cancel the job; what is done stays. */
  stop() {
    const job = this.running;
    if (job)
      this.send(
        api.cancel(job.id).then((answer) => this.app.onjob(answer)),
        "Not stopped",
      );
    return null;
  }

  /** Apply the part; where drafts are left, they are shown again. @returns {Promise<Preview|null>} */
  async apply() {
    const { app, document, chosen, run } = this;
    if (run === null) return null;
    const video = openVideo(app.session).id;
    const whole = this.part.name === "all" && this.only === null;
    try {
      await app.queue?.whenIdle();
      if (whole) this.stop();
      const body = { run, ...chosen, author: app.author, id: newIdentifier() };
      const answer = await api.applyDrafts(video, body);
      if (app.document === document) {
        app.applyRows(answer.rows);
        document.lastEdit = Math.max(document.lastEdit, answer.number);
        document.drafts.remove(run, whole ? {} : chosen);
        reportApplied(app, answer);
      }
      if (whole) await this.discardRest(video, run);
    } catch (error) {
      app.toast({ tone: "bad", icon: "warn", title: "Not applied", text: messageOf(error) });
    }
    const left = app.document === document && document.drafts.of(run).length > 0;
    this.part = { name: "all" };
    this.only = null;
    // Another preview that was asked for meanwhile stays; the rest of this draft is offered again at the next visit.
    return left && !app.view.now.preview ? reopened(app, this).preview() : null;
  }

  /** Discard what was left out of an applied run, and what comes late. @param {string} video id @param {string} run id */
  async discardRest(video, run) {
    try {
      await api.discardDrafts(video, { run });
      this.document.drafts.remove(run, {});
    } catch (error) {
      const text = `The spread was applied, but drafts that it left out may show again. ${messageOf(error)}`;
      this.app.toast({ tone: "warn", icon: "warn", title: "Other drafts not discarded", text });
    }
  }

  /** Discard all drafts of the run; the worker stores no more of them. */
  discard() {
    const { app, document, job, run } = this;
    const running = Boolean(this.running);
    this.stop();
    this.leave();
    if (run === null) {
      if (running && job !== null) discardLate(app, job);
      return;
    }
    document.drafts.remove(run, {});
    this.send(api.discardDrafts(openVideo(app.session).id, { run }), "Not discarded");
  }

  /** Discard the drafts of the chosen track; those of the others stay under review. The job has ended. */
  discardOnly() {
    const { app, document, only, run } = this;
    if (run === null || only === null) return null;
    const part = { tracks: [only] };
    // Removed after the answer: to read the drafts anew meanwhile would bring them back.
    const asked = api.discardDrafts(openVideo(app.session).id, { run, ...part });
    const done = asked.then(() => document.drafts.remove(run, part));
    this.send(done, "Not discarded");
    return null;
  }

  /** @param {Promise<unknown>} request @param {string} title of the toast where it fails */
  send(request, title) {
    request.catch((error) => this.app.toast({ tone: "bad", icon: "warn", title, text: messageOf(error) }));
  }
}

/** Discard what a job still stores before it ends. @param {Editor} app @param {string} job id */
function discardLate(app, job) {
  const video = openVideo(app.session).id;
  const stop = app.session.on(["jobs"], async () => {
    const found = app.session.now.jobs.find(({ id }) => id === job);
    if (found && isActive(found)) return;
    stop();
    const run = await runOf(job, video).catch(() => null);
    if (run) await api.discardDrafts(video, { run: run.id }).catch(() => null);
  });
}

/** The run of a job that has drafts. @param {string} job id @param {string} video id @returns {Promise<DraftRun|null>} */
async function runOf(job, video) {
  for (let start = /** @type {number|null} */ (0); start !== null;) {
    const page = await api.drafts(video, start);
    const found = page.runs.find((run) => run.job === job);
    if (found) return found;
    start = page.next;
  }
  return null;
}

/** Read all drafts of the open video, page by page. @param {Editor} app @returns {Promise<boolean>} whether it is still open */
export async function readDrafts(app) {
  const { document } = app;
  const video = openVideo(app.session).id;
  for (let start = /** @type {number|null} */ (0); start !== null;) {
    const page = await api.drafts(video, start).catch((error) => {
      app.session.set({ problem: obstacle(error) });
      return null;
    });
    if (!page || app.document !== document) return false;
    // Drafts that arrive between two pages stay.
    if (start === 0) document.drafts.replace(page);
    else document.drafts.take(page);
    start = page.next;
  }
  return true;
}

/** The same spread, followed again. @param {Editor} app @param {Spreading} old */
function reopened(app, old) {
  old.leave();
  const again = new Spreading(app, { job: old.job, run: old.run, tracks: old.tracks });
  again.complete = old.complete;
  return again;
}

/** @param {PartName} name @param {{frame: number, range: [number, number]|null}} view @returns {{name: PartName} & Part} */
export function partFor(name, { frame, range }) {
  if (name === "before") return { name, stop: frame + 1 };
  if (name === "after") return { name, start: frame };
  if (name === "range" && range) return { name, start: range[0], stop: range[1] + 1 };
  return { name: "all" };
}

/** @param {Editor} app @param {import("../../kit/wire.js").AppliedDrafts} answer */
function reportApplied(app, { edit, left, rows }) {
  const framesOf = (/** @type {import("../../kit/wire.js").WrittenRow[]} */ some) =>
    new Set(some.map(({ frame }) => frame)).size;
  const masks = rows.filter(({ frame }) => frame !== null);
  const looks = framesOf(masks.filter(({ after }) => after?.look));
  const kept = left.human + left.outdated;
  app.toast({
    icon: "spread",
    title: `Spread to ${plural(framesOf(masks), "frame")}`,
    text: [
      looks ? `${plural(looks, "needs", "need")} a look: press ${app.keymap.keyOf("nextInQueue")} to see them.` : "",
      kept ? `${plural(kept, "draft was", "drafts were")} left out: people changed masks meanwhile.` : "",
    ]
      .filter(Boolean)
      .join(" "),
    name: "spread",
    actions: [{ label: "Undo", run: () => app.commands.undoEdit(edit), undoes: true }],
  });
}
