import { expect, it } from "vitest";

import { tableOf } from "../../draw/color";
import { drawnBox, placeOf, shown, SIDE } from "./drawing";

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

/** A context that holds pixels, which jsdom has none of. */
function sheetOf(red: number): CanvasRenderingContext2D {
  const data = new Uint8ClampedArray(4 * SIDE * SIDE).fill(red);
  const context = {
    getImageData: () => ({ data: data.slice() }),
    putImageData: (image: ImageData) => data.set(image.data),
    data,
  };
  return context as unknown as CanvasRenderingContext2D;
}

it("shows ink on paper and leaves what is drawn as it is", () => {
  const [drawn, seen] = [sheetOf(255), sheetOf(0)];
  shown(drawn, seen, tableOf("pixels", false));
  expect([...seen.getImageData(0, 0, 1, 1).data.slice(0, 3)]).toEqual([0x14, 0x18, 0x2b]);
  expect(drawn.getImageData(0, 0, 1, 1).data[0]).toBe(255);
  shown(drawn, seen, null);
  expect(seen.getImageData(0, 0, 1, 1).data[0]).toBe(255);
});
