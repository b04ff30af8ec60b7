/** Where the tiles and matrices of a small network in the plane lie. */

import { shownCount, type NetworkColumn, type NetworkPicture } from "./network";
import type { Rect } from "./raster";

export interface PlaneNode {
  readonly column: number;
  /** Place in the column, and the unit it stands for. */
  readonly row: number;
  readonly unit: number;
  readonly rect: Rect;
}

/** Weights between two columns as a heat map: a row for each target, a column for each source. */
export interface PlaneMatrix {
  readonly link: number;
  readonly rect: Rect;
  readonly rows: number;
  readonly columns: number;
}

export interface PlaneLayout {
  /** Centre of each column. */
  readonly centers: readonly number[];
  /** Least distance between the centres of two columns. */
  readonly pitch: number;
  readonly tile: number;
  readonly nodes: readonly PlaneNode[];
  readonly matrices: readonly PlaneMatrix[];
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly dense: boolean;
}

export interface PlaneRoom {
  readonly width: number;
  readonly height: number;
  /** Space for titles above, and for names of features and the legend below. */
  readonly top: number;
  readonly foot: number;
  /** A thumbnail: tiles nearly touch, and biases are left out. */
  readonly dense?: boolean;
  /** How weights are shown; a matrix for those that are too many for curves, when left out. */
  readonly weights?: Weights;
}

export type Weights = "auto" | "curves" | "matrix";

const NAMED_FOOT = 20;
/** More curves than this between two columns are a haze. */
const MOST_CURVES = 200;
/** Neurons in a column up to which tiles have their full size. */
const CLASSIC_ROWS = 8;
/** A column is folded into several beside each other before its tiles become smaller than this. */
const LEAST_TILE = 22;
const SPACING = 1.14;
const LARGEST_CELL = 26;

interface Block {
  readonly tile: number;
  readonly rows: number;
  readonly folds: number;
}

/** Tiles as large as the fullest column and the distance between columns allow. */
export function layoutPlane(picture: NetworkPicture, room: PlaneRoom): PlaneLayout {
  const height = room.height - room.top - room.foot;
  const tile = baseTile(picture, room, height);
  const between = room.width / Math.max(2, picture.columns.length + 0.15);
  const blocks = picture.columns.map((column) =>
    blockOf(column, height, tile, between * (room.dense ? 0.8 : 0.55)),
  );
  const shown = picture.links.map((link) => isMatrix(link, room.weights ?? "auto"));
  const centers = centersOf(blocks, shown, room.width, tile);
  const most = Math.max(1, ...blocks.map(({ rows }) => rows));
  const nodes = picture.columns.flatMap((column, index) =>
    nodesOf(column, index, {
      ...{ block: blocks[index] ?? NO_BLOCK, center: centers[index] ?? 0 },
      ...{ top: room.top, height, most },
    }),
  );
  const steps = centers.slice(1).map((center, index) => center - (centers[index] ?? 0));
  return {
    ...{ centers, tile, nodes, top: room.top, width: room.width, height: room.height },
    pitch: Math.min(room.width, ...steps),
    matrices: picture.links.flatMap((_, index) =>
      shown[index] ? matrixOf(picture, index, { centers, blocks, top: room.top, height }) : [],
    ),
    dense: room.dense ?? false,
  };
}

const NO_BLOCK: Block = { tile: 10, rows: 1, folds: 1 };

function baseTile(picture: NetworkPicture, room: PlaneRoom, height: number): number {
  const rows = picture.columns.map((column) => Math.min(shownCount(column), CLASSIC_ROWS));
  const pitch = Math.min(height / Math.max(1, ...rows), height / 5);
  const between = room.width / Math.max(2, picture.columns.length + 0.15);
  const largest = room.dense ? pitch * 0.86 : Math.min(pitch * 0.7, room.height * 0.115);
  return Math.max(10, Math.round(Math.min(largest, between * 0.5)));
}

/** How a column is arranged: in one row below the other, or folded where that makes it too small. */
function blockOf(column: NetworkColumn, height: number, base: number, widest: number): Block {
  const count = Math.max(1, shownCount(column));
  const named = column.names.length > 0;
  const fits = named ? height / count - NAMED_FOOT + 2 : height / count / SPACING;
  const single = Math.min(base, fits);
  if (count <= CLASSIC_ROWS || single >= Math.min(base, LEAST_TILE) || named)
    return { tile: Math.max(6, single), rows: count, folds: 1 };
  let best: Block = { tile: single, rows: count, folds: 1 };
  for (let folds = 2; folds <= count; folds++) {
    const rows = Math.ceil(count / folds);
    const tile = Math.min(base, height / rows / SPACING, widest / folds / SPACING);
    if (tile > best.tile) best = { tile, rows, folds };
  }
  return best;
}

