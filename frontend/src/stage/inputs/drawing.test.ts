import { expect, it } from "vitest";

import { drawnBox, placeOf } from "./drawing";

it("finds where something was drawn", () => {
  const rgba = new Uint8Array(4 * 16);
  expect(drawnBox(rgba, 4)).toBeNull();
  rgba[4 * 5] = 255;
  rgba[4 * 10] = 255;
  expect(drawnBox(rgba, 4)).toEqual({ x: 1, y: 1, width: 2, height: 2 });
});

it("centres a drawing as the digits of the data are", () => {
  const box = { x: 3, y: 9, width: 50, height: 100 };
  expect(placeOf(box, 28, 28)).toEqual({ x: 9, y: 4, width: 10, height: 20 });
  expect(placeOf(box, 8, 8)).toEqual({ x: 2, y: 0, width: 4, height: 8 });
});
