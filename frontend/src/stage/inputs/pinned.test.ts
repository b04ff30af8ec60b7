import { expect, it } from "vitest";

import { freeSlot, goneWith, MOST_PINNED, neighbourOf, pinnedSlots } from "./pinned";

const sample = { type: "sample", split: "validation", index: 0 } as const;
const lying = (...slots: number[]) => Object.fromEntries(slots.map((slot) => [slot, sample]));

it("always has the first slot, in order", () => {
  expect(pinnedSlots({})).toEqual([0]);
  expect(pinnedSlots(lying(10, 2))).toEqual([0, 2, 10]);
});

it("pins into the lowest slot that is free, up to a dozen", () => {
  expect(freeSlot({})).toBe(1);
  expect(freeSlot(lying(0, 1, 3))).toBe(2);
  const full = lying(...Array.from({ length: MOST_PINNED }, (_, slot) => slot));
  expect(freeSlot(full)).toBeNull();
});

it("looks at a neighbour of what is taken down", () => {
  expect(neighbourOf(2, lying(2, 5))).toBe(5);
  expect(neighbourOf(5, lying(2, 5))).toBe(2);
  expect(neighbourOf(1, lying(1))).toBe(0);
});

it("says what went with the data, not what was taken down", () => {
  const before = { inputs: lying(0, 1, 2), data: "28" };
  expect(goneWith(before, { inputs: lying(1), data: "32" })).toMatch(/^2 inputs did not fit/);
  expect(goneWith(before, { inputs: lying(0, 1), data: "32" })).toMatch(/^One input did not fit/);
  expect(goneWith(before, { inputs: lying(0), data: "28" })).toBe("");
  expect(goneWith(before, { ...before, data: "32" })).toBe("");
});
