// @ts-check
/** The suggested changes of identities of the open video: loaded, listed, dismissed and brought back. */

import { api } from "../api.js";
import { isOpenIdentity } from "../document/identities.js";
import { obstacle } from "../../kit/request.js";
import { plural } from "../../kit/text.js";
import { followSearches } from "./searched.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../../kit/wire.js").IdentityCandidate} IdentityCandidate */

/** Those that nobody answered, the strongest first. @param {Editor} app @returns {IdentityCandidate[]} */
export function openIdentities(app) {
  return app.view.now.identities.filter((one) => isOpenIdentity(app.document, one));
}

/** Whether two candidates are the same one. @param {IdentityCandidate|null} one @param {IdentityCandidate} other */
export const isSameIdentity = (one, other) =>
  one !== null && one.kind === other.kind && one.frame === other.frame && one.tracks.join() === other.tracks.join();

/** Dismiss a candidate for good, or bring it back. @param {Editor} app @param {IdentityCandidate} one @param {boolean} dismissed */
export async function dismissIdentity(app, one, dismissed) {
  const video = app.session.now.video?.id;
  if (!video) return;
  const { kind, tracks, frame } = one;
  const mark = (/** @type {boolean} */ value) =>
    app.view.set({
      identities: app.view.now.identities.map((other) =>
        isSameIdentity(one, other) ? { ...other, dismissed: value } : other,
      ),
    });
  mark(dismissed);
  try {
    await api.dismissIdentity(video, { author: app.author, kind, tracks, frame, dismissed });
  } catch (error) {
    if (app.session.now.video?.id === video) mark(!dismissed);
    app.toast({ tone: "bad", icon: "warn", title: "Not dismissed", text: obstacle(error) });
  }
}

/** Ask which other videos of the project have suggestions. @param {Editor} app */
export async function findIdentityVideos(app) {
  const { project, video } = app.session.now;
  if (!project || !video) return;
  const found = await api.identityVideos(project.id).catch((error) => {
    app.session.set({ problem: obstacle(error) });
    return null;
  });
  if (found && app.session.now.video?.id === video.id)
    app.view.set({ identityVideos: Object.freeze(found.videos.filter(({ id }) => id !== video.id)) });
}

/** After a swap that a person found: offer those that are suggested here and in other videos. @param {Editor} app */
export async function offerSwaps(app) {
  const { document } = app;
  await findIdentityVideos(app);
  if (app.document !== document) return;
  const here = openIdentities(app).filter(({ kind }) => kind === "swap").length;
  const elsewhere = app.view.now.identityVideos.reduce((sum, { swap = 0 }) => sum + swap, 0);
  if (!here && !elsewhere) return;
  const places = [here ? `${here} in this video` : "", elsewhere ? `${elsewhere} in other videos` : ""];
  app.toast({
    icon: "swap",
    title: "Identities swapped",
    text: `${plural(here + elsewhere, "more swap is", "more swaps are")} suggested: ${places.filter(Boolean).join(", ")}.`,
    name: "elsewhere",
    actions: [{ label: "Look for others", run: () => app.commands.identityDoctor() }],
  });
}

/** Keep the suggestions of the open video up to date. @param {Editor} app */
export function followIdentities(app) {
  followSearches(
    app,
    (video) => api.identities(video),
    ({ candidates, edit }) => app.view.set({ identities: Object.freeze(candidates), identified: edit }),
  );
}
