/** What a network of blocks has beside its maps: lines between columns, frames and arcs. */

import { arcsOf, type Arc } from "./blocks";
import { isOutput, type LayersLayout } from "./places";
import type { NetworkPicture } from "./network";
import type { Palette } from "./palette";
import { frameRect } from "./tile";

const HEAD = 5;
/** Pixels of a line that goes on in the next row. */
const STUB = 8;

/** Thin lines from column to column. */
export function paintLines(
  ctx: CanvasRenderingContext2D,
  picture: NetworkPicture,
  layout: LayersLayout,
  palette: Palette,
): void {
  ctx.strokeStyle = palette.ink2;
  ctx.globalAlpha = 0.55;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  for (const { source, target, skip } of picture.links) {
    const [from, to] = [layout.places[source]?.rect, layout.places[target]?.rect];
    if (skip === true || from === undefined || to === undefined) continue;
    // To the next row: out of this one, into that.
    const [row, next] = [layout.places[source]?.row, layout.places[target]?.row];
    ctx.moveTo(from.x + from.width, from.y + from.height / 2);
    if (isOutput(picture, target)) {
      ctx.lineTo(Math.max(from.x + from.width + 2, to.x - STUB / 2), from.y + from.height / 2);
      continue;
    }
    if (row?.top !== next?.top) {
      ctx.lineTo(from.x + from.width + STUB, from.y + from.height / 2);
      ctx.moveTo(to.x - STUB, to.y + to.height / 2);
    }
    ctx.lineTo(to.x, to.y + to.height / 2);
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
}

export function paintFrames(
  ctx: CanvasRenderingContext2D,
  picture: NetworkPicture,
  layout: LayersLayout,
  palette: Palette,
): void {
  for (const { column, rect } of layout.places) {
    const { kind, tiles } = picture.columns[column] ?? { kind: "", tiles: [] };
    if (kind !== "input" && tiles.length > 0) frameRect(ctx, rect, palette.line, 1.5, 2);
  }
}

export function paintArcs(
  ctx: CanvasRenderingContext2D,
  picture: NetworkPicture,
  layout: LayersLayout,
  floor: number,
  palette: Palette,
): void {
  ctx.strokeStyle = palette.accent;
  ctx.fillStyle = palette.accent;
  ctx.lineWidth = 2;
  for (const arc of arcsOf(picture, layout, floor)) paintArc(ctx, arc);
}

function paintArc(ctx: CanvasRenderingContext2D, { from, to, bottom }: Arc): void {
  // A Bézier whose handles lie at y reaches y0 + 3/4 (y - y0): so deep that it touches the bottom.
  const low = Math.max(from.y, to.y);
  const handle = low + (bottom - low) / 0.75;
  ctx.beginPath();
  ctx.moveTo(from.x, from.y);
  ctx.bezierCurveTo(from.x, handle, to.x, handle, to.x, to.y + HEAD);
  ctx.stroke();
  ctx.beginPath();
  ctx.moveTo(to.x, to.y);
  ctx.lineTo(to.x - HEAD, to.y + 1.7 * HEAD);
  ctx.lineTo(to.x + HEAD, to.y + 1.7 * HEAD);
  ctx.fill();
}
