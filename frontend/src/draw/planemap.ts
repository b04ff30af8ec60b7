/** A map of the plane as it is shown large: by one number per cell, or by class; and its axes. */

import { linearTicks } from "./axes";
import { classColor, packed, rgb, tableOf, unpacked, type Scale } from "./color";
import { short } from "./format";
import { fitted } from "./grid";
import { font, scaled, type Palette } from "./palette";
import { paintRaster, type Rect } from "./raster";
import type { Extent } from "./scatter";
import type { Size } from "./scheduler";

export interface PlaneMap {
  /** (rows, columns) levels 0-255, row 0 at the top. */
  readonly levels: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
  readonly scale: Scale;
  readonly smooth: boolean;
  /** What level 0 and level 255 stand for. */
  readonly low: number;
  readonly high: number;
  /** (rows, columns) the class of each cell; the levels are then how sure it is. */
  readonly labels: ArrayLike<number> | null;
}

export function paintPlaneMap(
  ctx: CanvasRenderingContext2D,
  map: PlaneMap,
  rect: Rect,
  palette: Palette,
): void {
  const { levels, columns: width, rows: height, smooth } = map;
  const table = tableOf(map.scale, palette.dark);
  const raster =
    map.labels === null
      ? { levels, channels: 1, width, height }
      : { levels: planesOf(levels, map.labels, palette.dark), channels: 3, width, height };
  paintRaster(ctx, raster, rect, { table, smooth });
}

/** Three planes R, G, B: the class's colour, paler the less sure it is. */
export function planesOf(
  levels: ArrayLike<number>,
  labels: ArrayLike<number>,
  dark: boolean,
): Uint8Array<ArrayBuffer> {
  const ground = unpacked(tableOf("signed", dark)[128] ?? packed([255, 255, 255]));
  const colors = Array.from({ length: 10 }, (_, label) => rgb(classColor(label, dark)));
  const size = levels.length;
  const planes = new Uint8Array(3 * size);
  for (let i = 0; i < size; i++) {
    const color = colors[labels[i] ?? 0] ?? ground;
    const share = (levels[i] ?? 0) / 255;
    for (let channel = 0; channel < 3; channel++) {
      const from = ground[channel] ?? 0;
      planes[channel * size + i] = Math.round(from + ((color[channel] ?? 0) - from) * share);
    }
  }
  return planes;
}

/** What the map says at a place of the plane, or null outside of it. */
export function readAt(
  map: PlaneMap,
  extent: Extent,
  x1: number,
  x2: number,
): { readonly value: number; readonly label: number | null } | null {
  const [left, right, bottom, top] = extent;
  const column = Math.floor(((x1 - left) / (right - left)) * map.columns);
  const row = Math.floor(((top - x2) / (top - bottom)) * map.rows);
  if (row < 0 || column < 0 || row >= map.rows || column >= map.columns) return null;
  const cell = row * map.columns + column;
  const level = map.levels[cell] ?? 0;
  return {
    value: map.low + (level / 255) * (map.high - map.low),
    label: map.labels?.[cell] ?? null,
  };
}

/** Below this there is no room for numbers along the edges. */
const SMALLEST_WITH_AXES = 150;

/** Where the plane lies on a canvas: as large as it fits, with room for its axes. */
export function planeRect(size: Size, extent: Extent, palette: Palette): Rect {
  const room = withAxes(size)
    ? {
        x: scaled(palette, 24),
        y: scaled(palette, 5),
        width: size.width - scaled(palette, 24) - scaled(palette, 5),
        height: size.height - scaled(palette, 20) - scaled(palette, 5),
      }
    : { x: 0, y: 0, ...size };
  const [x0, x1, y0, y1] = extent;
  return fitted(room, (x1 - x0) / (y1 - y0));
}

export function withAxes(size: Size): boolean {
  return Math.min(size.width, size.height) >= SMALLEST_WITH_AXES;
}

/** Ticks with their numbers to the left and below; the axes' names stand between the last two. */
export function paintPlaneAxes(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  extent: Extent,
  names: readonly [string, string],
  palette: Palette,
): void {
  const [x0, x1, y0, y1] = extent;
  ctx.font = font(palette, 12.5);
  ctx.fillStyle = palette.ink2;
  ctx.strokeStyle = palette.ink2;
  ctx.lineWidth = 1;
  const bottom = rect.y + rect.height;
  const xOf = (value: number): number => rect.x + ((value - x0) / (x1 - x0)) * rect.width;
  const yOf = (value: number): number => bottom - ((value - y0) / (y1 - y0)) * rect.height;
  const many = Math.max(2, Math.min(8, Math.floor(rect.width / scaled(palette, 26))));
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  for (const [text, value] of labelled(x0, x1, many, names[0])) {
    ctx.fillText(text, xOf(value), bottom + 6);
    if (text !== names[0]) tick(ctx, xOf(value), bottom, 0, 4);
  }
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  for (const [text, value] of labelled(y0, y1, many, names[1])) {
    ctx.fillText(text, rect.x - 6, yOf(value));
    if (text !== names[1]) tick(ctx, rect.x, yOf(value), -4, 0);
  }
}

function labelled(low: number, high: number, many: number, name: string): [string, number][] {
  const places = linearTicks(low, high, many);
  const [before = low, last = high] = places.slice(-2);
  const marks = places.map((value): [string, number] => [short(value), value]);
  return name === "" ? marks : [...marks, [name, (before + last) / 2]];
}

function tick(ctx: CanvasRenderingContext2D, x: number, y: number, dx: number, dy: number): void {
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x + dx, y + dy);
  ctx.stroke();
}
