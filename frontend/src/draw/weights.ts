/** The weights between two columns as a heat map, for those that are too many for curves. */

import { tableOf } from "./color";
import { shortWeight, unitLabel } from "./network";
import { font, scaled, type Palette } from "./palette";
import { cellRect } from "./plane";
import type { PlaneMatrix, PlaneNode } from "./plane-layout";
import type { PlaneScene } from "./plane-paint";
import type { Rect } from "./raster";
import { frameRect } from "./tile";

interface Look {
  /** |w| of the full colour. */
  readonly full: number;
  readonly palette: Palette;
}

/** Paint every matrix of the layout, with what is pointed at. */
export function paintWeights(ctx: CanvasRenderingContext2D, scene: PlaneScene, look: Look): void {
  for (const matrix of scene.layout.matrices) {
    paintBands(ctx, scene, matrix, look.palette);
    paintCells(ctx, scene, matrix, look);
    frameRect(ctx, matrix.rect, look.palette.ink2, 1);
    if (!scene.layout.dense) paintPointed(ctx, scene, matrix, look.palette);
  }
}

/** From the columns of tiles to the matrix and on: so that it reads from left to right. */
function paintBands(
  ctx: CanvasRenderingContext2D,
  { picture, layout }: PlaneScene,
  { link, rect }: PlaneMatrix,
  palette: Palette,
): void {
  const { source, target } = picture.links[link] ?? { source: -1, target: -1 };
  const from = edge(layout.nodes, source, "right");
  const to = edge(layout.nodes, target, "left");
  ctx.fillStyle = palette.line;
  ctx.globalAlpha = 0.6;
  band(ctx, from, { x: rect.x, top: rect.y, bottom: rect.y + rect.height });
  band(ctx, { x: rect.x + rect.width, top: rect.y, bottom: rect.y + rect.height }, to);
  ctx.globalAlpha = 1;
}

interface Edge {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

function edge(nodes: readonly PlaneNode[], column: number, side: "left" | "right"): Edge {
  const rects = nodes.filter((node) => node.column === column).map(({ rect }) => rect);
  const tops = rects.map(({ y }) => y);
  const bottoms = rects.map(({ y, height }) => y + height);
  const xs = rects.map(({ x, width }) => (side === "left" ? x : x + width));
  const x = side === "left" ? Math.min(...xs) : Math.max(...xs);
  return { x: Number.isFinite(x) ? x : 0, top: Math.min(...tops), bottom: Math.max(...bottoms) };
}

function band(ctx: CanvasRenderingContext2D, from: Edge, to: Edge): void {
  const middle = (from.x + to.x) / 2;
  ctx.beginPath();
  ctx.moveTo(from.x, from.top);
  ctx.bezierCurveTo(middle, from.top, middle, to.top, to.x, to.top);
  ctx.lineTo(to.x, to.bottom);
  ctx.bezierCurveTo(middle, to.bottom, middle, from.bottom, from.x, from.bottom);
  ctx.fill();
}

interface Sheet {
  readonly canvas: HTMLCanvasElement;
  readonly ctx: CanvasRenderingContext2D;
  readonly image: ImageData;
  readonly words: Uint32Array;
}

const sheets = new Map<string, Sheet>();

function sheetOf(width: number, height: number): Sheet | null {
  const key = `${width}x${height}`;
  const known = sheets.get(key);
  if (known !== undefined) return known;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const ctx = canvas.getContext("2d");
  if (ctx === null) return null;
  const image = ctx.createImageData(width, height);
  const made = { canvas, ctx, image, words: new Uint32Array(image.data.buffer) };
  sheets.set(key, made);
  return made;
}

function paintCells(
  ctx: CanvasRenderingContext2D,
  { picture }: PlaneScene,
  { link, rect, rows, columns }: PlaneMatrix,
  { full, palette }: Look,
): void {
  const weight = picture.links[link]?.weight;
  const sheet = weight ? sheetOf(columns, rows) : null;
  if (!weight || sheet === null) return;
  const table = tableOf("signed", palette.dark);
  for (let at = 0; at < sheet.words.length; at++)
    sheet.words[at] = table[levelOf(weight[at] ?? 0, full)] ?? 0;
  sheet.ctx.putImageData(sheet.image, 0, 0);
  ctx.save();
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(sheet.canvas, rect.x, rect.y, rect.width, rect.height);
  ctx.restore();
}

/** A power below one, as for the curves, keeps small weights visible beside a large one. */
export function levelOf(weight: number, full: number): number {
  const share = full > 0 ? Math.min(1, Math.abs(weight) / full) ** 0.7 : 0;
  return Math.round(127.5 + 127.5 * (weight < 0 ? -share : share));
}

/** Row and column of the neuron or weight that is pointed at, and the weight in words. */
function paintPointed(
  ctx: CanvasRenderingContext2D,
  scene: PlaneScene,
  matrix: PlaneMatrix,
  palette: Palette,
): void {
  const { picture, layout, focus } = scene;
  const link = picture.links[matrix.link];
  if (link === undefined) return;
  const { rect } = matrix;
  const center = layout.nodes[focus.hovered >= 0 ? focus.hovered : focus.pinned];
  const cell = focus.cell?.link === matrix.link ? focus.cell.index : null;
  const row = cell?.[0] ?? (center?.column === link.target ? center.unit : null);
  const column = cell?.[1] ?? (center?.column === link.source ? center.unit : null);
  if (row !== null) {
    const { y, height } = cellRect(matrix, [row, 0]);
    outline(ctx, { x: rect.x, y, width: rect.width, height }, palette);
  }
  if (column !== null) {
    const { x, width } = cellRect(matrix, [0, column]);
    outline(ctx, { x, y: rect.y, width, height: rect.height }, palette);
  }
  const text =
    cell === null
      ? `${matrix.columns} → ${matrix.rows}`
      : `${unitLabel(picture, link.source, cell[1])} → ${unitLabel(picture, link.target, cell[0])}: ` +
        shortWeight(link.weight?.[cell[0] * matrix.columns + cell[1]] ?? 0);
  caption(ctx, rect, text, { palette, strong: cell !== null });
}

function outline(ctx: CanvasRenderingContext2D, rect: Rect, palette: Palette): void {
  const grown = { x: rect.x - 1, y: rect.y - 1, width: rect.width + 2, height: rect.height + 2 };
  frameRect(ctx, grown, palette.ink, 1.5);
}

function caption(
  ctx: CanvasRenderingContext2D,
  rect: Rect,
  text: string,
  { palette, strong }: { readonly palette: Palette; readonly strong: boolean },
): void {
  ctx.font = font(palette, 12, "mono", strong ? 600 : 400);
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  const x = rect.x + rect.width / 2;
  const y = rect.y + rect.height + 6;
  if (strong) {
    const width = ctx.measureText(text).width + 10;
    ctx.fillStyle = palette.card;
    ctx.fillRect(x - width / 2, y - 3, width, scaled(palette, 12) + 8);
  }
  ctx.fillStyle = strong ? palette.ink : palette.ink2;
  ctx.fillText(text, x, y);
}
