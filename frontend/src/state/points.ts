/** Points that a person puts into the plane, apart from drawing and sending them. */

import type { Part } from "../wire/protocol";

/** x1, x2 and the target: a class index, or the value for regression. */
export type Point = readonly [number, number, number];

/** The plane goes from minus this to this, along both axes. */
export const EXTENT = 6;
export const MOST_POINTS = 5000;
export const MOST_CLASSES = 8;
/** Fewer than this cannot be trained on: one point to train on and one for validation. */
export const FEWEST_POINTS = 2;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** How far apart the points of a stroke lie at least, in units of the plane. */
const APART = 0.35;

/** The same point, also after it went through 32 bits and back. */
export function keyOfPoint([x1, x2, target]: Point): string {
  return `${x1.toFixed(3)} ${x2.toFixed(3)} ${target.toFixed(3)}`;
}

/** A place as it is kept: two decimals are finer than a pixel, and stay inside the plane. */
export function placed(x1: number, x2: number, target: number): Point {
  return [within(x1), within(x2), target];
}

function within(value: number): number {
  return Math.round(Math.min(EXTENT, Math.max(-EXTENT, value)) * 100) / 100;
}

/** Whether a stroke has come far enough for its next point. */
export function isApart(last: Point | undefined, next: Point): boolean {
  return last === undefined || Math.hypot(next[0] - last[0], next[1] - last[1]) >= APART;
}

/** Return the points of a part, if it is the data set of own points. */
export function ownPoints(dataset: Part): readonly Point[] | null {
  const points = dataset.params["points"];
  if (dataset.name !== "own" || !Array.isArray(points)) return null;
  return points.map((point) => {
    const [x1, x2, target] = Array.isArray(point) ? point.map(Number) : [];
    return [x1 ?? 0, x2 ?? 0, target ?? 0];
  });
}

/** Return whether each of so many own points is held out, as the data set of own points decides. */
export function heldOutOf(count: number, trainShare: number): boolean[] {
  const places = Array.from({ length: count }, (_, index) => (index * GOLDEN) % 1);
  const heldOut = places.map((place) => place >= trainShare);
  // While so few points would leave none for validation, the last in that sense is kept for it.
  if (count > 1 && !heldOut.includes(true)) {
    heldOut[places.indexOf(Math.max(...places))] = true;
  }
  return heldOut;
}

/** Return own points in the order of the data: those trained on first, then those held out. */
export function inDataOrder(dataset: Part): readonly Point[] | null {
  const points = ownPoints(dataset);
  if (points === null) return null;
  const heldOut = heldOutOf(points.length, Number(dataset.params["train_share"] ?? 0.5));
  return [...points.filter((_, i) => !heldOut[i]), ...points.filter((_, i) => heldOut[i])];
}

/** Return how many own points are trained on and how many are held out; null for other data. */
export function ownCounts(dataset: Part): { train: number; validation: number } | null {
  const points = ownPoints(dataset);
  if (points === null) return null;
  const heldOut = heldOutOf(points.length, Number(dataset.params["train_share"] ?? 0.5));
  const validation = heldOut.filter(Boolean).length;
  return { train: points.length - validation, validation };
}

/** Return for each wanted point the place of one like it; each place is given once. */
export function placesOf(wanted: readonly Point[], points: readonly Point[]): number[] {
  const places = new Map<string, number[]>();
  points.forEach((point, index) => {
    const key = keyOfPoint(point);
    const known = places.get(key);
    if (known === undefined) places.set(key, [index]);
    else known.push(index);
  });
  return wanted
    .map((point) => places.get(keyOfPoint(point))?.shift())
    .filter((place) => place !== undefined);
}

/** Return classes as values from -1 to 1. */
export function asValues(points: readonly Point[], classes: number): Point[] {
  const most = Math.max(1, classes - 1);
  return points.map(([x1, x2, label]) => [x1, x2, (2 * label) / most - 1]);
}

/** Return values as two classes: below the middle, and the rest. */
export function asClasses(points: readonly Point[]): Point[] {
  const values = points.map(([, , value]) => value);
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const middle = low < 0 && high > 0 ? 0 : (low + high) / 2;
  return points.map(([x1, x2, value]) => [x1, x2, value >= middle ? 1 : 0]);
}
