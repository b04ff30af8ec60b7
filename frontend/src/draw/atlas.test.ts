import { expect, it } from "vitest";

import { fillCell } from "./atlas";
import { ramp } from "./color";

it("puts an interpolated map with rounded corners into its place on the sheet", () => {
  const table = ramp(["#000000", "#ffffff"]);
  const stride = 40;
  const words = new Uint32Array(stride * 20);
  const raster = { levels: [0, 255, 0, 255], channels: 1, width: 2, height: 2 };
  fillCell(words, { stride, x: 20, y: 0, factor: 10 }, raster, table);
  const grey = (row: number, column: number): number => (words[row * stride + column] ?? 0) & 255;
  const alpha = (row: number, column: number): number => (words[row * stride + column] ?? 0) >>> 24;
  expect(grey(10, 20)).toBe(0);
  expect(grey(10, 39)).toBe(255);
  expect(grey(10, 29)).toBeGreaterThan(grey(10, 26));
  expect(Math.max(alpha(0, 20), alpha(19, 39))).toBeLessThan(80);
  expect(alpha(10, 30)).toBe(255);
  expect(words[19]).toBe(0);
});
