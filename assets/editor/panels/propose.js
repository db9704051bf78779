// @ts-check
/** Propose: the checkpoint and its classes before it runs, its progress while it runs. */

import { pageAddress } from "../address.js";
import { api } from "../api.js";
import { fill, h, icon } from "../../kit/dom.js";
import { clock, plural, size } from "../../kit/text.js";
import { popover } from "../../kit/floating.js";
import { messageOf } from "../../kit/request.js";
import { openVideo } from "../state.js";
import { isActive, jobName, keptOf } from "../../kit/words.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../../kit/wire.js").Proposer} Proposer */
/** @typedef {import("../../kit/wire.js").ProposingCheckpoint} ProposingCheckpoint */

/** The Propose button, which turns into the progress of its job. @param {Editor} app @returns {HTMLElement} */
export function proposeSlot(app) {
  const slot = h("span", { class: "v-jobslot" });
  let drawn = "";
  const draw = () => {
    const job = app.session.now.jobs.find(
      (j) => j.kind === "propose" && j.video === app.session.now.video?.id && isActive(j),
    );
    if (job) {
      if (drawn !== job.id) fill(slot, progressButton(app, job.id));
      drawn = job.id;
      update(slot, job);
    } else if (drawn !== "button" || !slot.firstChild) {
      drawn = "button";
      fill(
        slot,
        h(
          "button",
          {
            class: "v-btn v-outline",
            type: "button",
            title: "Let the model propose tracks",
            onclick: (e) => before(app, /** @type {HTMLElement} */ (e.currentTarget)),
          },
          icon("spark"),
          "Propose",
        ),
      );
    }
    const button = slot.querySelector("button.v-outline");
    if (button instanceof HTMLButtonElement)
      button.disabled = app.session.now.phase !== "ready" || Boolean(app.session.now.video?.problem);
  };
  app.session.on(["jobs", "video", "phase"], draw);
  draw();
  return slot;
}

/** @param {Editor} app @param {string} id */
function progressButton(app, id) {
  /** @type {HTMLButtonElement} */
  const details = h(
    "button",
    { class: "v-jobtext", type: "button", title: "Details", onclick: () => jobDetails(app, details) },
    icon("spark", 16, "v-acc"),
    h("span", { class: "v-jobword" }),
    h("b", { class: "v-jobpercent" }),
    h("span", { class: "v-jobeta v-t3" }),
  );
  return h(
    "span",
    { class: "v-btn v-outline v-jobbutton" },
    details,
    h(
      "button",
      {
        class: "v-cross",
        type: "button",
        "aria-label": "Cancel proposing",
        title: "Cancel; what is done stays",
        onclick: () => cancel(app, id),
      },
      icon("x", 12),
    ),
    h("span", { class: "v-jobbar" }),
  );
}

/** @param {HTMLElement} slot @param {import("../../kit/wire.js").Job} job */
function update(slot, job) {
  const set = (/** @type {string} */ name, /** @type {string} */ text) => {
    const element = slot.querySelector(name);
    if (element) element.textContent = text;
  };
  set(".v-jobword", job.status === "cancelling" ? "Cancelling" : job.status === "queued" ? "Waiting" : "Proposing");
  set(".v-jobpercent", job.status === "running" ? `${Math.round((job.progress ?? 0) * 100)} %` : "");
  set(
    ".v-jobeta",
    typeof job.eta_seconds === "number" && job.status === "running" ? `${clock(job.eta_seconds)} left` : "",
  );
  const bar = /** @type {HTMLElement|null} */ (slot.querySelector(".v-jobbar"));
  if (bar) bar.style.width = `${(job.progress ?? 0) * 100}%`;
}

/** @param {Editor} app @param {string} id */
async function cancel(app, id) {
  try {
    app.onjob(await api.cancel(id));
  } catch (error) {
    app.toast({ tone: "bad", icon: "warn", title: "Not cancelled", text: messageOf(error) });
  }
}

/** "1 running, 2 waiting". @param {readonly import("../../kit/wire.js").Job[]} jobs active ones */
function countWords(jobs) {
  const waiting = jobs.filter(({ status }) => status === "queued").length;
  const running = jobs.length - waiting;
  const parts = [...(running ? [`${running} running`] : []), ...(waiting ? [`${waiting} waiting`] : [])];
  return parts.join(", ") || "none";
}

