// @ts-check
/** Mounts the editor into an element that fills the page. */

import { followAttributes } from "./commands/attributes.js";
import { followComments } from "./commands/comments.js";
import { createCommands } from "./commands/index.js";
import { adjusting } from "./canvas/adjust.js";
import { toolRail, transport } from "./panels/bars.js";
import { PANEL_COMMANDS } from "./panels/commands.js";
import { showConflict } from "./panels/conflict.js";
import { counting } from "./pictures/counting.js";
import { h } from "../kit/dom.js";
import { Editor } from "./editor.js";
import { openContextMenu } from "./panels/contextmenu.js";
import { emptiness } from "./panels/emptiness.js";
import { isFloating } from "../kit/floating.js";
import { keepReady } from "./canvas/ready.js";
import { optionStrip } from "./panels/options.js";
import { panel } from "./panels/panel.js";
import { choosePartner } from "./panels/partner.js";
import { resizer } from "./panels/resizer.js";
import { focusAtPreview } from "./panels/previewbar.js";
import { reviewBar } from "./panels/reviewbar.js";
import { followIdentities } from "./commands/identities.js";
import { followFlicker } from "./commands/flicker.js";
import { followLikelyErrors } from "./commands/queue.js";
import { keyOfPreview, renewPreview } from "./commands/previewing.js";
import { followKeys } from "./shortcuts/labels.js";
import { listen } from "./shortcuts/listening.js";
import { Stage } from "./canvas/stage.js";
import { BESIDE, keepMarks } from "./state.js";
import { theme } from "../kit/theme.js";
import { Timeline } from "./timeline/timeline.js";
import { followDrafts } from "./verbs/spread.js";
import { sourceNotice } from "./panels/source.js";
import { topBar } from "./panels/topbar.js";
import { VERBS } from "./verbs/index.js";

/** @type {Editor|null} */
let mounted = null;

/**
 * Build the editor for an element and open the video in the address; a second call returns the same editor.
 * @param {HTMLElement} element
 * @returns {Promise<Editor>}
 */
export async function mount(element) {
  if (mounted?.root.isConnected) return mounted;
  element.classList.add("v-app", "v-editor");
  const app = new Editor(element);
  mounted = app;
  app.session.set({ theme: theme() });
  app.commands = createCommands(app, [...VERBS, ...PANEL_COMMANDS], localStorage);
  const timeline = build(app);
  // A stroke that is being encoded is kept before the page goes, and sent, since others may wait for it.
  window.addEventListener("pagehide", () => {
    app.stage?.settle();
    app.sending.flush(true);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") app.sending.flush(false);
  });
  window.addEventListener("beforeunload", (event) => {
    app.stage?.settle();
    // Unsent edits are kept in this browser and sent after a reload; only those without room there would be lost.
    if (app.queue?.pending && !app.queue.stored) event.preventDefault();
  });
  window.editor = exposed(app, timeline);
  await app.start();
  return app;
}

/** @param {Editor} app */
function build(app) {
  const stage = new Stage(app);
  const timeline = new Timeline(app);
  const count = counting(app);
  const work = h(
    "main",
    { class: "v-work" },
    toolRail(app),
    optionStrip(app),
    stage.host,
    h("div", { class: "v-below" }, sourceNotice(app), reviewBar(app)),
    h(
      "section",
      { class: "v-timeline", "aria-label": "Timeline" },
      transport(app, timeline, count.chip),
      timeline.lanes,
      timeline.mini,
      count.bar,
      resizer(app, "timeline"),
    ),
  );
  stage.host.append(emptiness(app), adjusting(app));
  app.root.replaceChildren(topBar(app), work, panel(app), resizer(app, "panel"));
  app.onopen = () => {
    stage.opened();
    stage.resized();
    timeline.opened();
  };
  app.onrecount = (before) => timeline.recounted(before);
  app.oncancel = () => stage.cancel();
  app.stage = stage;
  app.onconflict = (detail) => showConflict(app, detail);
  app.choosePartner = (title, partners) => choosePartner(app, title, partners);
  // Selecting a track draws its row anew; the menu opens after that.
  app.onmenu = (place, point) => setTimeout(() => openContextMenu(app, place, point));
  app.isPressed = () => stage.pressed;
  app.view.on(["revision"], () => renewPreview(app));
  app.view.on(["preview"], () => app.recompose());
  focusAtPreview(app, stage.host);
  followKeys(app);
  followAttributes(app);
  followComments(app);
  followLikelyErrors(app);
  followIdentities(app);
  followFlicker(app);
  followDrafts(app);
  keepMarks(app, localStorage, window);
  keepReady(app);
  keys(app, stage);
  return timeline;
}

/** @param {Editor} app @param {Stage} stage */
function keys(app, stage) {
  const { keymap, registry } = app;
  listen({
    find: (scopes, key) => {
      const id = keymap.find(scopes, key);
      return id === undefined ? undefined : { id, repeat: Boolean(registry.get(id).repeat) };
    },
    // A stroke ends on the frame where it began: no other command while the button is down.
    run: (id) => {
      if (stage.gesture !== "tool" || registry.get(id).whileDrawing) registry.run(id);
    },
    scopes: () => {
      /** @type {import("./commands/command.js").Scope[]} */
      const scopes = isFloating() ? [] : ["editor"];
      if (scopes.length && document.activeElement === stage.host) scopes.unshift("canvas");
      if (scopes.length && app.view.now.tool === "move") scopes.unshift("moving");
      if (scopes.length && app.view.now.preview) scopes.unshift("preview");
      return scopes;
    },
    take: (key) => keyOfPreview(app, key),
    space: (down) => stage.space(down),
  });
}

/** @typedef {ReturnType<typeof exposed>} Exposed */

/** What tests in a browser read. @param {Editor} app @param {Timeline} timeline */
function exposed(app, timeline) {
  return {
    app,
    timeline,
    commands: app.commands,
    get ready() {
      return app.ready && app.steady && app.session.now.phase === "ready";
    },
    get state() {
      const beside = { [BESIDE.preferences]: app.preferences.now, [BESIDE.tracks]: app.document.list() };
      return { ...app.session.now, ...app.view.now, ...beside };
    },
    get pending() {
      return (app.queue?.pending ?? 0) + app.undos + app.encoder.pending;
    },
    /** Pixels of a track's mask. @param {number} number @param {number} frame */
    maskArea(number, frame) {
      const track = app.document.byNumber(number);
      return track ? (app.document.areaOf(app.document.row(track.id, frame)) ?? 0) : 0;
    },
  };
}
