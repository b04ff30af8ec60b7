import { describe, expect, it } from "vitest";

import { rise, turned } from "./surface3d";

describe("the eye", () => {
  it("goes round freely but neither below the ground nor over the top", () => {
    const eye = { turn: 0, tilt: 0.7 };
    expect(turned(eye, 7, 0).turn).toBe(7);
    expect(turned(eye, 0, -9).tilt).toBeCloseTo(0.12);
    expect(turned(eye, 0, 9).tilt).toBeCloseTo(1.45);
  });
});

describe("the rise of a surface", () => {
  it("goes from 0 to 1 and stretches what lies near the ground", () => {
    expect(rise(0.2, [0.2, 1.2])).toBe(0);
    expect(rise(1.2, [0.2, 1.2])).toBe(1);
    expect(rise(0.3, [0.2, 1.2])).toBeGreaterThan(0.3);
  });

  it("is level where all heights are alike", () => {
    expect(rise(3, [3, 3])).toBe(0);
  });
});
