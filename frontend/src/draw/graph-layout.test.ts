import { describe, expect, it } from "vitest";

import { layoutGraph, type GraphLayout, type GraphNode, type GraphSizes } from "./graph-layout";
import type { Part, Place } from "./graph-routes";

const SIZES: GraphSizes = {
  node: { width: 100, height: 30 },
  gap: { across: 20, down: 10 },
  room: { width: 100_000, height: 1000 },
  title: 16,
};
const IN_ROOM = { ...SIZES, room: { width: 1500, height: 500 } };

function chain(count: number): GraphNode[] {
  return Array.from({ length: count }, (_, at) => ({ inputs: [at - 1] }));
}

/** Residual blocks of three nodes and a sum. */
function residual(blocks: number): GraphNode[] {
  return Array.from({ length: blocks }, (_, block) => {
    const from = block * 4 - 1;
    const nodes = [[from], [from + 1], [from + 2], [from + 3, from]];
    return nodes.map((inputs, at) => ({ inputs, kind: at === 3 ? "add" : "conv" }));
  }).flat();
}

/** Four branches of different lengths, as in GoogLeNet, and what joins them. */
function inception(blocks: number): GraphNode[] {
  return Array.from({ length: blocks }, (_, block) => {
    const at = block * 8;
    const inputs = [[at - 1], [at - 1], [at + 1], [at - 1], [at + 3], [at - 1], [at + 5]];
    return [...inputs, [at, at + 2, at + 4, at + 6]].map((given, place) => ({
      inputs: given,
      kind: place === 7 ? "concat" : "conv",
    }));
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

/** Places on a part of a line, close together. */
function sampled({ bent, places }: Part): Place[] {
  return places.slice(1).flatMap((to, at) => {
    const from = places[at] ?? to;
    return Array.from({ length: 41 }, (_, step) => {
      const t = step / 40;
      const s = bent ? t * t * (3 - 2 * t) : t;
      return { x: from.x + (to.x - from.x) * t, y: from.y + (to.y - from.y) * s };
    });
  });
}

/** Edges that run behind a box at which they neither begin nor end. */
function behind({ boxes, edges }: GraphLayout): number {
  return edges.filter(({ parts }) =>
    parts
      .flatMap(sampled)
      .some(({ x, y }) =>
        boxes.some(
          (box) =>
            x > box.x + 0.01 &&
            x < box.x + box.width - 0.01 &&
            y > box.y + 0.01 &&
            y < box.y + box.height - 0.01,
        ),
      ),
  ).length;
}

it("puts a chain on one line, from left to right", () => {
  const { boxes, edges, rows } = layoutGraph(chain(6), SIZES);
  expect(boxes).toHaveLength(7);
  expect(rows).toBe(1);
  expect(new Set(boxes.map(({ y }) => y)).size).toBe(1);
  expect((boxes[5]?.x ?? 0) - (boxes[6]?.x ?? 0)).toBe(720); // the input is the last
  expect(edges).toHaveLength(6);
  expect(edges.every(({ skip }) => !skip)).toBe(true);
});

it("puts branches side by side and what joins them behind", () => {
  const branches = [[-1], [0], [0], [0], [1, 2, 3]].map((inputs) => ({ inputs }));
  const { boxes } = layoutGraph(branches, SIZES);
  expect(boxes[1]?.x).toBe(boxes[2]?.x);
  expect(boxes[2]?.x).toBe(boxes[3]?.x);
  expect(boxes[4]?.x).toBeGreaterThan(boxes[3]?.x ?? 0);
  expect(overlaps(branches)).toBe(0);
});

it("leads a skip past the nodes that it skips", () => {
  const layout = layoutGraph(residual(1), SIZES);
  const skip = layout.edges.find((edge) => edge.skip);
  expect(skip?.points).toHaveLength(5);
  expect(behind(layout)).toBe(0);
});

it("keeps a branch straight where another one ends", () => {
  const { boxes } = layoutGraph(inception(1), SIZES);
  expect(boxes[1]?.y).toBe(boxes[2]?.y);
  expect(boxes[5]?.y).toBe(boxes[6]?.y);
});

describe.each([
  ["a chain", chain(150)],
  ["residual blocks", residual(40)],
  ["inception blocks", inception(12)],
])("%s in a room", (_, nodes) => {
  it("is broken into rows without overlaps", () => {
    const { width, height, rows } = layoutGraph(nodes, IN_ROOM);
    expect(rows).toBeGreaterThan(2);
    expect(width / height).toBeGreaterThan(1);
    expect(width / height).toBeLessThan(9);
    expect(overlaps(nodes, IN_ROOM)).toBe(0);
  });

  it("has no line behind a box that it does not enter", () => {
    expect(behind(layoutGraph(nodes, IN_ROOM))).toBe(0);
  });

  it("has room above every row for a title of the usual size, free of lines", () => {
    const { boxes, rowOf, edges, rows, width, height } = layoutGraph(nodes, IN_ROOM);
    const scale = Math.min(IN_ROOM.room.width / width, IN_ROOM.room.height / height);
    const places = edges.flatMap(({ parts }) => parts.flatMap(sampled));
    const left = Math.min(...boxes.map(({ x }) => x)) - 7;
    for (let row = 0; row < rows; row++) {
      const top = Math.min(...boxes.filter((__, at) => rowOf[at] === row).map(({ y }) => y)) - 7;
      const title = Math.min(IN_ROOM.title / scale, top);
      expect(title).toBeGreaterThanOrEqual(15);
      const across = places.filter(({ x, y }) => x > left && y < top - 1 && y > top - title + 1);
      // Where a row is lower than another its lines leave it at the right; none goes across.
      const xs = new Set(across.map(({ x }) => Math.round(x)));
      expect(xs.size).toBeLessThan(8);
    }
  });
});

it("survives a network in which every layer sees all before it", () => {
  const dense = Array.from({ length: 120 }, (_, at) => ({
    inputs: Array.from({ length: at + 1 }, (__, source) => source - 1),
    kind: "concat",
  }));
  const { edges, boxes } = layoutGraph(dense, SIZES);
  expect(edges).toHaveLength((120 * 121) / 2);
  expect(boxes.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
});

it("leads what is too long to be led past the nodes around the rows", () => {
  const nodes = chain(90).map((node, at) => (at === 89 ? { inputs: [88, 2, -1] } : node));
  expect(behind(layoutGraph(nodes, IN_ROOM))).toBe(0);
});

it("ends rows between blocks", () => {
  const nodes = residual(24).map((node, at) => ({ ...node, block: `block${Math.floor(at / 4)}` }));
  const { rowOf, rows } = layoutGraph(nodes, IN_ROOM);
  expect(rows).toBeGreaterThan(2);
  nodes.forEach((_, at) => expect(rowOf[at]).toBe(rowOf[at - (at % 4)]));
});
