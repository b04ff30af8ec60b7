import { describe, expect, it } from "vitest";

import { layoutLayers } from "./layers";
import type { NetworkColumn, NetworkPicture } from "./network";
import { isOutput, titleRoom } from "./places";

function maps(path: string, kind: string, units: number, side: number): NetworkColumn {
  const tile = {
    raster: { levels: [], channels: 1, width: side, height: side },
    ...({ scale: "magnitude", smooth: false, low: 0, high: 1 } as const),
  };
  const tiles = Array.from({ length: units }, () => tile);
  return {
    ...{ path, title: path, kind, shape: "", units, tiles },
    shown: [],
    names: [],
    values: null,
  };
}
function values(path: string, kind: string, units: number): NetworkColumn {
  return {
    ...{ path, title: path, kind, shape: "", units, values: new Float32Array(units) },
    ...{ shown: [], names: [], tiles: [] },
  };
}
const LENET = [
  maps("input", "input", 1, 32),
  ...[maps("conv1", "conv", 6, 28), maps("conv2", "conv", 16, 10)],
  ...[values("conv3", "conv", 120), values("fc1", "linear", 84), values("output", "output", 10)],
];
const SMALL = [
  maps("input", "input", 1, 28),
  ...[maps("conv1", "conv", 8, 28), maps("conv2", "conv", 16, 14), maps("conv3", "conv", 24, 7)],
  ...[values("fc1", "linear", 64), values("output", "output", 10)],
];

function picture(columns: NetworkColumn[]): NetworkPicture {
  const link = { weight: null, bias: null, weightName: null, biasName: null };
  const links = columns.slice(1).map((_, at) => ({ ...link, source: at, target: at + 1 }));
  return { columns, links };
}

describe.each([
  [565, 215],
  [1120, 300],
  [2300, 800],
])("in a room of %d x %d", (width, height) => {
  it.each([
    ["LeNet", LENET],
    ["the small network", SMALL],
  ])("%s fits, its columns side by side", (_, columns) => {
    const { places } = layoutLayers(picture(columns), { width, height, top: 44 });
    let end = -1;
    for (const { rect } of places) {
      expect(rect.x).toBeGreaterThan(end);
      end = rect.x + rect.width;
      expect(rect.y).toBeGreaterThanOrEqual(44);
      expect(rect.y + rect.height).toBeLessThanOrEqual(height + 0.5);
    }
    expect(end).toBeLessThanOrEqual(width + 0.5);
  });
});

it("has a cell for each map and each number, and bars at the end", () => {
  const { places } = layoutLayers(picture(SMALL), { width: 1120, height: 300, top: 44 });
  expect(places.map(({ cells }) => cells.length)).toEqual([1, 8, 16, 24, 64, 10]);
  expect(isOutput(picture(SMALL), 5)).toBe(true);
  expect(isOutput(picture(SMALL), 4)).toBe(false);
});

it("leaves a title the room up to the next column of its row, or to one of all rows", () => {
  const place = (column: number, x: number, top?: number) => ({
    ...{ column, cells: [], rect: { x, y: 40, width: 60, height: 60 } },
    ...(top === undefined ? {} : { row: { top, floor: 200 } }),
  });
  const places = [
    place(0, 0, 0),
    place(1, 100, 0),
    place(2, 0, 120),
    place(3, 90, 120),
    place(4, 220),
  ];
  const layout = { places, top: 44, floor: 300 };
  expect(places.map((_, index) => titleRoom(layout, index))).toEqual([100, 120, 90, 130, 200]);
  const one = { places: [place(0, 0), place(1, 80)], top: 44, floor: 300 };
  expect(titleRoom(one, 0)).toBe(80);
});

it("leaves the maps their room beside thousands of single values", () => {
  const alexnet = [
    maps("input", "input", 1, 32),
    ...[
      maps("conv1", "conv", 24, 55),
      maps("conv2", "conv", 24, 27),
      maps("conv5", "conv", 24, 13),
    ],
    ...[values("fc6", "linear", 4096), values("fc7", "linear", 4096), values("out", "output", 10)],
  ];
  const { places } = layoutLayers(picture(alexnet), { width: 1120, height: 400, top: 46 });
  const wide = places.map(({ rect }) => rect.width);
  for (const column of [4, 5]) expect(wide[column]).toBeLessThan(0.2 * 1120);
  for (const column of [1, 2]) expect(places[column]?.cells[0]?.width).toBeGreaterThan(20);
  for (const { rect } of places) expect(rect.y + rect.height).toBeLessThanOrEqual(400);
});
