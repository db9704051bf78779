// @ts-check
/** Attributes of the project: lists of values for its tracks or their frames; add, change in place, retire and bring back. */

import { button, fill, h, icon } from "../kit/dom.js";
import { openMenu } from "../kit/floating.js";
import { messageOf } from "../kit/request.js";
import { get, post, projectInAddress } from "./data.js";

/** @typedef {import("../kit/wire.js").Attribute} Attribute */
/** @typedef {"track"|"frame"} Per */

/** Digits that no command of the editor has. */
const DIGITS = Object.freeze(["3", "4", "5", "6", "7", "8", "9"]);
/** @type {readonly [Per, string][]} */
const KINDS = Object.freeze([
  ["track", "Per track"],
  ["frame", "Per frame"],
]);

/** @param {HTMLElement} element */
export function mount(element) {
  const list = new Attributes(/** @type {HTMLElement} */ (element.querySelector("#v-attributes")));
  window.addEventListener("v-sheet", (event) => {
    if (/** @type {CustomEvent} */ (event).detail === "attributes") list.load();
  });
}

/** Values from a text, separated by commas, without repetitions. @param {string} text */
const typedValues = (text) => [...new Set(text.split(",").map((part) => part.trim()))].filter(Boolean);

class Attributes {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.problem = "";
    /** @type {Attribute[]} */ this.items = [];
    /** @type {Per} of the new one */ this.per = "track";
  }

  get address() {
    return `/data/projects/${encodeURIComponent(projectInAddress())}/attributes`;
  }

  /** Run `work`, load the attributes and draw; the message of an error is shown. @param {() => Promise<unknown>} work @returns {Promise<boolean>} whether it went well */
  async run(work) {
    this.problem = "";
    try {
      await work();
      this.items = (await get(this.address)).attributes;
    } catch (error) {
      this.problem = messageOf(error);
      return false;
    } finally {
      this.draw();
    }
    return true;
  }

  load() {
    return this.run(async () => undefined);
  }

  /** @param {Attribute} attribute @param {{name?: string, choices?: string[], key?: string, retired?: boolean}} body */
  patch(attribute, body) {
    return this.run(() => post(`/data/attributes/${encodeURIComponent(attribute.id)}`, body));
  }

  draw() {
    const here = this.items.filter((one) => !one.retired);
    const retired = this.items.filter((one) => one.retired);
    fill(
      this.place,
      h("p.v-t3", null, "Occluded, truncated and crowd are there in every project. Add lists of your own."),
      this.form(),
      this.problem ? h("p.v-note.bad", { role: "alert" }, icon("warn"), this.problem) : null,
      here.length ? h("ul.v-attrlist", null, ...here.map((one) => this.card(one))) : null,
      retired.length ? h("p.v-t3", null, "Retired: kept on their tracks, offered no more") : null,
      retired.length ? h("ul.v-attrlist", null, ...retired.map((one) => this.card(one))) : null,
    );
  }

  /** The fields of a new attribute; what was typed stays when it is refused. */
  form() {
    const old = /** @type {HTMLInputElement[]} */ ([...this.place.querySelectorAll(".v-newattr input")]).map(
      (field) => field.value,
    );
    const refused = this.problem !== "";
    const name = h("input", { placeholder: "pose", "aria-label": "Name", value: (refused && old[0]) || "" });
    const values = h("input.v-newvalues", {
      placeholder: "standing, sitting, lying",
      "aria-label": "Values, separated by commas",
      value: (refused && old[1]) || "",
    });
    const kinds = KINDS.map(([per, label]) => {
      const choose = () => {
        this.per = per;
        kinds.forEach((other, i) => other.setAttribute("aria-pressed", String(KINDS[i][0] === per)));
      };
      return h("button", { type: "button", "aria-pressed": String(per === this.per), onclick: choose }, label);
    });
    const submit = async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      if (!name.value.trim()) return name.focus();
      const body = { name: name.value, choices: typedValues(values.value), per: this.per };
      await this.run(() => post(this.address, body));
      this.place.querySelector("input")?.focus();
    };
    return h(
      "form.v-newattr",
      { onsubmit: submit },
      h("label.v-labelled", null, h("span", null, "Name"), h("span.v-field", null, name)),
      h("label.v-labelled", null, h("span", null, "Values, separated by commas"), h("span.v-field", null, values)),
      h(
        "div.v-row",
        null,
        h("span.v-seg", { role: "group", "aria-label": "What has one value" }, kinds),
        h("span.v-grow"),
        button("Add", { kind: "pri", submit: true }),
      ),
    );
  }

  /** @param {Attribute} attribute */
  card(attribute) {
    const { name, choices, per, key, retired } = attribute;
    const label = this.field("v-attrname", `Name of ${name}`, name, retired, (text) =>
      this.patch(attribute, { name: text }),
    );
    const values = this.field("v-attrvalues", `Values of ${name}`, choices.join(", "), retired, (text) =>
      this.patch(attribute, { choices: typedValues(text) }),
    );
    const keys = h("button.v-btn.ghost", { type: "button", disabled: retired, "aria-label": `Key of ${name}` });
    fill(keys, key ? `Key ${key}` : "No key", icon("down", 14));
    keys.addEventListener("click", () => this.chooseKey(keys, attribute));
    return h(
      "li",
      { class: retired ? "retired" : "" },
      h("div.v-row", null, label, this.retireButton(attribute)),
      values,
      h(
        "div.v-row",
        null,
        h("span.v-t3.v-grow", null, per === "track" ? "One value per track" : "One value per frame"),
        keys,
      ),
    );
  }

  /** @param {Attribute} attribute */
  retireButton(attribute) {
    const onclick = () => this.patch(attribute, { retired: !attribute.retired });
    return button(attribute.retired ? "Bring back" : "Retire", { kind: "ghost", onclick });
  }

  /** @param {string} className @param {string} label @param {string} value @param {boolean} disabled @param {(text: string) => unknown} save */
  field(className, label, value, disabled, save) {
    const field = h("input", { class: className, value, "aria-label": label, disabled });
    field.addEventListener("change", () => save(field.value));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") field.blur();
      if (event.key === "Escape") field.value = value;
    });
    return field;
  }

  /** @param {HTMLElement} anchor @param {Attribute} attribute */
  chooseKey(anchor, attribute) {
    const taken = new Map(
      this.items.filter((one) => !one.retired && one.id !== attribute.id && one.key).map((one) => [one.key, one.name]),
    );
    const free = DIGITS.filter((digit) => !taken.has(digit)).map((digit) => ({
      title: digit,
      current: digit === attribute.key,
      run: () => this.patch(attribute, { key: digit }),
    }));
    const none = { title: "No key", current: !attribute.key, run: () => this.patch(attribute, { key: "" }) };
    openMenu(anchor, [...free, null, none], { label: `Key of ${attribute.name}`, width: 160, align: "end" });
  }
}
