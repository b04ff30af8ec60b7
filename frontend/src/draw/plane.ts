/** A small network in the plane: tiles in columns, every weight a curve. */

import { hitCurve, paintCurve, type Curve, type CurveStyle, type Point } from "./curves";
import { hitRect } from "./grid";
import { shownCount, type NetworkLink, type NetworkPicture } from "./network";
import type { Palette } from "./palette";
import type { Rect } from "./raster";
import { frameRect, paintTile } from "./tile";

export interface PlaneNode {
  readonly column: number;
  /** Place in the column, and the unit it stands for. */
  readonly row: number;
  readonly unit: number;
  readonly rect: Rect;
}

export interface PlaneLayout {
  /** Centre of each column. */
  readonly centers: readonly number[];
  readonly tile: number;
  readonly nodes: readonly PlaneNode[];
  readonly top: number;
  readonly dense?: boolean;
}

export interface PlaneRoom {
  readonly width: number;
  readonly height: number;
  /** Space for titles above, and for names of features below each tile. */
  readonly top: number;
  readonly foot: number;
  /** A thumbnail: tiles nearly touch, and biases are left out. */
  readonly dense?: boolean;
}

const NAMED_FOOT = 20;

/** Tiles as large as the fullest column and the distance between columns allow. */
export function layoutPlane(picture: NetworkPicture, room: PlaneRoom): PlaneLayout {
  const columns = picture.columns.length;
  const height = room.height - room.top - room.foot;
  const most = Math.max(1, ...picture.columns.map((column) => shownCount(column)));
  const pitch = Math.min(height / most, height / 5);
  const between = room.width / Math.max(2, columns + 0.15);
  const largest = room.dense ? pitch * 0.86 : Math.min(pitch * 0.66, room.height * 0.105);
  const tile = Math.max(10, Math.round(Math.min(largest, between * 0.5)));
  const edge = tile / 2 + Math.max(14, room.width * 0.025);
  const step = columns > 1 ? (room.width - 2 * edge) / (columns - 1) : 0;
  const centers = picture.columns.map((_, index) =>
    columns > 1 ? edge + index * step : room.width / 2,
  );
  const nodes = picture.columns.flatMap((column, index) =>
    rowsOf(shownCount(column), most, height, tile).map((y, row) => {
      const size = column.kind === "feature" || column.kind === "input" ? tile * 0.88 : tile;
      const x = (centers[index] ?? 0) - size / 2;
      const rect = { x, y: room.top + y - size / 2, width: size, height: size };
      return { column: index, row, unit: column.shown[row] ?? row, rect };
    }),
  );
  return { centers, tile, nodes, top: room.top, dense: room.dense ?? false };
}

/** Centres of the rows: spread where there are few, close where there are many. */
function rowsOf(count: number, most: number, height: number, tile: number): number[] {
  const loosest = height / Math.max(4.4, Math.min(most, 6));
  const pitch = Math.max(
    tile * 1.12,
    Math.min(height / Math.max(1, count), loosest * (1 + 0.5 * (1 - count / most))),
  );
  const fits = Math.min(pitch, (height - tile) / Math.max(1, count - 1));
  return Array.from({ length: count }, (_, row) => height / 2 + (row - (count - 1) / 2) * fits);
}

export interface PlaneCurve extends Curve {
  readonly link: number;
  /** Units of target and source: the index into the weight matrix. */
  readonly index: readonly [number, number];
}

/** One curve for each weight between tiles that are shown. */
export function curvesOf(picture: NetworkPicture, layout: PlaneLayout): PlaneCurve[] {
  const byColumn = picture.columns.map((_, column) =>
    layout.nodes.filter((node) => node.column === column),
  );
  return picture.links.flatMap((link, index) => {
    if (link.weight === null) return [];
    const sources = byColumn[link.source] ?? [];
    const targets = byColumn[link.target] ?? [];
    const units = picture.columns[link.source]?.units ?? 0;
    return targets.flatMap((target) =>
      sources.map((source) => ({
        from: { x: source.rect.x + source.rect.width, y: source.rect.y + source.rect.height / 2 },
        to: { x: target.rect.x, y: target.rect.y + target.rect.height / 2 },
        weight: link.weight?.[target.unit * units + source.unit] ?? 0,
        link: index,
        index: [target.unit, source.unit] as const,
      })),
    );
  });
}

/** |w| that gets the full width: the largest of all, so that columns can be compared. */
export function curveStyle(links: readonly NetworkLink[], tile: number): CurveStyle {
  let full = 0.5;
  for (const { weight } of links) {
    for (let i = 0; i < (weight?.length ?? 0); i++)
      full = Math.max(full, Math.abs(weight?.[i] ?? 0));
  }
  return { full, maxWidth: Math.max(2.5, Math.min(9, tile * 0.085)) };
}

