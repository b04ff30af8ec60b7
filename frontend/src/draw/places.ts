/** Where the layers of a network stand: what every layout of one has in common. */

import { shownCount, type NetworkColumn, type NetworkPicture } from "./network";
import type { Rect } from "./raster";

export interface LayerPlace {
  readonly column: number;
  readonly rect: Rect;
  /** One for each tile, value or bar. */
  readonly cells: readonly Rect[];
  /** Where its title stands and how far down its arcs go, in a network broken into rows. */
  readonly row?: { readonly top: number; readonly floor: number };
}

export interface LayersLayout {
  readonly places: readonly LayerPlace[];
  readonly top: number;
  /** How far down arcs may go. */
  readonly floor: number;
}

export interface LayersRoom {
  readonly width: number;
  readonly height: number;
  readonly top: number;
}

/** Pixels that titles take above the columns, at the page's usual type. */
export const TITLES = 46;
/** So much room is enough for any title. */
const ALONE = 200;

export function isOutput(picture: NetworkPicture, column: number): boolean {
  return (
    column === picture.columns.length - 1 && (picture.columns[column]?.tiles.length ?? 0) === 0
  );
}

/** Pixels from a column to the next one at its right, which may be one that all rows have. */
export function titleRoom({ places }: LayersLayout, index: number): number {
  const here = places[index];
  if (here === undefined) return 0;
  const right = places.filter(
    ({ rect, row }) =>
      rect.x > here.rect.x &&
      (here.row === undefined || (row?.top ?? here.row.top) === here.row.top),
  );
  return Math.min(ALONE, ...right.map(({ rect }) => rect.x - here.rect.x));
}

/** A share of the room, within what names and numbers need. */
export function barsWidth(room: LayersRoom, share: number): number {
  const zoom = zoomOf(room);
  return Math.max(114 * zoom, Math.min(205 * zoom, room.width * share));
}

/** How large the type is: the titles above the columns say it. */
function zoomOf({ top }: LayersRoom): number {
  return Math.max(1, top / TITLES);
}

export function barsPlace(
  column: NetworkColumn,
  index: number,
  x: number,
  room: LayersRoom,
  width: number,
): LayerPlace {
  const count = Math.max(1, shownCount(column));
  const pitch = Math.min(30 * zoomOf(room), room.height / count);
  const y = room.top + (room.height - pitch * count) / 2;
  const cells = Array.from({ length: count }, (_, cell) => ({
    x,
    y: y + cell * pitch,
    width,
    height: pitch,
  }));
  return { column: index, rect: { x, y, width, height: pitch * count }, cells };
}
