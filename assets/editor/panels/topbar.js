// @ts-check
/** The top bar: project and video, progress of the review, the save state, and the buttons that start jobs. */

import { pageAddress } from "../address.js";
import { nextConflict } from "./conflict.js";
import { fill, h, icon, iconButton, onceIdle, renew, whenOther } from "../../kit/dom.js";
import { plural } from "../../kit/text.js";
import { openMenu } from "../../kit/floating.js";
import { progress } from "../document/lanes.js";
import { openErrors } from "../document/likelyerrors.js";
import { proposeSlot } from "./propose.js";
import { commandButton } from "../shortcuts/labels.js";
import { toggleTheme } from "../../kit/theme.js";
import { toneClass, videoState } from "../../kit/words.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** @type {readonly [string, string][]} */
const PAGES = Object.freeze([
  ["/", "Library"],
  ["/review", "Review"],
  ["/tracks", "Tracks"],
  ["/retrain", "Retrain"],
  ["/models", "Models"],
  ["/exchange", "Import, export"],
]);

/** @param {Editor} app @returns {HTMLElement} */
export function topBar(app) {
  const project = () => app.session.now.project?.id;
  const brand = h("a", { class: "v-brand", href: "/", "aria-label": "Library", title: "Library" }, icon("logo", 22));
  const nav = h("nav", { class: "v-nav", "aria-label": "Pages" });
  const undo = commandButton(app, "undo");
  const redo = commandButton(app, "redo");
  const exporting = h("a", { class: "v-btn v-outline" }, icon("export"), "Export");
  const retrain = h("a", { class: "v-btn v-outline" }, icon("retrain"), "Retrain");
  const theme = iconButton("sun", "Light or dark", () => app.session.set({ theme: toggleTheme() }));
  const guide = commandButton(app, "guide");
  const help = commandButton(app, "help", { label: "Keys" });
  /** @type {HTMLButtonElement} the links, where the window is too narrow for them */
  const pages = h(
    "button",
    {
      class: "v-btn v-ghost v-pagesmenu",
      type: "button",
      title: "Pages",
      "aria-haspopup": "menu",
      onclick: () => choose(),
    },
    "Review",
    icon("down", 14),
  );
  const choose = () =>
    openMenu(
      pages,
      PAGES.map(([path, name]) => ({ title: name, href: pageAddress(path, project()), current: path === "/review" })),
      { label: "Pages" },
    );
  const draw = () => {
    brand.href = pageAddress("/", project());
    fill(
      nav,
      PAGES.map(([path, name]) =>
        h("a", { href: pageAddress(path, project()), "aria-current": path === "/review" ? "page" : null }, name),
      ),
    );
    guide.hidden = !app.session.now.video?.guide;
    exporting.href = pageAddress("/exchange", project());
    retrain.href = pageAddress("/retrain", project());
    for (const element of [undo, redo]) element.disabled = app.session.now.phase !== "ready";
    for (const element of [exporting, retrain]) element.classList.toggle("v-off", !project());
  };
  app.session.on(["project", "phase", "video"], draw);
  draw();
  return h(
    "header",
    { class: "v-top" },
    brand,
    nav,
    pages,
    h("span", { class: "v-sep" }),
    crumb(app),
    reviewed(app),
    h("span", { class: "v-grow" }),
    saveState(app),
    h("span", { class: "v-sep v-aftersave" }),
    undo,
    redo,
    h("span", { class: "v-sep" }),
    proposeSlot(app),
    exporting,
    retrain,
    theme,
    guide,
    help,
  );
}

