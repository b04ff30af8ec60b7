import { expect, it } from "vitest";

import { piecesOf } from "./graph-blocks";
import type { GraphLayout } from "./graph-layout";

const box = (x: number, y: number) => ({ x, y, width: 100, height: 30 });
const LAYOUT: GraphLayout = {
  boxes: [box(0, 0), box(120, 0), box(240, 40), box(0, 100), box(120, 100)],
  rowOf: [0, 0, 0, 1, 1],
  edges: [],
  ...{ width: 340, height: 130, rows: 2 },
};

it("frames the layers of a block in every row that it lies in", () => {
  const pieces = piecesOf(LAYOUT, [{ path: "block1", title: "block 1", layers: [1, 2, 3] }]);
  expect(pieces).toEqual([
    { title: "block 1", x: 113, y: -7, width: 234, height: 84 },
    { title: "block 1", x: -7, y: 93, width: 114, height: 44 },
  ]);
});

it("leaves out blocks of one layer", () => {
  expect(piecesOf(LAYOUT, [{ path: "stem", title: "stem", layers: [0] }])).toEqual([]);
});
