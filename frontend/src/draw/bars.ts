/** Bars, lying or standing, and histograms. */

import { paintXTicks, step125 } from "./axes";
import { extremes } from "./chart";
import { percent, short } from "./format";
import { font as fontOf, scaled, type Palette } from "./palette";
import type { Rect } from "./raster";

export interface Bars {
  readonly labels: readonly string[];
  readonly values: ArrayLike<number>;
  readonly low: number;
  readonly high: number;
  readonly percent: boolean;
  readonly highlight: number | null;
}

export function ground(palette: Palette): string {
  return palette.dark ? "#262b31" : "#f0eee9";
}

/** Where a value lies between the ends, 0-1. */
function share(bars: Bars, value: number): number {
  return Math.max(0, Math.min(1, (value - bars.low) / (bars.high - bars.low || 1)));
}

/** From where to where a bar reaches, as shares: from 0 where values have a sign, else from the end. */
export function reachOf(bars: Bars, index: number): readonly [number, number] {
  const end = share(bars, bars.values[index] ?? 0);
  const zero = bars.low < 0 ? share(bars, 0) : 0;
  return end < zero ? [end, zero] : [zero, end];
}

function fillOf(bars: Bars, index: number, palette: Palette): string {
  // Where values have a sign, colour says it and nothing else.
  if (bars.low < 0) return (bars.values[index] ?? 0) < 0 ? palette.neg : palette.pos;
  if (index === bars.highlight) return palette.neg;
  return palette.dark ? "#3f6391" : "#8fb1d8";
}

/** Every how many labels one is written: 1, 2, 5, 10 ... so that none touches the next. */
export function labelStep(widest: number, pitch: number): number {
  return Math.max(1, step125(widest / Math.max(pitch, 1e-6), 1));
}

function valueText(bars: Bars, index: number): string {
  const value = bars.values[index] ?? 0;
  return bars.percent ? percent(value) : short(value);
}

/** One row per label: name, bar on its ground, and the number of the highlighted one. */
export function paintLyingBars(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  bars: Bars,
  palette: Palette,
): void {
  const pitch = rect.height / Math.max(1, bars.labels.length);
  const font = Math.max(12, Math.min(scaled(palette, 13), pitch * 0.75));
  // More rows than lines of text: only some have a name, among them the one that matters.
  const every = Math.max(1, Math.ceil((0.85 * font) / pitch));
  const named = (index: number): boolean => {
    if (bars.highlight === null || every === 1) return index % every === 0;
    return index === bars.highlight || (index - bars.highlight) % every === 0;
  };
  ctx.font = `${font}px ${palette.mono}`;
  const widest = Math.max(...bars.labels.map((label) => ctx.measureText(label).width), 8);
  const left = rect.x + Math.min(widest, rect.width * 0.4) + 8;
  const width = rect.x + rect.width - left;
  const thick = Math.max(3, Math.min(16, pitch * 0.58));
  ctx.textBaseline = "middle";
  bars.labels.forEach((label, index) => {
    const y = rect.y + (index + 0.5) * pitch;
    ctx.fillStyle = index === bars.highlight ? palette.ink : palette.ink2;
    ctx.textAlign = "left";
    if (named(index)) ctx.fillText(label, rect.x, y, left - rect.x - 6);
    ctx.fillStyle = ground(palette);
    ctx.fillRect(left, y - thick / 2, width, thick);
    ctx.fillStyle = fillOf(bars, index, palette);
    const [from, to] = reachOf(bars, index);
    ctx.fillRect(left + width * from, y - thick / 2, Math.max(1.5, width * (to - from)), thick);
  });
  if (bars.low < 0) {
    ctx.fillStyle = palette.ink2;
    ctx.fillRect(left + width * share(bars, 0) - 0.5, rect.y, 1, rect.height);
  }
  if (bars.highlight === null) return;
  const y = rect.y + (bars.highlight + 0.5) * pitch;
  const text = valueText(bars, bars.highlight);
  const end = left + width * reachOf(bars, bars.highlight)[1];
  ctx.font = `600 ${font}px ${palette.mono}`;
  const room = ctx.measureText(text).width + 8;
  const inside = end + room > left + width;
  if (inside && thick < font) {
    // Thick enough to be the ground of the number.
    const high = Math.min(font + 1, pitch);
    ctx.fillStyle = fillOf(bars, bars.highlight, palette);
    ctx.fillRect(left, y - high / 2, end - left, high);
  }
  ctx.fillStyle = inside ? "#14181d" : palette.ink;
  ctx.textAlign = inside ? "right" : "left";
  ctx.fillText(text, inside ? end - 5 : end + 5, y + 0.5);
}

