import { expect, it } from "vitest";

import { lookOfCurves, strokeOf } from "./curves";
import { isSame } from "./layer";
import { readPalette } from "./palette";

const style = { full: 2, largest: 2, maxWidth: 8, faintest: 0.18 };
const line = { from: { x: 0, y: 0 }, to: { x: 100, y: 60 } };
const plain = { style, share: 1, strong: false };

function look(weight: number): ReturnType<typeof lookOfCurves> {
  return lookOfCurves([strokeOf(line, weight, plain)], readPalette());
}

it("tells looks apart by key, numbers and their count", () => {
  const one = { key: "a", numbers: [new Float32Array([1, 2]), null] };
  expect(isSame(one, { key: "a", numbers: [[1, 2], null] })).toBe(true);
  expect(isSame(one, { key: "b", numbers: [[1, 2], null] })).toBe(false);
  expect(isSame(one, { key: "a", numbers: [[1, 3], null] })).toBe(false);
  expect(isSame(one, { key: "a", numbers: [[1, 2], [1]] })).toBe(false);
  expect(isSame(one, { key: "a", numbers: [[1, 2]] })).toBe(false);
});

it("sees a weight that changes visibly or its sign, and not its last digits", () => {
  expect(isSame(look(1), look(1.0001))).toBe(true);
  expect(isSame(look(1), look(1.2))).toBe(false);
  expect(isSame(look(0.5), look(-0.5))).toBe(false);
});
