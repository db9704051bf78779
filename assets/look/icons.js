// @ts-check
/** Line icons on a 20 x 20 grid, stroke 1.5, drawn in the colour of the text around them. */

/** @type {Record<string, string>} */
const SHAPES = {
  select: "<path d='M5 3.5l10.2 6-4.6 1.2-2.4 4.2z'/>",
  pan: "<path d='M10 3v14M3 10h14M8 5l2-2 2 2M8 15l2 2 2-2M5 8l-2 2 2 2M15 8l2 2-2 2'/>",
  brush:
    "<path d='M16.5 3.5c-3 1-6.5 4.2-8 7l1.8 1.8c2.8-1.5 5.8-5 7-8zM7.6 11.6c-2 0-2.8 1.3-3 2.6-.1 1-.7 1.7-1.6 2 3 .8 6 .1 6.4-2.6z'/>",
  eraser:
    "<path d='M8.3 16.2H6.6L3.5 13a1.2 1.2 0 010-1.7l7.3-7.3a1.2 1.2 0 011.7 0l3.5 3.5a1.2 1.2 0 010 1.7l-7 7zM7.2 7.7l5.1 5.1M8.3 16.2H17'/>",
  polygon:
    "<path d='M4.5 8L11 3.8l5 5.2-3 7H6z'/><g fill='var(--v-panel)'><circle cx='4.5' cy='8' r='1.4'/><circle cx='11' cy='3.8' r='1.4'/><circle cx='16' cy='9' r='1.4'/><circle cx='13' cy='16' r='1.4'/><circle cx='6' cy='16' r='1.4'/></g>",
  lasso:
    "<path d='M10 4c4 0 7 1.9 7 4.5S14 13 10 13c-1.2 0-2.4-.2-3.3-.5M5.2 11.7C3.8 10.9 3 9.8 3 8.5 3 5.9 6 4 10 4'/><circle cx='6' cy='12.5' r='1.6'/><path d='M6.6 14c.5 1.3-.2 2.3-1.6 3'/>",
  magnet: "<path d='M4.5 4v6a5.5 5.5 0 0011 0V4h-3.3v6a2.2 2.2 0 01-4.4 0V4zM4.5 7h3.3M12.2 7h3.3'/>",
  box: "<path d='M3.5 6.5v-3h3M13.5 3.5h3v3M16.5 13.5v3h-3M6.5 16.5h-3v-3'/><path d='M10 6.5c2.5 0 3.6 1.6 3.6 3.6S12.2 13.6 10 13.6 6.4 12.2 6.4 10 7.5 6.5 10 6.5z' fill='currentColor' fill-opacity='.25'/>",
  wand: "<path d='M4 16l8-8M13.5 3v2.5M13.5 9v2.5M9.3 7.2h2.5M15.3 7.2h2.5M10.6 4.3l1.3 1.3M16.4 4.3l-1.3 1.3M16.4 10.1l-1.3-1.3'/>",
  point: "<circle cx='10' cy='10' r='6.5'/><path d='M10 7v6M7 10h6'/>",
  fill: "<path d='M9 3.5l6.5 6.5-5.3 5.3a1.3 1.3 0 01-1.8 0L4 10.9a1.3 1.3 0 010-1.8zM3.8 10h11.5M17 13.5c.8 1.2 1 1.7 1 2.2a1 1 0 01-2 0c0-.5.2-1 1-2.2z'/>",
  move: "<path d='M10 3.5c3.5 0 5.5 2 5.5 5S14 14.5 10 14.5 4.5 12 4.5 8.5s2-5 5.5-5z' stroke-dasharray='2.4 2'/><path d='M9 11h8M14.5 8.5L17 11l-2.5 2.5'/>",
  eye: "<path d='M2.5 10S5.2 5 10 5s7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5z'/><circle cx='10' cy='10' r='2.2'/>",
  eyeoff:
    "<path d='M4 4l12 12M8.2 5.2C8.8 5.1 9.4 5 10 5c4.8 0 7.5 5 7.5 5a13 13 0 01-2.2 2.7M12.3 14.6A7 7 0 0110 15c-4.8 0-7.5-5-7.5-5A13 13 0 015.6 6.6'/>",
  lock: "<rect x='4.5' y='9' width='11' height='7.5' rx='1.5'/><path d='M7 9V6.8a3 3 0 016 0V9'/>",
  unlock: "<rect x='4.5' y='9' width='11' height='7.5' rx='1.5'/><path d='M7 9V6.8a3 3 0 015.7-1.3'/>",
  solo: "<circle cx='10' cy='10' r='6.5'/><circle cx='10' cy='10' r='2.5' fill='currentColor'/>",
  check: "<path d='M4.5 10.5l3.7 3.7 7.3-8'/>",
  x: "<path d='M5.5 5.5l9 9M14.5 5.5l-9 9'/>",
  merge: "<path d='M4 4v3.5c0 2 1.5 2.5 3 2.5h9M4 16v-3.5c0-2 1.5-2.5 3-2.5M13 7l3 3-3 3'/>",
  split: "<path d='M4 10h5c2 0 2-5.5 4-5.5h3M9 10c2 0 2 5.5 4 5.5h3M14 2.5l2 2-2 2M14 13.5l2 2-2 2'/>",
  swap: "<path d='M4 6.5h2c4 0 4 7 8 7h2.5M4 13.5h2c4 0 4-7 8-7h2.5M14.5 4.5l2 2-2 2M14.5 11.5l2 2-2 2'/>",
  spread: "<path d='M10 5v10M12.5 10H17M7.5 10H3M15 8l2 2-2 2M5 8l-2 2 2 2'/>",
  tag: "<path d='M3.5 9.2V4.5a1 1 0 011-1h4.7l7.3 7.3a1 1 0 010 1.4l-4.3 4.3a1 1 0 01-1.4 0z'/><circle cx='7' cy='7' r='1'/>",
  interp:
    "<path d='M3 10h14' stroke-dasharray='1.5 2'/><path d='M5 7.5L7.5 10 5 12.5 2.5 10zM15 7.5l2.5 2.5-2.5 2.5-2.5-2.5z' fill='currentColor'/>",
  copy: "<rect x='7' y='7' width='9.5' height='9.5' rx='1.5'/><path d='M4 13V5a1.5 1.5 0 011.5-1.5H13'/>",
  absent: "<circle cx='10' cy='10' r='6.5'/><path d='M5.5 14.5l9-9'/>",
  end: "<path d='M3 10h10M10 7l3 3-3 3M16 4v12'/>",
  start: "<path d='M4 4v12M7 10h10M10 7l-3 3 3 3'/>",
  trash: "<path d='M4 6h12M8 6V4h4v2M5.5 6l.7 10.5h7.6L14.5 6M8.5 9v4.5M11.5 9v4.5'/>",
  more: "<g fill='currentColor' stroke='none'><circle cx='4.5' cy='10' r='1.4'/><circle cx='10' cy='10' r='1.4'/><circle cx='15.5' cy='10' r='1.4'/></g>",
  search: "<circle cx='9' cy='9' r='5'/><path d='M13 13l3.5 3.5'/>",
  plus: "<path d='M10 4.5v11M4.5 10h11'/>",
  minus: "<path d='M4.5 10h11'/>",
  down: "<path d='M6 8l4 4 4-4'/>",
  right: "<path d='M8 6l4 4-4 4'/>",
  play: "<path d='M6.5 4.3v11.4l9-5.7z' fill='currentColor'/>",
  pause: "<path d='M6.5 5v10M13.5 5v10' stroke-width='2.5'/>",
  next: "<path d='M7 5l6 5-6 5z' fill='currentColor'/>",
  prev: "<path d='M13 5l-6 5 6 5z' fill='currentColor'/>",
  first: "<path d='M14 5l-6 5 6 5z' fill='currentColor'/><path d='M5.5 5v10'/>",
  last: "<path d='M6 5l6 5-6 5z' fill='currentColor'/><path d='M14.5 5v10'/>",
  kprev: "<path d='M13.5 6.5L17 10l-3.5 3.5L10 10z' fill='currentColor'/><path d='M7.5 6.5L4 10l3.5 3.5'/>",
  knext: "<path d='M6.5 6.5L10 10l-3.5 3.5L3 10z' fill='currentColor'/><path d='M12.5 6.5L16 10l-3.5 3.5'/>",
  loop: "<path d='M4 9a4 4 0 014-4h6M12 3l2.5 2L12 7M16 11a4 4 0 01-4 4H6M8 13l-2.5 2L8 17'/>",
  undo: "<path d='M7.5 4.5L4 8l3.5 3.5M4 8h7.5a4 4 0 010 8H9'/>",
  redo: "<path d='M12.5 4.5L16 8l-3.5 3.5M16 8H8.5a4 4 0 000 8H11'/>",
  spark: "<path d='M10 3l1.6 5.4L17 10l-5.4 1.6L10 17l-1.6-5.4L3 10l5.4-1.6z'/>",
  retrain: "<path d='M4 10a6 6 0 0110.5-4L16.5 8M16 10a6 6 0 01-10.5 4L3.5 12M16.5 4v4h-4M3.5 16v-4h4'/>",
  export: "<path d='M10 12.5V3.5M6.8 6.5L10 3.3l3.2 3.2M4 11v4.5a1 1 0 001 1h10a1 1 0 001-1V11'/>",
  import: "<path d='M10 3.5v9M6.8 9.3l3.2 3.2 3.2-3.2M4 11v4.5a1 1 0 001 1h10a1 1 0 001-1V11'/>",
  sun: "<circle cx='10' cy='10' r='3.2'/><path d='M10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M4.7 15.3l1.4-1.4M13.9 6.1l1.4-1.4'/>",
  help: "<circle cx='10' cy='10' r='7'/><path d='M8 8a2 2 0 113 1.7c-.7.4-1 .8-1 1.6M10 13.8v.2'/>",
  kb: "<rect x='2.5' y='5.5' width='15' height='9.5' rx='1.5'/><path d='M5.5 8.5h.1M8.5 8.5h.1M11.5 8.5h.1M14.5 8.5h.1M6.5 12h7'/>",
  flag: "<path d='M5 17V4M5 4.5h9l-2 3.2 2 3.3H5'/>",
  warn: "<path d='M10 3.5l7.3 13H2.7zM10 8.5v3.7M10 14.3v.2'/>",
  cloud: "<path d='M4 4l12 12M7 7.6A4 4 0 005.5 15H14M16.2 13.6A2.8 2.8 0 0014.5 8.5 4.6 4.6 0 009 6'/>",
  flicker:
    "<path d='M10 3v14M10 5H4v10h6M10 5h6v10h-6' /><path d='M10 5h6v10h-6z' fill='currentColor' fill-opacity='.35' stroke='none'/>",
  ghost:
    "<rect x='3.5' y='3.5' width='9.5' height='9.5' rx='1.5' stroke-dasharray='2 2'/><rect x='7' y='7' width='9.5' height='9.5' rx='1.5'/>",
  outline: "<path d='M10 4c3.6 0 6 2.4 6 6s-2.4 6-6 6-6-2.4-6-6 2.4-6 6-6z'/>",
  bright: "<circle cx='10' cy='10' r='6.5'/><path d='M10 3.5a6.5 6.5 0 010 13z' fill='currentColor'/>",
  fit: "<path d='M3.5 7V4.5a1 1 0 011-1H7M13 3.5h2.5a1 1 0 011 1V7M16.5 13v2.5a1 1 0 01-1 1H13M7 16.5H4.5a1 1 0 01-1-1V13'/>",
  comment: "<path d='M4 4.5h12a1 1 0 011 1v7a1 1 0 01-1 1H9l-3.5 3v-3H4a1 1 0 01-1-1v-7a1 1 0 011-1z'/>",
  filter: "<path d='M3.5 5h13M6 10h8M8.5 15h3'/>",
  film: "<rect x='3' y='4' width='14' height='12' rx='1.5'/><path d='M6.5 4v12M13.5 4v12M3 8h3.5M3 12h3.5M13.5 8H17M13.5 12H17'/>",
  grid: "<rect x='3.5' y='3.5' width='5.5' height='5.5' rx='1'/><rect x='11' y='3.5' width='5.5' height='5.5' rx='1'/><rect x='3.5' y='11' width='5.5' height='5.5' rx='1'/><rect x='11' y='11' width='5.5' height='5.5' rx='1'/>",
  book: "<path d='M4 4.5h4.5A1.5 1.5 0 0 1 10 6v10a1.5 1.5 0 0 0-1.5-1.5H4zM16 4.5h-4.5A1.5 1.5 0 0 0 10 6v10a1.5 1.5 0 0 1 1.5-1.5H16z'/>",
  list: "<path d='M7 5h9.5M7 10h9.5M7 15h9.5M3.5 5h.1M3.5 10h.1M3.5 15h.1'/>",
  clock: "<circle cx='10' cy='10' r='6.5'/><path d='M10 6.5V10l2.5 1.5'/>",
  sq: "<rect x='4.5' y='4.5' width='11' height='11' rx='1'/>",
  ci: "<circle cx='10' cy='10' r='5.7'/>",
  edit: "<path d='M4 16l.7-3.2L13 4.5a1.4 1.4 0 012 0l.5.5a1.4 1.4 0 010 2L7.2 15.3z'/>",
  logo: "<path d='M4 13.5C3 9 6 4.5 11 4c3.5-.3 6 2 5.5 5.5-.6 4-4 6.5-7.5 6.5-2.5 0-4.5-.9-5-2.5z' fill='currentColor' fill-opacity='.22'/><path d='M3 16.5h14'/><path d='M11 14.3l2.2 2.2-2.2 2.2-2.2-2.2z' fill='currentColor'/>",
};

/** Names that `iconMarkup` knows. */
export const ICONS = Object.freeze(Object.keys(SHAPES));

/**
 * Markup of one icon; constant text, safe for innerHTML.
 * @param {string} name one of ICONS
 * @param {number} [size] pixels, 16 unless told
 * @returns {string}
 */
export function iconMarkup(name, size = 16) {
  const shape = SHAPES[name];
  if (shape === undefined) throw new Error(`There is no icon called "${name}"; the names are in look/icons.js.`);
  return (
    `<svg viewBox="0 0 20 20" width="${size}" height="${size}" fill="none" stroke="currentColor" stroke-width="1.5" ` +
    `stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${shape}</svg>`
  );
}
