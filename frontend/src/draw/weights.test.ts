import { expect, it } from "vitest";

import { levelOf } from "./weights";

it("colours weights by sign and size, zero in the middle", () => {
  expect(levelOf(2, 2)).toBe(255);
  expect(levelOf(-2, 2)).toBe(0);
  expect(levelOf(0, 2)).toBe(128);
  expect(levelOf(0.2, 2)).toBeGreaterThan(128 + 12);
  expect(levelOf(9, 2)).toBe(255);
});
