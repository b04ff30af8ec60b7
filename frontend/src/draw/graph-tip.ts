/** What is pointed at in a layer graph, in words beside its box. */

import type { GraphView } from "./graph-paint";
import { scaled, type Palette } from "./palette";
import type { Rect } from "./raster";
import type { Size } from "./scheduler";

export interface GraphTip {
  readonly title: string;
  /** The most important first; what there is no room for is left out from the end. */
  readonly facts: readonly string[];
}

const TEXT_PX = 12;
const PAD = 8;
const AWAY = 8;

/** In pixels of the screen: below the box, or above it at the bottom of the room. */
export function paintTip(
  ctx: CanvasRenderingContext2D,
  box: Rect,
  view: GraphView,
  tip: GraphTip,
  room: Size,
  palette: Palette,
): void {
  const size = scaled(palette, TEXT_PX);
  const fonts = [`600 ${size}px ${palette.sans}`, `${size}px ${palette.mono}`];
  const widthOf = (text: string, line: number): number => {
    ctx.font = fonts[line] ?? "";
    return ctx.measureText(text).width;
  };
  const facts = fittingFacts(tip.facts, (text) => widthOf(text, 1) <= room.width - 2 * PAD);
  const lines = [tip.title, facts].filter((line) => line !== "");
  const wide = Math.max(...lines.map(widthOf)) + 2 * PAD;
  const tall = lines.length * size * 1.4 + PAD;
  const { x, y } = tipPlace(box, view, { width: wide, height: tall }, room);
  ctx.beginPath();
  ctx.roundRect(x, y, wide, tall, 5);
  ctx.fillStyle = palette.card;
  ctx.fill();
  ctx.strokeStyle = palette.ink2;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  lines.forEach((text, line) => {
    ctx.font = fonts[line] ?? "";
    ctx.fillStyle = line === 0 ? palette.ink : palette.ink2;
    ctx.fillText(text, x + PAD, y + PAD / 2 + size * 1.4 * (line + 0.5));
  });
}

/** As many of the facts as there is room for. */
export function fittingFacts(facts: readonly string[], fits: (text: string) => boolean): string {
  for (let count = facts.length; count > 0; count--) {
    const text = facts.slice(0, count).join(" · ");
    if (fits(text)) return text;
  }
  return "";
}

/** Where the words stand: beside the box, and wholly in the room. */
export function tipPlace(
  box: Rect,
  view: GraphView,
  size: Size,
  room: Size,
): { readonly x: number; readonly y: number } {
  const left = view.x + box.x * view.scale;
  const top = view.y + box.y * view.scale;
  const bottom = top + box.height * view.scale;
  const below = bottom + AWAY;
  const fits = below + size.height <= room.height;
  return {
    x: Math.max(1, Math.min(left, room.width - size.width - 1)),
    y: Math.max(1, fits ? below : top - AWAY - size.height),
  };
}
