// @ts-check
/** Light or dark, which the head of every page decides and keeps; see `app/web/pages/first_paint.py`. */

/** @returns {"light"|"dark"} */
export const theme = () => (window.vTheme.dark ? "dark" : "light");

/** Change to the other one, in this browser. @returns {"light"|"dark"} the new one */
export function toggleTheme() {
  window.vTheme.set(!window.vTheme.dark);
  return theme();
}
