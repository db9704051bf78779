// @ts-check
/** The identity doctor: goes through the suggested merges, splits and swaps, each shown as the preview of its verb. */

import { newIdentifier } from "../../kit/identifier.js";
import { dismissIdentity, findIdentityVideos, isSameIdentity, openIdentities } from "../commands/identities.js";
import { activeSearch, search } from "../commands/queue.js";
import { firstOf, noVideo } from "../commands/reasons.js";
import { PREVIEW_FIRST } from "../state.js";
import { whyOf } from "../document/identities.js";
import { mergeOffer } from "./merge.js";
import { lastFrame, offered } from "./offer.js";
import { splitOffer } from "./split.js";
import { swapOffer } from "./swap.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../../kit/wire.js").IdentityCandidate} IdentityCandidate */
/** @typedef {import("./offer.js").Offer} Offer */

const GROUP = "Change tracks";

/** @type {WeakMap<object, IdentityCandidate>} the one that was shown last, by document */
const shown = new WeakMap();

/** The candidate that was shown last. @param {Editor} app @returns {IdentityCandidate|null} */
export const shownIdentity = (app) => shown.get(app.document) ?? null;

/** @type {WeakSet<readonly object[]>} the buttons of previews of candidates: renewed and answered previews keep them */
const ownButtons = new WeakSet();

/** Whether the shown preview is that of a candidate. @param {Editor} app */
function showsOwn(app) {
  const { preview } = app.view.now;
  return preview !== null && ownButtons.has(preview.buttons);
}

/** The shown preview is another verb's: a candidate does not take its place. @type {import("../commands/reasons.js").Check} */
const otherPreview = (app) => (app.view.now.preview && !showsOwn(app) ? PREVIEW_FIRST : null);

/** @type {import("../commands/reasons.js").Check} */
const noneLeft = (app) => {
  if (openIdentities(app).length) return null;
  if (activeSearch(app)) return "The search is under way.";
  return app.view.now.identified === null
    ? "This video was not searched yet."
    : "No merge, split or swap is suggested.";
};

/** The offer of the verb that a candidate suggests, with the reason and the way on. @param {Editor} app @param {IdentityCandidate} candidate @returns {Offer} */
function offerOf(app, candidate) {
  const { kind, tracks, frame } = candidate;
  const buttons = [{ label: "Dismiss", icon: "eyeoff", key: "Delete", run: () => dismissed(app, candidate) }];
  ownButtons.add(buttons);
  const more = {
    buttons,
    here: () => whyOf(app.document, candidate),
    keys: {
      Delete: () => dismissed(app, candidate),
      ".": () => stepped(app, 1),
      ",": () => stepped(app, -1),
    },
  };
  if (kind === "merge") return mergeOffer(app, { first: tracks[0], second: tracks[1], choice: "first" }, more);
  if (kind === "split") return splitOffer(app, { track: tracks[0], frame, id: newIdentifier() }, more);
  return swapOffer(app, { first: tracks[0], second: tracks[1], frames: [frame, lastFrame(app)] }, more);
}

/** Show a candidate: its place, its track, and the preview of what it suggests. @param {Editor} app @param {IdentityCandidate} candidate */
export function showIdentity(app, candidate) {
  if (showsOwn(app)) app.commands.discardPreview();
  shown.set(app.document, candidate);
  app.commands.goto(candidate.frame);
  app.view.set({ selected: candidate.tracks[0], newTrack: null });
  const { document } = app;
  const found = offered(app, offerOf(app, candidate));
  if (!(found instanceof Promise)) return found;
  // What had to be loaded first comes too late once another candidate is shown.
  return found.then((preview) => (shown.get(document) === candidate ? preview : null));
}

/** The candidate after or before the one that was shown last. @param {Editor} app @param {1|-1} by */
function nextOf(app, by) {
  const list = openIdentities(app);
  const last = shownIdentity(app);
  const at = list.findIndex((one) => isSameIdentity(last, one));
  if (at >= 0) return list[(at + by + list.length) % list.length];
  // One that was applied or dismissed made room for the next one at its place.
  const behind = last ? list.findIndex((one) => one.strength <= last.strength) : 0;
  const from = behind < 0 ? list.length : behind;
  return list[(by > 0 ? from : from - 1 + list.length) % list.length];
}

/** @param {Editor} app @param {1|-1} by @returns {null} the preview of a verb may come later */
function stepped(app, by) {
  app.registry.run(by > 0 ? "nextIdentity" : "previousIdentity");
  return null;
}

/** Dismiss the shown candidate and go on. @param {Editor} app @param {IdentityCandidate} candidate @returns {null} */
function dismissed(app, candidate) {
  app.commands.discardPreview();
  void dismissIdentity(app, candidate, true);
  if (openIdentities(app).length) stepped(app, 1);
  return null;
}

/** Dismiss a candidate of the list; where it is shown its preview goes. @param {Editor} app @param {IdentityCandidate} candidate */
export function dismissListed(app, candidate) {
  if (showsOwn(app) && isSameIdentity(shownIdentity(app), candidate)) app.commands.discardPreview();
  return dismissIdentity(app, candidate, true);
}

/** @param {string} id @param {string} title @param {string} key @param {1|-1} by @returns {import("../commands/command.js").Command} */
const step = (id, title, key, by) => ({
  id,
  title,
  group: GROUP,
  keys: [key],
  icon: "swap",
  whilePreview: true,
  unavailable: firstOf(noVideo, otherPreview, noneLeft),
  run: (app) => {
    openDoctor(app);
    return showIdentity(app, nextOf(app, by));
  },
});

/** Show the list of candidates. @param {Editor} app */
function openDoctor(app) {
  app.preferences.set({ tab: "queue" });
  app.view.set({ queueFilter: "identity" });
}

/** @type {readonly import("../commands/command.js").Command[]} */
export const DOCTOR = Object.freeze([
  {
    id: "identityDoctor",
    title: "Identity doctor: suggested merges, splits and swaps",
    group: GROUP,
    keys: ["Alt+I"],
    icon: "swap",
    unavailable: noVideo,
    run: (app) => {
      openDoctor(app);
      void findIdentityVideos(app);
      if (app.view.now.identified === null && !activeSearch(app)) void search(app);
    },
  },
  step("nextIdentity", "Next suggested merge, split or swap", "Alt+X", 1),
  step("previousIdentity", "Previous suggested merge, split or swap", "Alt+Shift+X", -1),
  {
    id: "showIdentity",
    title: "Show a suggested change of identities",
    group: GROUP,
    places: [],
    whilePreview: true,
    unavailable: otherPreview,
    run: (app, given) => showIdentity(app, /** @type {IdentityCandidate} */ (given)),
  },
]);