/** @param {Editor} app @param {Element} anchor */
function jobDetails(app, anchor) {
  const list = h("div", { class: "v-jobs" });
  const draw = () => {
    const all = app.session.now.jobs;
    const jobs = all.filter(isActive);
    fill(
      list,
      h(
        "div",
        { class: "v-row v-pophead" },
        h("h2", { class: "v-grow" }, "Jobs"),
        h("span", { class: "v-t3" }, countWords(jobs)),
      ),
      jobs.map((job) =>
        h(
          "div",
          { class: "v-jobcard" },
          h(
            "div",
            { class: "v-row" },
            icon("spark", 16, "v-acc"),
            h("b", { class: "v-grow v-ell" }, `${jobName(job.kind)}, ${videoName(app, job.video)}`),
            h("b", {}, `${Math.round((job.progress ?? 0) * 100)} %`),
          ),
          h(
            "div",
            { class: "v-bar" },
            h("i", { class: "v-corrected", style: `width:${(job.progress ?? 0) * 100}%` }),
            h("i", { class: "v-grow" }),
          ),
          h(
            "div",
            { class: "v-row v-t2" },
            h("span", { class: "v-grow v-ell" }, job.message || job.status),
            h("span", {}, typeof job.eta_seconds === "number" ? `${clock(job.eta_seconds)} left` : ""),
          ),
          h(
            "div",
            { class: "v-row" },
            h("button", { class: "v-btn", type: "button", onclick: () => cancel(app, job.id) }, "Cancel"),
            h("span", { class: "v-grow" }),
            h("span", { class: "v-t3" }, "what is done stays"),
          ),
        ),
      ),
      all.filter(keptOf).map((job) => cancelledRow(app, job)),
    );
  };
  draw();
  const stop = app.session.on(["jobs"], draw);
  popover(anchor, list, { width: 344, label: "Jobs", align: "end", onclose: stop });
}

/** A cancelled job, and what of it stays. @param {Editor} app @param {import("../../kit/wire.js").Job} job */
function cancelledRow(app, job) {
  const name = `${jobName(job.kind)}, ${videoName(app, job.video)}`;
  return h(
    "div",
    { class: "v-jobcard" },
    h(
      "div",
      { class: "v-row" },
      icon("x", 16, "v-t3"),
      h("b", { class: "v-grow v-ell" }, name),
      h("span", { class: "v-t3" }, "cancelled"),
    ),
    h("div", { class: "v-t2" }, keptOf(job)),
  );
}

/** @param {Editor} app @param {string|null} id */
function videoName(app, id) {
  return app.session.now.project?.videos.find((video) => video.id === id)?.name ?? app.session.now.project?.name ?? "";
}

/** Show the checkpoint that would run, and other ways where it has too few classes. @param {Editor} app @param {HTMLElement} anchor */
async function before(app, anchor) {
  const box = h("div", { class: "v-propose" }, h("p", { class: "v-t3" }, "Asking what the model knows…"));
  const close = popover(anchor, box, { width: 360, label: "Propose", align: "end" });
  const project = app.session.now.project?.id ?? "";
  try {
    const ask = () => api.proposer(project, openVideo(app.session).id, app.preferences.now.steady);
    const proposer = await ask();
    const { checkpoint } = proposer;
    const left = h("div", {}, kept(proposer));
    fill(
      box,
      checkpoint ? summary(proposer, checkpoint) : null,
      checkpoint ? steadying(app, proposer, { ask, take: (answer) => fill(left, kept(answer)) }) : null,
      left,
      ways(app, proposer, project),
      checkpoint ? start(app, proposer, checkpoint, close) : null,
    );
  } catch (error) {
    fill(box, h("div", { class: "v-row" }, icon("warn", 16, "v-bad"), h("span", {}, messageOf(error))));
  }
}

/** The checkpoint, its classes, and those that the project has. @param {Proposer} proposer @param {ProposingCheckpoint} checkpoint */
function summary({ known, unknown, device }, checkpoint) {
  const classes = checkpoint.classes ?? [];
  return [
    h(
      "div",
      { class: "v-row v-pophead" },
      icon("spark", 16, "v-acc"),
      h("h2", { class: "v-grow v-ell" }, checkpoint.name),
      h("span", { class: "v-chip" }, device ?? ""),
    ),
    h(
      "dl",
      { class: "v-pairs" },
      h("dt", {}, "Configuration"),
      h("dd", {}, checkpoint.config),
      h("dt", {}, "Classes"),
      h(
        "dd",
        { title: classes.join(", ") },
        classes.length > 6 ? `${classes.length}: ${classes.slice(0, 4).join(", ")}…` : classes.join(", "),
      ),
      h("dt", {}, "Of this project"),
      h("dd", {}, known.length ? [icon("check", 14, "v-ok"), known.join(", ")] : "none"),
      unknown.length ? [h("dt", {}, "Not known"), h("dd", { class: "v-warn" }, unknown.join(", "))] : null,
    ),
  ];
}

