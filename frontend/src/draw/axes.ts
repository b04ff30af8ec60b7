/** Axes whose ticks stand at 1, 2 or 5 times a power of ten and do not wobble. */

import { count, short } from "./format";
import { font, scaled, type Palette } from "./palette";
import type { Rect } from "./raster";

export interface Domain {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
}

/** The step 1, 2 or 5 x 10^n that gives at most `count` intervals. */
export function step125(span: number, count: number): number {
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const lead = raw / power;
  const nice = lead <= 1.000001 ? 1 : lead <= 2.000001 ? 2 : lead <= 5.000001 ? 5 : 10;
  return nice * power;
}

export function linearTicks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const step = step125(high - low, count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** Powers of ten; 1-2-5 or 1-3 between them where there is room for that. */
export function logTicks(low: number, high: number, count: number): number[] {
  const from = Math.floor(Math.log10(low) + 1e-9);
  const to = Math.ceil(Math.log10(high) - 1e-9);
  const inner = Math.floor(Math.log10(high) + 1e-9) - Math.ceil(Math.log10(low) - 1e-9);
  // Wide ranges count down from the greatest power inside, so that two are there at least.
  if (to - from > count && inner >= 1) return powers(low, high, inner, count);
  for (const leads of [
    [1, 2, 5],
    [1, 3],
  ]) {
    const found = ticksAt(leads, low, high);
    if (found.length <= count) return found;
  }
  return ticksAt([1], low, high);
}

/** These multiples of powers of ten, as far as they lie in a range. */
function ticksAt(leads: readonly number[], low: number, high: number): number[] {
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    for (const lead of leads) {
      const tick = Number((lead * 10 ** power).toPrecision(12));
      if (tick >= low * 0.9999 && tick <= high * 1.0001) found.push(tick);
    }
  }
  return found;
}

function powers(low: number, high: number, inner: number, count: number): number[] {
  const top = Math.floor(Math.log10(high) + 1e-9);
  const bottom = Math.ceil(Math.log10(low) - 1e-9);
  const every = Math.max(1, Math.ceil(inner / Math.max(1, count)));
  const many = Math.floor((top - bottom) / every) + 1;
  return Array.from({ length: many }, (_, place) =>
    Number((10 ** (top - (many - 1 - place) * every)).toPrecision(12)),
  );
}

export function ticks(domain: Domain, count: number): number[] {
  return domain.log
    ? logTicks(domain.low, domain.high, count)
    : linearTicks(domain.low, domain.high, count);
}

/** Widen a range to 1-2-5 steps; the range of before is kept while the data still fill half of it. */
export function settle(low: number, high: number, log: boolean, before: Domain | null): Domain {
  if (!(low <= high)) return { low: log ? 0.1 : 0, high: 1, log };
  const now = log ? settledLog(low, high) : settledLinear(low, high);
  if (before === null || before.log !== log) return now;
  const place = (value: number): number => (log ? Math.log10(value) : value);
  const fits = low >= before.low && high <= before.high;
  const fills = place(high) - place(low) >= 0.5 * (place(before.high) - place(before.low));
  return fits && fills ? before : now;
}

function settledLinear(low: number, high: number): Domain {
  const span = high > low ? high - low : Math.abs(high) || 1;
  const step = step125(span, 5);
  const from = low >= 0 && low <= 0.5 * high ? 0 : Math.floor(low / step + 1e-9) * step;
  const to = Math.ceil(high / step - 1e-9) * step;
  return { low: from, high: to > from ? to : from + step, log: false };
}

function settledLog(low: number, high: number): Domain {
  const bottom = Math.max(low, high * 1e-9, 1e-12);
  const down = (value: number): number => snapLog(value, [5, 2, 1]);
  const from = down(bottom);
  const up = down(high);
  const to = up >= high * 0.9999 ? up : nextLog(up);
  return { low: from, high: to > from ? to : nextLog(from), log: true };
}

