/** Names of lines where these end, so that nobody has to look from a chart to its key and back. */

import { place } from "./axes";
import { nearest, type ChartLine, type ChartView } from "./chart";
import { font, scaled, type Palette } from "./palette";

const SIZE = 17;

export interface End {
  readonly x: number;
  readonly y: number;
}

/** The room that names take beside a plot. */
export function roomForEnds(lines: readonly ChartLine[], palette: Palette): number {
  return lines.some(({ end }) => end !== undefined) ? scaled(palette, SIZE + 3) : 0;
}

/** Heights of names at the ends of lines: those of neighbours are moved apart, as little as need be. */
export function apart(ends: readonly End[], least: number): number[] {
  const heights = ends.map(({ y }) => y);
  const order = heights.map((y, index) => ({ y, x: ends[index]?.x ?? 0, index }));
  order.sort((one, other) => one.y - other.y);
  order.forEach((lower, rank) => {
    const upper = order[rank - 1];
    if (upper === undefined || Math.abs(lower.x - upper.x) >= least) return;
    const missing = Math.max(0, least - (lower.y - upper.y)) / 2;
    heights[upper.index] = upper.y - missing;
    heights[lower.index] = lower.y + missing;
  });
  return heights;
}

export function paintEnds(
  ctx: CanvasRenderingContext2D,
  view: ChartView,
  lines: readonly ChartLine[],
  palette: Palette,
): void {
  const { plot, x, y } = view;
  const named = lines.flatMap((line) => {
    const last = line.end === undefined ? null : nearest(line, x.high);
    if (last === null || (y.log && last.y <= 0)) return [];
    const at = { x: last.x, y: last.y };
    at.x = place(x, last.x, plot.x, plot.x + plot.width);
    at.y = place(y, last.y, plot.y + plot.height, plot.y);
    return [{ ...at, name: line.end ?? "", color: line.color }];
  });
  const heights = apart(named, scaled(palette, SIZE));
  ctx.font = font(palette, SIZE, "sans", 600);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  ctx.lineWidth = 4;
  ctx.strokeStyle = palette.card;
  named.forEach(({ x: end, name, color }, index) => {
    const [left, top] = [end + scaled(palette, 5), heights[index] ?? 0];
    // A shorter line ends in the middle of the plot, where others pass below its name.
    ctx.strokeText(name, left, top);
    ctx.fillStyle = color;
    ctx.fillText(name, left, top);
  });
}
