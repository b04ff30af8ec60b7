import { describe, expect, it } from "vitest";

import { placeOfStep, snapped, stepAtPlace, type TimelineView } from "./timeline";

const view: TimelineView = { width: 1000, height: 50, last: 10_000, shown: 0, live: true };

describe("timeline", () => {
  it("goes from steps to places and back", () => {
    for (const step of [0, 1, 10, 500, 10_000]) {
      expect(stepAtPlace(placeOfStep(step, view), view)).toBe(step);
    }
    expect(stepAtPlace(-50, view)).toBe(0);
    expect(stepAtPlace(5000, view)).toBe(10_000);
  });

  it("snaps to a snapshot that is near, and to none that is far", () => {
    const data = { snapshots: [0, 100, 5000], edits: [], steps: [], loss: null };
    expect(snapped(5010, data, view)).toBe(5000);
    expect(snapped(2000, data, view)).toBe(2000);
  });
});
