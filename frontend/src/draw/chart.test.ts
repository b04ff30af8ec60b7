import { expect, it } from "vitest";

import { cursorAt, extremes, indexAt, markAt, nearest, smoothed } from "./chart";

it("finds extremes among finite values", () => {
  expect(extremes([3, Number.NaN, -1, Infinity])).toEqual([-1, 3]);
  expect(extremes([0, 0.5, -2, 4], true)).toEqual([0.5, 4]);
});

it("smooths over gaps and leaves them", () => {
  expect([...smoothed([1, 1, 1], 0.9)]).toEqual([1, 1, 1]);
  const gap = smoothed([2, Number.NaN, 4], 0.5);
  expect(gap[1]).toBeNaN();
  expect(gap[2]).toBe(3);
  expect(smoothed([0.01, 1], 0.5, true)[1]).toBeCloseTo(0.1);
});

it("finds the row at a step and the nearest value", () => {
  expect(indexAt([0, 10, 20], 15)).toBe(1);
  expect(indexAt([5], 1)).toBe(-1);
  const line = { label: "", color: "", x: [0, 10, 20, 30], y: [1, Number.NaN, Number.NaN, 4] };
  expect(nearest(line, 11)).toEqual({ x: 0, y: 1 });
  expect(nearest(line, 29)).toEqual({ x: 30, y: 4 });
  expect(nearest({ ...line, y: [] }, 3)).toBeNull();
});

it("turns the pointer into a step, inside the plot only", () => {
  const view = {
    plot: { x: 50, y: 0, width: 100, height: 50 },
    x: { low: 0, high: 1000, log: false },
    y: { low: 0, high: 1, log: false },
  };
  expect(cursorAt(view, 100)).toBe(500);
  expect(cursorAt(view, 20)).toBeNull();
});

it("finds the mark that is pointed at", () => {
  const view = {
    plot: { x: 0, y: 0, width: 100, height: 50 },
    x: { low: 0, high: 1000, log: false },
    y: { low: 0, high: 1, log: false },
    marks: [
      { x: 500, label: "first" },
      { x: 540, label: "second" },
    ],
  };
  expect(markAt(view, 505)?.label).toBe("first");
  expect(markAt(view, 560)?.label).toBe("second");
  expect(markAt(view, 900)).toBeNull();
});
