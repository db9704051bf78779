// @ts-check
/** Name, category and colour of one track or many. */

import { plural } from "../../kit/text.js";
import { offerElsewhere } from "../commands/everywhere.js";
import { lockedTrack, noTrack } from "../commands/reasons.js";
import { offered } from "./offer.js";
import { planned, refused, tracksOf } from "./plan.js";
import { trackOf } from "./subjects.js";

/** @typedef {import("./plan.js").Outcome} Outcome */
/** @typedef {import("./plan.js").Track} Track */
/** @typedef {import("./plan.js").VideoDocument} VideoDocument */

/**
 * @param {VideoDocument} document
 * @param {{tracks: string[], category: string|null, label: string, locked: Set<string>}} args `label`: name of the category
 * @returns {Outcome}
 */
export function relabel(document, { tracks, category, label, locked }) {
  return changed(document, {
    tracks,
    locked,
    kind: "relabel",
    title: (which) => `Relabel ${which} as ${label}`,
    already: (which) => `${which} has this category already.`,
    value: (track) => (track.category === category ? null : { category }),
  });
}

/** @param {VideoDocument} document @param {{track: string, name: string, locked: Set<string>}} args @returns {Outcome} */
export function rename(document, { track, name, locked }) {
  const wanted = name.trim();
  return changed(document, {
    tracks: [track],
    locked,
    kind: "rename",
    title: (which) => (wanted ? `Name ${which} ${wanted}` : `Take the name of ${which} away`),
    already: (which) => `${which} has this name already.`,
    value: (own) => (own.name === wanted ? null : { name: wanted }),
  });
}

/**
 * Give tracks a colour of the palette.
 * @param {VideoDocument} document
 * @param {{tracks: string[], colour: number|null, locked: Set<string>}} args `colour`: the number of the track whose colour
 *   it is; null: that of the track's own number
 * @returns {Outcome}
 */
export function recolour(document, { tracks, colour, locked }) {
  return changed(document, {
    tracks,
    locked,
    kind: "recolour",
    title: (which) => `Recolour ${which}`,
    already: (which) => `${which} has this colour already.`,
    value: (track) => {
      const { colour: now = null, ...rest } = track.extra;
      if (now === colour) return null;
      return { extra: colour === null ? rest : { ...rest, colour } };
    },
  });
}

/**
 * @param {VideoDocument} document
 * @param {{tracks: string[], locked: Set<string>, kind: string, title: (which: string) => string,
 *   already: (which: string) => string, value: (track: Track) => import("../../kit/wire.js").RowValues|null}} how
 *   `value`: what a track gets, null where it has it
 * @returns {Outcome}
 */
function changed(document, { tracks: names, locked, kind, title, already, value }) {
  const found = tracksOf(document, names, locked);
  if ("refused" in found) return found;
  const { tracks } = found;
  const which = tracks.length === 1 ? `track ${tracks[0].number}` : plural(tracks.length, "track");
  const changes = tracks.flatMap((track) => {
    const after = value(track);
    return after ? [{ track: track.id, frame: null, after }] : [];
  });
  if (!changes.length) return refused(already(`${which[0].toUpperCase()}${which.slice(1)}`));
  return planned({
    kind,
    changes,
    title: title(which),
    numbers: { tracks: changes.length },
    facts: [plural(changes.length, "track")],
  });
}

/** @type {readonly import("../commands/command.js").Command[]} */
export const NAMING = Object.freeze([
  {
    id: "setCategory",
    title: "Relabel",
    group: "Tracks",
    places: [],
    unavailable: lockedTrack,
    run: (app, /** @type {string} */ category) => {
      const track = trackOf(app);
      const { id, number, run, category: now } = track;
      if (now === category) return null;
      const edit = labelled(app, [id], category);
      if (track.category === category)
        offerElsewhere(app, { id, number, run }, `Track ${number} relabelled`, {
          verb: "relabel",
          to: category,
          category: now,
        });
      return edit;
    },
  },
  {
    id: "setCategoryOfAll",
    title: "Relabel all tracks of this category",
    group: "Tracks",
    places: [],
    unavailable: noTrack,
    run: (app, /** @type {string} */ category) => {
      const { category: now } = trackOf(app);
      const tracks = app.document.list().filter((track) => track.category === now);
      return labelled(
        app,
        tracks.map(({ id }) => id),
        category,
      );
    },
  },
  {
    id: "rename",
    title: "Rename",
    group: "Tracks",
    places: [],
    unavailable: noTrack,
    run: (app, /** @type {string} */ name) => {
      const { id, name: now } = trackOf(app);
      if (now === name.trim()) return null;
      return offered(app, {
        title: "Rename",
        icon: "edit",
        make: () => rename(app.document, { track: id, name, locked: app.view.now.locked }),
      });
    },
  },
  {
    id: "setColour",
    title: "Recolour",
    group: "Tracks",
    places: [],
    unavailable: noTrack,
    run: (app, /** @type {number|null} */ colour) => {
      const { id } = trackOf(app);
      return offered(app, {
        title: "Recolour",
        icon: "bright",
        make: () => recolour(app.document, { tracks: [id], colour, locked: app.view.now.locked }),
      });
    },
  },
]);

/** @param {import("../editor.js").Editor} app @param {string[]} tracks @param {string} category */
const labelled = (app, tracks, category) =>
  offered(app, {
    title: "Relabel",
    icon: "tag",
    make: () => {
      const args = { tracks, category, label: app.categoryName(category), locked: app.view.now.locked };
      return relabel(app.document, args);
    },
  });
