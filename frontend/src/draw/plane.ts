/** A small network in the plane: its weights as curves, and what lies under the pointer. */

import { hitCurve, type CurveLine, type CurveStyle, type Point } from "./curves";
import { hitRect } from "./grid";
import type { NetworkLink, NetworkPicture } from "./network";
import type { PlaneLayout, PlaneMatrix, PlaneNode } from "./plane-layout";
import type { Rect } from "./raster";

/** One weight between two tiles: where it is drawn, and where its number stands. */
export interface PlaneCurve extends CurveLine {
  readonly link: number;
  /** Units of target and source: the index into the weight matrix. */
  readonly index: readonly [number, number];
  /** The same as an index into the flat array. */
  readonly at: number;
}

/** One curve for each weight between tiles that are shown, but for those in a matrix. */
export function curvesOf(picture: NetworkPicture, layout: PlaneLayout): PlaneCurve[] {
  const byColumn = picture.columns.map((_, column) =>
    layout.nodes.filter((node) => node.column === column),
  );
  return picture.links.flatMap((link, index) => {
    if (link.weight === null || layout.matrices.some((matrix) => matrix.link === index)) return [];
    const sources = byColumn[link.source] ?? [];
    const targets = byColumn[link.target] ?? [];
    const units = picture.columns[link.source]?.units ?? 0;
    return targets.flatMap((target) =>
      sources.map((source) => ({
        from: { x: source.rect.x + source.rect.width, y: source.rect.y + source.rect.height / 2 },
        to: { x: target.rect.x, y: target.rect.y + target.rect.height / 2 },
        link: index,
        index: [target.unit, source.unit] as const,
        at: target.unit * units + source.unit,
      })),
    );
  });
}

export function weightAt(picture: NetworkPicture, { link, at }: PlaneCurve): number {
  return picture.links[link]?.weight?.[at] ?? 0;
}

const CROWDED = 48;
const LEAST_FULL = 0.5;
/** Of the weights; one giant among them does not make all others vanish. */
const USUAL_SHARE = 0.8;
const BEYOND_USUAL = 3;
const SAMPLED = 400;

/** |w| that gets the full width: the largest of all, so that columns can be compared. */
export function curveStyle(links: readonly NetworkLink[], tile: number): CurveStyle {
  const sample: number[] = [];
  let largest = LEAST_FULL;
  const counts = links.map(({ weight }) => weight?.length ?? 0);
  const every = Math.ceil(counts.reduce((sum, count) => sum + count, 0) / SAMPLED);
  for (const { weight } of links) {
    for (let i = 0; i < (weight?.length ?? 0); i++) {
      const size = Math.abs(weight?.[i] ?? 0);
      largest = Math.max(largest, size);
      if (i % every === 0) sample.push(size);
    }
  }
  const usual = sample.sort((a, b) => a - b)[Math.floor(USUAL_SHARE * sample.length)] ?? 0;
  return {
    full: Math.min(largest, Math.max(LEAST_FULL, BEYOND_USUAL * usual)),
    largest,
    maxWidth: Math.max(2.5, Math.min(9, tile * 0.085)),
    faintest: Math.max(0, ...counts) > CROWDED ? 0.05 : 0.18,
  };
}

const LEAST_BIASED = 16;

/** The bias as a small square at the lower left corner of a tile; none on tiny tiles. */
export function biasRect(node: PlaneNode): Rect {
  const size = Math.max(6, Math.min(12, node.rect.width * 0.14));
  return {
    x: node.rect.x - size * 0.45,
    y: node.rect.y + node.rect.height - size * 0.55,
    width: size,
    height: size,
  };
}

export function hasBias(picture: NetworkPicture, node: PlaneNode): boolean {
  if (node.rect.width < LEAST_BIASED) return false;
  return picture.links.some(({ target, bias }) => target === node.column && bias !== null);
}

export type PlaneHit =
  | { readonly type: "node"; readonly node: number }
  | { readonly type: "bias"; readonly node: number }
  | { readonly type: "curve"; readonly curve: number }
  | {
      readonly type: "cell";
      readonly link: number;
      /** Units of target and source. */
      readonly index: readonly [number, number];
    };

/** What lies under the pointer: a bias, a tile, a cell of a matrix or a curve, in that order. */
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
  for (const matrix of layout.matrices) {
    const index = cellAt(matrix, at);
    if (index !== null) return { type: "cell", link: matrix.link, index };
  }
  const curve = hitCurve(curves, at);
  return curve >= 0 ? { type: "curve", curve } : null;
}

function cellAt({ rect, rows, columns }: PlaneMatrix, at: Point): readonly [number, number] | null {
  const row = Math.floor(((at.y - rect.y) / rect.height) * rows);
  const column = Math.floor(((at.x - rect.x) / rect.width) * columns);
  const inside = row >= 0 && row < rows && column >= 0 && column < columns;
  return inside ? [row, column] : null;
}

/** Where one weight of a matrix lies. */
export function cellRect(
  { rect, rows, columns }: PlaneMatrix,
  [row, column]: readonly [number, number],
): Rect {
  const width = rect.width / columns;
  const height = rect.height / rows;
  return { x: rect.x + column * width, y: rect.y + row * height, width, height };
}
