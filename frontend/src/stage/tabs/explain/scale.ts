/** On which range scores become colours: never silently each map on its own. */

import type { Scale } from "../../../draw/color";
import { range, short } from "../../../draw/format";
import type { Tile } from "../../../draw/tile";

/** One map of scores, as numbers. */
export interface ScoreMap {
  readonly values: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
  readonly scale: Scale;
}

/** The scores that a picture's 256 levels stand for. */
export function scoresOf({ raster, scale, low, high }: Tile): ScoreMap {
  const { width, height, levels } = raster;
  const step = (high - low) / 255;
  return { values: Float32Array.from(levels, (level) => low + level * step), width, height, scale };
}

export type ScaleMode = "map" | "row" | "column" | "all" | "fixed";

export const SCALES: readonly { readonly value: ScaleMode; readonly label: string }[] = [
  { value: "map", label: "per map" },
  { value: "row", label: "shared over the row" },
  { value: "column", label: "shared over the column" },
  { value: "all", label: "shared over all" },
  { value: "fixed", label: "fixed over time" },
];

/**
 * The score at which the colours are full: those up to it make this share of the sum of all sizes.
 *
 * A few pixels often hold most of a sum; a share of the sum, unlike one of the count, does not cut
 * a map that is empty but for one spot. A share of 1 is the largest size.
 */
export function limitOf(values: ArrayLike<number>, share: number): number {
  const sizes = Float64Array.from({ length: values.length }, (_, at) => {
    const size = Math.abs(values[at] ?? 0);
    return Number.isFinite(size) ? size : 0;
  }).sort();
  const most = sizes.at(-1) ?? 0;
  if (share >= 1) return most;
  const wanted = sizes.reduce((sum, size) => sum + size, 0) * share;
  let sum = 0;
  for (const size of sizes) {
    sum += size;
    if (sum >= wanted) return size;
  }
  return most;
}

export function extremes(values: ArrayLike<number>): readonly [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? 0;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high >= low ? [low, high] : [0, 0];
}

export interface Placed {
  readonly row: number;
  readonly column: string;
  readonly limit: number;
}

/** Whether the range of one map depends on others. */
export function isShared(mode: ScaleMode): boolean {
  return mode !== "map" && mode !== "fixed";
}

/** The limit of one map among all, in a mode; `fixed` keeps what it was given. */
export function sharedLimit(
  mode: ScaleMode,
  own: Placed,
  all: readonly Placed[],
  fixed: number | undefined,
): number {
  if (mode === "map") return own.limit;
  if (mode === "fixed") return fixed ?? own.limit;
  const among = all.filter(
    ({ row, column }) =>
      mode === "all" || (mode === "row" ? row === own.row : column === own.column),
  );
  return Math.max(own.limit, ...among.map(({ limit }) => limit));
}

/** Where a score lies on the colours: -1 to 1 for signed ones, else 0 to 1. */
export function shareOf(value: number, limit: number, signed: boolean): number {
  if (!(limit > 0) || !Number.isFinite(value)) return 0;
  const share = value / limit;
  return Math.max(signed ? -1 : 0, Math.min(1, share));
}

/** The range of the colours as it stands below a map: `± 0.12`, or `0 … 0.12`. */
export function rangeWords(limit: number, signed: boolean): string {
  return signed ? `± ${short(limit, 2)}` : range(0, Number(limit.toPrecision(2)));
}
