/** A small network in the plane on a canvas. */

import { paintTiles, CORNER, type PlacedTile } from "./atlas";
import { classColor, CLEAR, ramp, type ColorTable } from "./color";
import { lookOfCurves, paintStroke, strokeOf, type CurveStroke } from "./curves";
import type { Layer } from "./layer";
import type { NetworkPicture } from "./network";
import type { Palette } from "./palette";
import { pathsThrough, shareOf } from "./paths";
import { biasRect, curveStyle, hasBias, weightAt, type PlaneCurve } from "./plane";
import type { PlaneLayout, PlaneNode } from "./plane-layout";
import { paintPlaneLegend } from "./plane-legend";
import { frameRect } from "./tile";
import { paintWeights } from "./weights";

export interface PlaneFocus {
  /** Index into the layout's nodes, or -1. */
  readonly hovered: number;
  readonly pinned: number;
  /** Index into the curves, or -1. */
  readonly curve: number;
  /** A weight in a matrix: its link, and the units of target and source. */
  readonly cell: { readonly link: number; readonly index: readonly [number, number] } | null;
}

export const NO_FOCUS: PlaneFocus = { hovered: -1, pinned: -1, curve: -1, cell: null };

export interface PlaneScene {
  readonly picture: NetworkPicture;
  readonly layout: PlaneLayout;
  readonly curves: readonly PlaneCurve[];
  readonly focus: PlaneFocus;
  /** Nodes whose output is switched off. */
  readonly disabled?: ReadonlySet<number>;
  /** Keeps the curves while they look the same: there are hundreds of them. */
  readonly kept?: Layer;
}

const OFF_ALPHA = 0.25;

export function paintPlane(
  ctx: CanvasRenderingContext2D,
  scene: PlaneScene,
  palette: Palette,
): void {
  const { picture, layout, focus } = scene;
  const style = curveStyle(picture.links, layout.tile);
  paintCurves(ctx, scene, palette);
  paintWeights(ctx, scene, { full: style.full, palette });
  paintMaps(ctx, scene, palette);
  layout.nodes.forEach((node, index) => {
    const chosen = index === focus.pinned || index === focus.hovered || isEnd(scene, node);
    paintFrame(ctx, picture, node, { chosen, palette });
    if (scene.disabled?.has(index)) strike(ctx, node, palette);
  });
  if (layout.dense) return;
  paintBiases(ctx, picture, layout, palette);
  paintPlaneLegend(ctx, layout, style, palette);
}

/** Whether a tile is one end of the weight that is pointed at. */
function isEnd({ picture, focus, curves }: PlaneScene, node: PlaneNode): boolean {
  const pointed = focus.cell ?? curves[focus.curve];
  const link = pointed && picture.links[pointed.link];
  if (!pointed || !link) return false;
  const [target, source] = pointed.index;
  return (
    (link.target === node.column && target === node.unit) ||
    (link.source === node.column && source === node.unit)
  );
}

function paintCurves(ctx: CanvasRenderingContext2D, scene: PlaneScene, palette: Palette): void {
  const { picture, layout, curves, focus, disabled } = scene;
  const style = curveStyle(picture.links, layout.tile);
  const center = layout.nodes[focus.hovered >= 0 ? focus.hovered : focus.pinned];
  const shares = center && pathsThrough(picture, center.column, center.unit);
  const off = new Set(
    [...(disabled ?? [])].map((index) => {
      const node = layout.nodes[index];
      return `${node?.column}:${node?.unit}`;
    }),
  );
  const strokes: CurveStroke[] = [];
  for (const [index, curve] of curves.entries()) {
    const link = picture.links[curve.link];
    if (link === undefined) continue;
    let share = shares && center ? shareOf(shares, link, curve.index, center.column) : 1;
    if (shares !== undefined) share = 0.08 + 0.92 * share;
    if (off.size > 0 && off.has(`${link.source}:${curve.index[1]}`)) share *= OFF_ALPHA;
    const strong = index === focus.curve;
    strokes.push(strokeOf(curve, weightAt(picture, curve), { style, share, strong }));
  }
  const paint = (own: CanvasRenderingContext2D): void => {
    for (const stroke of strokes) paintStroke(own, stroke, palette);
  };
  if (scene.kept === undefined) paint(ctx);
  else scene.kept.paint(ctx, lookOfCurves(strokes, palette), paint);
}

