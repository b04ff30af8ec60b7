import { describe, expect, it } from "vitest";

import { arcsOf } from "./blocks";
import { layoutLayers } from "./layers";
import type { NetworkColumn, NetworkPicture } from "./network";

function column(path: string, kind: string, units: number): NetworkColumn {
  const tile = {
    raster: { levels: [], channels: 1, width: 8, height: 8 },
    ...({ scale: "magnitude", smooth: false, low: 0, high: 1 } as const),
  };
  const hasMaps = kind !== "output";
  return {
    ...{ path, title: path, kind, shape: "", units, shown: [], names: [] },
    tiles: hasMaps ? Array.from({ length: units }, () => tile) : [],
    values: hasMaps ? null : new Float32Array(units),
  };
}
const link = { weight: null, bias: null, weightName: null, biasName: null };
const RESIDUAL: NetworkPicture = {
  columns: [
    column("input", "input", 1),
    ...["stem", "block1", "block2", "block3"].map((path) => column(path, "block", 16)),
    column("output", "output", 10),
  ],
  links: [
    ...[0, 1, 2, 3, 4].map((at) => ({ ...link, source: at, target: at + 1 })),
    { ...link, source: 1, target: 2, skip: true },
    { ...link, source: 1, target: 4, skip: true },
  ],
};

it.each([
  [560, 220],
  [1120, 380],
  [2300, 900],
])("blocks of one size and their arcs fit a room of %d x %d", (width, height) => {
  const layout = layoutLayers(RESIDUAL, { width, height, top: 46 });
  const squares = layout.places.slice(0, 5).map(({ rect }) => rect);
  expect(new Set(squares.map((rect) => Math.round(rect.width))).size).toBe(1);
  let end = -1;
  for (const { rect } of layout.places) {
    expect(rect.x).toBeGreaterThan(end);
    end = rect.x + rect.width;
    expect(rect.y).toBeGreaterThanOrEqual(45.5);
  }
  expect(end).toBeLessThanOrEqual(width + 0.5);
  const arcs = arcsOf(RESIDUAL, layout, layout.floor);
  expect(arcs).toHaveLength(2);
  for (const { bottom, from, to } of arcs) {
    expect(bottom).toBeLessThanOrEqual(height);
    expect(bottom).toBeGreaterThan(squares[0]?.y ?? 0);
    expect(to.x).toBeGreaterThan(from.x);
  }
});

it("has four maps side by side in a block", () => {
  const { places } = layoutLayers(RESIDUAL, { width: 1120, height: 380, top: 46 });
  const cells = places[1]?.cells ?? [];
  expect(cells).toHaveLength(16);
  expect(new Set(cells.map(({ y }) => y)).size).toBe(4);
});

describe("a deep network", () => {
  const count = 34;
  const deep: NetworkPicture = {
    columns: [
      column("input", "input", 1),
      ...Array.from({ length: count }, (_, at) => column(`block${at}`, "block", 16)),
      column("output", "output", 10),
    ],
    links: Array.from({ length: count + 1 }, (_, at) => [
      { ...link, source: at, target: at + 1 },
      ...(at > 0 && at < count ? [{ ...link, source: at, target: at + 1, skip: true }] : []),
    ]).flat(),
  };

  it.each([
    [660, 240],
    [1120, 330],
    [1870, 850],
  ])("is broken into rows that fit %d x %d", (width, height) => {
    const layout = layoutLayers(deep, { width, height, top: 46 });
    const maps = layout.places.slice(0, -1);
    const rows = new Set(maps.map(({ row }) => row?.top));
    expect(rows.size).toBeGreaterThan(1);
    for (const { rect, row } of maps) {
      expect(rect.width).toBeGreaterThan((width - 118) / (count + 1));
      expect(rect.y).toBeGreaterThanOrEqual((row?.top ?? 0) + 45.5);
      expect(row?.floor).toBeLessThanOrEqual(height);
      expect(rect.x + rect.width).toBeLessThan(layout.places.at(-1)?.rect.x ?? 0);
    }
    maps.forEach(({ rect }, at) => {
      const before = maps[at - 1]?.rect;
      if (before !== undefined && before.y === rect.y)
        expect(rect.x).toBeGreaterThan(before.x + before.width);
      else if (before !== undefined) expect(rect.y).toBeGreaterThan(before.y + before.height);
    });
    for (const { bottom } of arcsOf(deep, layout, layout.floor))
      expect(bottom).toBeLessThanOrEqual(height);
  });
});
