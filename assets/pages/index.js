// @ts-check
/** The places of all pages, so that a page needs one module: it fills each of its places by the place's name. */

import * as attributes from "./attributes.js";
import * as categories from "./categories.js";
import * as drop from "./drop.js";
import * as exchange from "./exchange.js";
import * as exportplan from "./exportplan.js";
import * as guide from "./guide.js";
import * as library from "./library.js";
import * as manage from "./manage.js";
import * as models from "./models.js";
import * as retrain from "./retrain.js";
import * as shell from "./shell.js";
import * as tracks from "./tracks.js";

/** @type {Readonly<Record<string, {mount: (element: HTMLElement) => unknown}>>} */
const PLACES = {
  attributes,
  categories,
  drop,
  exchange,
  exportplan,
  guide,
  library,
  manage,
  models,
  retrain,
  shell,
  tracks,
};

/**
 * Fill a place of the page.
 * @param {string} name that of its module
 * @param {HTMLElement} element the one that Gradio made for it
 */
export function mount(name, element) {
  return PLACES[name].mount(element);
}
