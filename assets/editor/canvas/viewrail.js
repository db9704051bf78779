// @ts-check
/** The rail over the canvas: zoom, and what is shown of picture and masks. */

import { h } from "../../kit/dom.js";
import { commandButton } from "../shortcuts/labels.js";

/** @param {import("../editor.js").Editor} app */
export function viewRail(app) {
  const zoom = h("span", { class: "v-zoom", "aria-label": "Zoom" }, "100%");
  const { preferences, view } = app;
  const switches = {
    outlines: commandButton(app, "outlines", { label: "Outlines" }),
    ghost: commandButton(app, "ghost", { label: "Ghost of the frame before" }),
    clean: commandButton(app, "clean"),
    look: commandButton(app, "look", { label: "Masks and picture: opacity, brightness …" }),
  };
  const draw = () => {
    const { brightness, contrast, filled, gamma, ghost, opacity, outlines } = preferences.now;
    const pressed = {
      outlines,
      ghost,
      clean: view.now.clean,
      look: Boolean(brightness || contrast || gamma || !filled || opacity !== 50),
    };
    for (const [name, on] of Object.entries(pressed))
      switches[/** @type {keyof typeof switches} */ (name)].setAttribute("aria-pressed", String(on));
  };
  preferences.on(["outlines", "ghost", "brightness", "contrast", "gamma", "opacity", "filled"], draw);
  view.on(["clean"], draw);
  draw();
  const element = h(
    "div",
    { class: "v-viewrail" },
    commandButton(app, "zoomIn"),
    zoom,
    commandButton(app, "zoomOut"),
    commandButton(app, "fit"),
    h("hr"),
    switches.outlines,
    switches.ghost,
    switches.clean,
    switches.look,
  );
  return { element, zoom };
}
