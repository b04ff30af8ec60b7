/** Blocks of a layer graph: a ground under the layers of each, and its title at any zoom. */

import type { GraphLayout } from "./graph-layout";
import { AROUND } from "./graph-rows";
import type { GraphView } from "./graph-paint";
import { scaled, type Palette } from "./palette";
import type { Rect } from "./raster";
import { worded } from "./words";

/** Layers that belong together, named where they are too small to be. */
export interface GraphBlock {
  /** Of the module: `block3.layer2`. */
  readonly path: string;
  readonly title: string;
  /** Places of its layers. */
  readonly layers: readonly number[];
}

/** The part of a block that lies in one row. */
export interface Piece extends Rect {
  readonly title: string;
}

const TITLE_PX = 12;
/** Height of a title with the room around it, for type of the usual size. */
export const TITLE_ROOM_PX = 16;

/** One for each row that a block of several layers lies in. */
export function piecesOf(layout: GraphLayout, blocks: readonly GraphBlock[]): readonly Piece[] {
  return blocks.flatMap(({ layers, title }) => {
    if (layers.length < 2) return [];
    const rows = new Map<number, Rect[]>();
    for (const at of layers) {
      const box = layout.boxes[at];
      const row = layout.rowOf[at] ?? 0;
      if (box !== undefined) rows.set(row, [...(rows.get(row) ?? []), box]);
    }
    return [...rows.values()].map((boxes) => ({ ...around(boxes), title }));
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

/** In pixels of the screen, above each block, where the layout has room for it. */
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
  ctx.textAlign = "left";
  ctx.lineJoin = "round";
  ctx.lineWidth = 4;
  ctx.strokeStyle = palette.card;
  ctx.fillStyle = palette.ink2;
  for (const piece of pieces) {
    const room = piece.width * view.scale - 4;
    const { title } = piece;
    const ways = [title, title.split(".").at(-1) ?? "", title.split(" ").at(-1) ?? ""];
    const words = worded(ctx, ways, room);
    if (words === "") continue;
    const x = view.x + piece.x * view.scale + 2;
    const y = view.y + piece.y * view.scale - size * 0.6;
    ctx.strokeText(words, x, y);
    ctx.fillText(words, x, y);
  }
}
