/** Points in the plane: class by hue and marker, training filled, validation outlined. */

import { classColor, cssOf, tableOf } from "./color";
import type { Look } from "./layer";
import type { Palette } from "./palette";
import type { Rect } from "./raster";

/** x0, x1, y0, y1 of the outer edges. */
export type Extent = readonly [number, number, number, number];

export interface Cloud {
  /** (n, dimensions); the first two are drawn. */
  readonly points: ArrayLike<number>;
  readonly dimensions: number;
  readonly labels: ArrayLike<number>;
  readonly heldOut: ArrayLike<number> | null;
  /** For regression: what the colour stands for instead of the label, and from where to where. */
  readonly values?: ArrayLike<number> | null;
  readonly valueRange?: readonly [number, number] | null;
}

export interface CloudStyle {
  readonly extent: Extent;
  readonly radius: number;
  /** Over a map of the same colours: a white ring about each, so that points stay visible. */
  readonly overMap?: boolean;
  readonly alpha?: number;
  readonly selected?: number | null;
  /** Draw about this many at most, evenly taken: a thumbnail shows the shape, not every point. */
  readonly most?: number;
}

/** Radius of points over a map of this width, in pixels: the map stays visible between them. */
export function radiusOver(width: number): number {
  return Math.max(1.2, Math.min(8, width / 100));
}

export function extentOf(cloud: Cloud, margin = 0.04): Extent {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i + 1 < cloud.points.length; i += cloud.dimensions) {
    const x = cloud.points[i] ?? 0;
    const y = cloud.points[i + 1] ?? 0;
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
    if (y < y0) y0 = y;
    if (y > y1) y1 = y;
  }
  if (!(x1 >= x0)) return [-1, 1, -1, 1];
  const dx = (x1 - x0 || 1) * margin;
  const dy = (y1 - y0 || 1) * margin;
  return [x0 - dx, x1 + dx, y0 - dy, y1 + dy];
}

/** Where a point lies in the rectangle; y goes up. */
export function project(
  x: number,
  y: number,
  extent: Extent,
  rect: Rect,
): { x: number; y: number } {
  const [x0, x1, y0, y1] = extent;
  return {
    x: rect.x + ((x - x0) / (x1 - x0)) * rect.width,
    y: rect.y + ((y1 - y) / (y1 - y0)) * rect.height,
  };
}

/** The place in the plane that a point of the canvas stands for: the inverse of `project`. */
export function unproject(
  at: { readonly x: number; readonly y: number },
  extent: Extent,
  rect: Rect,
): readonly [number, number] {
  const [x0, x1, y0, y1] = extent;
  return [
    x0 + ((at.x - rect.x) / rect.width) * (x1 - x0),
    y1 - ((at.y - rect.y) / rect.height) * (y1 - y0),
  ];
}

/** The colour of a point: its class's, or that of its value. */
export function colorOfPoint(cloud: Cloud, index: number, dark: boolean): string {
  const value = cloud.values?.[index];
  if (value === undefined) return classColor(cloud.labels[index] ?? 0, dark);
  const [low, high] = cloud.valueRange ?? [-1, 1];
  return cssOf(tableOf("signed", dark), ((value - low) / (high - low)) * 255);
}

const MARKERS = 5;

/** Trace a marker of about the same area: circle, diamond, triangle, square, triangle down. */
export function traceMarker(
  ctx: CanvasRenderingContext2D,
  kind: number,
  x: number,
  y: number,
  r: number,
): void {
  ctx.beginPath();
  switch (kind % MARKERS) {
    case 1:
      polygon(ctx, x, y, r * 1.25, 4, 0);
      break;
    case 2:
      polygon(ctx, x, y, r * 1.25, 3, -Math.PI / 2);
      break;
    case 3:
      ctx.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76);
      break;
    case 4:
      polygon(ctx, x, y, r * 1.25, 3, Math.PI / 2);
      break;
    default:
      ctx.arc(x, y, r, 0, 2 * Math.PI);
  }
}

function polygon(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  r: number,
  sides: number,
  turn: number,
): void {
  for (let i = 0; i < sides; i++) {
    const angle = turn + (i / sides) * 2 * Math.PI;
    if (i === 0) ctx.moveTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
    else ctx.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
  }
  ctx.closePath();
}

