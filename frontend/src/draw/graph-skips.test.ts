import { expect, it } from "vitest";

import { layoutGraph, type GraphNode, type GraphSizes } from "./graph-layout";

const SIZES: GraphSizes = {
  node: { width: 100, height: 30 },
  gap: { across: 20, down: 10 },
  room: { width: 10_000, height: 1000 },
  title: 16,
};

/** Sources and targets of the skips. */
function skips(nodes: readonly GraphNode[]): readonly (readonly [number, number])[] {
  const { edges } = layoutGraph(nodes, SIZES);
  return edges.filter(({ skip }) => skip).map(({ source, target }) => [source, target] as const);
}
const node = (kind: string, ...inputs: number[]): GraphNode => ({ kind, inputs });

it("what is added past the layers is a skip", () => {
  expect(skips([node("conv", -1), node("conv", 0), node("conv", 1), node("add", 2, 0)])).toEqual([
    [0, 3],
  ]);
  expect(skips([node("conv", -1), node("conv", 0), node("add", 1, -1)])).toEqual([[-1, 2]]);
});

it("a shortcut with one convolution is a skip", () => {
  const main = [node("conv", -1), node("conv", 0), node("norm", 1), node("conv", 2)];
  const shortcut = [node("conv", 0), node("norm", 4), node("add", 3, 5)];
  expect(skips([...main, ...shortcut])).toEqual([[5, 6]]);
});

it("sums of branches that each compute as much are none", () => {
  const long = [node("conv", -1), node("conv", 0), node("relu", 1), node("conv", 2)];
  const short = [node("conv", 0), node("conv", 4), node("add", 3, 5)];
  expect(skips([...long, ...short])).toEqual([]);
});

it("what is carried along into a concatenation is a skip, a branch of it is none", () => {
  expect(skips([node("norm", -1), node("conv", 0), node("concat", -1, 1)])).toEqual([[-1, 2]]);
  const branches = [node("conv", 0), node("conv", 0), node("conv", 2), node("concat", 1, 3)];
  expect(skips([node("pool", -1), ...branches])).toEqual([]);
});

it("a gate is none", () => {
  expect(skips([node("conv", -1), node("pool", 0), node("multiply", 0, 1)])).toEqual([]);
});
