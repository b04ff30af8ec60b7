/** Small arrays of numbers as pictures: values -> colour table -> pixels -> scaled onto a canvas. */

import type { ColorTable } from "./color";

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Scratch {
  readonly canvas: HTMLCanvasElement;
  readonly ctx: CanvasRenderingContext2D;
  readonly image: ImageData;
  readonly words: Uint32Array;
}

const scratches = new Map<string, Scratch>();

/** One off-screen canvas for each size that occurs; drawImage copies at once, so they are shared. */
function scratch(width: number, height: number): Scratch | null {
  const key = `${width}x${height}`;
  const known = scratches.get(key);
  if (known !== undefined) return known;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  if (ctx === null) return null;
  const image = ctx.createImageData(width, height);
  const made = { canvas, ctx, image, words: new Uint32Array(image.data.buffer) };
  scratches.set(key, made);
  return made;
}

/** Levels 0-255 to pixels, through the table. */
export function fillMap(words: Uint32Array, levels: ArrayLike<number>, table: ColorTable): void {
  for (let i = 0; i < words.length; i++) words[i] = table[levels[i] ?? 0] ?? 0;
}

/** Three planes R, G, B of 0-255 to pixels. */
export function fillRgb(words: Uint32Array, planes: ArrayLike<number>): void {
  const size = words.length;
  for (let i = 0; i < size; i++) {
    const red = planes[i] ?? 0;
    const green = planes[i + size] ?? 0;
    const blue = planes[i + 2 * size] ?? 0;
    words[i] = (255 << 24) | (blue << 16) | (green << 8) | red;
  }
}

/** Numbers to levels 0-255 between low and high; NaN becomes the middle. */
export function levelsOf(
  values: ArrayLike<number>,
  low: number,
  high: number,
): Uint8Array<ArrayBuffer> {
  const levels = new Uint8Array(values.length);
  const scale = high > low ? 255 / (high - low) : 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const level = Number.isNaN(value) ? 127.5 : (value - low) * scale;
    levels[i] = Math.max(0, Math.min(255, Math.round(level)));
  }
  return levels;
}

/** Levels on their own range to levels on another, such as the whole layer's. */
export function relevel(
  levels: ArrayLike<number>,
  own: readonly [number, number],
  shared: readonly [number, number],
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(levels.length);
  const width = shared[1] - shared[0];
  const gain = width > 0 ? (own[1] - own[0]) / width : 0;
  const shift = width > 0 ? ((own[0] - shared[0]) / width) * 255 : 0;
  for (let i = 0; i < levels.length; i++) {
    out[i] = Math.max(0, Math.min(255, Math.round((levels[i] ?? 0) * gain + shift)));
  }
  return out;
}

export interface Raster {
  /** (height, width) levels for one channel, (3, height, width) for colour. */
  readonly levels: ArrayLike<number>;
  readonly channels: number;
  readonly width: number;
  readonly height: number;
}

/** The finest that a smooth map is made by interpolation; the canvas does the rest. */
const FINEST = 3;

/**
 * Interpolate levels to a grid `factor` times as fine. Numbers are interpolated, not colours: so a
 * border between orange and blue runs through the white of zero, and not through a muddy mixture.
 */
export function refined(raster: Raster, factor: number): Raster {
  const { levels, width, height } = raster;
  const across = stops(width, factor);
  const down = stops(height, factor);
  const out = new Uint8Array(across.length * down.length);
  let place = 0;
  for (const { low: top, high: bottom, share: below } of down) {
    for (const { low: left, high: right, share } of across) {
      const upper = mixed(levels[top * width + left], levels[top * width + right], share);
      const lower = mixed(levels[bottom * width + left], levels[bottom * width + right], share);
      out[place++] = Math.round(mixed(upper, lower, below));
    }
  }
  return { levels: out, channels: 1, width: across.length, height: down.length };
}

function mixed(from: number | undefined, to: number | undefined, share: number): number {
  return (from ?? 0) + ((to ?? 0) - (from ?? 0)) * share;
}

interface Stop {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

/** Between which cells the centre of each finer cell lies, and how far. */
function stops(size: number, factor: number): Stop[] {
  return Array.from({ length: size * factor }, (_, index) => {
    const at = Math.max(0, Math.min(size - 1, (index + 0.5) / factor - 0.5));
    const low = Math.floor(at);
    return { low, high: Math.min(size - 1, low + 1), share: at - low };
  });
}

/** Paint a raster into a rectangle, interpolated or with its true pixels. */
export function paintRaster(
  ctx: CanvasRenderingContext2D,
  raster: Raster,
  rect: Rect,
  style: { readonly table: ColorTable; readonly smooth?: boolean; readonly alpha?: number },
): void {
  const factor = Math.min(FINEST, Math.floor(rect.width / raster.width));
  const fine =
    style.smooth === true && raster.channels === 1 && factor > 1 ? refined(raster, factor) : raster;
  const work = scratch(fine.width, fine.height);
  if (work === null) return;
  if (fine.channels === 3) fillRgb(work.words, fine.levels);
  else fillMap(work.words, fine.levels, style.table);
  work.ctx.putImageData(work.image, 0, 0);
  ctx.save();
  ctx.imageSmoothingEnabled = style.smooth ?? false;
  ctx.imageSmoothingQuality = "high";
  ctx.globalAlpha = style.alpha ?? 1;
  ctx.drawImage(work.canvas, rect.x, rect.y, rect.width, rect.height);
  ctx.restore();
}

/** A strip that shows what the colours mean. */
export function paintLegend(ctx: CanvasRenderingContext2D, rect: Rect, table: ColorTable): void {
  const levels = Uint8Array.from({ length: 256 }, (_, level) => level);
  paintRaster(ctx, { levels, channels: 1, width: 256, height: 1 }, rect, { table, smooth: true });
}
