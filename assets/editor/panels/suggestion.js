// @ts-check
/** What helps most after a correction: spreading it again, the frame that is in doubt most, or the same edges elsewhere. */

import { hasCorrectedEdges, lookForEdges } from "../commands/everywhere.js";
import { scopeOf } from "../commands/judging.js";
import { frameToCorrect, isCorrectedInside } from "../document/advice.js";

/** @typedef {import("../editor.js").Editor} Editor */
/**
 * `command`: one that does the same, whose key the button shows.
 * @typedef {{icon: string, label: string, title: string, command?: string, run: () => unknown}} Suggestion
 */

/** @param {Editor} app @returns {Suggestion|null} */
export function suggestionOf(app) {
  const { track } = app;
  const { frame, locked, newTrack } = app.view.now;
  if (!track || newTrack || track.rejected || locked.has(track.id)) return null;
  if (isCorrectedInside(track, frame)) {
    const title = "Spread this correction to the next masks of a person, before and after it";
    const command = scopeOf(app) === "range" ? undefined : "spread";
    return { icon: "spread", label: "Spread again", title, command, run: () => app.commands.spreadAgain() };
  }
  const next = frameToCorrect(track);
  if (!next || next.frame === frame) return edgesElsewhere(app);
  const sure = Math.round(100 * next.confidence);
  const title = `Frame ${next.frame} is ${sure} % sure: correcting it helps track ${track.number} most`;
  return {
    icon: "next",
    label: `Correct ${next.frame} next`,
    title,
    run: () => app.commands.goto(next.frame),
  };
}

/** After a mask of a model was corrected: the tracks whose edges may be wrong in the same way. @param {Editor} app @returns {Suggestion|null} */
function edgesElsewhere(app) {
  if (!hasCorrectedEdges(app)) return null;
  const title = "List tracks of the same model that look like this one: their edges may be wrong too";
  return { icon: "search", label: "Edges of others", title, command: "lookElsewhere", run: () => lookForEdges(app) };
}
