/** A layer graph, painted at any zoom: boxes coloured by kind, edges, skips in orange. */

import { paintGrounds, paintTitles, type Piece } from "./graph-blocks";
import type { GraphEdge, GraphLayout } from "./graph-layout";
import type { Part, Place } from "./graph-routes";
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

const CORNER = 6;

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
  paintEdges(ctx, layout, style, palette);
  layout.boxes.forEach((box, at) => {
    const label = labels[at];
    if (label !== undefined) paintBox(ctx, box, label, at, style, palette);
  });
  ctx.restore();
  const named = lineOf(view) <= (layout.boxes[0]?.height ?? 0);
  paintTitles(ctx, pieces, view, named, palette);
}

/** Skips first, so that where a line forks the way through the layers lies on top. */
function paintEdges(
  ctx: CanvasRenderingContext2D,
  layout: GraphLayout,
  { view, hovered, selected }: GraphStyle,
  palette: Palette,
): void {
  const near = hovered >= 0 ? hovered : selected;
  const edges = [...layout.edges].sort((one, other) => Number(other.skip) - Number(one.skip));
  for (const edge of edges) {
    const touched = near >= 0 && (edge.target === near || placeOf(edge, layout) === near);
    ctx.lineWidth = (touched ? 2 : 1.2) * Math.max(1, 1 / view.scale);
    ctx.strokeStyle = edge.skip ? palette.accent : palette.ink2;
    ctx.globalAlpha = touched ? 1 : edge.skip ? 0.85 : 0.6;
    ctx.beginPath();
    for (const part of edge.parts) trace(ctx, part);
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
}

/** The box that an edge begins at; that of the input is the last. */
function placeOf(edge: GraphEdge, layout: GraphLayout): number {
  return edge.source < 0 ? layout.boxes.length - 1 : edge.source;
}

function trace(ctx: CanvasRenderingContext2D, { bent, places }: Part): void {
  const [from, to] = [places[0], places.at(-1)];
  if (from === undefined || to === undefined) return;
  ctx.moveTo(from.x, from.y);
  if (bent) {
    const middle = (from.x + to.x) / 2;
    ctx.bezierCurveTo(middle, from.y, middle, to.y, to.x, to.y);
    return;
  }
  for (let at = 1; at < places.length - 1; at++) corner(ctx, places.slice(at - 1, at + 2));
  ctx.lineTo(to.x, to.y);
}

/** Towards the second of three places and round it, never past the middle of the way to the next. */
function corner(ctx: CanvasRenderingContext2D, [from, at, to]: readonly Place[]): void {
  if (from === undefined || at === undefined || to === undefined) return;
  const length = (one: Place, other: Place): number => Math.hypot(other.x - one.x, other.y - one.y);
  const radius = Math.min(CORNER, length(from, at) / 2, length(at, to) / 2);
  ctx.arcTo(at.x, at.y, to.x, to.y, radius);
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
