import { describe, expect, it } from "vitest";

import { PLACES, placeOf, valueOf, written, type Range } from "./scale";

const range = (more: Partial<Range>): Range => ({
  low: 0,
  high: 1,
  log: false,
  integer: false,
  step: null,
  above: false,
  ...more,
});

describe("slider scale", () => {
  it("goes there and back", () => {
    const log = range({ low: 1e-5, high: 10, log: true });
    for (const value of [1e-5, 1e-3, 0.03, 1, 10]) {
      expect(valueOf(placeOf(value, log), log)).toBeCloseTo(value, 8);
    }
    const whole = range({ low: 1, high: 512, log: true, integer: true });
    expect(valueOf(placeOf(20, whole), whole)).toBe(20);
  });

  it("has a zero at the left of a log range that starts there", () => {
    const rate = range({ high: 10, log: true });
    expect(valueOf(0, rate)).toBe(0);
    expect(placeOf(0, rate)).toBe(0);
    expect(valueOf(1, rate)).toBeGreaterThan(0);
    expect(valueOf(PLACES, rate)).toBe(10);
  });

  it("keeps to the step", () => {
    expect(valueOf(PLACES * 0.333, range({ high: 0.9, step: 0.05 }))).toBe(0.3);
  });

  it("writes rates as the lecturers do", () => {
    expect([written(0.02), written(0.001), written(0.00025), written(0)]).toEqual([
      "0.02",
      "1e-3",
      "2.5e-4",
      "0",
    ]);
  });
});
