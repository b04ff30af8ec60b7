import { describe, expect, it } from "vitest";

import { CLASS_COLORS } from "./color";
import { hitPath, pathColor, spread, type MapPath } from "./surface-paths";

const RECT = { x: 0, y: 0, width: 100, height: 100 };
const EXTENT = [0, 1, 0, 1] as const;

function path(lane: number, x: number[], y: number[]): MapPath {
  return { label: `racer ${lane}`, x, y, lane };
}

describe("colours of paths", () => {
  it("differ for all eight lanes and leave orange to the session's own way", () => {
    for (const dark of [false, true]) {
      const colors = Array.from({ length: 8 }, (_, lane) => pathColor(lane, dark));
      expect(new Set(colors).size).toBe(8);
      expect(colors).not.toContain(CLASS_COLORS[dark ? "dark" : "light"][0]);
    }
  });
});

describe("names beside the heads", () => {
  it("are pushed apart where they would cover each other", () => {
    const names = [{ at: 50 }, { at: 52 }, { at: 51 }, { at: 10 }];
    spread(names, RECT, 16);
    const places = names.map(({ at }) => at);
    expect(places[0]).toBe(10);
    for (let i = 1; i < places.length; i++)
      expect((places[i] ?? 0) - (places[i - 1] ?? 0)).toBeGreaterThanOrEqual(15.999);
  });

  it("stay within the map at its lower edge", () => {
    const names = [{ at: 99 }, { at: 98 }, { at: 97 }];
    spread(names, RECT, 16);
    expect(Math.max(...names.map(({ at }) => at))).toBeLessThanOrEqual(92);
    expect(names.map(({ at }) => at)).toEqual([60, 76, 92]);
  });
});

describe("the path that is pointed at", () => {
  const paths = [path(0, [0, 0.5], [0, 0.5]), path(1, [0, 0.9], [0, 0.1])];

  it("is the nearest within reach", () => {
    expect(hitPath(paths, { extent: EXTENT }, RECT, { x: 89, y: 91 })).toBe(1);
    expect(hitPath(paths, { extent: EXTENT }, RECT, { x: 51, y: 49 })).toBe(0);
    expect(hitPath(paths, { extent: EXTENT }, RECT, { x: 10, y: 10 })).toBe(-1);
  });

  it("does not count what a replay has not reached", () => {
    expect(hitPath(paths, { extent: EXTENT, until: 1 }, RECT, { x: 51, y: 49 })).toBe(-1);
  });
});
