/** Tiles in rows and columns: how many of each, and where each lies. */

import type { Rect } from "./raster";

export interface GridWish {
  readonly count: number;
  /** Width over height of one tile. */
  readonly aspect: number;
  readonly gap: number;
  /** Room below each tile for its label. */
  readonly foot: number;
  readonly columns?: number | null;
  readonly maxTile?: number;
}

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly width: number;
  readonly height: number;
  readonly tiles: readonly Rect[];
}

/** The arrangement with the largest tiles that fits the space; centred across, from the top. */
export function arrange(
  wish: GridWish,
  space: { readonly width: number; readonly height: number },
): Grid {
  const count = Math.max(1, wish.count);
  const fixed = wish.columns ?? null;
  let columns = fixed === null ? 1 : Math.min(fixed, count);
  let width = tileWidth(wish, space, columns);
  for (let candidate = 1; fixed === null && candidate <= count; candidate++) {
    const wider = tileWidth(wish, space, candidate);
    if (wider > width + 0.01) [columns, width] = [candidate, wider];
  }
  width = Math.max(2, Math.min(width, wish.maxTile ?? Infinity));
  return placed(wish, space.width, columns, width);
}

function tileWidth(
  wish: GridWish,
  space: { readonly width: number; readonly height: number },
  columns: number,
): number {
  const rows = Math.ceil(Math.max(1, wish.count) / columns);
  const byWidth = (space.width - (columns - 1) * wish.gap) / columns;
  const byHeight = ((space.height - (rows - 1) * wish.gap) / rows - wish.foot) * wish.aspect;
  return Math.min(byWidth, byHeight);
}

function placed(wish: GridWish, spaceWidth: number, columns: number, tile: number): Grid {
  const rows = Math.ceil(Math.max(1, wish.count) / columns);
  const height = tile / wish.aspect;
  const width = columns * tile + (columns - 1) * wish.gap;
  const left = Math.max(0, (spaceWidth - width) / 2);
  const tiles = Array.from({ length: wish.count }, (_, index) => ({
    x: left + (index % columns) * (tile + wish.gap),
    y: Math.floor(index / columns) * (height + wish.foot + wish.gap),
    width: tile,
    height,
  }));
  return {
    columns,
    rows,
    width,
    height: rows * (height + wish.foot) + (rows - 1) * wish.gap,
    tiles,
  };
}

/** The largest rectangle of an aspect inside another, centred. */
export function fitted(space: Rect, aspect: number): Rect {
  const width = Math.min(space.width, space.height * aspect);
  const height = width / aspect;
  return {
    x: space.x + (space.width - width) / 2,
    y: space.y + (space.height - height) / 2,
    width,
    height,
  };
}

/** Index of the rectangle that holds a point, or -1. */
export function hitRect(rects: readonly Rect[], x: number, y: number): number {
  return rects.findIndex(
    (rect) => x >= rect.x && x <= rect.x + rect.width && y >= rect.y && y <= rect.y + rect.height,
  );
}
