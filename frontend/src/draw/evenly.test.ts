import { expect, it } from "vitest";

import { evenly, spacingAt } from "./evenly";

it("knows how far rows lie apart", () => {
  expect([1, 999, 1000, 9999, 10_000, 250_000].map(spacingAt)).toEqual([1, 1, 10, 10, 100, 1000]);
});

it("leaves the rows of a young run as they are", () => {
  const steps = [1, 2, 3];
  const values = [3, NaN, 1];
  expect(evenly(steps, values)).toEqual({ x: steps, y: values, length: 1 });
});

it("takes the mean of rows that lie closer together than the last", () => {
  const steps = Array.from({ length: 1000 }, (_, at) => at + 1).concat([1010, 1020]);
  const values = steps.map((step) => (step % 2 === 0 ? 2 : 0));
  const even = evenly(steps, values);
  expect(even.length).toBe(10);
  expect(even.x).toEqual(Array.from({ length: 102 }, (_, at) => 10 * (at + 1)));
  expect(Array.from(even.y).slice(0, 100)).toEqual(Array.from({ length: 100 }, () => 1));
  expect(Array.from(even.y).slice(100)).toEqual([2, 2]);
});

it("passes over rows without a value and stretches without a row", () => {
  const even = evenly([0, 5, 1000, 1015, 1030], [9, 1, 2, NaN, 4]);
  expect(even).toEqual({ x: [10, 1000, 1030], y: [1, 2, 4], length: 10 });
});
