import { expect, it } from "vitest";

import { classColor, rgb } from "./color";
import { planeRect, planesOf, readAt, type PlaneMap } from "./planemap";
import { readPalette } from "./palette";
import { colorOfPoint, unproject, project } from "./scatter";

const map: PlaneMap = {
  ...{ levels: [0, 255, 128, 51], rows: 2, columns: 2, scale: "signed", smooth: false },
  ...{ low: -1, high: 1, labels: null },
};
const extent = [-6, 6, -6, 6] as const;

it("reads the value under the pointer, from the top left", () => {
  expect(readAt(map, extent, -3, 3)).toEqual({ value: -1, label: null });
  expect(readAt(map, extent, 3, 3)?.value).toBe(1);
  expect(readAt(map, extent, 3, -3)?.value).toBeCloseTo(-0.6);
  expect(readAt({ ...map, labels: [2, 1, 0, 0] }, extent, -3, 3)?.label).toBe(2);
  expect(readAt(map, extent, 6.1, 0)).toBeNull();
});

it("colours a cell by its class, as strong as it is sure", () => {
  const planes = planesOf([255, 0], [2, 2], false);
  expect([planes[0], planes[2], planes[4]]).toEqual(rgb(classColor(2, false)));
  expect(planes[1]).toBeGreaterThan(240);
});

it("keeps the plane square, with room for its axes where there is room", () => {
  const palette = readPalette();
  const large = planeRect({ width: 400, height: 380 }, extent, palette);
  expect(large.width).toBeCloseTo(large.height);
  expect(large.x).toBeGreaterThan(20);
  expect(planeRect({ width: 100, height: 100 }, extent, palette)).toMatchObject({
    x: 0,
    width: 100,
  });
});

it("finds the place in the plane that was drawn there", () => {
  const rect = { x: 20, y: 5, width: 300, height: 300 };
  const [x1, x2] = unproject(project(1.5, -2, extent, rect), extent, rect);
  expect([x1, x2]).toEqual([expect.closeTo(1.5), expect.closeTo(-2)]);
});

it("colours values over their range", () => {
  const cloud = {
    ...{ points: [0, 0, 1, 1], dimensions: 2, labels: [0, 0], heldOut: null },
    ...{ values: [0, 10], valueRange: [0, 10] as const },
  };
  expect(colorOfPoint(cloud, 0, false)).toBe("rgb(217 119 6 / 1)");
  expect(colorOfPoint(cloud, 1, false)).toBe("rgb(37 99 168 / 1)");
  expect(colorOfPoint({ ...cloud, values: null }, 1, false)).toBe(classColor(0, false));
});
