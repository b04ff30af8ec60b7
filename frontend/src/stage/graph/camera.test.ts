import { describe, expect, it } from "vitest";

import type { GraphLayout } from "../../draw/graph-layout";
import { boxAt, kept, lookOf, MARGIN, showing, viewOf, whole, zoomed } from "./camera";

const box = (x: number, y: number) => ({ x, y, width: 100, height: 40 });
const LAYOUT: GraphLayout = {
  boxes: [box(0, 0), box(900, 0), box(0, 360), box(900, 360)],
  rowOf: [0, 0, 1, 1],
  edges: [],
  ...{ width: 1000, height: 400, rows: 2 },
};
const ROOM = { width: 816, height: 600 };
const SMALL = { width: 300, height: 200 };

describe("the whole graph", () => {
  it("fits the room and stands in its middle", () => {
    const { scale, x, y } = whole(LAYOUT, ROOM, 1);
    expect(scale).toBeCloseTo(0.8);
    expect(x).toBeCloseTo(MARGIN);
    expect(y).toBeCloseTo((600 - 320) / 2);
  });

  it("is not shown much larger than the page's type", () => {
    expect(whole(LAYOUT, { width: 9000, height: 9000 }, 1).scale).toBe(1.4);
  });
});

describe("a part of it", () => {
  it("never leaves the room empty", () => {
    expect(kept({ scale: 2, x: -90_000, y: 90_000 }, LAYOUT, ROOM)).toEqual({
      ...{ scale: 2, x: ROOM.width - MARGIN - 2000, y: MARGIN },
    });
  });

  it("stays in the middle when the room changes", () => {
    const view = kept({ scale: 2, x: -1000, y: -150 }, LAYOUT, ROOM);
    const look = lookOf(view, LAYOUT, ROOM);
    expect(viewOf(look, LAYOUT, ROOM)).toEqual(view);
    const small = viewOf(look, LAYOUT, SMALL);
    expect((SMALL.width / 2 - (small?.x ?? 0)) / 2).toBeCloseTo((ROOM.width / 2 - view.x) / 2);
    expect(viewOf({ ...look, at: 9 }, LAYOUT, ROOM)).toBeNull();
  });

  it("is zoomed around a place, and never out beyond the whole", () => {
    const view = { scale: 1, x: -100, y: -50 };
    const near = zoomed(view, 2, { x: 40, y: 30, least: 0.5 });
    expect((40 - near.x) / near.scale).toBeCloseTo(140);
    expect(zoomed(view, 0.01, { x: 0, y: 0, least: 0.5 }).scale).toBe(0.5);
  });

  it("moves as far as a box needs, and not at all for one that is seen", () => {
    const view = { scale: 1, x: MARGIN, y: MARGIN };
    expect(showing(view, LAYOUT, 0, ROOM)).toEqual(view);
    const moved = showing(view, LAYOUT, 1, ROOM);
    expect(moved.x + 1000).toBe(ROOM.width - MARGIN);
  });
});

it("finds the box under a point", () => {
  const view = { scale: 2, x: 10, y: 20 };
  expect(boxAt(LAYOUT, view, 11, 21)).toBe(0);
  expect(boxAt(LAYOUT, view, 9, 21)).toBe(-1);
});
