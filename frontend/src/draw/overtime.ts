/** Histograms over time: one column of colours for each step, or bands between quantiles. */

import { paintXTicks, place, ticks, type Domain } from "./axes";
import { tableOf } from "./color";
import { short } from "./format";
import { font, type Palette } from "./palette";
import { paintRaster, type Rect } from "./raster";

/** Counts in equal bins from `low` to `high`. */
export interface Distribution {
  readonly low: number;
  readonly high: number;
  readonly counts: ArrayLike<number>;
}

export interface Column {
  readonly step: number;
  readonly of: Distribution;
  /** Nothing is known of the time between the column before and this one. */
  readonly begins: boolean;
}

export type Manner = "colours" | "bands";

const ROWS = 72;
const WIDEST = 400;
/** How many times a thousandth of the numbers is one step of the logarithm. */
const GAIN = 1000;
/** Between these shares of the numbers lie the bands, widest first; inner ones as TensorBoard's. */
const BANDS = [0.01, 0.07, 0.16, 0.31] as const;
/** A colour column shows all but the outermost thousandth at either end. */
const OUTER = 0.001;

/** What a small picture needs, with its name and the numbers of its axes. */
const LEAST = { width: 150, height: 108 } as const;
/** The shape that time is best seen in. */
const ASPECT = 1.9;

/** How so many pictures are laid out; they are higher than the room where that is too low. */
export function tiled(
  count: number,
  room: { readonly width: number; readonly height: number },
  zoom = 1,
): { readonly across: number; readonly rows: number; readonly height: number } {
  const ways = Array.from({ length: Math.max(1, count) }, (_, index) => {
    const rows = Math.ceil(count / (index + 1));
    const across = Math.ceil(count / rows);
    const height = Math.max(LEAST.height * zoom * rows, room.height);
    const [wide, high] = [room.width / across, height / rows];
    const pressed = Math.max(0, LEAST.width * zoom - wide) / 10;
    const hidden = (height - room.height) / height;
    return {
      across,
      rows,
      height,
      cost: Math.abs(Math.log(wide / high / ASPECT)) + hidden + pressed,
    };
  });
  return ways.reduce((best, way) => (way.cost < best.cost ? way : best));
}

/** The value below which a share of the numbers lies, as if each bin were filled evenly. */
export function quantile({ low, high, counts }: Distribution, share: number): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i] ?? 0;
  const width = (high - low) / counts.length;
  let below = 0;
  for (let i = 0; i < counts.length; i++) {
    const here = counts[i] ?? 0;
    if (here > 0 && below + here >= share * total)
      return low + width * (i + Math.max(0, share * total - below) / here);
    below += here;
  }
  return high;
}

/** The range of values that a picture of the columns covers. */
export function rangeOf(columns: readonly Column[], manner: Manner): readonly [number, number] {
  const outer = manner === "colours" ? OUTER : BANDS[0];
  const low = Math.min(...columns.map(({ of }) => quantile(of, outer)));
  const high = Math.max(...columns.map(({ of }) => quantile(of, 1 - outer)));
  return high > low ? [low, high] : [low - 0.5, high + 0.5];
}

/** Levels 0-255 of one column, the greatest value on top: the logarithm of the share of a row. */
export function columnLevels(
  { low, high, counts }: Distribution,
  [bottom, top]: readonly [number, number],
  rows = ROWS,
): Uint8Array {
  const levels = new Uint8Array(rows);
  const sums = new Float64Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) sums[i + 1] = (sums[i] ?? 0) + (counts[i] ?? 0);
  const total = sums[counts.length] ?? 0;
  const below = (value: number): number => {
    const at = Math.max(0, Math.min(counts.length, ((value - low) / (high - low)) * counts.length));
    const bin = Math.min(counts.length - 1, Math.floor(at));
    return (sums[bin] ?? 0) + (at - bin) * (counts[bin] ?? 0);
  };
  const row = (top - bottom) / rows;
  for (let i = 0; i < rows && total > 0; i++) {
    const share = (below(top - i * row) - below(top - (i + 1) * row)) / total;
    levels[i] = Math.round((255 * Math.log1p(Math.max(0, share) * GAIN)) / Math.log1p(GAIN));
  }
  return levels;
}

