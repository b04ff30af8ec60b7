import { describe, expect, it } from "vitest";

import {
  chainOf,
  dropPlace,
  duplicated,
  edited,
  freshName,
  inserted,
  moved,
  placeOf,
  removed,
  same,
  stemOf,
  type Chain,
} from "./chain";

const CHAIN: Chain = ["conv1", "relu1", "pool1", "conv2"].map((name) => ({
  type: name.slice(0, 4),
  name,
}));
const names = (chain: Chain) => chain.map(({ name }) => name).join(" ");

describe("names", () => {
  it("are made of the type, and of the function of an activation, as on the server", () => {
    expect(stemOf({ type: "conv" })).toBe("conv");
    expect(stemOf({ type: "linear" })).toBe("fc");
    expect(stemOf({ type: "residual" })).toBe("block");
    expect(stemOf({ type: "global_average" })).toBe("average");
    expect(stemOf({ type: "activation" })).toBe("relu");
    expect(stemOf({ type: "activation", function: "tanh" })).toBe("tanh");
  });

  it("are never those of a layer that was there before", () => {
    const used = new Set(["conv1", "conv2", "conv4"]);
    expect(freshName("conv", used)).toBe("conv3");
    used.add("conv3");
    expect(freshName("conv", used)).toBe("conv5");
    expect(freshName("fc", used)).toBe("fc1");
  });
});

describe("a list of layers", () => {
  it("takes a layer in between, gives one back, and copies one", () => {
    const pool = { type: "pool", name: "pool2" };
    expect(names(inserted(CHAIN, pool, 2))).toBe("conv1 relu1 pool2 pool1 conv2");
    expect(names(inserted(CHAIN, pool, 4))).toBe("conv1 relu1 pool1 conv2 pool2");
    expect(names(removed(CHAIN, "relu1"))).toBe("conv1 pool1 conv2");
    const wide = edited(CHAIN, "conv1", "channels", 32);
    const copy = duplicated(wide, "conv1", "conv3");
    expect(names(copy)).toBe("conv1 conv3 relu1 pool1 conv2");
    expect(copy[1]).toEqual({ type: "conv", name: "conv3", channels: 32 });
    expect(CHAIN[0]).toEqual({ type: "conv", name: "conv1" });
  });

  it("moves layers without giving them other names, and stops at both ends", () => {
    expect(names(moved(CHAIN, "conv1", 1))).toBe("relu1 conv1 pool1 conv2");
    expect(names(moved(CHAIN, "conv2", 0))).toBe("conv2 conv1 relu1 pool1");
    expect(names(moved(CHAIN, "conv1", 99))).toBe("relu1 pool1 conv2 conv1");
    expect(moved(CHAIN, "conv1", -1)).toBe(CHAIN);
    expect(moved(CHAIN, "conv2", 4)).toBe(CHAIN);
    expect(moved(CHAIN, "nobody", 0)).toBe(CHAIN);
  });

  it.each([
    ["conv1", "pool1", true, "relu1 pool1 conv1 conv2"],
    ["conv1", "pool1", false, "relu1 conv1 pool1 conv2"],
    ["conv2", "relu1", true, "conv1 relu1 conv2 pool1"],
    ["conv2", "relu1", false, "conv1 conv2 relu1 pool1"],
    ["pool1", "pool1", true, "conv1 relu1 pool1 conv2"],
    ["pool1", "relu1", true, "conv1 relu1 pool1 conv2"],
  ])("drops %s at %s (behind: %s)", (dragged, target, behind, after) => {
    expect(names(moved(CHAIN, dragged, dropPlace(CHAIN, dragged, target, behind)))).toBe(after);
  });

  it("is the same whatever the order of a layer's settings", () => {
    const one: Chain = [{ type: "conv", name: "a", kernel: 5, channels: 3 }];
    const other: Chain = [{ channels: 3, name: "a", kernel: 5, type: "conv" }];
    expect(same(one, other)).toBe(true);
    expect(same(one, edited(other, "a", "kernel", 3))).toBe(false);
    expect(same(CHAIN, moved(CHAIN, "conv1", 1))).toBe(false);
  });

  it("is read from what an experiment holds, if it is one", () => {
    expect(chainOf([{ type: "conv", name: "conv1" }])).toHaveLength(1);
    expect(chainOf([])).toEqual([]);
    expect(chainOf([4, 2])).toBeNull();
    expect(chainOf(null)).toBeNull();
    expect(chainOf([{ type: "conv" }])).toBeNull();
  });
});

it("finds the layer that a problem names", () => {
  expect(placeOf("model.params.layers.4")).toBe(4);
  expect(placeOf("model.params.layers.11.channels")).toBe(11);
  expect(placeOf("model.params")).toBeNull();
  expect(placeOf(null)).toBeNull();
});
