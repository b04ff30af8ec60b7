import { expect, it } from "vitest";

import { columnLevels, gapsOf, quantile, rangeOf, tiled, type Column } from "./overtime";

const even = { low: 0, high: 4, counts: [1, 1, 1, 1] };

it("finds the value below which a share lies, within its bin", () => {
  expect([0, 0.25, 0.5, 0.875, 1].map((share) => quantile(even, share))).toEqual([0, 1, 2, 3.5, 4]);
  expect(quantile({ low: -1, high: 1, counts: [0, 8, 0, 0] }, 0.5)).toBeCloseTo(-0.25);
  expect(quantile({ low: -1, high: 1, counts: [0, 8, 0, 0] }, 0)).toBeCloseTo(-0.5);
});

it("puts the greatest value on top, and nothing outside a column's own range", () => {
  const levels = columnLevels({ low: 0, high: 2, counts: [3, 1] }, [-2, 4], 3);
  expect(levels[0]).toBe(0);
  expect(levels[2]).toBe(0);
  expect(levels[1]).toBe(255);
  const fine = columnLevels({ low: 0, high: 2, counts: [3, 1] }, [0, 2], 4);
  expect(fine[0]).toBe(fine[1]);
  expect(fine[3]).toBeGreaterThan(fine[0] ?? 0);
});

it("covers all columns, and knows where nobody watched", () => {
  const columns: Column[] = [
    { step: 1, begins: true, of: even },
    { step: 5, begins: false, of: { ...even, high: 8 } },
    { step: 90, begins: true, of: even },
  ];
  const [low, high] = rangeOf(columns, "colours");
  expect(low).toBeCloseTo(0, 1);
  expect(high).toBeCloseTo(8, 1);
  expect(gapsOf(columns)).toEqual([[5, 90]]);
});

it("gives each layer enough room, and scrolls where there is too little", () => {
  expect(tiled(5, { width: 1000, height: 320 })).toMatchObject({ across: 3, rows: 2, height: 320 });
  expect(tiled(2, { width: 1000, height: 320 })).toMatchObject({ across: 2, rows: 1 });
  const low = tiled(8, { width: 480, height: 120 });
  expect(low.across).toBe(3);
  expect(low.height).toBe(3 * 108);
});