/** One layer over time with its axes, in a rectangle that has room for them. */
export function paintOverTime(
  ctx: CanvasRenderingContext2D,
  plot: Rect,
  columns: readonly Column[],
  steps: Domain,
  palette: Palette,
  manner: Manner,
): void {
  const range = rangeOf(columns, manner);
  const values: Domain = { low: range[0], high: range[1], log: false };
  if (manner === "colours") paintColours(ctx, plot, columns, steps, range, palette);
  else paintBands(ctx, plot, columns, steps, values, palette);
  ctx.strokeStyle = palette.line;
  ctx.lineWidth = 1;
  ctx.strokeRect(plot.x + 0.5, plot.y + 0.5, plot.width - 1, plot.height - 1);
  ctx.font = font(palette, 12);
  ctx.fillStyle = palette.ink2;
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  for (const tick of ticks(values, Math.max(2, Math.floor(plot.height / 34)))) {
    const y = place(values, tick, plot.y + plot.height, plot.y);
    ctx.fillText(short(tick), plot.x - 5, Math.max(plot.y + 6, y));
  }
  paintXTicks(ctx, plot, steps, palette);
}

function paintColours(
  ctx: CanvasRenderingContext2D,
  plot: Rect,
  columns: readonly Column[],
  steps: Domain,
  range: readonly [number, number],
  palette: Palette,
): void {
  const width = Math.max(1, Math.min(WIDEST, Math.floor(plot.width)));
  const levels = new Uint8Array(width * ROWS);
  const made = new Map<Column, Uint8Array>();
  let at = 0;
  for (let x = 0; x < width; x++) {
    const step = steps.low + ((x + 1) / width) * (steps.high - steps.low);
    while ((columns[at + 1]?.step ?? Infinity) <= step) at += 1;
    const column = columns[at];
    if (column === undefined) continue;
    const own = made.get(column) ?? columnLevels(column.of, range);
    made.set(column, own);
    own.forEach((level, row) => (levels[row * width + x] = level));
  }
  const raster = { levels, channels: 1, width, height: ROWS };
  paintRaster(ctx, raster, plot, { table: tableOf("magnitude", palette.dark) });
  ctx.fillStyle = palette.card;
  for (const [from, to] of gapsOf(columns)) {
    const left = place(steps, from, plot.x, plot.x + plot.width) + 1;
    const right = place(steps, to, plot.x, plot.x + plot.width) - 1;
    ctx.fillRect(left, plot.y, Math.max(0, right - left), plot.height);
  }
}

/** From which to which step nobody watched. */
export function gapsOf(columns: readonly Column[]): [number, number][] {
  return columns.flatMap(({ step, begins }, index): [number, number][] => {
    const before = columns[index - 1];
    return begins && before !== undefined ? [[before.step, step]] : [];
  });
}

function paintBands(
  ctx: CanvasRenderingContext2D,
  plot: Rect,
  columns: readonly Column[],
  steps: Domain,
  values: Domain,
  palette: Palette,
): void {
  const xs = columns.map(({ step }) => place(steps, step, plot.x, plot.x + plot.width));
  const y = (value: number): number => place(values, value, plot.y + plot.height, plot.y);
  ctx.fillStyle = palette.pos;
  ctx.globalAlpha = 0.2;
  for (const share of BANDS) {
    ctx.beginPath();
    columns.forEach(({ of }, index) => ctx.lineTo(xs[index] ?? 0, y(quantile(of, share))));
    for (let index = columns.length - 1; index >= 0; index--) {
      const column = columns[index];
      if (column !== undefined) ctx.lineTo(xs[index] ?? 0, y(quantile(column.of, 1 - share)));
    }
    ctx.fill();
  }
  ctx.globalAlpha = 1;
  ctx.strokeStyle = palette.posLine;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  columns.forEach(({ of }, index) => ctx.lineTo(xs[index] ?? 0, y(quantile(of, 0.5))));
  ctx.stroke();
}
