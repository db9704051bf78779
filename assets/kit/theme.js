// @ts-check
/** Light or dark: kept in this browser, else as the system has it. Gradio's mark on body is kept in step. */

const KEY = "v-theme";

/** @param {"light"|"dark"} theme */
function put(theme) {
  document.documentElement.dataset.theme = theme;
  document.body.classList.toggle("dark", theme === "dark");
}

/** @param {import("../editor/editor.js").Editor} app */
export function startTheme(app) {
  const kept = localStorage.getItem(KEY);
  const system = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  const theme = kept === "light" || kept === "dark" ? kept : system;
  put(theme);
  app.session.set({ theme });
}

/** @param {import("../editor/editor.js").Editor} app */
export function toggleTheme(app) {
  const theme = app.session.now.theme === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, theme);
  put(theme);
  app.session.set({ theme });
}
