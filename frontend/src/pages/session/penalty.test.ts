import { expect, it } from "vitest";

import { changesTo, penaltyOf, ratesOf } from "./penalty";

it("reads a choice from the rates", () => {
  expect(penaltyOf({ l1: 0, l2: 0 }, "none")).toBe("none");
  expect(penaltyOf({ l1: 0.1, l2: 0 }, "none")).toBe("l1");
  expect(penaltyOf({ l1: 0, l2: 0.1 }, "l1")).toBe("l2");
  expect(penaltyOf({ l1: 0.1, l2: 0.2 }, "none")).toBe("elastic");
  // A rate pulled down to zero leaves the choice where it was.
  expect(penaltyOf({ l1: 0, l2: 0 }, "l2")).toBe("l2");
  expect(penaltyOf({ l1: 0, l2: 0.2 }, "elastic")).toBe("elastic");
});

it("takes the rate over to another choice", () => {
  const rates = (penalty: Parameters<typeof changesTo>[0], l1: number, l2: number) =>
    changesTo(penalty, { l1, l2 }).map(({ value }) => value);
  expect(rates("l1", 0, 0)).toEqual([0.001, 0]);
  expect(rates("l2", 0.3, 0)).toEqual([0, 0.3]);
  expect(rates("elastic", 0.3, 0)).toEqual([0.3, 0.3]);
  expect(rates("none", 0.3, 0.1)).toEqual([0, 0]);
});

it("shows the rates of a choice", () => {
  expect([ratesOf("none"), ratesOf("l2"), ratesOf("elastic")]).toEqual([[], ["l2"], ["l1", "l2"]]);
});
