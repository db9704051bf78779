// @ts-check
/** The list of the identity doctor, in the tab of the queue: each suggestion with its masks, its reason and its way on. */

import { cropAddress } from "../api.js";
import { dismissIdentity, isSameIdentity, openIdentities } from "../commands/identities.js";
import { activeSearch, search } from "../commands/queue.js";
import { titleOf, whyOf } from "../document/identities.js";
import { button, h, icon, iconButton } from "../../kit/dom.js";
import { plural } from "../../kit/text.js";
import { colourNumber } from "../../look/palette.js";
import { openVideo } from "../state.js";
import { dismissListed, shownIdentity } from "../verbs/doctor.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../../kit/wire.js").IdentityCandidate} IdentityCandidate */

/** Suggestions that are listed at once; the next ones follow as these are answered. */
const SHOWN = 60;

/** The way from the queue to the list and back; nothing where there is nothing to say. @param {Editor} app */
export function doctorButton(app) {
  const open = app.view.now.queueFilter === "identity";
  const number = openIdentities(app).length;
  if (!open && !number) return null;
  const words = number ? `${plural(number, "suggestion")} to merge, split or swap` : "Merge, split and swap";
  return h(
    "button.v-doctor",
    {
      type: "button",
      "aria-pressed": String(open),
      "data-focus": "identity doctor",
      title: app.keymap.titled("Identity doctor", "identityDoctor"),
      onclick: () => (open ? app.view.set({ queueFilter: "all" }) : app.commands.identityDoctor()),
    },
    icon("swap", 16, "v-t3"),
    h("span.v-grow.v-ell", null, words),
    icon(open ? "x" : "next", 16, "v-t3"),
  );
}

/** @param {Editor} app */
export function identityList(app) {
  const list = openIdentities(app);
  const dismissed = app.view.now.identities.filter((one) => one.dismissed);
  return [
    ...list.slice(0, SHOWN).map((one) => entry(app, one)),
    list.length ? searchAgain(app) : emptyText(app),
    dismissed.length
      ? [
          h("p.v-dismissedhead", null, `${dismissed.length} dismissed`),
          ...dismissed.map((one) => dismissedEntry(app, one)),
        ]
      : null,
    otherVideos(app),
  ];
}

/** The way to the other videos that have suggestions. @param {Editor} app */
function otherVideos(app) {
  const videos = app.view.now.identityVideos;
  if (!videos.length) return null;
  const row = (
    /** @type {import("../../kit/wire.js").IdentityVideo} */ { id, name, merge = 0, split = 0, swap = 0 },
  ) => {
    const parts = [
      merge ? plural(merge, "merge") : "",
      split ? plural(split, "split") : "",
      swap ? plural(swap, "swap") : "",
    ];
    return h(
      "button.v-editrow",
      { type: "button", "data-focus": `identities of ${id}`, onclick: () => openAt(app, id) },
      icon("film", 16, "v-t3"),
      h("span.v-ell.v-name", null, name),
      h("span.v-t3", null, parts.filter(Boolean).join(", ")),
    );
  };
  return [h("p.v-dismissedhead", null, "In other videos"), ...videos.map(row)];
}

/** Open another video with its list. @param {Editor} app @param {string} video id */
async function openAt(app, video) {
  await app.open(video);
  if (app.session.now.video?.id === video) app.commands.identityDoctor();
}

/** Splits and new proposals make tracks that the last search has not seen. @param {Editor} app */
function searchAgain(app) {
  if (activeSearch(app) || app.view.now.identified === app.document.lastEdit) return null;
  return h(
    "p.v-searchagain",
    null,
    button("Search again", { kind: "v-ghost", icon: "search", onclick: () => search(app) }),
  );
}

/** @param {Editor} app */
function emptyText(app) {
  if (activeSearch(app)) return null;
  const searched = app.view.now.identified !== null;
  return h(
    "p.v-nothing",
    null,
    searched ? "No merge, split or swap is suggested." : "This video was not searched yet.",
    button(searched ? "Search again" : "Search", { kind: "v-outline", icon: "search", onclick: () => search(app) }),
  );
}

/** @param {Editor} app @param {IdentityCandidate} one */
function entry(app, one) {
  const { kind, frame, masks } = one;
  const name = titleOf(app.document, one);
  return h(
    "div.v-identity",
    { class: isSameIdentity(shownIdentity(app), one) ? "v-selected" : "", "data-kind": kind },
    h(
      "button.v-identitybody",
      {
        type: "button",
        title: `${name}: show what changes`,
        "data-focus": `identity ${kind} ${frame} ${one.tracks.join()}`,
        onclick: () => app.registry.run("showIdentity", one),
      },
      h(
        "span.v-row",
        null,
        icon(kind, 16, "v-t3"),
        h("b.v-b.v-grow.v-ell", null, name),
        h("span.v-t3.v-nowrap", null, kind === "merge" ? `frame ${frame}` : ""),
      ),
      h("span.v-t2", null, whyOf(app.document, one)),
      h(
        "span.v-identitycrops",
        null,
        pairs(masks).map((pair) => cropPair(app, pair)),
      ),
    ),
    iconButton("x", "Dismiss", () => dismissListed(app, one), "v-small"),
  );
}

/** Each mask before the place with the one after it; one without the other stands alone. @template T @param {readonly T[]} masks @returns {T[][]} */
const pairs = (masks) => masks.flatMap((_, i) => (i % 2 ? [] : [masks.slice(i, i + 2)]));

/** @param {Editor} app @param {[track: string, frame: number, hash: string][]} pair */
function cropPair(app, pair) {
  const video = openVideo(app.session);
  const pictures = pair.map(([id, frame, hash]) => {
    const track = app.document.tracks.get(id);
    const number = track ? colourNumber(track) : 1;
    const words = `track ${track?.number} on frame ${frame}`;
    return h("img", { src: cropAddress(video, frame, hash, number), alt: words, title: words, loading: "lazy" });
  });
  const [first, ...rest] = pictures;
  return h("span.v-identitypair", null, first, rest.length ? icon("next", 16, "v-t3") : null, rest);
}

/** @param {Editor} app @param {IdentityCandidate} one */
function dismissedEntry(app, one) {
  return h(
    "div.v-row.v-dismissed",
    null,
    icon(one.kind, 16, "v-t3"),
    h("span.v-t3.v-grow.v-ell", null, titleOf(app.document, one)),
    iconButton("undo", "Bring back", () => dismissIdentity(app, one, false), "v-small"),
  );
}