export function paintCloud(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  cloud: Cloud,
  style: CloudStyle,
  palette: Palette,
): void {
  ctx.globalAlpha = style.alpha ?? 1;
  // Outlined ones first, so that the filled training points lie on top of them.
  paintPart(ctx, rect, cloud, style, palette, true);
  paintPart(ctx, rect, cloud, style, palette, false);
  ctx.globalAlpha = 1;
  if (style.selected !== undefined && style.selected !== null) {
    const x = cloud.points[style.selected * cloud.dimensions] ?? 0;
    const y = cloud.points[style.selected * cloud.dimensions + 1] ?? 0;
    const at = project(x, y, style.extent, rect);
    ctx.strokeStyle = palette.ink;
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.arc(at.x, at.y, style.radius + 4, 0, 7);
    ctx.stroke();
  }
}

/** What the picture of a cloud depends on. */
export function lookOf(rect: Rect, cloud: Cloud, style: CloudStyle, palette: Palette): Look {
  const { points, labels, heldOut, values = null } = cloud;
  return {
    key: JSON.stringify([rect, style, cloud.dimensions, cloud.valueRange, palette.dark]),
    numbers: [points, labels, heldOut, values],
  };
}

function paintPart(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  cloud: Cloud,
  style: CloudStyle,
  palette: Palette,
  heldOut: boolean,
): void {
  const total = Math.floor(cloud.points.length / cloud.dimensions);
  const stride = Math.max(1, Math.ceil(total / (style.most ?? Infinity)));
  for (let i = 0; i < total; i += stride) {
    if ((cloud.heldOut?.[i] === 1) !== heldOut) continue;
    const x = cloud.points[i * cloud.dimensions] ?? 0;
    const y = cloud.points[i * cloud.dimensions + 1] ?? 0;
    const at = project(x, y, style.extent, rect);
    if (at.x < rect.x || at.x > rect.x + rect.width || at.y < rect.y || at.y > rect.y + rect.height)
      continue;
    const mark = { ...at, label: cloud.labels[i] ?? 0, heldOut, radius: style.radius };
    const color = colorOfPoint(cloud, i, palette.dark);
    if (style.overMap === true) paintOverMap(ctx, mark, color);
    else paintPlain(ctx, mark, color);
    // The middle of the values has the colour of the paper.
    if (style.overMap !== true && cloud.values && mark.radius > 2)
      paintRim(ctx, mark, palette.ink2);
  }
}

interface Marked {
  readonly x: number;
  readonly y: number;
  readonly label: number;
  readonly heldOut: boolean;
  readonly radius: number;
}

function paintPlain(ctx: CanvasRenderingContext2D, mark: Marked, color: string): void {
  traceMarker(ctx, mark.label, mark.x, mark.y, mark.radius);
  if (mark.heldOut) {
    ctx.strokeStyle = color;
    ctx.lineWidth = Math.min(1.5, mark.radius / 2);
    ctx.stroke();
  } else {
    ctx.fillStyle = color;
    ctx.fill();
  }
}

function paintRim(ctx: CanvasRenderingContext2D, mark: Marked, color: string): void {
  traceMarker(ctx, mark.label, mark.x, mark.y, mark.radius);
  ctx.strokeStyle = color;
  ctx.lineWidth = Math.min(1, mark.radius / 4);
  ctx.stroke();
}

const WHITE = "#ffffff";
const DARK = "rgb(20 24 29 / 75%)";

/**
 * Training: the colour inside a white ring; validation: white inside a ring of the colour. So each
 * stands out on its own colour; a thin dark rim is for grounds that are white.
 */
function paintOverMap(ctx: CanvasRenderingContext2D, mark: Marked, color: string): void {
  const { label, x, y, radius, heldOut } = mark;
  const ring = Math.max(0.8, Math.min(2.4, radius / 2.4));
  const size = heldOut ? radius * 0.9 : radius;
  traceMarker(ctx, label, x, y, size);
  if (radius >= 2.2) {
    ctx.strokeStyle = DARK;
    ctx.lineWidth = ring + 1.3;
    ctx.stroke();
  }
  ctx.fillStyle = heldOut ? WHITE : color;
  ctx.fill();
  ctx.strokeStyle = heldOut ? color : WHITE;
  ctx.lineWidth = ring;
  ctx.stroke();
}

/** Index of the nearest point within reach of a place, or -1. */
export function hitCloud(
  cloud: Cloud,
  extent: Extent,
  rect: Rect,
  point: { readonly x: number; readonly y: number },
  reach = 10,
): number {
  let best = -1;
  let least = reach * reach;
  for (let i = 0; i * cloud.dimensions < cloud.points.length; i++) {
    const x = cloud.points[i * cloud.dimensions] ?? 0;
    const y = cloud.points[i * cloud.dimensions + 1] ?? 0;
    const at = project(x, y, extent, rect);
    const distance = (at.x - point.x) ** 2 + (at.y - point.y) ** 2;
    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  return best;
}
