/** Filled contours of a surface with a path on it. */

import { terrain, type ColorTable } from "./color";
import { scaled, type Palette } from "./palette";
import { paintRaster, type Rect } from "./raster";
import { project, type Extent } from "./scatter";

export interface Heights {
  /** (rows, columns); row 0 lies at the bottom. NaN where not yet known. */
  readonly values: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
}

/** Height between the samples, bilinear; NaN where a corner is missing. */
export function heightAt(heights: Heights, row: number, column: number): number {
  const r = Math.max(0, Math.min(heights.rows - 1.000001, row));
  const c = Math.max(0, Math.min(heights.columns - 1.000001, column));
  const top = Math.floor(r);
  const left = Math.floor(c);
  const at = (i: number, j: number): number => heights.values[i * heights.columns + j] ?? NaN;
  const upper = at(top, left) * (1 - (c - left)) + at(top, left + 1) * (c - left);
  const lower = at(top + 1, left) * (1 - (c - left)) + at(top + 1, left + 1) * (c - left);
  return upper * (1 - (r - top)) + lower * (r - top);
}

/** Least and greatest height that is known, or null. */
export function rangeOf(heights: Heights): readonly [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < heights.values.length; i++) {
    const value = heights.values[i] ?? NaN;
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high >= low ? [low, high] : null;
}

/** Bands hold equal shares of the logarithm above the lowest point, so that the valley has detail. */
export function bandOf(height: number, low: number, high: number, bands: number): number {
  const share = Math.log1p((30 * (height - low)) / (high - low || 1)) / Math.log1p(30);
  return Math.max(0, Math.min(bands - 1, Math.floor(share * bands)));
}

/** Levels 0-255 of every pixel of a (height, width) picture, y going up. */
export function bandLevels(
  heights: Heights,
  width: number,
  height: number,
  bands: number,
): Uint8Array<ArrayBuffer> {
  const [low, high] = rangeOf(heights) ?? [0, 1];
  const levels = new Uint8Array(width * height).fill(255);
  for (let y = 0; y < height; y++) {
    const row = ((height - 1 - y) / Math.max(1, height - 1)) * (heights.rows - 1);
    for (let x = 0; x < width; x++) {
      const value = heightAt(heights, row, (x / Math.max(1, width - 1)) * (heights.columns - 1));
      if (Number.isNaN(value)) continue;
      levels[y * width + x] = (bandOf(value, low, high, bands) / (bands - 1)) * 255;
    }
  }
  return levels;
}

export function paintContours(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  heights: Heights,
  palette: Palette,
  table: ColorTable = terrain(palette.dark),
): void {
  const width = Math.max(2, Math.min(480, Math.round(rect.width)));
  const height = Math.max(2, Math.min(360, Math.round(rect.height)));
  const levels = bandLevels(heights, width, height, 14);
  paintRaster(ctx, { levels, channels: 1, width, height }, rect, { table, smooth: true });
}

/** The way training took, from its start to a dot where it is now; the places are its snapshots. */
export function paintPath(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  path: ArrayLike<number>,
  extent: Extent,
  palette: Palette,
): void {
  const places = Array.from({ length: path.length >> 1 }, (_, i) =>
    project(path[2 * i] ?? 0, path[2 * i + 1] ?? 0, extent, rect),
  );
  const last = places.at(-1);
  if (last === undefined) return;
  ctx.lineJoin = "round";
  ctx.beginPath();
  places.forEach(({ x, y }, i) => (i === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y)));
  // A casing in the colour of the card, so that the line is seen over every height.
  ctx.strokeStyle = palette.card;
  ctx.lineWidth = scaled(palette, 4.5);
  ctx.stroke();
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = scaled(palette, 2.5);
  ctx.stroke();
  for (const { x, y } of places) dot(ctx, x, y, scaled(palette, 2.6), palette);
  dot(ctx, last.x, last.y, scaled(palette, 6), palette);
}

function dot(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  palette: Palette,
): void {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fillStyle = palette.accent;
  ctx.strokeStyle = palette.card;
  ctx.lineWidth = 1.2;
  ctx.stroke();
  ctx.fill();
}
