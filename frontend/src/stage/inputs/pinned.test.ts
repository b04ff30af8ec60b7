import { expect, it } from "vitest";

import { freeSlot, MOST_PINNED, neighbourOf, pinnedSlots } from "./pinned";

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
