/** Laws of all verbs, on documents of chance. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { absentOver, absentUntilBack, endHere, startHere } from "../../../../assets/editor/verbs/absence.js";
import { clipOf, copyOnward, paste } from "../../../../assets/editor/verbs/copies.js";
import { duplicate } from "../../../../assets/editor/verbs/duplicate.js";
import { moveEnd } from "../../../../assets/editor/verbs/extend.js";
import { interpolate, spanAround } from "../../../../assets/editor/verbs/interpolate.js";
import { join } from "../../../../assets/editor/verbs/join.js";
import { merge } from "../../../../assets/editor/verbs/merge.js";
import { recolour, relabel, rename } from "../../../../assets/editor/verbs/naming.js";
import { split } from "../../../../assets/editor/verbs/split.js";
import { swap } from "../../../../assets/editor/verbs/swap.js";
import { isHuman } from "../../../../assets/editor/document/document.js";
import { anyDocument, apply, boxCounts, chance, content, contents, COUNT, NONE } from "./scenes.mjs";

const locked = NONE;
const last = COUNT - 1;

function filled(document, args) {
  const span = spanAround(document, args);
  if ("refused" in span) return span;
  const masks = Array.from({ length: span.to.frame - span.from.frame - 1 }, () => boxCounts(0, 0, 3, 3));
  return interpolate(document, { ...args, span, masks });
}

function pasted(document, { frame, other, track }) {
  const clip = clipOf(document, track, frame);
  if (!clip) return { refused: "no mask" };
  return paste(document, { clip, track: other, frame: (frame + 3) % COUNT, offset: [1, 0], id: "n", locked });
}

/** Every verb with arguments of chance; `machine`: its rows are computed, not a person's. */
const VERBS = {
  split: (d, { track, frame }) => split(d, { track, frame, id: "n", locked }),
  swap: (d, { track, other, span }) => swap(d, { first: track, second: other, frames: span, locked }),
  mergeFirst: (d, { track, other }) => merge(d, { first: track, second: other, choice: "first", locked }),
  mergeSecond: (d, { track, other }) => merge(d, { first: track, second: other, choice: "second", locked }),
  mergeUnion: (d, { track, other }) => merge(d, { first: track, second: other, choice: "union", locked }),
  join: (d, { track, other, span }) => join(d, { first: track, second: other, frames: span, locked }),
  absentOver: (d, { track, span }) => absentOver(d, { track, frames: span, locked }),
  absentUntilBack: (d, { track, frame }) => absentUntilBack(d, { track, frame, last, locked }),
  endHere: (d, { track, frame }) => endHere(d, { track, frame, last, locked }),
  startHere: (d, { track, frame }) => startHere(d, { track, frame, locked }),
  duplicate: (d, { track, span }) => duplicate(d, { track, frames: span, id: "n", locked }),
  copyOnward: (d, { track, frame }) =>
    copyOnward(d, { track, frame, frames: [frame + 1, last], offset: [0, 0], locked }),
  copyBack: (d, { track, frame }) => copyOnward(d, { track, frame, frames: [0, frame - 1], offset: [1, 0], locked }),
  paste: pasted,
  interpolate: (d, { track, frame }) => filled(d, { track, frame, locked }),
  interpolateRange: (d, { track, frame, span }) => filled(d, { track, frame, range: span, locked }),
  moveEnd: (d, { track, frame, span }) => moveEnd(d, { track, from: frame, to: span[0], last, locked }),
  rename: (d, { track }) => rename(d, { track, name: "new", locked }),
  relabel: (d, { track, other }) => relabel(d, { tracks: [track, other], category: "c2", label: "fish", locked }),
  recolour: (d, { track }) => recolour(d, { tracks: [track], colour: 7, locked }),
};
const MACHINE = new Set(["copyOnward", "copyBack", "interpolate", "interpolateRange"]);
const ROUNDS = 120;

function* cases(verb) {
  for (let seed = 1; seed <= ROUNDS; seed += 1) {
    const random = chance(seed * 7919);
    const whole = (most) => Math.floor(random() * most);
    const [a, b] = [whole(COUNT), whole(COUNT)].sort((x, y) => x - y);
    const first = 1 + whole(4);
    const args = { track: `t${first}`, other: `t${1 + (first % 4)}`, frame: whole(COUNT), span: [a, b] };
    const document = anyDocument(seed);
    yield { document, args, plan: VERBS[verb](document, args) };
  }
}

