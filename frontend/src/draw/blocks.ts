/** A deep network laid out by its blocks: columns of one size, and arcs for what skips layers. */

import { barsPlace, isOutput, type LayerPlace, type LayersLayout, type LayersRoom } from "./layers";
import { shownCount, type NetworkColumn, type NetworkPicture } from "./network";
import type { Rect } from "./raster";

/** Maps side by side in a block. */
const ACROSS = 4;
const GAP = 2;
/** Pixels from the columns to the lowest arc. */
const DEEPEST = 52;

export function hasBlocks(picture: NetworkPicture): boolean {
  return picture.columns.some(({ kind }) => kind === "block");
}

/** Pixels below the columns for arcs. */
export function arcsRoom(picture: NetworkPicture, room: LayersRoom): number {
  const skips = picture.links.some(({ skip }) => skip === true);
  return skips ? Math.max(18, Math.min(DEEPEST, (room.height - room.top) * 0.17)) : 0;
}

/** `height` of the room is that of the columns: without what lies above and below. */
export function layoutBlocks(
  picture: NetworkPicture,
  room: LayersRoom,
): Omit<LayersLayout, "floor"> {
  const count = Math.max(1, picture.columns.length);
  const bars = picture.columns.some((_, index) => isOutput(picture, index))
    ? Math.max(118, Math.min(210, room.width * 0.16))
    : 0;
  const maps = count - (bars > 0 ? 1 : 0);
  const least = Math.max(6, Math.min(16, (room.width / count) * 0.09));
  const wide = (room.width - bars - least * (count - 1)) / maps;
  const side = Math.max(16, Math.min(wide, room.height));
  const used = side * maps + bars;
  const gap = Math.min(room.width * 0.06, (room.width - used) / Math.max(1, count - 1));
  let x = Math.max(0, (room.width - used - gap * (count - 1)) / 2);
  const places = picture.columns.map((column, index) => {
    const place = isOutput(picture, index)
      ? barsPlace(column, index, x, room, bars)
      : squarePlace(column, index, { x, y: room.top + (room.height - side) / 2, side });
    x += place.rect.width + gap;
    return place;
  });
  return { places, top: room.top };
}

interface Square {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** Maps, or units without maps, in a square. */
function squarePlace(column: NetworkColumn, index: number, { x, y, side }: Square): LayerPlace {
  const count = Math.max(1, shownCount(column));
  const fewer = Math.ceil(Math.sqrt(count));
  const across = column.tiles.length > 0 ? Math.min(ACROSS, fewer) : fewer;
  const gap = count === 1 || side / across < 8 ? 0 : GAP;
  const cell = (side - gap * (across + 1)) / across;
  const rows = Math.ceil(count / across);
  const top = y + (side - rows * (cell + gap) - gap) / 2;
  const cells = Array.from({ length: shownCount(column) }, (_, at) => ({
    x: x + gap + (at % across) * (cell + gap),
    y: top + gap + Math.floor(at / across) * (cell + gap),
    width: cell,
    height: cell,
  }));
  return { column: index, rect: { x, y, width: side, height: side }, cells };
}

export interface Arc {
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
  /** How far down it goes. */
  readonly bottom: number;
}

/**
 * Arcs below the columns. One over a single block runs from in front of it to behind it; one over
 * several columns from below the first to below the last.
 */
export function arcsOf(picture: NetworkPicture, layout: LayersLayout, floor: number): Arc[] {
  const skips = picture.links.filter(({ skip }) => skip === true);
  const widest = Math.max(1, ...skips.map(({ source, target }) => target - source));
  return skips.flatMap(({ source, target }) => {
    const [first, last] = [layout.places[source]?.rect, layout.places[target]?.rect];
    if (first === undefined || last === undefined) return [];
    const base = Math.max(first.y + first.height, last.y + last.height);
    const share = target - source === 1 ? 0.82 : 0.55 + 0.4 * ((target - source) / widest);
    const bottom = base + Math.min(DEEPEST, floor - base) * Math.min(1, share);
    return [target - source === 1 ? around(last, bottom) : below(first, last, bottom)];
  });
}

function around(rect: Rect, bottom: number): Arc {
  const y = rect.y + rect.height * 0.62;
  return { from: { x: rect.x - 4, y }, to: { x: rect.x + rect.width + 4, y }, bottom };
}

function below(first: Rect, last: Rect, bottom: number): Arc {
  return {
    from: { x: first.x + first.width * 0.72, y: first.y + first.height + 3 },
    to: { x: last.x + last.width * 0.5, y: last.y + last.height + 3 },
    bottom,
  };
}
