/** A layer graph, painted at any zoom: boxes coloured by kind, edges, skips in orange. */

import { paintGrounds, paintTitles, type Piece } from "./graph-blocks";
import type { GraphEdge, GraphLayout, GraphPoint } from "./graph-layout";
import { layerNames } from "./graph-words";
import type { Palette } from "./palette";
import type { Rect } from "./raster";
import { worded } from "./words";

export interface GraphLabel {
  readonly title: string;
  /** Output shape. */
  readonly shape: string;
  readonly kind: string;
}

export interface GraphView {
  /** Pixels of the screen for one of the layout. */
  readonly scale: number;
  /** Where the layout's origin lies on the screen. */
  readonly x: number;
  readonly y: number;
}

export interface GraphStyle {
  readonly view: GraphView;
  readonly hovered: number;
  readonly selected: number;
}

/** In the space between rows, that which edges use to go back. */
const TURN = 14;

/** Lower boxes have no text; it is never smaller than this on the screen. */
const LEAST_TEXT_PX = 12;

export function kindColor(kind: string, palette: Palette): string {
  switch (kind) {
    case "conv":
      return palette.pos;
    case "linear":
    case "output":
      return palette.neg;
    case "add":
    case "concat":
    case "multiply":
    case "join":
      return palette.accent;
    case "pool":
      return palette.posLine;
    default:
      return palette.ink2;
  }
}

export function paintGraph(
  ctx: CanvasRenderingContext2D,
  layout: GraphLayout,
  labels: readonly GraphLabel[],
  pieces: readonly Piece[],
  style: GraphStyle,
  palette: Palette,
): void {
  const { view } = style;
  ctx.save();
  ctx.translate(view.x, view.y);
  ctx.scale(view.scale, view.scale);
  paintGrounds(ctx, pieces, palette);
  const near = style.hovered >= 0 ? style.hovered : style.selected;
  ctx.lineWidth = Math.max(1.2, 1.2 / view.scale);
  for (const edge of layout.edges) {
    const touched = near >= 0 && (edge.target === near || placeOf(edge, layout) === near);
    ctx.strokeStyle = edge.long ? palette.accent : palette.ink2;
    ctx.globalAlpha = touched ? 1 : edge.long ? 0.75 : 0.55;
    paintEdge(ctx, edge, layout);
  }
  ctx.globalAlpha = 1;
  layout.boxes.forEach((box, at) => {
    const label = labels[at];
    if (label !== undefined) paintBox(ctx, box, label, at, style, palette);
  });
  ctx.restore();
  const named = lineOf(view) <= (layout.boxes[0]?.height ?? 0);
  paintTitles(ctx, pieces, view, named, palette);
}

/** The box that an edge begins at; that of the input is the last. */
function placeOf(edge: GraphEdge, layout: GraphLayout): number {
  return edge.source < 0 ? layout.boxes.length - 1 : edge.source;
}

function paintEdge(ctx: CanvasRenderingContext2D, edge: GraphEdge, layout: GraphLayout): void {
  const half = (layout.boxes[0]?.width ?? 0) / 2;
  ctx.beginPath();
  edge.points.forEach((to, at) => {
    const from = edge.points[at - 1];
    if (from === undefined) return;
    const first = at === 1 ? from.x + half : from.x;
    const last = at === edge.points.length - 1 ? to.x - half : to.x;
    if (from.row === to.row) curve(ctx, { ...from, x: first }, { ...to, x: last });
    else turn(ctx, { ...from, x: first }, { ...to, x: last }, layout);
  });
  ctx.stroke();
}

function curve(ctx: CanvasRenderingContext2D, from: GraphPoint, to: GraphPoint): void {
  const middle = (from.x + to.x) / 2;
  ctx.moveTo(from.x, from.y);
  ctx.bezierCurveTo(middle, from.y, middle, to.y, to.x, to.y);
}

/**
 * From the end of a row to the beginning of the next, as a typewriter goes: between the rows, one
 * line for all edges of a node.
 */
function turn(
  ctx: CanvasRenderingContext2D,
  from: GraphPoint,
  to: GraphPoint,
  { pitch }: GraphLayout,
): void {
  const share = (from.y - from.row * pitch) / pitch;
  const middle = (from.row + 1) * pitch + TURN * (share - 0.5) - TURN;
  const out = 12;
  ctx.moveTo(from.x, from.y);
  ctx.bezierCurveTo(from.x + out, from.y, from.x + out, middle, from.x, middle);
  ctx.lineTo(to.x, middle);
  ctx.bezierCurveTo(to.x - out, middle, to.x - out, to.y, to.x, to.y);
}

/** Height of a line of text in the layout's pixels. */
function lineOf({ scale }: GraphView): number {
  return Math.max(13, LEAST_TEXT_PX / scale) * 1.25;
}

function paintBox(
  ctx: CanvasRenderingContext2D,
  box: Rect,
  label: GraphLabel,
  at: number,
  style: GraphStyle,
  palette: Palette,
): void {
  const { scale } = style.view;
  const color = kindColor(label.kind, palette);
  ctx.beginPath();
  ctx.roundRect(box.x, box.y, box.width, box.height, 5);
  ctx.fillStyle = palette.card;
  ctx.fill();
  ctx.globalAlpha = 0.16;
  ctx.fillStyle = color;
  ctx.fill();
  ctx.globalAlpha = 1;
  const isSelected = at === style.selected;
  ctx.strokeStyle = isSelected ? palette.accent : at === style.hovered ? palette.ink : color;
  ctx.lineWidth = (isSelected ? 3 : at === style.hovered ? 2 : 1) / Math.min(1, scale);
  ctx.stroke();
  ctx.fillStyle = color;
  ctx.fillRect(box.x, box.y + 4, 4, box.height - 8);
  const line = lineOf(style.view);
  if (line > box.height) return;
  const both = 2 * line <= box.height;
  const room = box.width - 13;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ctx.fillStyle = palette.ink;
  ctx.font = `600 ${line / 1.25}px ${palette.sans}`;
  const y = box.y + box.height * (both ? 0.31 : 0.53);
  const name = worded(ctx, layerNames(label.title), room) || fitting(ctx, label.title, room);
  ctx.fillText(name, box.x + 8, y);
  if (!both) return;
  ctx.fillStyle = palette.ink2;
  ctx.font = `${line / 1.25}px ${palette.mono}`;
  ctx.fillText(fitting(ctx, label.shape, room), box.x + 8, box.y + box.height * 0.72);
}

/** As much of the beginning as there is room for. */
function fitting(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  if (ctx.measureText(text).width <= room) return text;
  let shown = text;
  while (shown.length > 2 && ctx.measureText(`${shown}…`).width > room) shown = shown.slice(0, -1);
  return `${shown}…`;
}
