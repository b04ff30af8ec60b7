/** Where points lie on a canvas, in the plane or in space, and which of them are meant. */

import type { Rect } from "./raster";
import { project, type Cloud, type Extent } from "./scatter";
import type { Eye } from "./surface3d";

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Spot extends Place {
  /** 0 for the nearest, 1 for the farthest; all 0 in the plane. */
  readonly depth: number;
}

/** A box about the points of a cloud in space: its middle, and half its longest side. */
export interface Ball {
  readonly middle: readonly [number, number, number];
  readonly reach: number;
}

export function spotsInPlane(cloud: Cloud, extent: Extent, rect: Rect): Spot[] {
  return Array.from({ length: countOf(cloud) }, (_, i) => {
    const x = cloud.points[i * cloud.dimensions] ?? 0;
    const y = cloud.points[i * cloud.dimensions + 1] ?? 0;
    return { ...project(x, y, extent, rect), depth: 0 };
  });
}

export function ballOf(cloud: Cloud): Ball {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < countOf(cloud) * 3; i++) {
    const value = cloud.points[i] ?? 0;
    low[i % 3] = Math.min(low[i % 3] ?? 0, value);
    high[i % 3] = Math.max(high[i % 3] ?? 0, value);
  }
  const [a, b, c] = [0, 1, 2].map((axis) => [low[axis] ?? 0, high[axis] ?? 0] as const);
  if (a === undefined || b === undefined || c === undefined || !(a[1] >= a[0]))
    return { middle: [0, 0, 0], reach: 1 };
  const middle = [mean(a), mean(b), mean(c)] as const;
  return { middle, reach: Math.max(a[1] - a[0], b[1] - b[0], c[1] - c[0]) / 2 || 1 };
}

/** From space to the canvas: turned about the upright axis, tilted, a little perspective. */
export function viewer(
  ball: Ball,
  rect: Rect,
  { turn, tilt }: Eye,
): (x: number, y: number, z: number) => Spot {
  const [sinTurn, cosTurn] = [Math.sin(turn), Math.cos(turn)];
  const [sinTilt, cosTilt] = [Math.sin(tilt), Math.cos(tilt)];
  // The corners of the box stay inside however it is turned.
  const size = Math.min(rect.width, rect.height) / 2 / (Math.SQRT2 * 1.12);
  const centre = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
  return (px, py, pz) => {
    const x = (px - ball.middle[0]) / ball.reach;
    const y = (py - ball.middle[1]) / ball.reach;
    const z = (pz - ball.middle[2]) / ball.reach;
    const across = x * cosTurn - y * sinTurn;
    const away = x * sinTurn + y * cosTurn;
    const depth = away * cosTilt - z * sinTilt;
    const up = away * sinTilt + z * cosTilt;
    const closer = size / (1 + depth * PERSPECTIVE);
    return {
      x: centre.x + across * closer,
      y: centre.y - up * closer,
      depth: Math.max(0, Math.min(1, (depth + DEEPEST) / (2 * DEEPEST))),
    };
  };
}

const PERSPECTIVE = 0.12;
const DEEPEST = Math.sqrt(3);

export function spotsInSpace(cloud: Cloud, ball: Ball, rect: Rect, eye: Eye): Spot[] {
  const place = viewer(ball, rect, eye);
  return Array.from({ length: countOf(cloud) }, (_, i) =>
    place(cloud.points[3 * i] ?? 0, cloud.points[3 * i + 1] ?? 0, cloud.points[3 * i + 2] ?? 0),
  );
}

/** Index of the spot nearest to a place within reach, of near ones the one in front; or null. */
export function hitSpot(spots: readonly Spot[], at: Place, reach = 10): number | null {
  let best: number | null = null;
  let least = Infinity;
  spots.forEach((spot, index) => {
    const distance = Math.hypot(spot.x - at.x, spot.y - at.y);
    const cost = distance + spot.depth * 4;
    if (distance < reach && cost < least) [best, least] = [index, cost];
  });
  return best;
}

/** Whether a place lies inside a closed line, by the even-odd rule. */
export function isInside(line: readonly Place[], at: Place): boolean {
  let inside = false;
  line.forEach((a, index) => {
    const b = line[(index + 1) % line.length] ?? a;
    if (a.y > at.y === b.y > at.y) return;
    if (at.x < a.x + ((at.y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside;
  });
  return inside;
}

/** So little of its box a line that was meant as a diagonal goes around. */
const THIN = 0.04;
/** A box is no thinner than this, in pixels. */
const LEAST = 12;

/** What a line goes around: the box between its ends where it goes around nothing. */
export function regionOf(line: readonly Place[]): readonly Place[] {
  const xs = line.map(({ x }) => x);
  const ys = line.map(({ y }) => y);
  const [left, right] = widened(Math.min(...xs), Math.max(...xs));
  const [top, bottom] = widened(Math.min(...ys), Math.max(...ys));
  const twice = line.reduce((sum, { x, y }, index) => {
    const next = line[(index + 1) % line.length] ?? { x, y };
    return sum + x * next.y - next.x * y;
  }, 0);
  const long = Math.hypot(right - left, bottom - top);
  if (Math.abs(twice) / 2 > THIN * long * long) return line;
  return [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ];
}

function widened(low: number, high: number): [number, number] {
  const more = Math.max(0, LEAST - (high - low)) / 2;
  return [low - more, high + more];
}

export function spotsInside(spots: readonly Spot[], line: readonly Place[]): number[] {
  return spots.flatMap((spot, index) => (isInside(line, spot) ? [index] : []));
}

export type Direction = "left" | "right" | "up" | "down";

/** The next spot from one in a direction: near, and rather ahead than aside; or the same one. */
export function nextSpot(spots: readonly Spot[], from: number, direction: Direction): number {
  const start = spots[from];
  if (start === undefined) return 0;
  let [best, least] = [from, Infinity];
  spots.forEach((spot, index) => {
    const [dx, dy] = [spot.x - start.x, spot.y - start.y];
    const ahead = { left: -dx, right: dx, up: -dy, down: dy }[direction];
    const aside = direction === "left" || direction === "right" ? Math.abs(dy) : Math.abs(dx);
    const cost = ahead + 2 * aside;
    if (index !== from && ahead > 0.5 && aside <= 2 * ahead && cost < least)
      [best, least] = [index, cost];
  });
  return best;
}

export function countOf(cloud: Cloud): number {
  return Math.floor(cloud.points.length / cloud.dimensions);
}

function mean([low, high]: readonly [number, number]): number {
  return (low + high) / 2;
}
