// @ts-check
/** The mask that a machine proposed, drawn in place of the row; nothing is drawn on it. */

/** Draw the row itself again. @param {import("../editor.js").Editor} app */
export function showRow(app) {
  if (!app.document.earlier) return;
  app.document.earlier = null;
  app.view.set({ earlier: "" });
  app.recompose();
}