function isMatrix(link: NetworkPicture["links"][number], weights: Weights): boolean {
  if (link.weight === null || weights === "curves") return false;
  return weights === "matrix" || link.weight.length > MOST_CURVES;
}

function widthOf({ tile, folds }: Block): number {
  return tile * (1 + (folds - 1) * SPACING);
}

/** Columns with even gaps between them; a matrix gets twice the gap that curves get. */
function centersOf(
  blocks: readonly Block[],
  matrices: readonly boolean[],
  width: number,
  tile: number,
): number[] {
  const [first] = blocks;
  if (blocks.length < 2 || first === undefined) return [width / 2];
  const widths = blocks.map((block) => Math.max(tile, widthOf(block)));
  const margin = Math.max(14, width * 0.025);
  const taken = widths.reduce((sum, each) => sum + each, 0);
  const shares = blocks.slice(1).map((_, index) => (matrices[index] ? 2 : 1));
  const unit = (width - 2 * margin - taken) / shares.reduce((sum, share) => sum + share, 0);
  let left = margin;
  return widths.map((own, index) => {
    const center = left + own / 2;
    left += own + (shares[index] ?? 0) * unit;
    return center;
  });
}

interface Place {
  readonly block: Block;
  readonly center: number;
  readonly top: number;
  readonly height: number;
  /** Rows of the fullest column. */
  readonly most: number;
}

function nodesOf(column: NetworkColumn, index: number, place: Place): PlaneNode[] {
  const { block, center, top, height, most } = place;
  const first = column.kind === "feature" || column.kind === "input";
  const size = block.tile * (first && block.folds === 1 ? 0.88 : 1);
  const middles = rowsOf(block, most, height);
  const left = center - widthOf(block) / 2 + block.tile / 2;
  return Array.from({ length: shownCount(column) }, (_, row) => {
    const x = left + Math.floor(row / block.rows) * block.tile * SPACING - size / 2;
    const y = top + (middles[row % block.rows] ?? 0) - size / 2;
    const rect = { x, y, width: size, height: size };
    return { column: index, row, unit: column.shown[row] ?? row, rect };
  });
}

/** Centres of the rows: spread where there are few, close where there are many. */
function rowsOf({ rows, tile }: Block, most: number, height: number): number[] {
  const loosest = height / Math.max(4.4, Math.min(most, 6));
  const loose = loosest * (1 + 0.5 * (1 - rows / most));
  const pitch = Math.max(tile * SPACING, Math.min(height / rows, loose));
  const fits = Math.min(pitch, (height - tile) / Math.max(1, rows - 1));
  return Array.from({ length: rows }, (_, row) => height / 2 + (row - (rows - 1) / 2) * fits);
}

function matrixOf(
  picture: NetworkPicture,
  index: number,
  place: {
    readonly centers: readonly number[];
    readonly blocks: readonly Block[];
    readonly top: number;
    readonly height: number;
  },
): PlaneMatrix[] {
  const link = picture.links[index];
  const source = link && picture.columns[link.source];
  const target = link && picture.columns[link.target];
  if (!link || !source || !target) return [];
  const from = (place.centers[link.source] ?? 0) + reach(place.blocks[link.source]);
  const to = (place.centers[link.target] ?? 0) - reach(place.blocks[link.target]);
  const [rows, columns] = [Math.max(1, target.units), Math.max(1, source.units)];
  const across = Math.min(LARGEST_CELL, (Math.max(8, to - from) * 0.8) / columns);
  const down = Math.min(LARGEST_CELL, (place.height * 0.9) / rows, across * 2.5);
  const [width, height] = [across * columns, down * rows];
  const x = (from + to - width) / 2;
  const y = place.top + (place.height - height) / 2;
  return [{ link: index, rows, columns, rect: { x, y, width, height } }];
}

function reach(block: Block | undefined): number {
  return block === undefined ? 0 : widthOf(block) / 2;
}

/** Space below the columns: for names of features or classes. */
export function footOf(picture: NetworkPicture): number {
  return picture.columns.some((column) => column.names.length > 0) ? NAMED_FOOT : 8;
}
