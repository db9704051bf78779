// @ts-check
/** The field for the number of training steps, with the problem of what is typed. */

import { h } from "../kit/dom.js";
import { count } from "../kit/text.js";

const MOST_STEPS = 1_000_000;
const NO_STEPS = `Type a whole number from 1 to ${count(MOST_STEPS)}, or leave the field empty for automatic.`;

/**
 * The typed number of steps: null for an empty field, which stands for automatic, and for any other text.
 * @param {string} text @returns {{steps: number|null, problem: string}}
 */
export function stepsTyped(text) {
  const typed = text.trim();
  if (!typed) return { steps: null, problem: "" };
  const steps = /^\d+$/.test(typed) ? Number(typed) : 0;
  return steps >= 1 && steps <= MOST_STEPS ? { steps, problem: "" } : { steps: null, problem: NO_STEPS };
}

export class StepsField {
  constructor() {
    this.typed = "";
    this.problem = h("span.v-badc.v-steps-problem", { id: "v-steps-problem", role: "alert" });
    /** @type {HTMLInputElement|null} */ this.input = null;
  }

  /** The typed number of steps, and its problem. */
  get value() {
    return stepsTyped(this.typed);
  }

  /** A new field with the text of the one before. @param {number|null} steps that automatic stands for, null where unknown */
  field(steps) {
    const input = h("input", {
      type: "text",
      inputmode: "numeric",
      "aria-label": "Steps",
      "aria-describedby": "v-steps-problem",
      value: this.typed,
      placeholder: steps ? count(steps) : "automatic",
      title: "Empty: as many as the number of corrected frames calls for",
      style: { "text-align": "right" },
    });
    input.addEventListener("input", () => {
      this.typed = input.value;
      this.show("");
    });
    input.addEventListener("change", () => this.show(this.value.problem));
    this.input = input;
    this.show(this.problem.textContent ?? "");
    return h("div.v-stepsbox", null, this.problem, h("label.v-field.v-steps", null, "Steps", input));
  }

  /** Show the problem with the steps beside their field, which may be in use. @param {string} problem "" for none */
  show(problem) {
    if (this.problem.textContent !== problem) this.problem.textContent = problem;
    this.input?.setAttribute("aria-invalid", String(problem !== ""));
  }
}