function snapLog(value: number, leads: readonly number[]): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const lead = leads.find((candidate) => candidate * power <= value * 1.0001) ?? 1;
  return Number((lead * power).toPrecision(12));
}

function nextLog(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const lead = Math.round(value / power);
  return Number((power * (lead === 1 ? 2 : lead === 2 ? 5 : 10)).toPrecision(12));
}

/** Where a value lies between two places. */
export function place(domain: Domain, value: number, from: number, to: number): number {
  const share = domain.log
    ? (Math.log10(Math.max(value, 1e-300)) - Math.log10(domain.low)) /
      (Math.log10(domain.high) - Math.log10(domain.low))
    : (value - domain.low) / (domain.high - domain.low);
  return from + share * (to - from);
}

/** The value at a place: the inverse of `place`. */
export function valueAt(domain: Domain, at: number, from: number, to: number): number {
  const share = (at - from) / (to - from);
  if (!domain.log) return domain.low + share * (domain.high - domain.low);
  const low = Math.log10(domain.low);
  return 10 ** (low + share * (Math.log10(domain.high) - low));
}

/** Between two numbers, in pixels. */
const TICK_GAP = 8;

export interface AxesStyle {
  readonly xLabel?: string;
}

/** Grid lines with their numbers to the left and below the plot. */
export function paintAxes(
  ctx: CanvasRenderingContext2D,
  plot: Rect,
  domains: { readonly x: Domain; readonly y: Domain },
  palette: Palette,
  style: AxesStyle = {},
): void {
  ctx.font = font(palette, 13);
  ctx.lineWidth = 1;
  ctx.strokeStyle = palette.line;
  ctx.fillStyle = palette.ink2;
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  for (const tick of ticks(domains.y, Math.max(2, Math.floor(plot.height / scaled(palette, 32))))) {
    const y = Math.round(place(domains.y, tick, plot.y + plot.height, plot.y)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(plot.x, y);
    ctx.lineTo(plot.x + plot.width, y);
    ctx.stroke();
    ctx.fillText(short(tick), plot.x - 6, y);
  }
  paintXTicks(ctx, plot, domains.x, palette, style);
}

interface Tick {
  readonly text: string;
  /** Of its middle. */
  readonly x: number;
}

/** As many numbers as have room side by side, four or more where they do. */
function ticksThatFit(
  ctx: CanvasRenderingContext2D,
  plot: Rect,
  domain: Domain,
  palette: Palette,
): Tick[] {
  const right = plot.x + plot.width;
  for (let wish = Math.max(4, Math.floor(plot.width / scaled(palette, 80))); ; wish -= 1) {
    let end = -Infinity;
    let fits = true;
    const made = ticks(domain, wish).map((tick) => {
      const text = Number.isInteger(tick) && tick < 1e6 ? count(tick) : short(tick);
      const half = ctx.measureText(text).width / 2;
      const at = place(domain, tick, plot.x, right);
      const x = Math.max(plot.x + half, Math.min(at, right - half));
      fits &&= x - half >= end;
      end = x + half + scaled(palette, TICK_GAP);
      return { text, x };
    });
    if (fits) return made;
    if (wish <= 1) return made.slice(0, 1);
  }
}

/** The numbers below a plot, and its label at the right end. */
export function paintXTicks(
  ctx: CanvasRenderingContext2D,
  plot: Rect,
  domain: Domain,
  palette: Palette,
  style: AxesStyle = {},
): void {
  ctx.font = font(palette, 13);
  ctx.fillStyle = palette.ink2;
  ctx.textBaseline = "top";
  ctx.textAlign = "center";
  const below = plot.y + plot.height + 5;
  for (const { text, x } of ticksThatFit(ctx, plot, domain, palette)) ctx.fillText(text, x, below);
  if (style.xLabel !== undefined && style.xLabel !== "") {
    ctx.textAlign = "right";
    ctx.fillText(style.xLabel, plot.x + plot.width, below + scaled(palette, 13) + 3);
  }
}
