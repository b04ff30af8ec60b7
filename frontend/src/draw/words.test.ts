import { describe, expect, it } from "vitest";

import { shorter, worded } from "./words";

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
