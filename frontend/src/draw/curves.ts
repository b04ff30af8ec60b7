/** Weights as curves: width and opacity follow |w|, colour its sign. */

import type { Look } from "./layer";
import type { Palette } from "./palette";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface CurveLine {
  readonly from: Point;
  readonly to: Point;
}

export interface CurveStyle {
  /** |w| that gets the full width. */
  readonly full: number;
  /** The largest |w| of all. */
  readonly largest: number;
  readonly maxWidth: number;
  /** Opacity of a weight of zero: less where there are many. */
  readonly faintest: number;
}

/** Stroke width in pixels; the root keeps small weights visible. */
export function widthOf(weight: number, style: CurveStyle): number {
  const share = style.full > 0 ? Math.min(1, Math.abs(weight) / style.full) : 0;
  return 0.6 + share ** 0.85 * (style.maxWidth - 0.6);
}

export function opacityOf(weight: number, style: CurveStyle): number {
  const share = style.full > 0 ? Math.min(1, Math.abs(weight) / style.full) : 0;
  return style.faintest + (0.9 - style.faintest) * share ** 0.7;
}

function trace(ctx: CanvasRenderingContext2D, { from, to }: CurveLine): void {
  const middle = (from.x + to.x) / 2;
  ctx.beginPath();
  ctx.moveTo(from.x, from.y);
  ctx.bezierCurveTo(middle, from.y, middle, to.y, to.x, to.y);
}

export interface CurveLook {
  readonly style: CurveStyle;
  /** Of its opacity, 0-1. */
  readonly share: number;
  /** Pointed at. */
  readonly strong: boolean;
}

export interface CurveStroke {
  readonly line: CurveLine;
  readonly negative: boolean;
  /** Pixels, in steps that cannot be seen. */
  readonly width: number;
  /** 0-1, in steps that cannot be seen. */
  readonly opacity: number;
}

const WIDTHS_PER_PX = 8;
const OPACITIES = 64;

export function strokeOf(
  line: CurveLine,
  weight: number,
  { style, share, strong }: CurveLook,
): CurveStroke {
  const own = opacityOf(weight, style);
  const opacity = strong ? Math.max(0.85, own) : own * share;
  const width = widthOf(weight, style) + (strong ? 1.5 : 0);
  return {
    line,
    negative: weight < 0,
    width: Math.round(width * WIDTHS_PER_PX) / WIDTHS_PER_PX,
    opacity: Math.round(opacity * OPACITIES) / OPACITIES,
  };
}

/** What the picture of these curves depends on. */
export function lookOfCurves(strokes: readonly CurveStroke[], palette: Palette): Look {
  const numbers = new Float64Array(strokes.length * 6);
  for (const [index, { line, negative, width, opacity }] of strokes.entries()) {
    const { from, to } = line;
    numbers.set([from.x, from.y, to.x, to.y, negative ? -width : width, opacity], index * 6);
  }
  return { key: `${palette.neg} ${palette.pos}`, numbers: [numbers] };
}

export function paintStroke(
  ctx: CanvasRenderingContext2D,
  { line, negative, width, opacity }: CurveStroke,
  palette: Palette,
): void {
  ctx.strokeStyle = negative ? palette.neg : palette.pos;
  ctx.globalAlpha = opacity;
  ctx.lineWidth = width;
  ctx.lineCap = "butt";
  trace(ctx, line);
  ctx.stroke();
  ctx.globalAlpha = 1;
}

/** y of the curve at x; both halves of the S are monotone in x. */
export function curveY({ from, to }: CurveLine, x: number): number {
  const width = to.x - from.x;
  if (width <= 0) return from.y;
  const share = Math.max(0, Math.min(1, (x - from.x) / width));
  // x(t) of this Bézier with both handles at the middle: 1.5 t - 1.5 t^2 + t^3.
  let low = 0;
  let high = 1;
  for (let round = 0; round < 20; round++) {
    const t = (low + high) / 2;
    if (1.5 * t - 1.5 * t * t + t * t * t < share) low = t;
    else high = t;
  }
  const t = (low + high) / 2;
  return from.y + (3 * t * t - 2 * t * t * t) * (to.y - from.y);
}

/** Index of the curve under a point, the nearest within `reach` pixels, or -1. */
export function hitCurve(curves: readonly CurveLine[], point: Point, reach = 6): number {
  let best = -1;
  let least = reach;
  curves.forEach((curve, index) => {
    if (point.x < curve.from.x || point.x > curve.to.x) return;
    const y = curveY(curve, point.x);
    // Distance to a steep stretch is shorter than the vertical one.
    const slope = (curveY(curve, point.x + 1) - curveY(curve, point.x - 1)) / 2;
    const distance = Math.abs(point.y - y) / Math.sqrt(1 + slope * slope);
    if (distance < least) {
      least = distance;
      best = index;
    }
  });
  return best;
}

export interface Edge {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

/** A ribbon from one column to the next: what has no single weights. */
export function paintRibbon(
  ctx: CanvasRenderingContext2D,
  from: Edge,
  to: Edge,
  palette: Palette,
): void {
  const middle = (from.x + to.x) / 2;
  const fill = ctx.createLinearGradient(from.x, 0, to.x, 0);
  fill.addColorStop(0, palette.pos);
  fill.addColorStop(1, palette.neg);
  ctx.fillStyle = fill;
  ctx.globalAlpha = palette.dark ? 0.16 : 0.11;
  ctx.beginPath();
  ctx.moveTo(from.x, from.top);
  ctx.bezierCurveTo(middle, from.top, middle, to.top, to.x, to.top);
  ctx.lineTo(to.x, to.bottom);
  ctx.bezierCurveTo(middle, to.bottom, middle, from.bottom, from.x, from.bottom);
  ctx.fill();
  ctx.globalAlpha = 1;
}
