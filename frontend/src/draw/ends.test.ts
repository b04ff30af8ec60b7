import { expect, it } from "vitest";

import { apart } from "./ends";

it("leaves names where their lines end, if they do not meet there", () => {
  expect(
    apart(
      [
        { x: 100, y: 40 },
        { x: 100, y: 10 },
      ],
      20,
    ),
  ).toEqual([40, 10]);
  expect(
    apart(
      [
        { x: 30, y: 12 },
        { x: 100, y: 10 },
      ],
      20,
    ),
  ).toEqual([12, 10]);
  expect(apart([], 20)).toEqual([]);
});

it("moves names apart that would lie on each other, the lower one down", () => {
  expect(
    apart(
      [
        { x: 100, y: 12 },
        { x: 98, y: 10 },
      ],
      20,
    ),
  ).toEqual([21, 1]);
  expect(
    apart(
      [
        { x: 100, y: 10 },
        { x: 100, y: 10 },
      ],
      20,
    ),
  ).toEqual([0, 20]);
});
