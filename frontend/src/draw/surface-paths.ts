/** Several paths over one map: a colour and a marker each, and their names beside their heads. */

import { classColor } from "./color";
import { font, scaled, type Palette } from "./palette";
import type { Rect } from "./raster";
import { project, traceMarker, type Extent } from "./scatter";

export interface MapPath {
  readonly label: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Stands for its colour and marker. */
  readonly lane: number;
}

export interface PathStyle {
  readonly extent: Extent;
  /** How many places of each path are drawn; all of them when left out. */
  readonly until?: number;
  /** The path that is pointed at; the others step back. */
  readonly chosen?: number | null;
  /** Names beside the heads. */
  readonly named?: boolean;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** The colour of a path, the same as that of its curve. */
export function pathColor(lane: number, dark: boolean): string {
  return classColor(lane + 1, dark);
}

export function paintPaths(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  paths: readonly MapPath[],
  style: PathStyle,
  palette: Palette,
): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(rect.x, rect.y, rect.width, rect.height);
  ctx.clip();
  ctx.lineJoin = "round";
  const traces = paths.map((path) => traceOf(path, style, rect));
  const order = drawingOrder(paths.length, style.chosen ?? null);
  const laneOf = (index: number): number => paths[index]?.lane ?? index;
  for (const index of order) {
    ctx.globalAlpha = alphaOf(index, style);
    paintLine(ctx, traces[index] ?? [], laneOf(index), palette);
  }
  ctx.globalAlpha = 1;
  paintStart(ctx, traces, palette);
  for (const index of order) {
    const head = traces[index]?.at(-1);
    if (head === undefined) continue;
    ctx.globalAlpha = alphaOf(index, style);
    paintMarker(ctx, laneOf(index), head.x, head.y, scaled(palette, 5.5), palette);
  }
  ctx.globalAlpha = 1;
  ctx.restore();
  if (style.named === true) paintNames(ctx, rect, paths, traces, palette);
}

function traceOf(path: MapPath, { extent, until = Infinity }: PathStyle, rect: Rect): Place[] {
  const count = Math.min(path.x.length, Math.max(1, until));
  return Array.from({ length: count }, (_, i) =>
    project(path.x[i] ?? 0, path.y[i] ?? 0, extent, rect),
  );
}

/** The chosen one last, so that it lies on top. */
function drawingOrder(count: number, chosen: number | null): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  return chosen === null ? order : [...order.filter((index) => index !== chosen), chosen];
}

function alphaOf(index: number, { chosen = null }: PathStyle): number {
  return chosen === null || chosen === index ? 1 : 0.25;
}

function paintLine(
  ctx: CanvasRenderingContext2D,
  trace: readonly Place[],
  lane: number,
  palette: Palette,
): void {
  ctx.beginPath();
  trace.forEach(({ x, y }, i) => (i === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y)));
  // A casing in the colour of the card keeps every hue apart from whatever height lies below.
  ctx.strokeStyle = palette.card;
  ctx.lineWidth = scaled(palette, 4.6);
  ctx.stroke();
  ctx.strokeStyle = pathColor(lane, palette.dark);
  ctx.lineWidth = scaled(palette, 2.4);
  ctx.stroke();
}

function paintStart(
  ctx: CanvasRenderingContext2D,
  traces: readonly (readonly Place[])[],
  palette: Palette,
): void {
  const start = traces[0]?.[0];
  if (start === undefined) return;
  ctx.beginPath();
  ctx.arc(start.x, start.y, scaled(palette, 4), 0, 2 * Math.PI);
  ctx.fillStyle = palette.card;
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = 2;
  ctx.fill();
  ctx.stroke();
}

/** The marker of a path, ringed: on the map, in a list, on a chart. */
export function paintMarker(
  ctx: CanvasRenderingContext2D,
  lane: number,
  x: number,
  y: number,
  radius: number,
  palette: Palette,
): void {
  traceMarker(ctx, lane, x, y, radius);
  ctx.strokeStyle = palette.card;
  ctx.lineWidth = radius * 0.75;
  ctx.stroke();
  ctx.fillStyle = pathColor(lane, palette.dark);
  ctx.fill();
}

interface Name extends Place {
  readonly index: number;
  /** Of the middle of the text, where it does not cover another. */
  at: number;
}

function paintNames(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  paths: readonly MapPath[],
  traces: readonly (readonly Place[])[],
  palette: Palette,
): void {
  const size = scaled(palette, 12.5);
  ctx.font = font(palette, 12.5, "sans", 600);
  ctx.textBaseline = "middle";
  const names: Name[] = traces.flatMap((trace, index) => {
    const head = trace.at(-1);
    return head === undefined || !inside(head, rect) ? [] : [{ ...head, index, at: head.y }];
  });
  spread(names, rect, size * 1.25);
  for (const name of names) {
    const text = paths[name.index]?.label ?? "";
    const width = ctx.measureText(text).width;
    const right = name.x + 16 + width < rect.x + rect.width;
    const x = right ? name.x + 14 : name.x - 14 - width;
    if (Math.abs(name.at - name.y) > size * 0.6) {
      ctx.strokeStyle = palette.ink2;
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(name.x + (right ? 5 : -5), name.y);
      ctx.lineTo(right ? x - 2 : x + width + 2, name.at);
      ctx.stroke();
    }
    ctx.strokeStyle = palette.card;
    ctx.lineWidth = 3.5;
    ctx.strokeText(text, x, name.at);
    ctx.fillStyle = palette.ink;
    ctx.fillText(text, x, name.at);
  }
}

function inside({ x, y }: Place, rect: Rect): boolean {
  return x >= rect.x && x <= rect.x + rect.width && y >= rect.y && y <= rect.y + rect.height;
}

/** Push names apart that would cover each other, and keep them within the map. */
export function spread(names: { at: number }[], rect: Rect, gap: number): void {
  names.sort((a, b) => a.at - b.at);
  let floor = rect.y + gap / 2;
  for (const name of names) {
    name.at = Math.max(name.at, floor);
    floor = name.at + gap;
  }
  let ceiling = rect.y + rect.height - gap / 2;
  for (const name of names.toReversed()) {
    name.at = Math.min(name.at, ceiling);
    ceiling = name.at - gap;
  }
}

/** The path whose line comes nearest to a place, within reach, or -1. */
export function hitPath(
  paths: readonly MapPath[],
  style: PathStyle,
  rect: Rect,
  at: Place,
  reach = 9,
): number {
  let best = -1;
  let least = reach * reach;
  paths.forEach((path, index) => {
    for (const place of traceOf(path, style, rect)) {
      const distance = (place.x - at.x) ** 2 + (place.y - at.y) ** 2;
      if (distance < least) [best, least] = [index, distance];
    }
  });
  return best;
}
