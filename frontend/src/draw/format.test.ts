import { expect, it } from "vitest";

import { count, percent, range, short, steady } from "./format";

it("writes numbers shortly", () => {
  expect([0, 1, 0.1, 1234, -0.5, 1e-6, 3.2e7].map((value) => short(value))).toEqual([
    ...["0", "1", "0.1", "1230", "−0.5", "1e-6".replace("-", "−"), "3.2e7"],
  ]);
  expect(short(Number.NaN)).toBe("–");
});

it("writes counts, shares, ranges and headline numbers", () => {
  expect(count(1234567)).toBe("1\u202f234\u202f567");
  expect(percent(0.9554)).toBe("95.5 %");
  expect(range(-1, 1)).toBe("−1 … 1");
  expect([0.0812, 12.345, 0].map(steady)).toEqual(["0.081", "12.35", "0.000"]);
});
