import { describe, expect, it } from "vitest";

import type { NetworkColumn, NetworkPicture } from "./network";
import { biasRect, curvesOf, curveStyle, hitPlane, layoutPlane } from "./plane";
import type { Tile } from "./tile";

const tile: Tile = {
  raster: { levels: [0], channels: 1, width: 1, height: 1 },
  ...{ scale: "signed", smooth: true, low: -1, high: 1 },
};
function column(path: string, kind: string, units: number): NetworkColumn {
  const tiles = Array.from({ length: units }, () => tile);
  return {
    ...{ path, title: path, kind, shape: String(units), units, tiles },
    shown: [],
    names: [],
    values: null,
  };
}
function network(...sizes: number[]): NetworkPicture {
  const columns = sizes.map((units, index) =>
    column(
      `layer${index}`,
      index === 0 ? "feature" : index === sizes.length - 1 ? "output" : "linear",
      units,
    ),
  );
  const links = sizes.slice(1).map((units, index) => ({
    ...{ source: index, target: index + 1, biasName: "b", weightName: "w" },
    weight: Float32Array.from({ length: units * (sizes[index] ?? 0) }, (_, at) => at - 2),
    bias: new Float32Array(units),
  }));
  return { columns, links };
}

describe.each([
  [1280 - 690, 560],
  [1150, 900],
  [2500, 1800],
])("in a room of %d x %d", (width, height) => {
  it.each([[[2, 1]], [[4, 6, 6, 4, 1]], [[7, 16, 16, 16, 16, 16, 16, 1]]])("%j fits", (sizes) => {
    const picture = network(...sizes);
    const layout = layoutPlane(picture, { width, height, top: 58, foot: 20 });
    expect(layout.nodes).toHaveLength(sizes.reduce((sum, size) => sum + size, 0));
    for (const { rect } of layout.nodes) {
      expect(rect.x).toBeGreaterThanOrEqual(0);
      expect(rect.x + rect.width).toBeLessThanOrEqual(width);
      expect(rect.y).toBeGreaterThanOrEqual(58);
      expect(rect.y + rect.height).toBeLessThanOrEqual(height);
    }
    for (const [index, node] of layout.nodes.entries()) {
      const next = layout.nodes[index + 1];
      if (next?.column !== node.column) continue;
      expect(next.rect.y).toBeGreaterThanOrEqual(node.rect.y + node.rect.height);
    }
  });
});

it("makes tiles of about 64 px or more for the usual network on a lecture screen", () => {
  const layout = layoutPlane(network(4, 6, 6, 4, 1), {
    width: 1120,
    height: 860,
    top: 58,
    foot: 20,
  });
  expect(layout.tile).toBeGreaterThanOrEqual(64);
});

it("draws one curve per weight with the index of the matrix", () => {
  const picture = network(2, 3, 1);
  const layout = layoutPlane(picture, { width: 600, height: 400, top: 0, foot: 0 });
  const curves = curvesOf(picture, layout);
  expect(curves).toHaveLength(9);
  const found = curves.find(({ link, index }) => link === 0 && index[0] === 2 && index[1] === 1);
  expect(found?.weight).toBe(3);
  expect(curveStyle(picture.links, 64).full).toBe(3);
});

it("hits biases before tiles and tiles before weights", () => {
  const picture = network(2, 3, 1);
  const layout = layoutPlane(picture, { width: 600, height: 400, top: 0, foot: 0 });
  const curves = curvesOf(picture, layout);
  const node = layout.nodes[2];
  if (node === undefined) throw new Error("no node");
  const corner = biasRect(node);
  const biased = (other: { column: number }): boolean => other.column > 0;
  expect(hitPlane(layout, curves, biased, { x: corner.x + 1, y: corner.y + 1 })).toEqual({
    ...{ type: "bias", node: 2 },
  });
  const middle = { x: node.rect.x + node.rect.width / 2, y: node.rect.y + 3 };
  expect(hitPlane(layout, curves, biased, middle)).toEqual({ type: "node", node: 2 });
  const from = curves[0]?.from ?? { x: 0, y: 0 };
  expect(hitPlane(layout, curves, biased, { x: from.x + 4, y: from.y })?.type).toBe("curve");
  expect(hitPlane(layout, curves, biased, { x: 1, y: 1 })).toBeNull();
});
