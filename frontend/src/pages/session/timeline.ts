/** The timeline as a picture: snapshots as ticks, the loss as a thin line, a knob where we look. */

import { evenly } from "../../draw/evenly";

export interface TimelineView {
  readonly width: number;
  readonly height: number;
  /** The newest step. */
  readonly last: number;
  /** The step that is looked at. */
  readonly shown: number;
  readonly live: boolean;
}

export interface TimelineData {
  readonly snapshots: readonly number[];
  /** Steps at which something was changed by hand. */
  readonly edits: readonly number[];
  readonly steps: ArrayLike<number>;
  readonly loss: ArrayLike<number> | null;
}

export interface TimelineColors {
  readonly ink2: string;
  readonly line: string;
  readonly posLine: string;
  readonly accent: string;
}

/** Room for the knob at both ends. */
const MARGIN = 10;
const BASELINE_FROM_BOTTOM = 13;
const TICK = 5;
/** Steps are spread by this power: snapshots are dense at the start, and nothing is squeezed. */
const SPREAD = 0.4;
/** Ticks closer than this are left out. */
const LEAST_GAP = 3;

/** Where a step lies, in pixels from the left. */
export function placeOfStep(step: number, view: TimelineView): number {
  const share = view.last > 0 ? (Math.min(step, view.last) / view.last) ** SPREAD : 1;
  return MARGIN + share * (view.width - 2 * MARGIN);
}

/** The step at a place. */
export function stepAtPlace(x: number, view: TimelineView): number {
  const share = Math.min(1, Math.max(0, (x - MARGIN) / (view.width - 2 * MARGIN)));
  return Math.round(view.last * share ** (1 / SPREAD));
}

/** The snapshot that is meant by a step pointed at, if one is near; else the step itself. */
export function snapped(step: number, data: TimelineData, view: TimelineView, within = 7): number {
  const x = placeOfStep(step, view);
  const distance = (snapshot: number) => Math.abs(placeOfStep(snapshot, view) - x);
  const nearest = data.snapshots.reduce<number | null>(
    (best, next) => (best === null || distance(next) < distance(best) ? next : best),
    null,
  );
  return nearest !== null && distance(nearest) <= within ? nearest : step;
}

export function drawTimeline(
  ctx: CanvasRenderingContext2D,
  view: TimelineView,
  data: TimelineData,
  colors: TimelineColors,
): void {
  const baseline = view.height - BASELINE_FROM_BOTTOM;
  ctx.clearRect(0, 0, view.width, view.height);
  drawLoss(ctx, view, data, colors, baseline - 2 * TICK);
  drawTicks(ctx, view, data, colors, baseline);
  drawKnob(ctx, view, colors, baseline);
}

function drawLoss(
  ctx: CanvasRenderingContext2D,
  view: TimelineView,
  data: TimelineData,
  colors: TimelineColors,
  bottom: number,
): void {
  if (data.loss === null || data.loss.length < 2) return;
  const { x: steps, y: loss } = evenly(data.steps, data.loss);
  const [low, high] = extentOf(loss);
  const top = 4;
  ctx.strokeStyle = colors.posLine;
  ctx.globalAlpha = 0.75;
  ctx.lineWidth = 1.25;
  ctx.beginPath();
  let lastX = -Infinity;
  for (let row = 0; row < loss.length; row += 1) {
    const value = loss[row] ?? NaN;
    const x = placeOfStep(steps[row] ?? 0, view);
    if (Number.isNaN(value) || x - lastX < 1) continue;
    const share = high > low ? (value - low) / (high - low) : 0.5;
    const y = bottom - share * (bottom - top);
    if (lastX === -Infinity) ctx.moveTo(x, y);
    else ctx.lineTo(x, y);
    lastX = x;
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
}

function drawTicks(
  ctx: CanvasRenderingContext2D,
  view: TimelineView,
  data: TimelineData,
  colors: TimelineColors,
  baseline: number,
): void {
  ctx.strokeStyle = colors.line;
  ctx.lineWidth = 1.5;
  segment(ctx, MARGIN, baseline, view.width - MARGIN, baseline);
  ctx.strokeStyle = colors.ink2;
  let lastX = -Infinity;
  for (const step of data.snapshots) {
    const x = Math.round(placeOfStep(step, view)) + 0.5;
    if (x - lastX < LEAST_GAP) continue;
    segment(ctx, x, baseline - TICK, x, baseline + TICK);
    lastX = x;
  }
  ctx.fillStyle = colors.accent;
  for (const step of data.edits) {
    const x = placeOfStep(step, view);
    ctx.beginPath();
    ctx.moveTo(x - 4, baseline + TICK + 6);
    ctx.lineTo(x + 4, baseline + TICK + 6);
    ctx.lineTo(x, baseline + TICK - 1);
    ctx.fill();
  }
}

function drawKnob(
  ctx: CanvasRenderingContext2D,
  view: TimelineView,
  colors: TimelineColors,
  baseline: number,
): void {
  ctx.fillStyle = view.live ? colors.accent : colors.posLine;
  ctx.beginPath();
  ctx.arc(placeOfStep(view.shown, view), baseline, 7.5, 0, 2 * Math.PI);
  ctx.fill();
}

function segment(
  ctx: CanvasRenderingContext2D,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): void {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}

function extentOf(values: ArrayLike<number>): readonly [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? NaN;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
