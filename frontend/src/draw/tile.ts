/** One small picture with its own range, as feature maps, filters and neurons are shown. */

import { tableOf, type ColorTable, type Scale } from "./color";
import type { Palette } from "./palette";
import { paintRaster, relevel, type Raster, type Rect } from "./raster";

export interface Tile {
  readonly raster: Raster;
  readonly scale: Scale;
  readonly smooth: boolean;
  readonly low: number;
  readonly high: number;
}

/** The range that all tiles together have; about zero where they are signed. */
export function sharedRange(tiles: readonly Tile[]): readonly [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const tile of tiles) {
    low = Math.min(low, tile.low);
    high = Math.max(high, tile.high);
  }
  if (!(high >= low)) return [0, 1];
  return tiles[0]?.scale === "signed" ? [-Math.max(-low, high), Math.max(-low, high)] : [low, high];
}

/** A map that cannot be negative from paper to ink: many of them side by side stay calm. */
export function quiet(tile: Tile): Tile {
  return tile.scale === "magnitude" ? { ...tile, scale: "pixels" } : tile;
}

/** Colours for a tile's scale: white means zero, also where the range is not even about zero. */
export function tableFor(tile: Tile, palette: Palette): ColorTable {
  return tableOf(tile.scale, palette.dark);
}

export function paintTile(
  ctx: CanvasRenderingContext2D,
  tile: Tile,
  rect: Rect,
  palette: Palette,
  style: { readonly shared?: readonly [number, number] | null; readonly alpha?: number } = {},
): void {
  const shared = style.shared ?? (tile.raster.channels === 1 ? evened(tile) : null);
  const levels =
    shared === null
      ? tile.raster.levels
      : relevel(tile.raster.levels, [tile.low, tile.high], shared);
  paintRaster(ctx, { ...tile.raster, levels }, rect, {
    table: tableFor(tile, palette),
    smooth: tile.smooth,
    alpha: style.alpha ?? 1,
  });
}

/** A signed map's range widened to be even about zero, or null where it is so already. */
export function evened(tile: Tile): readonly [number, number] | null {
  if (tile.scale !== "signed") return null;
  const reach = Math.max(Math.abs(tile.low), Math.abs(tile.high));
  const even = Math.abs(tile.low + tile.high) <= 0.01 * reach;
  return even || reach === 0 ? null : [-reach, reach];
}

export function frameRect(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  color: string,
  width: number,
  radius = 0,
): void {
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.beginPath();
  ctx.roundRect(rect.x, rect.y, rect.width, rect.height, radius);
  ctx.stroke();
}
