/** Many small maps in one go: one picture off screen, filled once, then copied to each place. */

import { tableOf, type ColorTable } from "./color";
import type { Palette } from "./palette";
import { relevel, type Raster, type Rect } from "./raster";
import { evened, type Tile } from "./tile";

export interface PlacedTile {
  readonly tile: Tile;
  readonly rect: Rect;
  /** Other colours than those of the tile's scale. */
  readonly table?: ColorTable | null;
  readonly alpha?: number;
}

/** The finest that a smooth map is made by interpolation; the canvas does the rest. */
const FINEST = 3;
/** Of the side of a tile; also that of its frame. */
export const CORNER = 0.12;

interface Sheet {
  readonly canvas: HTMLCanvasElement;
  readonly ctx: CanvasRenderingContext2D;
  readonly image: ImageData;
  readonly words: Uint32Array;
}

let sheet: Sheet | null = null;

/** One sheet for the whole page: drawImage copies at once, so it is free again afterwards. */
function sheetOf(width: number, height: number): Sheet | null {
  if (sheet !== null && sheet.canvas.width === width && sheet.canvas.height === height)
    return sheet;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const ctx = canvas.getContext("2d");
  if (ctx === null) return null;
  const image = ctx.createImageData(width, height);
  sheet = { canvas, ctx, image, words: new Uint32Array(image.data.buffer) };
  return sheet;
}

/** Paint maps of one number per cell, each into its rectangle, with rounded corners. */
export function paintTiles(
  ctx: CanvasRenderingContext2D,
  placed: readonly PlacedTile[],
  palette: Palette,
): void {
  const cell = Math.max(0, ...placed.map(({ tile }) => tile.raster.width));
  if (cell === 0) return;
  const largest = Math.max(...placed.map(({ rect }) => rect.width)) * ctx.getTransform().a;
  const factor = Math.max(1, Math.min(FINEST, Math.round(largest / cell)));
  const across = Math.ceil(Math.sqrt(placed.length));
  const side = cell * factor;
  const work = sheetOf(across * side, Math.ceil(placed.length / across) * side);
  if (work === null) return;
  const spot = (index: number): readonly [number, number] => [
    (index % across) * side,
    Math.floor(index / across) * side,
  ];
  placed.forEach(({ tile, table }, index) => {
    const [x, y] = spot(index);
    const colors = table ?? tableOf(tile.scale, palette.dark);
    fillCell(work.words, { stride: work.canvas.width, x, y, factor }, levelsOf(tile), colors);
  });
  work.ctx.putImageData(work.image, 0, 0);
  ctx.save();
  ctx.imageSmoothingEnabled = true;
  for (const [index, { tile, rect, alpha = 1 }] of placed.entries()) {
    const [x, y] = spot(index);
    const size = tile.raster.width * factor;
    ctx.globalAlpha = alpha;
    ctx.drawImage(work.canvas, x, y, size, size, rect.x, rect.y, rect.width, rect.height);
  }
  ctx.restore();
}

function levelsOf(tile: Tile): Raster {
  const range = evened(tile);
  if (range === null) return tile.raster;
  return { ...tile.raster, levels: relevel(tile.raster.levels, [tile.low, tile.high], range) };
}

interface Cell {
  /** Pixels in a row of the sheet. */
  readonly stride: number;
  readonly x: number;
  readonly y: number;
  readonly factor: number;
}

/** Interpolate levels, colour them and round the corners off, straight into the sheet. */
export function fillCell(
  words: Uint32Array,
  { stride, x, y, factor }: Cell,
  { levels, width }: Raster,
  table: ColorTable,
): void {
  const { low, high, share } = stops(width, factor);
  const size = width * factor;
  for (let row = 0; row < size; row++) {
    const top = (low[row] ?? 0) * width;
    const bottom = (high[row] ?? 0) * width;
    const below = share[row] ?? 0;
    for (let index = 0; index < width; index++) {
      const upper = levels[top + index] ?? 0;
      line[index] = upper + ((levels[bottom + index] ?? 0) - upper) * below;
    }
    let at = (y + row) * stride + x;
    for (let column = 0; column < size; column++, at++) {
      const left = line[low[column] ?? 0] ?? 0;
      const right = line[high[column] ?? 0] ?? 0;
      words[at] = table[(left + (right - left) * (share[column] ?? 0) + 0.5) | 0] ?? 0;
    }
  }
  for (const { dx, dy, alpha } of corners(size)) {
    const at = (y + dy) * stride + x + dx;
    words[at] = (((words[at] ?? 0) & 0xffffff) | (alpha << 24)) >>> 0;
  }
}

const line = new Float32Array(512);

interface Stops {
  readonly low: Uint16Array;
  readonly high: Uint16Array;
  readonly share: Float32Array;
}

const knownStops = new Map<number, Stops>();

/** Between which cells the centre of each finer cell lies, and how far. */
function stops(width: number, factor: number): Stops {
  const key = width * 16 + factor;
  let found = knownStops.get(key);
  if (found === undefined) {
    const place = Array.from({ length: width * factor }, (_, index) =>
      Math.max(0, Math.min(width - 1, (index + 0.5) / factor - 0.5)),
    );
    found = {
      low: Uint16Array.from(place, Math.floor),
      high: Uint16Array.from(place, (at) => Math.min(width - 1, Math.floor(at) + 1)),
      share: Float32Array.from(place, (at) => at - Math.floor(at)),
    };
    knownStops.set(key, found);
  }
  return found;
}

interface Corner {
  readonly dx: number;
  readonly dy: number;
  readonly alpha: number;
}

const knownCorners = new Map<number, readonly Corner[]>();

/** Pixels of a square that a rounded corner covers in part or not at all. */
function corners(size: number): readonly Corner[] {
  const known = knownCorners.get(size);
  if (known !== undefined) return known;
  const radius = size * CORNER;
  const found: Corner[] = [];
  for (let row = 0; row < radius; row++) {
    for (let column = 0; column < radius; column++) {
      const out = Math.hypot(radius - row - 0.5, radius - column - 0.5) - radius + 0.5;
      if (out <= 0) continue;
      const alpha = Math.round(255 * Math.max(0, 1 - out));
      for (const dx of [column, size - 1 - column])
        for (const dy of [row, size - 1 - row]) found.push({ dx, dy, alpha });
    }
  }
  knownCorners.set(size, found);
  return found;
}
