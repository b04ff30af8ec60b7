import { describe, expect, it } from "vitest";

import type { NetworkColumn, NetworkPicture } from "./network";
import { pathsThrough, shareOf } from "./paths";
import { biasRect, cellRect, curvesOf, curveStyle, hasBias, hitPlane, weightAt } from "./plane";
import { layoutPlane } from "./plane-layout";
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
  [1280 - 690, 400],
  [1280 - 690, 560],
  [1150, 900],
  [2500, 1800],
])("in a room of %d x %d", (width, height) => {
  it.each([
    [[2, 1]],
    [[1, 1, 1]],
    [[4, 6, 6, 4, 1]],
    [[9, 8, 8, 8, 8, 8, 8, 8, 8, 1]],
    [[7, 16, 16, 16, 16, 16, 16, 1]],
    [[2, 64, 64, 1]],
    [[2, 8, 6]],
  ])("%j fits", (sizes) => {
    const picture = network(...sizes);
    const layout = layoutPlane(picture, { width, height, top: 58, foot: 20 });
    expect(layout.nodes).toHaveLength(sizes.reduce((sum, size) => sum + size, 0));
    for (const { rect } of [...layout.nodes, ...layout.matrices]) {
      expect(rect.x).toBeGreaterThanOrEqual(0);
      expect(rect.x + rect.width).toBeLessThanOrEqual(width);
      expect(rect.y).toBeGreaterThanOrEqual(57.9);
      expect(rect.y + rect.height).toBeLessThanOrEqual(height);
    }
    for (const [index, { rect }] of layout.nodes.entries())
      for (const { rect: other } of layout.nodes.slice(index + 1)) {
        const beside = other.x >= rect.x + rect.width || rect.x >= other.x + other.width;
        const below = other.y >= rect.y + rect.height - 0.01 || rect.y >= other.y + other.height;
        expect(beside || below).toBe(true);
      }
  });
});

it("shows more than 200 weights as a matrix, and any number where that is wanted", () => {
  const picture = network(2, 16, 16, 1);
  const room = { width: 1150, height: 800, top: 58, foot: 20 };
  expect(layoutPlane(picture, room).matrices.map(({ link }) => link)).toEqual([1]);
  expect(layoutPlane(picture, { ...room, weights: "matrix" }).matrices).toHaveLength(3);
  const curves = layoutPlane(picture, { ...room, weights: "curves" });
  expect(curves.matrices).toEqual([]);
  expect(curvesOf(picture, curves)).toHaveLength(32 + 256 + 16);
  expect(curvesOf(picture, layoutPlane(picture, room))).toHaveLength(32 + 16);
});

it("keeps usual weights visible beside a giant", () => {
  const plain = network(2, 8, 1);
  const links = plain.links.map((link, index) => ({
    ...link,
    weight: Float32Array.from(link.weight ?? [], (_, at) => (index + at === 0 ? 100 : 1)),
  }));
  expect(curveStyle(links, 64)).toMatchObject({ full: 3, largest: 100 });
});

it("finds the cell of a matrix under the pointer", () => {
  const picture = network(2, 16, 16, 1);
  const layout = layoutPlane(picture, { width: 1150, height: 800, top: 58, foot: 20 });
  const [matrix] = layout.matrices;
  if (matrix === undefined) throw new Error("no matrix");
  const cell = cellRect(matrix, [3, 12]);
  const at = { x: cell.x + cell.width / 2, y: cell.y + cell.height / 2 };
  expect(hitPlane(layout, [], () => false, at)).toEqual({ type: "cell", link: 1, index: [3, 12] });
});

it("leaves biases out where tiles are tiny", () => {
  const picture = network(2, 64, 64, 1);
  const layout = layoutPlane(picture, { width: 600, height: 400, top: 80, foot: 40 });
  const node = (column: number) => layout.nodes.find((each) => each.column === column);
  const [hidden, output] = [node(1), node(3)];
  expect(hidden && hasBias(picture, hidden)).toBe(false);
  expect(output && hasBias(picture, output)).toBe(true);
});

it("follows the paths through a unit by the share of each weight", () => {
  const plain = network(2, 2, 1);
  const links = plain.links.map((link, index) => ({
    ...link,
    weight: Float32Array.from(index === 0 ? [4, 1, 2, -2] : [3, -6]),
  }));
  const shares = pathsThrough({ ...plain, links }, 1, 0);
  expect(shares.map((each) => [...each])).toEqual([[1, 0.25], [1, 0], [1]]);
  const [first, second] = links;
  if (first === undefined || second === undefined) throw new Error("no links");
  expect(shareOf(shares, first, [0, 1], 1)).toBe(1);
  expect(shareOf(shares, first, [1, 1], 1)).toBe(0);
  expect(shareOf(shares, second, [0, 1], 1)).toBe(0);
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
  expect(found && weightAt(picture, found)).toBe(3);
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