/** One column per label, named below. */
export function paintStandingBars(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  bars: Bars,
  palette: Palette,
): void {
  const pitch = rect.width / Math.max(1, bars.labels.length);
  const foot = scaled(palette, 22);
  const height = rect.height - foot;
  const thick = Math.max(3, pitch * 0.74);
  ctx.font = fontOf(palette, 13);
  ctx.textAlign = "center";
  ctx.textBaseline = "bottom";
  const widest = Math.max(...bars.labels.map((label) => ctx.measureText(label).width), 8);
  const every = labelStep(widest + scaled(palette, 4), pitch);
  bars.labels.forEach((label, index) => {
    const x = rect.x + (index + 0.5) * pitch;
    ctx.fillStyle = ground(palette);
    ctx.fillRect(x - thick / 2, rect.y, thick, height);
    const [from, to] = reachOf(bars, index);
    const full = Math.max(1.5, height * (to - from));
    ctx.fillStyle = fillOf(bars, index, palette);
    ctx.fillRect(x - thick / 2, rect.y + height * (1 - from) - full, thick, full);
    if ((index - (bars.highlight ?? 0)) % every !== 0) return;
    ctx.fillStyle = index === bars.highlight ? palette.ink : palette.ink2;
    ctx.fillText(label, x, rect.y + rect.height);
  });
  if (bars.low < 0) {
    ctx.fillStyle = palette.ink2;
    ctx.fillRect(rect.x, rect.y + height * (1 - share(bars, 0)) - 0.5, rect.width, 1);
  }
}

export interface Histogram {
  /** (bins + 1,) ascending. */
  readonly edges: ArrayLike<number>;
  /** (bins,). */
  readonly counts: ArrayLike<number>;
}

/** Bars left of zero in the negative colour, right of it in the positive one. */
export function paintHistogram(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  histogram: Histogram,
  palette: Palette,
): void {
  const plot = {
    x: rect.x + 2,
    y: rect.y + 4,
    width: rect.width - 4,
    height: rect.height - scaled(palette, 24),
  };
  const [low, high] = extremes(histogram.edges);
  const most = Math.max(1, extremes(histogram.counts)[1]);
  const exact = { low, high: high > low ? high : low + 1, log: false };
  paintXTicks(ctx, plot, exact, palette);
  for (let bin = 0; bin < histogram.counts.length; bin++) {
    const from = histogram.edges[bin] ?? 0;
    const to = histogram.edges[bin + 1] ?? from;
    const left = plot.x + ((from - exact.low) / (exact.high - exact.low)) * plot.width;
    const right = plot.x + ((to - exact.low) / (exact.high - exact.low)) * plot.width;
    const full = ((histogram.counts[bin] ?? 0) / most) * plot.height;
    ctx.fillStyle = (from + to) / 2 < 0 ? palette.neg : palette.pos;
    ctx.fillRect(left, plot.y + plot.height - full, Math.max(1, right - left - 0.5), full);
  }
  ctx.fillStyle = palette.ink2;
  ctx.fillRect(plot.x, plot.y + plot.height, plot.width, 1);
}