/** Switch of project and video. @param {Editor} app */
function crumb(app) {
  const projectName = h("span", { class: "v-ell" });
  const projectButton = h(
    "button",
    { class: "v-btn v-ghost v-wide", type: "button", title: "Project", onclick: () => projects() },
    projectName,
  );
  const slash = h("span", { class: "v-t3 v-wide" }, "/");
  const name = h("span", { class: "v-ell" });
  const video = h(
    "button",
    { class: "v-btn v-ghost", type: "button", title: "Video", "aria-haspopup": "menu", onclick: () => videos() },
    name,
    icon("down", 14),
  );
  const stateIcon = (/** @type {string} */ state) => {
    const sign = videoState(state);
    return icon(sign.icon, 16, toneClass(sign));
  };
  function projects() {
    const now = app.session.now;
    const items = now.projects.map((p) => ({
      title: p.name,
      current: p.id === now.project?.id,
      href: pageAddress("/review", p.id),
    }));
    openMenu(projectButton, items, { label: "Projects" });
  }
  function videos() {
    const now = app.session.now;
    const { project } = now;
    if (!project) return;
    const others = now.projects.filter((other) => other.id !== project.id);
    openMenu(
      video,
      [
        ...project.videos.map((v) => ({
          title: v.name,
          current: v.id === now.video?.id,
          icon: stateIcon(v.state),
          note: h("span", { class: "v-t3" }, plural(v.count, "frame")),
          run: () => app.open(v.id),
        })),
        null,
        {
          title: `All videos of ${project.name}`,
          icon: icon("grid", 16, "v-t3"),
          href: pageAddress("/", project.id),
        },
        ...others
          .slice(0, 8)
          .map((p) => ({ title: p.name, icon: icon("right", 16, "v-t3"), href: pageAddress("/review", p.id) })),
      ],
      { label: "Videos", width: 288 },
    );
  }
  const draw = () => {
    projectName.textContent = app.session.now.project?.name ?? "No project";
    name.textContent = app.session.now.video?.name ?? (app.session.now.phase === "loading" ? "Loading" : "No video");
    video.disabled = !app.session.now.project?.videos?.length;
  };
  app.session.on(["project", "video", "phase"], draw);
  draw();
  return h("div", { class: "v-crumb" }, projectButton, slash, video);
}

/** Progress of the review of the video. @param {Editor} app */
function reviewed(app) {
  const bar = h("div", { class: "v-bar" });
  const numbers = h("div", { class: "v-numbers" });
  const percent = h("span", { class: "v-percent" });
  const whole = h("div", { class: "v-progress" }, bar, percent, numbers);
  const draw = () => {
    const { likely, revision } = app.view.now;
    const ready = app.session.now.phase === "ready";
    const sum = ready ? progress(app.document, openErrors(app.document, likely, revision).doubted) : null;
    whole.hidden = !sum?.total;
    if (!sum?.total) return;
    const { accepted, corrected, rejected, unreviewed, look, complete, absent, total } = sum;
    const share = (/** @type {string} */ name, /** @type {number} */ n) =>
      n ? h("i", { class: `v-${name}`, style: `width:${(n / total) * 100}%` }) : null;
    renew(
      bar,
      share("accepted", accepted + complete + absent),
      share("corrected", corrected),
      share("rejected", rejected),
      h("i", { class: "v-grow" }),
    );
    const number = (
      /** @type {string} */ image,
      /** @type {string} */ tone,
      /** @type {number} */ n,
      /** @type {string} */ word,
    ) => h("span", { title: `${n} ${word}` }, icon(image, 16, tone), h("b", {}, n), h("em", {}, word));
    renew(
      numbers,
      number("check", "v-ok", accepted, "accepted"),
      number("edit", "v-acc", corrected, "corrected"),
      number("ci", "v-t3", unreviewed, "unreviewed"),
    );
    const done = Math.floor((100 * sum.done) / total);
    renew(percent, `${done} %`);
    whole.title = `${done} % done: ${accepted} accepted, ${corrected} corrected, ${rejected} rejected, ${unreviewed} unreviewed, ${look} need a look`;
  };
  app.view.on(["revision", "likely"], onceIdle(draw));
  app.session.on(["phase", "video"], draw);
  draw();
  return whole;
}

/** Milliseconds that a word must stand to be read. */
const UNREAD = 250;

