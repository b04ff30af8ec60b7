/** A surface in space, painted from the farthest cell to the nearest, with paths lying on it. */

import { bandOf, heightAt, rangeOf, type Heights } from "./contour";
import { cssOf, terrain } from "./color";
import { scaled, type Palette } from "./palette";
import type { Rect } from "./raster";
import type { Extent } from "./scatter";
import { paintMarker, pathColor } from "./surface-paths";

/** Where it is looked at from: radians about the upright axis, and above the ground. */
export interface Eye {
  readonly turn: number;
  readonly tilt: number;
}

export interface Track {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Stands for its colour and marker; null for the session's own way. */
  readonly lane: number | null;
}

interface Spot {
  readonly x: number;
  readonly y: number;
  /** Greater is farther away. */
  readonly depth: number;
}

type Placing = (column: number, row: number, height: number) => Spot;

const BANDS = 20;
const TALL = 0.9;
const WIDEST = 2.2;

export function turned(eye: Eye, byTurn: number, byTilt: number): Eye {
  return { turn: eye.turn + byTurn, tilt: Math.max(0.12, Math.min(1.45, eye.tilt + byTilt)) };
}

export function paintSurface(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  scene: { heights: Heights; extent: Extent; tracks: readonly Track[]; until?: number },
  eye: Eye,
  palette: Palette,
): void {
  const range = rangeOf(scene.heights);
  if (range === null) return;
  const place = placing(rect, eye);
  paintCells(ctx, scene.heights, range, place, palette);
  for (const track of scene.tracks) {
    const spots = lifted(track, scene.heights, scene.extent, range, place);
    paintTrack(ctx, spots.slice(0, scene.until ?? Infinity), track.lane, palette);
  }
}

/** From a place in the unit square and a height 0-1 to the canvas, without perspective. */
function placing(rect: Rect, { turn, tilt }: Eye): Placing {
  const [sin, cos] = [Math.sin(turn), Math.cos(turn)];
  const down = rect.height / (1.42 * Math.sin(tilt) + TALL * Math.cos(tilt) + 0.06);
  // A wide place is used: the ground may be up to so much wider than it is deep.
  const across = Math.min(rect.width / 1.47, down * WIDEST);
  const size = Math.min(down, across);
  const middle = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
  return (column, row, height) => {
    const [x, y] = [column - 0.5, row - 0.5];
    const away = x * sin + y * cos;
    return {
      x: middle.x + across * (x * cos - y * sin),
      y: middle.y - size * (away * Math.sin(tilt) + (height - 0.5) * TALL * Math.cos(tilt)),
      depth: away * Math.cos(tilt) - height * TALL * Math.sin(tilt),
    };
  };
}

/** 0-1, stretched near the ground as the contours are. */
export function rise(height: number, [low, high]: readonly [number, number]): number {
  const share = Math.log1p((30 * (height - low)) / (high - low || 1)) / Math.log1p(30);
  return Math.max(0, Math.min(1, share));
}

interface Cell {
  readonly corners: readonly Spot[];
  readonly depth: number;
  readonly level: number;
}

function paintCells(
  ctx: CanvasRenderingContext2D,
  heights: Heights,
  range: readonly [number, number],
  place: Placing,
  palette: Palette,
): void {
  const table = terrain(palette.dark);
  ctx.lineJoin = "round";
  ctx.lineWidth = 0.8;
  const cells = cellsOf(heights, range, place);
  cells.sort((a, b) => b.depth - a.depth);
  for (const { corners, level } of cells) {
    ctx.beginPath();
    corners.forEach(({ x, y }, i) => (i === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y)));
    ctx.closePath();
    // The seam in the cell's own colour first, or the ground would shine through between cells.
    ctx.fillStyle = ctx.strokeStyle = cssOf(table, level);
    ctx.fill();
    ctx.stroke();
    ctx.strokeStyle = palette.ink2;
    ctx.globalAlpha = 0.22;
    ctx.stroke();
    ctx.globalAlpha = 1;
  }
}

function cellsOf(heights: Heights, range: readonly [number, number], place: Placing): Cell[] {
  const { rows, columns } = heights;
  const cells: Cell[] = [];
  const spot = (row: number, column: number): [Spot, number] => {
    const height = heights.values[row * columns + column] ?? NaN;
    return [place(column / (columns - 1), row / (rows - 1), rise(height, range)), height];
  };
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const around = [
        spot(row, column),
        spot(row, column + 1),
        spot(row + 1, column + 1),
        spot(row + 1, column),
      ];
      const mean = around.reduce((sum, [, height]) => sum + height, 0) / 4;
      if (!Number.isFinite(mean)) continue;
      const corners = around.map(([found]) => found);
      cells.push({
        corners,
        depth: corners.reduce((sum, { depth }) => sum + depth, 0) / 4,
        level: (bandOf(mean, range[0], range[1], BANDS) / (BANDS - 1)) * 255,
      });
    }
  }
  return cells;
}

function lifted(
  track: Track,
  heights: Heights,
  [x0, x1, y0, y1]: Extent,
  range: readonly [number, number],
  place: Placing,
): Spot[] {
  return Array.from({ length: track.x.length }, (_, i) => {
    const column = ((track.x[i] ?? 0) - x0) / (x1 - x0);
    const row = ((track.y[i] ?? 0) - y0) / (y1 - y0);
    const height = heightAt(heights, row * (heights.rows - 1), column * (heights.columns - 1));
    return place(column, row, rise(height, range) + 0.015);
  });
}

function paintTrack(
  ctx: CanvasRenderingContext2D,
  spots: readonly Spot[],
  lane: number | null,
  palette: Palette,
): void {
  const head = spots.at(-1);
  if (head === undefined) return;
  ctx.beginPath();
  spots.forEach(({ x, y }, i) => (i === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y)));
  ctx.strokeStyle = palette.card;
  ctx.lineWidth = scaled(palette, 4.6);
  ctx.stroke();
  ctx.strokeStyle = lane === null ? palette.accent : pathColor(lane, palette.dark);
  ctx.lineWidth = scaled(palette, 2.4);
  ctx.stroke();
  if (lane !== null) {
    paintMarker(ctx, lane, head.x, head.y, scaled(palette, 5.5), palette);
    return;
  }
  ctx.beginPath();
  ctx.arc(head.x, head.y, scaled(palette, 6), 0, 2 * Math.PI);
  ctx.fillStyle = palette.accent;
  ctx.fill();
}
