import { describe, expect, it } from "vitest";

import { layoutGraph, type GraphNode, type GraphSizes } from "./graph-layout";

const SIZES: GraphSizes = {
  node: { width: 100, height: 30 },
  gap: { across: 20, down: 10 },
  aspect: 100,
};

function chain(count: number): GraphNode[] {
  return Array.from({ length: count }, (_, at) => ({ inputs: [at - 1] }));
}

/** Residual blocks of three nodes and a sum. */
function residual(blocks: number): GraphNode[] {
  return Array.from({ length: blocks }, (_, block) => {
    const from = block * 4 - 1;
    return [[from], [from + 1], [from + 2], [from + 3, from]].map((inputs) => ({ inputs }));
  }).flat();
}

function overlaps(nodes: readonly GraphNode[], sizes = SIZES): number {
  const { boxes } = layoutGraph(nodes, sizes);
  let found = 0;
  boxes.forEach((one, at) =>
    boxes.slice(at + 1).forEach((other) => {
      const x = Math.abs(one.x - other.x) < one.width - 0.01;
      const y = Math.abs(one.y - other.y) < one.height - 0.01;
      if (x && y) found++;
    }),
  );
  return found;
}

it("puts a chain on one line, from left to right", () => {
  const { boxes, edges } = layoutGraph(chain(6), SIZES);
  expect(boxes).toHaveLength(7);
  expect(new Set(boxes.map(({ y }) => y)).size).toBe(1);
  expect(boxes[6]?.x).toBe(0); // the input
  expect(boxes[5]?.x).toBe(720);
  expect(edges).toHaveLength(6);
  expect(edges.every(({ long }) => !long)).toBe(true);
});

it("puts branches side by side and what joins them behind", () => {
  const inception = [[-1], [0], [0], [0], [1, 2, 3]].map((inputs) => ({ inputs }));
  const { boxes } = layoutGraph(inception, SIZES);
  expect(boxes[1]?.x).toBe(boxes[2]?.x);
  expect(boxes[2]?.x).toBe(boxes[3]?.x);
  expect(boxes[4]?.x).toBeGreaterThan(boxes[3]?.x ?? 0);
  expect(overlaps(inception)).toBe(0);
});

it("leads a skip past the nodes that it skips", () => {
  const { boxes, edges } = layoutGraph(residual(1), SIZES);
  const skip = edges.find(({ long }) => long);
  expect(skip?.points).toHaveLength(5);
  const inside = skip?.points.slice(1, -1) ?? [];
  for (const { x, y } of inside)
    for (const box of boxes)
      expect(x >= box.x && x <= box.x + box.width && y > box.y && y < box.y + box.height).toBe(
        false,
      );
});

describe.each([
  ["a chain", chain(150)],
  ["residual blocks", residual(40)],
])("%s in a room", (_, nodes) => {
  it("is broken into rows without overlaps", () => {
    const sizes = { ...SIZES, aspect: 3 };
    const { width, height, rows } = layoutGraph(nodes, sizes);
    expect(rows).toBeGreaterThan(2);
    expect(width / height).toBeGreaterThan(1);
    expect(width / height).toBeLessThan(9);
    expect(overlaps(nodes, sizes)).toBe(0);
  });
});

it("survives a network in which every layer sees all before it", () => {
  const dense = Array.from({ length: 120 }, (_, at) => ({
    inputs: Array.from({ length: at + 1 }, (_, source) => source - 1),
  }));
  const { edges, boxes } = layoutGraph(dense, SIZES);
  expect(edges).toHaveLength((120 * 121) / 2);
  expect(boxes.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
});

it("ends rows between blocks", () => {
  const nodes = residual(24).map((node, at) => ({ ...node, block: `block${Math.floor(at / 4)}` }));
  const { boxes, rows, pitch } = layoutGraph(nodes, { ...SIZES, aspect: 3 });
  expect(rows).toBeGreaterThan(2);
  const row = (at: number): number => Math.floor((boxes[at]?.y ?? 0) / pitch);
  nodes.forEach((_, at) => expect(row(at)).toBe(row(at - (at % 4))));
});
