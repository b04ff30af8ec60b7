/** What colour and thickness mean on the stage of a small network. */

import { cssOf, tableOf } from "./color";
import type { CurveStyle } from "./curves";
import { short } from "./format";
import { font, scaled, type Palette } from "./palette";
import type { PlaneLayout } from "./plane-layout";
import { paintLegend } from "./raster";

const STRIP_PX = 84;
const GAP_PX = 8;

/** Height that the legend takes below the columns. */
export function legendHeight(zoom: number): number {
  return 24 * Math.max(1, zoom);
}

/** Weights as a wedge from thick orange over nothing to thick blue; maps as a strip. */
export function paintPlaneLegend(
  ctx: CanvasRenderingContext2D,
  layout: PlaneLayout,
  style: CurveStyle,
  palette: Palette,
): void {
  ctx.font = font(palette, 12, "sans");
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  const y = layout.height - legendHeight(palette.zoom) / 2;
  const strip = STRIP_PX * Math.max(1, palette.zoom);
  const [least, most] = ends(style);
  let x = text(ctx, "weights", 2, y, palette) + GAP_PX;
  x = text(ctx, least, x, y, palette) + GAP_PX;
  paintWedge(ctx, { x, y, width: strip, thick: style.maxWidth }, palette);
  x = text(ctx, most, x + strip + GAP_PX, y, palette) + 3 * GAP_PX;
  x = text(ctx, "maps  −", x, y, palette) + GAP_PX;
  const height = scaled(palette, 9);
  paintLegend(ctx, { x, y: y - height / 2, width: strip, height }, tableOf("signed", palette.dark));
  text(ctx, "+", x + strip + GAP_PX, y, palette);
}

/** What the ends of the scale stand for: where one weight is a giant, all that is beyond. */
function ends({ full, largest }: CurveStyle): readonly [string, string] {
  const most = short(full, 2);
  return largest > full ? [`≤ −${most}`, `≥ +${most}`] : [`−${most}`, `+${most}`];
}

function text(
  ctx: CanvasRenderingContext2D,
  words: string,
  x: number,
  y: number,
  palette: Palette,
): number {
  ctx.fillStyle = palette.ink2;
  ctx.fillText(words, x, y);
  return x + ctx.measureText(words).width;
}

function paintWedge(
  ctx: CanvasRenderingContext2D,
  place: { readonly x: number; readonly y: number; readonly width: number; readonly thick: number },
  palette: Palette,
): void {
  const { x, y, width, thick } = place;
  const half = thick / 2;
  const table = tableOf("signed", palette.dark);
  for (const [side, level] of [
    [-1, 0],
    [1, 255],
  ] as const) {
    const middle = x + width / 2;
    const end = middle + (side * width) / 2;
    ctx.fillStyle = cssOf(table, level);
    ctx.beginPath();
    ctx.moveTo(end, y - half);
    ctx.lineTo(middle, y - 0.4);
    ctx.lineTo(middle, y + 0.4);
    ctx.lineTo(end, y + half);
    ctx.fill();
  }
}