function paintMaps(ctx: CanvasRenderingContext2D, scene: PlaneScene, palette: Palette): void {
  const { picture, layout, disabled } = scene;
  const placed: PlacedTile[] = [];
  layout.nodes.forEach((node, index) => {
    const column = picture.columns[node.column];
    const tile = column?.tiles[node.row];
    if (column === undefined || tile === undefined) return;
    const table = classTable(column, node, palette);
    const alpha = disabled?.has(index) ? OFF_ALPHA : 1;
    placed.push({ tile, rect: node.rect, table, alpha });
    paintGround(ctx, node, palette);
  });
  paintTiles(ctx, placed, palette);
}

function paintGround(ctx: CanvasRenderingContext2D, node: PlaneNode, palette: Palette): void {
  ctx.beginPath();
  ctx.roundRect(node.rect.x, node.rect.y, node.rect.width, node.rect.height, cornerOf(node));
  ctx.fillStyle = palette.card;
  ctx.fill();
}

const classTables = new Map<string, ColorTable>();

/** One of several classes has its own colour, from paper where it is out of the question. */
function classTable(
  column: NetworkPicture["columns"][number],
  node: PlaneNode,
  palette: Palette,
): ColorTable | null {
  if (!isClass(column)) return null;
  const key = `${palette.dark} ${node.unit}`;
  let table = classTables.get(key);
  if (table === undefined) {
    const ground = CLEAR[palette.dark ? "dark" : "light"];
    classTables.set(key, (table = ramp([ground, classColor(node.unit, palette.dark)])));
  }
  return table;
}

export function isClass(column: NetworkPicture["columns"][number]): boolean {
  return column.kind === "output" && column.units > 1;
}

/** Rounded corners that stay corners on small tiles. */
function cornerOf(node: PlaneNode): number {
  return node.rect.width * CORNER;
}

function paintFrame(
  ctx: CanvasRenderingContext2D,
  picture: NetworkPicture,
  node: PlaneNode,
  { chosen, palette }: { readonly chosen: boolean; readonly palette: Palette },
): void {
  const column = picture.columns[node.column];
  const grown = chosen ? 2 : 0;
  const { x, y, width, height } = node.rect;
  const rect = { x: x - grown, y: y - grown, width: width + 2 * grown, height: height + 2 * grown };
  const plain =
    column !== undefined && isClass(column) ? classColor(node.unit, palette.dark) : palette.ink;
  const thin = node.rect.width < 24 ? 1 : column !== undefined && isClass(column) ? 2.5 : 1.5;
  frameRect(ctx, rect, chosen ? palette.accent : plain, chosen ? 3 : thin, cornerOf(node) + grown);
}

function strike(ctx: CanvasRenderingContext2D, { rect }: PlaneNode, palette: Palette): void {
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = Math.max(1.5, rect.width * 0.05);
  ctx.beginPath();
  ctx.moveTo(rect.x + rect.width * 0.08, rect.y + rect.height * 0.92);
  ctx.lineTo(rect.x + rect.width * 0.92, rect.y + rect.height * 0.08);
  ctx.stroke();
}

function paintBiases(
  ctx: CanvasRenderingContext2D,
  picture: NetworkPicture,
  layout: PlaneLayout,
  palette: Palette,
): void {
  for (const node of layout.nodes) {
    if (!hasBias(picture, node)) continue;
    const link = picture.links.find(({ target }) => target === node.column);
    const bias = link?.bias?.[node.unit] ?? 0;
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
