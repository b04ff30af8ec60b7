import { describe, expect, it } from "vitest";

import { cutAlike, shorter, worded } from "./words";

const ctx = { measureText: (text: string) => ({ width: text.length * 10 }) as TextMetrics };

describe("words on a canvas", () => {
  it("are the longest that fit", () => {
    const ways = shorter("3: 5.1 (data 2.1)");
    expect(ways).toEqual(["3: 5.1 (data 2.1)", "3: 5.1", "3"]);
    expect([200, 70, 30, 5].map((room) => worded(ctx, ways, room))).toEqual([
      "3: 5.1 (data 2.1)",
      "3: 5.1",
      "3",
      "",
    ]);
    expect(shorter("cat · 4.21").at(-1)).toBe("cat");
  });
});

describe("words side by side", () => {
  const classes = ["airplane", "automobile", "bird", "deer", "dog"];
  const within = (most: number) => (word: string) => word.length <= most;

  it("are cut alike, so that all of them fit", () => {
    expect(cutAlike(classes, within(10))).toEqual(classes);
    expect(cutAlike(classes, within(7))).toEqual(["airpla…", "automo…", "bird", "deer", "dog"]);
    expect(cutAlike(classes, within(4))).toEqual(["airp", "auto", "bird", "deer", "dog"]);
    expect(cutAlike(classes, within(2))).toEqual(["ai", "au", "bi", "de", "do"]);
    expect(cutAlike(classes, within(0))).toEqual(["", "", "", "", ""]);
    expect(cutAlike([], within(3))).toEqual([]);
  });
});
