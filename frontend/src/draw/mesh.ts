/** A grid of the plane that a network has bent: cells in the colour of the output, thin lines. */

import { CLASS_COLORS, cssOf, rgb, tableOf } from "./color";
import type { Palette } from "./palette";
import type { Rect } from "./raster";
import { project, type Extent } from "./scatter";

export interface BentGrid {
  /** (rows, columns, 2). */
  readonly points: ArrayLike<number>;
  /** (rows, columns), -1 to 1. */
  readonly values: ArrayLike<number>;
  /** (rows, columns), for more than two classes. */
  readonly labels: ArrayLike<number> | null;
  readonly rows: number;
  readonly columns: number;
}

/** Cells keep to the middle of the scale, so that points of the same hue stand out on them. */
const STRENGTH = 0.62;
const SHADES = 12;
const LINES = 20;

export function paintMesh(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  grid: BentGrid,
  extent: Extent,
  palette: Palette,
): void {
  const places = placesOf(grid, extent, rect);
  ctx.save();
  ctx.beginPath();
  ctx.rect(rect.x, rect.y, rect.width, rect.height);
  ctx.clip();
  paintCells(ctx, grid, places, palette);
  paintLines(ctx, grid, places, palette);
  ctx.restore();
}

/** Pixel coordinates of every crossing, (rows, columns, 2). */
function placesOf(grid: BentGrid, extent: Extent, rect: Rect): Float32Array {
  const out = new Float32Array(grid.rows * grid.columns * 2);
  for (let i = 0; i < out.length; i += 2) {
    const at = project(grid.points[i] ?? 0, grid.points[i + 1] ?? 0, extent, rect);
    out[i] = at.x;
    out[i + 1] = at.y;
  }
  return out;
}

/** Cells of one shade are filled together: a fill costs more than a corner. */
function paintCells(
  ctx: CanvasRenderingContext2D,
  grid: BentGrid,
  places: Float32Array,
  palette: Palette,
): void {
  const shades = new Map<string, Path2D>();
  for (let row = 0; row + 1 < grid.rows; row++) {
    for (let column = 0; column + 1 < grid.columns; column++) {
      const color = cellColor(grid, row, column, palette.dark);
      let path = shades.get(color);
      if (path === undefined) shades.set(color, (path = new Path2D()));
      traceCell(path, places, row * grid.columns + column, grid.columns);
    }
  }
  for (const [color, path] of shades) {
    ctx.fillStyle = color;
    // "nonzero", so that cells that were folded over each other do not cut holes.
    ctx.fill(path, "nonzero");
    ctx.strokeStyle = color;
    ctx.lineWidth = 0.8;
    ctx.stroke(path);
  }
}

function traceCell(path: Path2D, places: Float32Array, corner: number, columns: number): void {
  const at = (i: number): [number, number] => [places[2 * i] ?? 0, places[2 * i + 1] ?? 0];
  path.moveTo(...at(corner));
  path.lineTo(...at(corner + 1));
  path.lineTo(...at(corner + columns + 1));
  path.lineTo(...at(corner + columns));
  path.closePath();
}

export function cellColor(grid: BentGrid, row: number, column: number, dark: boolean): string {
  const corner = row * grid.columns + column;
  const corners = [corner, corner + 1, corner + grid.columns, corner + grid.columns + 1];
  const mean = corners.reduce((sum, i) => sum + (grid.values[i] ?? 0), 0) / 4;
  const shade = Math.round(mean * SHADES) / SHADES;
  if (grid.labels === null) {
    return cssOf(tableOf("signed", dark), 127.5 * (1 + STRENGTH * shade));
  }
  return faded(grid.labels[corner] ?? 0, Math.max(0.08, STRENGTH * shade), dark);
}

/** A class's colour mixed with the ground. */
function faded(label: number, strength: number, dark: boolean): string {
  const colors = CLASS_COLORS[dark ? "dark" : "light"];
  const from = rgb(dark ? "#1b1f24" : "#fbfaf7");
  const to = rgb(colors[label % colors.length] ?? "#5a626c");
  const mix = from.map((channel, i) => Math.round(channel + ((to[i] ?? 0) - channel) * strength));
  return `rgb(${mix.join(" ")})`;
}

/** About twenty lines each way: enough to see how a grid was bent, however fine its cells are. */
function paintLines(
  ctx: CanvasRenderingContext2D,
  { rows, columns }: BentGrid,
  places: Float32Array,
  palette: Palette,
): void {
  const every = Math.max(1, Math.round((rows - 1) / LINES));
  const line = (start: number, step: number, count: number): void => {
    for (let i = 0; i < count; i++) {
      const at = 2 * (start + i * step);
      if (i === 0) ctx.moveTo(places[at] ?? 0, places[at + 1] ?? 0);
      else ctx.lineTo(places[at] ?? 0, places[at + 1] ?? 0);
    }
  };
  ctx.beginPath();
  for (let row = 0; row < rows; row += every) line(row * columns, 1, columns);
  for (let column = 0; column < columns; column += every) line(column, columns, rows);
  ctx.strokeStyle = palette.ink;
  ctx.globalAlpha = 0.28;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.globalAlpha = 1;
}
