/** A deep network laid out by its blocks: columns of one size, and arcs for what skips layers. */

import { shownCount, type NetworkColumn, type NetworkPicture } from "./network";
import {
  barsPlace,
  barsWidth,
  isOutput,
  type LayerPlace,
  type LayersLayout,
  type LayersRoom,
} from "./places";
import type { Rect } from "./raster";

/** Maps side by side in a block. */
const ACROSS = 4;
const GAP = 2;
/** Pixels from the columns to the lowest arc. */
const DEEPEST = 52;
const MOST_ROWS = 5;
/** A network is broken into one row more when its blocks become larger by this. */
const WORTH_A_ROW = 1.3;
/** In front of each of several rows, for what comes from the row above. */
const INSET = 12;

export function hasBlocks(picture: NetworkPicture): boolean {
  return picture.columns.some(({ kind }) => kind === "block");
}

/** Pixels below the columns for arcs. */
export function arcsRoom(picture: NetworkPicture, room: LayersRoom): number {
  const skips = picture.links.some(({ skip }) => skip === true);
  return skips ? Math.max(18, Math.min(DEEPEST, (room.height - room.top) * 0.17)) : 0;
}

/** All in one row, or in several where the blocks become much larger by it. */
export function layoutBlocks(
  picture: NetworkPicture,
  room: LayersRoom,
): Omit<LayersLayout, "floor"> {
  const last = picture.columns.length - 1;
  const bars = isOutput(picture, last) ? barsWidth(room, 0.16) : 0;
  let rows = rowsOf(picture, room, bars, 1);
  for (let count = 2; count <= MOST_ROWS; count++) {
    const tried = rowsOf(picture, room, bars, count);
    if (tried.side > rows.side * WORTH_A_ROW) rows = tried;
  }
  const places = blockPlaces(picture, room, rows);
  const output = picture.columns[last];
  if (bars > 0 && output !== undefined) {
    const x = rows.count === 1 ? rows.end : room.width - bars;
    // No arcs below: all the height.
    const height = Math.max(40, room.height - room.top - 8);
    const place = barsPlace(output, last, x, { ...room, height }, bars);
    const top = place.rect.y - room.top;
    places.push(rows.count === 1 ? place : { ...place, row: { top, floor: room.height } });
  }
  return { places, top: room.top };
}

interface Rows {
  readonly count: number;
  /** Columns in each. */
  readonly across: number;
  readonly side: number;
  readonly gap: number;
  readonly start: number;
  /** Where the bars begin behind a single row. */
  readonly end: number;
  /** From row to row. */
  readonly pitch: number;
  /** Pixels below the columns for arcs. */
  readonly arcs: number;
}

function rowsOf(picture: NetworkPicture, room: LayersRoom, bars: number, count: number): Rows {
  const maps = Math.max(1, picture.columns.length - (bars > 0 ? 1 : 0));
  const across = Math.ceil(maps / count);
  const all = across + (bars > 0 ? 1 : 0);
  const pitch = room.height / count;
  const arcs = count === 1 ? arcsRoom(picture, room) : arcsRoom(picture, room) / (count + 0.5);
  const least = Math.max(6, Math.min(16, (room.width / all) * 0.09));
  const inset = count === 1 ? 0 : INSET;
  const wide = (room.width - inset - bars - least * (all - 1)) / across;
  const floor = count === 1 ? 40 : 4;
  const tall = Math.max(floor, pitch - room.top - 8 - arcs);
  const side = Math.max(count === 1 ? 16 : 4, Math.min(wide, tall));
  const used = side * across + bars + inset;
  const gap = Math.min(room.width * 0.06, (room.width - used) / Math.max(1, all - 1));
  const start = inset + Math.max(0, (room.width - used - gap * (all - 1)) / 2);
  return { count, across, side, gap, start, end: start + across * (side + gap), pitch, arcs };
}

function blockPlaces(picture: NetworkPicture, room: LayersRoom, rows: Rows): LayerPlace[] {
  const { side, gap, pitch, arcs } = rows;
  return picture.columns.flatMap((column, index) => {
    if (isOutput(picture, index)) return [];
    const row = Math.floor(index / rows.across);
    const x = rows.start + (index % rows.across) * (side + gap);
    const high = Math.max(rows.count === 1 ? 40 : 4, pitch - room.top - 8 - arcs);
    const y = row * pitch + room.top + (high - side) / 2;
    const place = squarePlace(column, index, { x, y, side });
    if (rows.count === 1) return [place];
    return [{ ...place, row: { top: y - room.top, floor: y + side + arcs } }];
  });
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
    const own = layout.places[target]?.row;
    if (own !== undefined)
      return layout.places[source]?.row?.top === own.top || target - source === 1
        ? [inRow(first, last, target - source, own.floor)]
        : [];
    const base = Math.max(first.y + first.height, last.y + last.height);
    const share = target - source === 1 ? 0.82 : 0.55 + 0.4 * ((target - source) / widest);
    const bottom = base + Math.min(DEEPEST, floor - base) * Math.min(1, share);
    return [target - source === 1 ? around(last, bottom) : below(first, last, bottom)];
  });
}

function inRow(first: Rect, last: Rect, over: number, floor: number): Arc {
  return over === 1 ? around(last, floor - 1) : below(first, last, floor - 1);
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