/**
 * Whether masks are made steady, or why they cannot be.
 * @param {Editor} app
 * @param {Proposer} proposer
 * @param {{ask: () => Promise<Proposer>, take: (proposer: Proposer) => void}} after a change the server is asked again,
 *   since an unfinished run goes on only with the same choice; `take` gets the answer to the last change alone
 */
export function steadying(app, { unsteady }, { ask, take }) {
  let asked = 0;
  const box = h("input", {
    type: "checkbox",
    "data-role": "steady",
    checked: !unsteady && app.preferences.now.steady,
    disabled: Boolean(unsteady),
    onchange: () => {
      app.preferences.set({ steady: box.checked });
      const number = (asked += 1);
      ask()
        .then((answer) => {
          if (number === asked) take(answer);
        })
        .catch((error) => {
          if (number === asked)
            app.toast({ tone: "bad", icon: "warn", title: "Propose has no answer", text: messageOf(error) });
        });
    },
  });
  const more = unsteady ?? "Each track's most typical masks are spread to the frames between. This takes longer.";
  return h(
    "label",
    { class: "v-steady" },
    box,
    h("span", { class: "v-grow" }, h("b", {}, "Steady masks"), h("span", { class: "v-t3" }, more)),
  );
}

/** Where an unfinished run goes on. @param {Proposer} proposer */
export function kept({ kept: found }) {
  if (!found) return null;
  const text = `${found.frames} of ${plural(found.count, "frame")} are kept from the last run; Propose goes on there.`;
  return h("p", { class: "v-kept" }, icon("check", 16, "v-ok"), h("span", {}, text));
}

/** Other ways, where the checkpoint has too few classes. @param {Editor} app @param {Proposer} proposer @param {string} project id */
function ways(app, proposer, project) {
  if (!proposer.warning && proposer.checkpoint) return null;
  const models = pageAddress("/models", project);
  return [
    h(
      "p",
      { class: "v-warning" },
      icon("warn", 16, "v-warn"),
      h("span", {}, proposer.warning ?? "There is no checkpoint yet."),
    ),
    h(
      "div",
      { class: "v-ways" },
      (proposer.downloads ?? []).map((d) =>
        h(
          "a",
          { class: "v-item", href: models },
          icon("import", 16, "v-t3"),
          h("span", { class: "v-grow v-ell" }, `Download ${d.name}`),
          h(
            "span",
            { class: "v-t3" },
            `${size(d.size_bytes)}, ${Array.isArray(d.classes) ? d.classes.length : d.classes} classes`,
          ),
        ),
      ),
      h("a", { class: "v-item", href: models }, icon("list", 16, "v-t3"), "Choose a checkpoint file"),
      h(
        "button",
        { class: "v-item", type: "button", onclick: () => app.commands.newTrack() },
        icon("brush", 16, "v-t3"),
        "Draw by hand",
      ),
    ),
  ];
}

/** @param {Editor} app @param {Proposer} proposer @param {ProposingCheckpoint} checkpoint @param {() => void} close */
function start(app, proposer, checkpoint, close) {
  const run = async (/** @type {Event} */ event) => {
    /** @type {HTMLButtonElement} */ (event.currentTarget).disabled = true;
    try {
      await app.queue?.whenIdle();
      const how = proposer.unsteady ? {} : { steady: app.preferences.now.steady };
      const { job } = await api.propose(openVideo(app.session).id, { checkpoint: checkpoint.id, ...how });
      close();
      app.onjob(job);
    } catch (error) {
      app.toast({ tone: "bad", icon: "warn", title: "Propose did not start", text: messageOf(error) });
      close();
    }
  };
  return h(
    "div",
    { class: "v-row v-popfoot" },
    h("span", { class: "v-t3 v-grow" }, "What people drew or judged stays."),
    h(
      "button",
      { class: `v-btn ${proposer.warning ? "" : "v-pri"}`, type: "button", "data-role": "start-propose", onclick: run },
      icon("spark"),
      proposer.warning ? "Propose anyway" : "Propose",
    ),
  );
}
