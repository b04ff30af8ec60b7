import { expect, it } from "vitest";

import { bandLevels, heightAt } from "./contour";
import { extentOf, hitCloud, project } from "./scatter";

const cloud = {
  points: new Float32Array([0, 0, 1, 2, -1, -2]),
  ...{ dimensions: 2, labels: [0, 1, 1], heldOut: null },
};
const rect = { x: 0, y: 0, width: 100, height: 100 };

it("spans its points with a margin, and puts y upwards", () => {
  const extent = extentOf(cloud, 0);
  expect(extent).toEqual([-1, 1, -2, 2]);
  expect(project(1, 2, extent, rect)).toEqual({ x: 100, y: 0 });
  expect(extentOf({ ...cloud, points: [] })).toEqual([-1, 1, -1, 1]);
});

it("finds the point under the pointer", () => {
  const extent = extentOf(cloud, 0);
  expect(hitCloud(cloud, extent, rect, { x: 52, y: 49 })).toBe(0);
  expect(hitCloud(cloud, extent, rect, { x: 97, y: 2 })).toBe(1);
  expect(hitCloud(cloud, extent, rect, { x: 75, y: 75 })).toBe(-1);
});

it("interpolates heights and leaves out what is not known", () => {
  const heights = { values: [0, 1, 2, 3], rows: 2, columns: 2 };
  expect(heightAt(heights, 0.5, 0.5)).toBeCloseTo(1.5);
  const half = { values: [0, 1, Number.NaN, Number.NaN], rows: 2, columns: 2 };
  expect(heightAt(half, 0.5, 0)).toBeNaN();
  const levels = bandLevels(heights, 4, 4, 8);
  expect(levels[12]).toBe(0);
  expect(levels[3]).toBeGreaterThan(levels[12] ?? 0);
});
