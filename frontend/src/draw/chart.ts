/** Lines over a common x axis, thinned to the pixels there are. */

import { paintAxes, place, valueAt, type Domain } from "./axes";
import type { Palette } from "./palette";
import type { Rect } from "./raster";

export interface ChartLine {
  readonly label: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly color: string;
  readonly dash?: readonly number[];
  readonly width?: number;
  readonly alpha?: number;
  /** What stands where it ends. */
  readonly end?: string;
}

export interface ChartMark {
  readonly x: number;
  readonly label: string;
  /** The best place so far, rather than a change. */
  readonly best?: boolean;
}

export interface ChartView {
  readonly plot: Rect;
  readonly x: Domain;
  readonly y: Domain;
  readonly marks?: readonly ChartMark[];
  readonly xLabel?: string;
  /** x of the hover line, in data units. */
  readonly cursor?: number | null;
}

/** Least and greatest finite value; positive ones only for a log axis. */
export function extremes(values: ArrayLike<number>, log = false): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/**
 * Exponential moving average that passes over NaN; 0 leaves the values as they are. For a log axis
 * it is the geometric mean, so that one spike does not hide what follows.
 */
export function smoothed(values: ArrayLike<number>, weight: number, log = false): Float64Array {
  const out = new Float64Array(values.length);
  let mean = NaN;
  for (let i = 0; i < values.length; i++) {
    const raw = values[i] ?? NaN;
    const value = log ? Math.log(Math.max(raw, 1e-30)) : raw;
    if (!Number.isFinite(raw)) {
      out[i] = NaN;
      continue;
    }
    mean = Number.isNaN(mean) ? value : weight * mean + (1 - weight) * value;
    out[i] = log ? Math.exp(mean) : mean;
  }
  return out;
}

/** Index of the last x at or before a value; x ascends. */
export function indexAt(x: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The nearest row to x that has a finite value. */
export function nearest(line: ChartLine, x: number): { x: number; y: number } | null {
  const start = indexAt(line.x, x);
  for (let reach = 0; reach <= line.x.length; reach++) {
    for (const row of [start - reach, start + 1 + reach]) {
      const value = line.y[row];
      if (value !== undefined && Number.isFinite(value)) return { x: line.x[row] ?? 0, y: value };
    }
  }
  return null;
}

export function paintChart(
  ctx: CanvasRenderingContext2D,
  view: ChartView,
  lines: readonly ChartLine[],
  palette: Palette,
): void {
  paintAxes(
    ctx,
    view.plot,
    view,
    palette,
    view.xLabel === undefined ? {} : { xLabel: view.xLabel },
  );
  paintMarks(ctx, view, palette);
  ctx.save();
  ctx.beginPath();
  ctx.rect(view.plot.x, view.plot.y - 2, view.plot.width + 2, view.plot.height + 4);
  ctx.clip();
  for (const line of lines) paintLine(ctx, view, line);
  ctx.restore();
  if (view.cursor !== undefined && view.cursor !== null) paintCursor(ctx, view, lines, palette);
}

/** Least and greatest value of each pixel column, so that a million rows cost no more than a screen. */
export function paintLine(ctx: CanvasRenderingContext2D, view: ChartView, line: ChartLine): void {
  const { plot } = view;
  const toX = (value: number): number => place(view.x, value, plot.x, plot.x + plot.width);
  const toY = (value: number): number => place(view.y, value, plot.y + plot.height, plot.y);
  ctx.strokeStyle = line.color;
  ctx.lineWidth = line.width ?? 2;
  ctx.globalAlpha = line.alpha ?? 1;
  ctx.setLineDash([...(line.dash ?? [])]);
  ctx.lineJoin = "round";
  ctx.beginPath();
  let column = NaN;
  let low = 0;
  let high = 0;
  let started = false;
  const flush = (): void => {
    if (high !== low) ctx.lineTo(column, low);
  };
  for (let i = 0; i < line.x.length; i++) {
    const value = line.y[i] ?? NaN;
    if (!Number.isFinite(value)) continue;
    const x = Math.round(toX(line.x[i] ?? 0) * 2) / 2;
    const y = toY(view.y.log ? Math.max(value, view.y.low * 1e-3) : value);
    if (x === column) {
      low = Math.max(low, y);
      high = Math.min(high, y);
      ctx.lineTo(x, y);
      continue;
    }
    flush();
    if (started) ctx.lineTo(x, y);
    else ctx.moveTo(x, y);
    started = true;
    column = x;
    low = high = y;
  }
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

function paintMarks(ctx: CanvasRenderingContext2D, view: ChartView, palette: Palette): void {
  for (const mark of view.marks ?? []) {
    if (mark.x < view.x.low || mark.x > view.x.high) continue;
    ctx.strokeStyle = ctx.fillStyle = mark.best ? palette.accent : palette.ink2;
    ctx.lineWidth = mark.best ? 2 : 1;
    const x = Math.round(place(view.x, mark.x, view.plot.x, view.plot.x + view.plot.width)) + 0.5;
    ctx.setLineDash(mark.best ? [] : [2, 3]);
    ctx.beginPath();
    ctx.moveTo(x, view.plot.y);
    ctx.lineTo(x, view.plot.y + view.plot.height);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.moveTo(x - 4, view.plot.y - 3);
    ctx.lineTo(x + 4, view.plot.y - 3);
    ctx.lineTo(x, view.plot.y + 3);
    ctx.fill();
  }
}

function paintCursor(
  ctx: CanvasRenderingContext2D,
  view: ChartView,
  lines: readonly ChartLine[],
  palette: Palette,
): void {
  const { plot } = view;
  const at = Math.round(place(view.x, view.cursor ?? 0, plot.x, plot.x + plot.width)) + 0.5;
  ctx.strokeStyle = palette.ink2;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(at, plot.y);
  ctx.lineTo(at, plot.y + plot.height);
  ctx.stroke();
  for (const line of lines) {
    const found = nearest(line, view.cursor ?? 0);
    if (found === null || (view.y.log && found.y <= 0)) continue;
    ctx.fillStyle = line.color;
    ctx.beginPath();
    const x = place(view.x, found.x, plot.x, plot.x + plot.width);
    ctx.arc(x, place(view.y, found.y, plot.y + plot.height, plot.y), 4, 0, 7);
    ctx.fill();
  }
}

/** The mark nearest to a place in data units, within so many pixels of it. */
export function markAt(view: ChartView, x: number, within = 7): ChartMark | null {
  const { plot } = view;
  const toX = (value: number): number => place(view.x, value, plot.x, plot.x + plot.width);
  const distance = (mark: ChartMark): number => Math.abs(toX(mark.x) - toX(x));
  const marks = (view.marks ?? []).filter((mark) => distance(mark) <= within);
  return marks.reduce<ChartMark | null>(
    (best, mark) => (best === null || distance(mark) <= distance(best) ? mark : best),
    null,
  );
}

/** x in data units under the pointer, or null outside the plot. */
export function cursorAt(view: ChartView, pointerX: number): number | null {
  const { plot } = view;
  if (pointerX < plot.x - 4 || pointerX > plot.x + plot.width + 4) return null;
  const inside = Math.max(plot.x, Math.min(plot.x + plot.width, pointerX));
  return valueAt(view.x, inside, plot.x, plot.x + plot.width);
}
