/** A network on images, laid out: each layer a column of maps, bars at the end. */

import { arcsRoom, hasBlocks, layoutBlocks } from "./blocks";
import { shownCount, type NetworkColumn, type NetworkPicture } from "./network";
import {
  barsPlace,
  barsWidth,
  isOutput,
  type LayerPlace,
  type LayersLayout,
  type LayersRoom,
} from "./places";

const GAP = 4;
/** Of the room, what a layer of single values may take: thousands would leave none for maps. */
const VALUES_SHARE = 0.16;

function isOfValues(column: NetworkColumn): boolean {
  const raster = column.tiles[0]?.raster;
  return raster === undefined || Math.max(raster.width, raster.height) <= 1;
}

/** Side of a tile before scaling: large maps larger, but not in proportion. */
function wishedSide(column: NetworkColumn): number {
  const raster = column.tiles[0]?.raster;
  if (raster === undefined) return 11;
  if (column.kind === "input") return 112;
  return Math.max(raster.width, raster.height) <= 1
    ? 13
    : 14 + 8.4 * Math.sqrt(Math.max(raster.width, raster.height));
}

interface Block {
  readonly side: number;
  readonly perRow: number;
  readonly rows: number;
  readonly gap: number;
}

function blockOf(column: NetworkColumn, scale: number, { width, height }: LayersRoom): Block {
  const count = Math.max(1, shownCount(column));
  const wished = wishedSide(column) * scale;
  const side = isOfValues(column)
    ? Math.max(2, Math.min(wished, Math.sqrt((VALUES_SHARE * width * height) / count) - 1))
    : Math.max(3, wished);
  const gap = side < 4 ? 0 : side < 16 ? 1 : GAP;
  const fitting = Math.max(1, Math.floor((height + gap) / (side + gap)));
  const perRow = Math.ceil(count / fitting);
  return { side, perRow, rows: Math.ceil(count / perRow), gap };
}

function widthOf(block: Block): number {
  return block.perRow * (block.side + block.gap) - block.gap;
}

/** Find the scale at which all columns, ribbons and bars just fit. */
export function layoutLayers(picture: NetworkPicture, room: LayersRoom): LayersLayout {
  const floor = room.height - 4;
  if (hasBlocks(picture)) return { ...layoutBlocks(picture, room), floor };
  const height = Math.max(40, room.height - room.top - 8 - arcsRoom(picture, room));
  const last = picture.columns.length - 1;
  const bars = isOutput(picture, last) ? barsWidth(room, 0.14) : 0;
  const blocks = (scale: number): Block[] =>
    picture.columns
      .filter((_, index) => !isOutput(picture, index))
      .map((column) => blockOf(column, scale, { ...room, height }));
  const least = Math.max(20, Math.min(90, room.width * 0.042));
  const ribbons = Math.max(0, last) * least;
  let low = 0.05;
  let high = 3;
  for (let round = 0; round < 18; round++) {
    const middle = (low + high) / 2;
    const tried = blocks(middle);
    const needed = tried.reduce((sum, block) => sum + widthOf(block), 0) + ribbons + bars;
    const tall = tried.every(
      (block) => block.rows * (block.side + block.gap) <= height + block.gap,
    );
    if (needed <= room.width && tall) low = middle;
    else high = middle;
  }
  return { ...spread(picture, blocks(low), { ...room, height }, bars), floor };
}

function spread(
  picture: NetworkPicture,
  blocks: readonly Block[],
  room: LayersRoom,
  bars: number,
): Omit<LayersLayout, "floor"> {
  const used = blocks.reduce((sum, block) => sum + widthOf(block), 0) + bars;
  const steps = Math.max(1, picture.columns.length - 1);
  const gap = Math.min(room.width * 0.11, (room.width - used) / steps);
  let x = Math.max(0, (room.width - used - gap * steps) / 2);
  const places = picture.columns.map((column, index) => {
    const block = blocks[index];
    const place =
      block === undefined
        ? barsPlace(column, index, x, room, bars)
        : tilesPlace(column, index, x, room, block);
    x += place.rect.width + gap;
    return place;
  });
  return { places, top: room.top };
}

function tilesPlace(
  column: NetworkColumn,
  index: number,
  x: number,
  room: LayersRoom,
  block: Block,
): LayerPlace {
  const height = block.rows * (block.side + block.gap) - block.gap;
  const y = room.top + (room.height - height) / 2;
  const cells = Array.from({ length: shownCount(column) }, (_, cell) => ({
    x: x + (cell % block.perRow) * (block.side + block.gap),
    y: y + Math.floor(cell / block.perRow) * (block.side + block.gap),
    width: block.side,
    height: block.side,
  }));
  return { column: index, rect: { x, y, width: widthOf(block), height }, cells };
}