/** The bias as a small square at the lower left corner of a tile. */
export function biasRect(node: PlaneNode): Rect {
  const size = Math.max(6, Math.min(12, node.rect.width * 0.14));
  return {
    x: node.rect.x - size * 0.45,
    y: node.rect.y + node.rect.height - size * 0.55,
    width: size,
    height: size,
  };
}

export interface PlaneFocus {
  /** Index into the layout's nodes. */
  readonly hovered: number;
  readonly pinned: number;
  /** Index into the curves. */
  readonly curve: number;
}

export const NO_FOCUS: PlaneFocus = { hovered: -1, pinned: -1, curve: -1 };

export function paintPlane(
  ctx: CanvasRenderingContext2D,
  picture: NetworkPicture,
  layout: PlaneLayout,
  curves: readonly PlaneCurve[],
  focus: PlaneFocus,
  palette: Palette,
): void {
  const style = curveStyle(picture.links, layout.tile);
  const center = layout.nodes[focus.hovered >= 0 ? focus.hovered : focus.pinned];
  curves.forEach((curve, index) => {
    const touches = center === undefined || touchesNode(picture, curve, center);
    paintCurve(
      ctx,
      curve,
      style,
      palette,
      index === focus.curve ? "strong" : touches ? "normal" : "faded",
    );
  });
  layout.nodes.forEach((node, index) => {
    const tile = picture.columns[node.column]?.tiles[node.row];
    paintNode(
      ctx,
      node,
      tile === undefined ? null : () => paintTile(ctx, tile, node.rect, palette),
      palette,
    );
    const chosen = index === focus.pinned || index === focus.hovered;
    const grown = chosen ? 2 : 0;
    const { x, y, width, height } = node.rect;
    const rect = {
      x: x - grown,
      y: y - grown,
      width: width + 2 * grown,
      height: height + 2 * grown,
    };
    const corner = cornerOf(node) + grown;
    frameRect(ctx, rect, chosen ? palette.accent : palette.ink, chosen ? 3 : 1.5, corner);
  });
  if (!layout.dense) paintBiases(ctx, picture, layout, palette);
}

/** Rounded corners that stay corners on small tiles. */
function cornerOf(node: PlaneNode): number {
  return Math.min(7, node.rect.width * 0.14);
}

function paintNode(
  ctx: CanvasRenderingContext2D,
  node: PlaneNode,
  tile: (() => void) | null,
  palette: Palette,
): void {
  ctx.save();
  ctx.beginPath();
  ctx.roundRect(node.rect.x, node.rect.y, node.rect.width, node.rect.height, cornerOf(node));
  ctx.fillStyle = palette.card;
  ctx.fill();
  ctx.clip();
  tile?.();
  ctx.restore();
}

function paintBiases(
  ctx: CanvasRenderingContext2D,
  picture: NetworkPicture,
  layout: PlaneLayout,
  palette: Palette,
): void {
  for (const link of picture.links) {
    if (link.bias === null) continue;
    for (const node of layout.nodes) {
      if (node.column !== link.target) continue;
      const bias = link.bias[node.unit] ?? 0;
      const rect = biasRect(node);
      ctx.fillStyle = palette.card;
      ctx.fillRect(rect.x, rect.y, rect.width, rect.height);
      ctx.globalAlpha = 0.25 + 0.75 * Math.min(1, Math.abs(bias));
      ctx.fillStyle = bias < 0 ? palette.neg : palette.pos;
      ctx.fillRect(rect.x, rect.y, rect.width, rect.height);
      ctx.globalAlpha = 1;
      frameRect(ctx, rect, palette.ink, 1);
    }
  }
}

function touchesNode(picture: NetworkPicture, curve: PlaneCurve, node: PlaneNode): boolean {
  const link = picture.links[curve.link];
  if (link === undefined) return false;
  const [target, source] = curve.index;
  return (
    (link.target === node.column && target === node.unit) ||
    (link.source === node.column && source === node.unit)
  );
}

export type PlaneHit =
  | { readonly type: "node"; readonly node: number }
  | { readonly type: "bias"; readonly node: number }
  | { readonly type: "curve"; readonly curve: number };

/** What lies under the pointer: a bias, a tile or a weight, in that order. */
export function hitPlane(
  layout: PlaneLayout,
  curves: readonly PlaneCurve[],
  biased: (node: PlaneNode) => boolean,
  at: Point,
): PlaneHit | null {
  const bias = layout.nodes.findIndex(
    (node) => biased(node) && hitRect([biasRect(node)], at.x, at.y) === 0,
  );
  if (bias >= 0) return { type: "bias", node: bias };
  const node = hitRect(
    layout.nodes.map(({ rect }) => rect),
    at.x,
    at.y,
  );
  if (node >= 0) return { type: "node", node };
  const curve = hitCurve(curves, at);
  return curve >= 0 ? { type: "curve", curve } : null;
}

export function footOf(picture: NetworkPicture): number {
  return picture.columns.some((column) => column.names.length > 0) ? NAMED_FOOT : 8;
}
