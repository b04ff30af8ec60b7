import { expect, it } from "vitest";

import { layerNames } from "./graph-words";

it("the path goes before the kind, and the kind before its number", () => {
  expect(layerNames("shortcut.conv 1×1")).toEqual(["shortcut.conv 1×1", "conv 1×1", "conv"]);
  expect(layerNames("branch2.norm1")).toEqual(["branch2.norm1", "norm1"]);
});

it("long words are shortened before anything else of a layer is left out", () => {
  expect(layerNames("average pool 2")).toEqual([
    ...["average pool 2", "avg pool 2", "avg pool", "avg"],
  ]);
  expect(layerNames("conv2 3×3 depthwise")).toEqual([
    ...["conv2 3×3 depthwise", "conv2 3×3 dw", "conv2 3×3", "conv2"],
  ]);
  expect(layerNames("relu")).toEqual(["relu"]);
});
