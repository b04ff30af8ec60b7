import { describe, expect, it } from "vitest";

import { linearTicks, logTicks, place, settle, step125, valueAt } from "./axes";

describe("ticks", () => {
  it("stand at 1, 2 or 5 times a power of ten", () => {
    expect(step125(10, 5)).toBe(2);
    expect(step125(0.9, 5)).toBeCloseTo(0.2);
    expect(step125(23, 5)).toBe(5);
    expect(linearTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(-0.3, 0.3, 4)).toEqual([-0.2, 0, 0.2]);
  });
  it("stand at powers of ten on a log axis, with leads between few of them", () => {
    expect(logTicks(0.001, 1, 4)).toEqual([0.001, 0.01, 0.1, 1]);
    expect(logTicks(0.1, 1, 6)).toEqual([0.1, 0.2, 0.5, 1]);
    expect(logTicks(1e-9, 1, 3)).toEqual([1e-9, 1e-6, 1e-3, 1]);
    expect(logTicks(0.5, 5, 4)).toEqual([0.5, 1, 2, 5]);
    expect(logTicks(0.02, 2, 4)).toEqual([0.03, 0.1, 0.3, 1]);
    expect(logTicks(0.02, 4, 4)).toEqual([0.1, 1]);
  });
});

describe("settle", () => {
  it("widens to steps and includes zero where it is near", () => {
    expect(settle(0.12, 0.93, false, null)).toEqual({ low: 0, high: 1, log: false });
    expect(settle(0.013, 0.7, true, null)).toEqual({ low: 0.01, high: 1, log: true });
  });
  it("keeps the axis of before while the data still fill half of it", () => {
    const before = { low: 0, high: 1, log: false };
    expect(settle(0.05, 0.72, false, before)).toBe(before);
    expect(settle(0.05, 0.3, false, before)).not.toBe(before);
    expect(settle(0.05, 1.3, false, before).high).toBeGreaterThan(1.29);
  });
  it("has an answer for no data and for a constant", () => {
    expect(settle(Infinity, -Infinity, false, null)).toEqual({ low: 0, high: 1, log: false });
    const flat = settle(3, 3, false, null);
    expect(flat.high).toBeGreaterThan(flat.low);
  });
});

it("places values and finds them again, linear and log", () => {
  for (const domain of [
    { low: 0, high: 10, log: false },
    { low: 0.001, high: 10, log: true },
  ]) {
    const at = place(domain, 2, 50, 250);
    expect(valueAt(domain, at, 50, 250)).toBeCloseTo(2);
  }
});
