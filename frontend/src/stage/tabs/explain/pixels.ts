/** A map of scores as pixels, alone or over the input. */

import { tableOf, unpacked, type ColorTable } from "../../../draw/color";
import type { Tile } from "../../../draw/tile";
import { shareOf, type ScoreMap } from "./scale";

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly words: Uint32Array<ArrayBuffer>;
}

export interface Look {
  readonly limit: number;
  readonly sizes: boolean;
  /** What lies under the map, or null for the map alone. */
  readonly under: Tile | null;
  readonly dark: boolean;
}

/** How far a map hides the input below it, where it says nothing and where it says most. */
const VEIL = { signed: [0.12, 0.9], magnitude: [0.22, 0.78] } as const;

export function isSigned(map: ScoreMap, sizes: boolean): boolean {
  return map.scale === "signed" && !sizes;
}

export function pixelsOf(map: ScoreMap, { limit, sizes, under, dark }: Look): Pixels {
  const signed = isSigned(map, sizes);
  const table = tableOf(signed ? "signed" : "magnitude", dark);
  const width = under?.raster.width ?? map.width;
  const height = under?.raster.height ?? map.height;
  const words = new Uint32Array(width * height);
  const [least, most] = VEIL[signed ? "signed" : "magnitude"];
  for (let at = 0; at < words.length; at += 1) {
    const row = Math.floor((Math.floor(at / width) * map.height) / height);
    const column = Math.floor(((at % width) * map.width) / width);
    const value = map.values[row * map.width + column] ?? 0;
    const share = shareOf(sizes ? Math.abs(value) : value, limit, signed);
    const color = table[Math.round(signed ? 127.5 + 127.5 * share : 255 * share)] ?? 0;
    const veil = least + (most - least) * Math.sqrt(Math.abs(share));
    words[at] = under === null ? color : mixed(inputAt(under, at, dark), color, veil);
  }
  return { width, height, words };
}

/** The input alone. */
export function inputPixels(tile: Tile, dark: boolean): Pixels {
  const { width, height } = tile.raster;
  const words = Uint32Array.from({ length: width * height }, (_, at) => inputAt(tile, at, dark));
  return { width, height, words };
}

function inputAt({ raster }: Tile, at: number, dark: boolean): number {
  const { levels, channels, width, height } = raster;
  if (channels !== 3) return greys(dark)[levels[at] ?? 0] ?? 0;
  const size = width * height;
  const [red, green, blue] = [levels[at] ?? 0, levels[at + size] ?? 0, levels[at + 2 * size] ?? 0];
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

const greys = (dark: boolean): ColorTable => tableOf("pixels", dark);

function mixed(below: number, above: number, veil: number): number {
  const [r, g, b] = unpacked(below);
  const [r2, g2, b2] = unpacked(above);
  const mix = (from: number, to: number): number => Math.round(from + (to - from) * veil);
  return ((255 << 24) | (mix(b, b2) << 16) | (mix(g, g2) << 8) | mix(r, r2)) >>> 0;
}
