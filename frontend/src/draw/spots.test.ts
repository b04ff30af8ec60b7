import { describe, expect, it } from "vitest";

import type { Cloud } from "./scatter";
import {
  ballOf,
  hitSpot,
  isInside,
  nextSpot,
  spotsInPlane,
  regionOf,
  spotsInside,
  spotsInSpace,
  viewer,
} from "./spots";

const RECT = { x: 0, y: 0, width: 200, height: 100 };
const cube: Cloud = {
  points: [0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 2, 2, 2],
  dimensions: 3,
  labels: [0, 1, 2, 3, 4],
  heldOut: null,
};
const plane: Cloud = {
  points: [0, 0, 1, 0, 0, 1, 1, 1],
  dimensions: 2,
  labels: [0, 1, 2, 3],
  heldOut: null,
};

describe("points in space", () => {
  it("are seen about the middle of their box", () => {
    const ball = ballOf(cube);
    expect(ball).toEqual({ middle: [1, 1, 1], reach: 1 });
    const middle = viewer(ball, RECT, { turn: 1.3, tilt: 0.4 })(1, 1, 1);
    expect(middle.x).toBeCloseTo(100);
    expect(middle.y).toBeCloseTo(50);
    expect(middle.depth).toBeCloseTo(0.5);
  });

  it("go right with x and up with z when seen from the front", () => {
    const place = viewer(ballOf(cube), RECT, { turn: 0, tilt: 0 });
    expect(place(2, 1, 1).x).toBeGreaterThan(100);
    expect(place(1, 1, 2).y).toBeLessThan(50);
    expect(place(1, 2, 1).depth).toBeGreaterThan(place(1, 0, 1).depth);
  });

  it("come back after a full turn, and swap sides after half of one", () => {
    const ball = ballOf(cube);
    const at = (turn: number) => spotsInSpace(cube, ball, RECT, { turn, tilt: 0 });
    at(0.7).forEach((spot, index) => {
      const again = at(0.7 + 2 * Math.PI)[index];
      expect(again?.x).toBeCloseTo(spot.x);
      expect(again?.y).toBeCloseTo(spot.y);
    });
    const [front, back] = [at(0)[1], at(Math.PI)[1]];
    expect(Math.sign((front?.x ?? 0) - 100)).toBe(-Math.sign((back?.x ?? 0) - 100));
  });

  it("stay on the canvas however they are turned", () => {
    for (let turn = 0; turn < 6.3; turn += 0.3)
      for (let tilt = -1.5; tilt <= 1.5; tilt += 0.3)
        for (const { x, y } of spotsInSpace(cube, ballOf(cube), RECT, { turn, tilt })) {
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x).toBeLessThanOrEqual(200);
          expect(y).toBeGreaterThanOrEqual(-6);
          expect(y).toBeLessThanOrEqual(106);
        }
  });

  it("of one spot have a box all the same", () => {
    const one = { ...cube, points: [3, 3, 3] };
    expect(ballOf(one)).toEqual({ middle: [3, 3, 3], reach: 1 });
    expect(ballOf({ ...cube, points: [] })).toEqual({ middle: [0, 0, 0], reach: 1 });
  });
});

describe("which spots are meant", () => {
  const spots = spotsInPlane(plane, [0, 1, 0, 1], RECT);

  it("is the nearest one within reach", () => {
    expect(hitSpot(spots, { x: 198, y: 3 })).toBe(3);
    expect(hitSpot(spots, { x: 100, y: 50 })).toBeNull();
  });

  it("is the one in front where two lie together", () => {
    const pair = [
      { x: 5, y: 5, depth: 0.9 },
      { x: 5.5, y: 5, depth: 0.1 },
    ];
    expect(hitSpot(pair, { x: 5, y: 5 })).toBe(1);
  });

  it("are those inside a line drawn about them", () => {
    const line = [
      { x: -5, y: -5 },
      { x: 90, y: -5 },
      { x: 90, y: 105 },
      { x: -5, y: 105 },
    ];
    expect(spotsInside(spots, line)).toEqual([0, 2]);
    expect(isInside([], { x: 0, y: 0 })).toBe(false);
  });

  it("are in the box between the ends of a line that goes around nothing", () => {
    const diagonal = [0, 1, 2, 3].map((at) => ({ x: 10 * at, y: 20 * at + (at % 2) }));
    expect(regionOf(diagonal)).toHaveLength(4);
    expect(isInside(regionOf(diagonal), { x: 5, y: 50 })).toBe(true);
    const around = [
      { x: 0, y: 0 },
      { x: 30, y: 0 },
      { x: 0, y: 60 },
    ];
    expect(regionOf(around)).toBe(around);
    const level = [0, 40].map((x) => ({ x, y: 8 }));
    expect(isInside(regionOf(level), { x: 20, y: 11 })).toBe(true);
  });

  it("is the next in a direction, or the same at the edge", () => {
    expect(nextSpot(spots, 0, "right")).toBe(1);
    expect(nextSpot(spots, 0, "up")).toBe(2);
    expect(nextSpot(spots, 3, "left")).toBe(2);
    expect(nextSpot(spots, 3, "up")).toBe(3);
    expect(nextSpot(spots, 9, "up")).toBe(0);
  });
});
