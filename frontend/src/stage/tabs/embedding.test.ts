import { describe, expect, it } from "vitest";

import { pointOf, sampleOf } from "./embedding";

const BOTH = [0, 0, 0, 1, 1];

describe("points and samples", () => {
  it("of one split have the same numbers", () => {
    expect(sampleOf(4, null, "validation")).toEqual({
      type: "sample",
      split: "validation",
      index: 4,
    });
    expect(sampleOf(4, null, "train").split).toBe("train");
    expect(pointOf({ type: "sample", split: "train", index: 4 }, null, "train", 9)).toBe(4);
    expect(pointOf({ type: "sample", split: "train", index: 4 }, null, "validation", 9)).toBeNull();
    expect(pointOf({ type: "sample", split: "train", index: 9 }, null, "train", 9)).toBeNull();
  });

  it("of both splits are counted from where each begins", () => {
    for (let index = 0; index < BOTH.length; index += 1) {
      const sample = sampleOf(index, BOTH, "both");
      expect(sample.split).toBe(index < 3 ? "train" : "validation");
      expect(pointOf(sample, BOTH, "both", BOTH.length)).toBe(index);
    }
    expect(pointOf({ type: "sample", split: "train", index: 3 }, BOTH, "both", 5)).toBeNull();
    expect(pointOf({ type: "sample", split: "validation", index: 2 }, BOTH, "both", 5)).toBeNull();
  });

  it("a drawing has no point", () => {
    expect(pointOf({ type: "pixels", shape: [1, 1], data: "AA==" }, null, "train", 5)).toBeNull();
    expect(pointOf(undefined, BOTH, "both", 5)).toBeNull();
  });
});
