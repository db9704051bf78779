// @ts-check
/** Which videos to correct next: their order and the reasons, and the offer to propose again after a promotion. */

import { button, h, icon } from "../kit/dom.js";
import { messageOf } from "../kit/request.js";
import { plural } from "../kit/text.js";
import { address, get, post } from "./data.js";

/** @typedef {import("../kit/wire.js").VideoLine} VideoLine */

/**
 * @typedef {object} NextFacts answer of `GET /data/projects/…/next`
 * @property {{id: string, gain: number, reasons: string[]}[]} videos unreviewed ones, the most worthwhile first; gain 0 to 1
 * @property {number} unsearched number of videos whose place is a guess until they are searched for likely errors
 * @property {number} outdated number of unreviewed videos whose proposals are of another checkpoint than the one in use, without those of `again`
 * @property {number} [again] number of unreviewed videos that wait to be proposed again
 * @property {string|null} checkpoint name of the one in use
 */

/** @type {NextFacts} */
const NOTHING = { videos: [], unsearched: 0, outdated: 0, again: 0, checkpoint: null };

export class NextVideos {
  /** @param {{changed: () => void, queued: (text: string) => void, failed: (text: string) => void, away?: boolean}} calls `away`: the videos stand on another page, to which a link leads */
  constructor(calls) {
    this.calls = calls;
    this.project = "";
    /** @type {NextFacts} */ this.facts = NOTHING;
    this.problem = "";
    this.pressed = false;
  }

  /** Ask for the order of a project, which is drawn when it has changed. @param {string} project id */
  async load(project) {
    if (project !== this.project) this.facts = NOTHING;
    this.project = project;
    const before = JSON.stringify([this.facts, this.problem]);
    try {
      this.facts = await get(`/data/projects/${encodeURIComponent(project)}/next`);
      this.problem = "";
    } catch (error) {
      this.facts = NOTHING;
      this.problem = `The order could not be worked out: ${messageOf(error)}`;
    }
    if (JSON.stringify([this.facts, this.problem]) !== before) this.calls.changed();
  }

  /** Give each video its place, from 1, and the reasons; reviewed ones have none. @param {VideoLine[]} videos */
  mark(videos) {
    const places = new Map(this.facts.videos.map((one, index) => [one.id, { place: index + 1, why: one.reasons }]));
    for (const video of videos) {
      const found = places.get(video.id);
      video.place = found?.place;
      video.why = found?.why;
    }
  }

  /** The line above the videos, null where there is nothing to suggest. @param {VideoLine[]} videos @param {boolean} wanted they stand in this order @param {number} [done] videos that were proposed again by themselves */
  line(videos, wanted, done = 0) {
    if (this.problem && wanted) return h("p.v-note.bad.v-notice", { role: "alert" }, icon("warn"), this.problem);
    const { unsearched, outdated, again = 0, checkpoint } = this.facts;
    const first = videos.find((video) => video.place === 1);
    const next = first && first.state === "proposed" && videos.length > 1 ? first : null;
    const ended = Boolean(this.calls.away && this.facts.videos.length && !outdated);
    if (!next && !outdated && !unsearched && !again && !ended) return null;
    return h("section.v-card.v-next", { id: "v-next", "aria-label": "What to do next" }, [
      next
        ? h(
            "div",
            null,
            h("span.v-acc", null, icon("spark")),
            h("span.v-t2.v-nowrap", null, "Suggested next"),
            h("b.v-ell", { title: next.name }, next.name),
            h("span.v-t2.v-ell.v-grow", { title: next.why?.join(" ") }, next.why?.join(" ") ?? ""),
            h(
              "a.v-btn.line",
              { href: address("/review", { project: this.project, video: next.id }), id: "v-review-next" },
              "Review it",
            ),
          )
        : null,
      again || ended ? this.proposedAgain(again, done) : null,
      unsearched
        ? this.offer(
            "search",
            `${plural(unsearched, "video")} ${unsearched === 1 ? "was" : "were"} not searched for likely errors yet, so the order is a guess.`,
            button("Search them", { kind: "line", id: "v-search-all", onclick: () => this.search() }),
          )
        : null,
      outdated
        ? this.offer(
            "retrain",
            `${plural(outdated, "unreviewed video")} ${outdated === 1 ? "has" : "have"} proposals of another checkpoint than ${checkpoint}, which is in use.`,
            button(`Propose again with ${checkpoint}`, {
              kind: "line",
              id: "v-propose-again",
              title: "Replaces only masks that nobody has judged",
              onclick: () => this.proposeAgain(),
            }),
          )
        : null,
    ]);
  }

  /** What is proposed again in the background, and the way to the videos. @param {number} waiting @param {number} done */
  proposedAgain(waiting, done) {
    const { checkpoint } = this.facts;
    const left = waiting === 1 ? "1 unreviewed video is" : `${plural(waiting, "unreviewed video")} are`;
    const put = done === 1 ? "1 unreviewed video was" : `${plural(done, "unreviewed video")} were`;
    const ended = done
      ? `${put} put in line to be proposed again with ${checkpoint}.`
      : "No unreviewed video has proposals of another checkpoint any more.";
    const text = waiting ? `${left} still to be proposed again with ${checkpoint}; other jobs go first.` : ended;
    const link = { href: address("/", { project: this.project, sort: "next" }), id: "v-in-order" };
    return this.offer(
      "spark",
      text,
      waiting
        ? button("Stop", {
            kind: "ghost",
            id: "v-stop-again",
            title: "Leave the other videos as they are",
            onclick: () => this.stop(),
          })
        : null,
      this.calls.away ? h("a.v-btn.line", link, "Show their order") : null,
    );
  }

  /** @param {string} image name of an icon @param {string} text @param {(HTMLElement|null)[]} actions */
  offer(image, text, ...actions) {
    return h(
      "div",
      null,
      h("span.v-acc", null, icon(image)),
      h("span.v-ell.v-grow", { title: text }, text),
      ...actions,
    );
  }

  stop() {
    return this.queue("propose-again/stop", (jobs) =>
      jobs ? `${plural(jobs, "video")} ${jobs === 1 ? "stays" : "stay"} as before.` : "Nothing was waiting any more.",
    );
  }

  search() {
    return this.queue("search", (jobs) =>
      jobs
        ? `${plural(jobs, "video")} ${jobs === 1 ? "is" : "are"} searched; the order follows.`
        : "These videos are being searched already.",
    );
  }

  proposeAgain() {
    return this.queue("propose-again", (jobs) =>
      jobs
        ? `${plural(jobs, "video")} ${jobs === 1 ? "is" : "are"} proposed again; what people judged stays.`
        : "These videos are being proposed already.",
    );
  }

  /** Queue jobs for many videos; a second press while the first waits does nothing. @param {string} what @param {(jobs: number) => string} answer */
  async queue(what, answer) {
    if (this.pressed) return;
    this.pressed = true;
    try {
      const { jobs } = await post(`/data/projects/${encodeURIComponent(this.project)}/${what}`);
      this.calls.queued(answer(jobs));
    } catch (error) {
      this.calls.failed(messageOf(error));
    } finally {
      this.pressed = false;
    }
  }
}
