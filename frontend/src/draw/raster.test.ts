import { expect, it } from "vitest";

import { tableOf, unpacked } from "./color";
import { fillMap, fillRgb, levelsOf, refined, relevel } from "./raster";
import { quiet, sharedRange, type Tile } from "./tile";

it("maps levels through the table", () => {
  const table = tableOf("signed", false);
  const words = new Uint32Array(2);
  fillMap(words, new Uint8Array([0, 255]), table);
  expect([...words]).toEqual([table[0], table[255]]);
});

it("joins planes of red, green and blue", () => {
  const words = new Uint32Array(2);
  fillRgb(words, new Uint8Array([10, 20, 30, 40, 50, 60]));
  expect(unpacked(words[0] ?? 0)).toEqual([10, 30, 50]);
  expect(unpacked(words[1] ?? 0)).toEqual([20, 40, 60]);
});

it("quantises numbers between low and high, and shows NaN as the middle", () => {
  expect([...levelsOf([-1, 0, 1, 9, Number.NaN], -1, 1)]).toEqual([0, 128, 255, 255, 128]);
  expect([...levelsOf([3, 3], 3, 3)]).toEqual([0, 0]);
});

it("moves levels from a unit's own range to the layer's", () => {
  expect([...relevel([0, 255], [0, 1], [0, 2])]).toEqual([0, 128]);
  expect([...relevel([0, 255], [-1, 1], [-2, 2])]).toEqual([64, 191]);
});

it("interpolates numbers between the centres of cells", () => {
  const raster = { levels: [0, 255], channels: 1, width: 2, height: 1 };
  const fine = refined(raster, 2);
  expect([fine.width, fine.height]).toEqual([4, 2]);
  expect([...(fine.levels as Uint8Array)]).toEqual([0, 64, 191, 255, 0, 64, 191, 255]);
});

it("shares a range that is even about zero where it is signed", () => {
  const raster = { levels: [0], channels: 1, width: 1, height: 1 };
  const tile = (low: number, high: number, scale: Tile["scale"]): Tile => ({
    ...{ raster, low, high, scale },
    smooth: false,
  });
  expect(sharedRange([tile(-1, 2, "signed"), tile(-3, 1, "signed")])).toEqual([-3, 3]);
  expect(sharedRange([tile(0, 2, "magnitude"), tile(1, 5, "magnitude")])).toEqual([0, 5]);
  expect(quiet(tile(0, 1, "magnitude")).scale).toBe("pixels");
});
