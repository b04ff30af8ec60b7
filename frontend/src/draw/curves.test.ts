import { expect, it } from "vitest";

import { curveY, hitCurve, opacityOf, widthOf } from "./curves";

const style = { full: 2, largest: 2, maxWidth: 8, faintest: 0.18 };
const curve = { from: { x: 0, y: 0 }, to: { x: 100, y: 60 } };

it("draws larger weights wider and more opaque, whatever their sign", () => {
  expect(widthOf(-2, style)).toBe(8);
  expect(widthOf(1, style)).toBe(widthOf(-1, style));
  expect(widthOf(0, style)).toBeGreaterThan(0);
  expect(opacityOf(2, style)).toBeCloseTo(0.9);
  expect(opacityOf(0.1, style)).toBeLessThan(opacityOf(1, style));
});

it("starts, passes the middle and ends where it should", () => {
  expect(curveY(curve, 0)).toBeCloseTo(0, 3);
  expect(curveY(curve, 50)).toBeCloseTo(30, 3);
  expect(curveY(curve, 100)).toBeCloseTo(60, 3);
});

it("hits the nearest curve within reach", () => {
  const flat = { from: { x: 0, y: 40 }, to: { x: 100, y: 40 } };
  expect(hitCurve([curve, flat], { x: 10, y: 2 })).toBe(0);
  expect(hitCurve([curve, flat], { x: 10, y: 39 })).toBe(1);
  expect(hitCurve([curve, flat], { x: 10, y: 20 })).toBe(-1);
  expect(hitCurve([curve], { x: 120, y: 60 })).toBe(-1);
});
