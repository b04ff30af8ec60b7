/** Blocks of a layer graph: a ground under the layers of each, and its title at any zoom. */

import type { GraphLayout } from "./graph-layout";
import type { GraphView } from "./graph-paint";
import { scaled, type Palette } from "./palette";
import type { Rect } from "./raster";
import { worded } from "./words";

/** Layers that belong together, named where they are too small to be. */
export interface GraphBlock {
  readonly title: string;
  /** Places of its layers. */
  readonly layers: readonly number[];
}

/** The part of a block that lies in one row. */
export interface Piece extends Rect {
  readonly title: string;
  /** It is the largest of its block. */
  readonly main: boolean;
}

const AROUND = 7;
const TITLE_PX = 12;

/** One for each row that a block of several layers lies in. */
export function piecesOf(layout: GraphLayout, blocks: readonly GraphBlock[]): readonly Piece[] {
  return blocks.flatMap(({ title, layers }) => {
    if (layers.length < 2) return [];
    const rows = new Map<number, Rect[]>();
    for (const at of layers) {
      const box = layout.boxes[at];
      if (box === undefined) continue;
      const row = Math.floor((box.y + box.height / 2) / layout.pitch);
      rows.set(row, [...(rows.get(row) ?? []), box]);
    }
    const rects = [...rows.values()].map(around);
    const widest = Math.max(...rects.map(({ width }) => width));
    const main = rects.findIndex(({ width }) => width === widest);
    return rects.map((rect, at) => ({ ...rect, title, main: at === main }));
  });
}

function around(boxes: readonly Rect[]): Rect {
  const left = Math.min(...boxes.map(({ x }) => x)) - AROUND;
  const top = Math.min(...boxes.map(({ y }) => y)) - AROUND;
  const right = Math.max(...boxes.map(({ x, width }) => x + width)) + AROUND;
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + AROUND;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** In the layout's pixels. */
export function paintGrounds(
  ctx: CanvasRenderingContext2D,
  pieces: readonly Piece[],
  palette: Palette,
): void {
  ctx.fillStyle = palette.ink2;
  ctx.globalAlpha = palette.dark ? 0.14 : 0.09;
  ctx.beginPath();
  for (const { x, y, width, height } of pieces) ctx.roundRect(x, y, width, height, 8);
  ctx.fill();
  ctx.globalAlpha = 1;
}

/**
 * In pixels of the screen, above a block where the rows leave room for it, else across it. Across
 * it only while the layers themselves are too small to be named.
 */
export function paintTitles(
  ctx: CanvasRenderingContext2D,
  pieces: readonly Piece[],
  view: GraphView,
  named: boolean,
  palette: Palette,
): void {
  const size = Math.max(scaled(palette, TITLE_PX), named ? TITLE_PX * view.scale : 0);
  ctx.font = `600 ${size}px ${palette.sans}`;
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  ctx.lineWidth = 4;
  ctx.strokeStyle = palette.card;
  ctx.fillStyle = named ? palette.ink2 : palette.ink;
  ctx.textAlign = named ? "left" : "center";
  for (const piece of pieces) {
    if (!named && !piece.main) continue;
    const width = piece.width * view.scale;
    const words = worded(ctx, [piece.title, piece.title.split(" ").at(-1) ?? ""], width - 4);
    if (words === "") continue;
    const x = view.x + piece.x * view.scale + (named ? 2 : width / 2);
    const y =
      view.y +
      (named ? piece.y * view.scale - size * 0.55 : (piece.y + piece.height / 2) * view.scale);
    ctx.strokeText(words, x, y);
    ctx.fillText(words, x, y);
  }
}