for (const verb of Object.keys(VERBS)) {
  test(`${verb} leaves the document as it is until it is applied, and its inverse brings everything back`, () => {
    let applied = 0;
    for (const { document, args, plan } of cases(verb)) {
      if ("refused" in plan) {
        assert.match(plan.refused, /\.$|^no mask$/);
        continue;
      }
      applied += 1;
      const before = contents(document);
      assert.deepEqual(VERBS[verb](document, args).changes.length, plan.changes.length);
      assert.deepEqual(contents(document), before);
      apply(document, plan)();
      assert.deepEqual(contents(document, ["n"]), before);
    }
    assert.ok(applied >= 8, `only ${applied} cases were no refusal`);
  });

  test(`${verb} touches its own tracks only, and its lanes name the frames that it changes`, () => {
    for (const { document, args, plan } of cases(verb)) {
      if ("refused" in plan) continue;
      const own = [args.track, args.other, "n"];
      const others = contents(document, own);
      apply(document, plan);
      assert.deepEqual(contents(document, own), others);
      for (const { track, runs } of plan.lanes) {
        const frames = new Set(plan.changes.filter((c) => c.track === track).map((c) => c.frame));
        for (const [a, b] of runs) for (let k = a; k <= b; k += 1) assert.ok(frames.has(k), `${track} ${k}`);
      }
      assert.ok(plan.changes.length > 0);
    }
  });

  test(`${verb} refuses a locked track`, () => {
    const document = anyDocument(5);
    const all = new Set(document.tracks.keys());
    for (const { args } of cases(verb)) {
      const plan = LOCKED[verb]?.(document, args, all);
      if (plan) assert.match(plan.refused, /is locked; unlock it first\.$/);
    }
  });
}

/** Verbs with all tracks locked. */
const LOCKED = {
  split: (d, { track, frame }, set) => split(d, { track, frame, id: "n", locked: set }),
  swap: (d, { track, other, span }, set) => swap(d, { first: track, second: other, frames: span, locked: set }),
  mergeFirst: (d, { track, other }, set) => merge(d, { first: track, second: other, choice: "first", locked: set }),
  join: (d, { track, other, span }, set) => join(d, { first: track, second: other, frames: span, locked: set }),
  absentOver: (d, { track, span }, set) => absentOver(d, { track, frames: span, locked: set }),
  absentUntilBack: (d, { track, frame }, set) => absentUntilBack(d, { track, frame, last, locked: set }),
  endHere: (d, { track }, set) => endHere(d, { track, frame: 3, last, locked: set }),
  startHere: (d, { track }, set) => startHere(d, { track, frame: 3, locked: set }),
  copyOnward: (d, { track, frame }, set) =>
    copyOnward(d, { track, frame, frames: [frame + 1, last], offset: [0, 0], locked: set }),
  interpolate: (d, { track, frame }, set) => spanAround(d, { track, frame, locked: set }),
  moveEnd: (d, { track, frame }, set) => moveEnd(d, { track, from: frame, to: 1, last, locked: set }),
  rename: (d, { track }, set) => rename(d, { track, name: "new", locked: set }),
  relabel: (d, { track }, set) => relabel(d, { tracks: [track], category: "c9", label: "fish", locked: set }),
  recolour: (d, { track }, set) => recolour(d, { tracks: [track], colour: 7, locked: set }),
};

test("what is computed changes no row of a person, and is unreviewed", () => {
  for (const verb of MACHINE) {
    for (const { document, args, plan } of cases(verb)) {
      if ("refused" in plan) continue;
      for (const { frame, after } of plan.changes) {
        const row = document.row(args.track, frame);
        assert.ok(!row || !isHuman(row), `${verb} on frame ${frame}`);
        assert.equal(after.review, "unreviewed");
      }
    }
  }
});

test("swapping twice is the identity", () => {
  for (const { document, args, plan } of cases("swap")) {
    if ("refused" in plan) continue;
    const before = contents(document);
    apply(document, plan);
    apply(document, VERBS.swap(document, args));
    assert.deepEqual(contents(document), before);
  }
});

test("merging what was split is the identity", () => {
  for (const { document, args, plan } of cases("split")) {
    if ("refused" in plan) continue;
    const before = content(document, args.track);
    apply(document, plan);
    const back = merge(document, { first: args.track, second: "n", choice: "first", locked });
    assert.equal(back.summary.numbers.overlap, 0);
    apply(document, back);
    assert.deepEqual(content(document, args.track), before);
    assert.equal(document.tracks.get("n").deleted, true);
    assert.equal(document.tracks.get("n").rows.size, 0);
  }
});

test("a duplicate is equal to its track, frame by frame", () => {
  for (const { document, args, plan } of cases("duplicate")) {
    if ("refused" in plan) continue;
    apply(document, plan);
    const [a, b] = args.span;
    const wanted = content(document, args.track).rows.filter(({ frame }) => frame >= a && frame <= b);
    assert.deepEqual(content(document, "n").rows, wanted);
  }
});