/** The save state, which opens a menu. @param {Editor} app */
export function saveState(app) {
  const words = h("span", { class: "v-row", role: "status" });
  const save = h(
    "button",
    { class: "v-save", type: "button", "aria-haspopup": "menu", onclick: () => choices() },
    words,
  );
  const choices = () => {
    const { saving, waiting } = app.session.now;
    const open = (/** @type {string} */ image, /** @type {string} */ title, /** @type {() => void} */ run) => ({
      title,
      icon: icon(image, 16, "v-t3"),
      run,
    });
    openMenu(
      save,
      [
        ...(saving === "conflict" ? [open("warn", "Choose what to keep", () => nextConflict(app))] : []),
        ...(saving === "offline" ? [open("retrain", "Try now", () => app.commands.retry())] : []),
        ...(waiting ? [open("export", "Save waiting edits as a file", () => app.commands.saveQueue())] : []),
        open("import", "Send edits from a file…", () => app.commands.loadQueue()),
      ],
      { label: "Saving", width: 260, align: "end" },
    );
  };
  const said = whenOther();
  const show = () => {
    const { saving, waiting, obstacle } = app.session.now;
    save.classList.toggle("v-offline", saving === "offline" || saving === "conflict");
    save.title = saving === "offline" ? obstacle : "";
    const count = saving === "saved" ? 0 : waiting;
    said([saving, count, obstacle], () => {
      if (saving === "offline") fill(words, icon("cloud"), `${obstacle ? "Not saved" : "Offline"}, ${waiting} waiting`);
      else if (saving === "conflict") fill(words, icon("warn"), `Conflict, ${waiting} waiting`);
      else if (saving === "saving")
        fill(words, icon("clock", 16, "v-t3"), count > 1 ? `Saving, ${count} left` : "Saving…");
      else fill(words, icon("check", 16, "v-ok"), "Saved");
    });
  };
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  let slow = false;
  const draw = () => {
    const { saving, phase } = app.session.now;
    save.hidden = phase !== "ready";
    // Most strokes are saved sooner than one could read that they are not; more of them meanwhile make nobody wait longer.
    if (saving === "saving" && !slow)
      timer ??= setTimeout(() => {
        slow = true;
        show();
      }, UNREAD);
    else {
      clearTimeout(timer);
      timer = undefined;
      slow = saving === "saving";
      show();
    }
  };
  app.session.on(["saving", "waiting", "obstacle", "phase"], draw);
  draw();
  return save;
}

/** The toast of edits that cannot be saved now: the reason, and the time to the next try. @param {Editor} app @returns {HTMLElement} */
export function offlineToast(app) {
  const title = h("div", { class: "v-b" });
  const text = h("div", { class: "v-t2" });
  const next = h("span", { class: "v-t3" });
  const toast = h(
    "div",
    { class: "v-toast", role: "status", hidden: true },
    icon("cloud", 16, "v-warn"),
    h(
      "div",
      { class: "v-grow" },
      title,
      text,
      h(
        "div",
        { class: "v-row v-toastactions" },
        h("button", { class: "v-btn", type: "button", onclick: () => app.commands.retry() }, "Try now"),
        h("button", { class: "v-btn", type: "button", onclick: () => app.commands.saveQueue() }, "Save as a file"),
        next,
      ),
    ),
  );
  const draw = () => {
    const { saving, waiting, obstacle, retryAt } = app.session.now;
    toast.hidden = saving !== "offline";
    if (toast.hidden) return;
    const one = waiting === 1;
    const kept = `${plural(waiting, "edit")} ${one ? "is" : "are"} kept in this browser`;
    title.textContent = obstacle ? "Edits cannot be saved now" : "The server does not answer";
    text.textContent = obstacle
      ? `${obstacle} ${kept}; saving is tried again by itself.`
      : `${kept} and ${one ? "goes" : "go"} out when it is back. Go on working.`;
    const left = Math.ceil((retryAt - Date.now()) / 1000);
    next.textContent = left > 0 ? `next try in ${left} s` : "trying";
  };
  app.session.on(["saving", "waiting", "obstacle", "retryAt"], draw);
  setInterval(draw, 1000);
  return toast;
}
