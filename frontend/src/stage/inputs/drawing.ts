/** A drawing with the mouse as an input of a network. */

import type { ColorTable } from "../../draw/color";
import { fillMap } from "../../draw/raster";
import { inputOf, planesOf, type Levels, type Rect, type Shape } from "./convert";
import type { Converted } from "./source";

/** Side of the square that is drawn on, in canvas pixels. */
export const SIDE = 280;
const MOST_UNDONE = 30;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Brush {
  readonly color: string;
  /** In canvas pixels. */
  readonly width: number;
}

/** Draw a stroke from one point to another. */
export function stroke(
  context: CanvasRenderingContext2D,
  from: Point,
  to: Point,
  brush: Brush,
): void {
  context.strokeStyle = brush.color;
  context.lineWidth = brush.width;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
}

export function wipe(context: CanvasRenderingContext2D, ground: string): void {
  context.fillStyle = ground;
  context.fillRect(0, 0, SIDE, SIDE);
}

/** A canvas of its own for what is drawn, since the page may show it in other colours. */
export function sheet(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = SIDE;
  canvas.height = SIDE;
  return canvas;
}

/** Show what is drawn: grey by a table of colours, as the page shows all grey pictures. */
export function shown(
  drawn: CanvasRenderingContext2D,
  seen: CanvasRenderingContext2D,
  table: ColorTable | null,
): void {
  const image = drawn.getImageData(0, 0, SIDE, SIDE);
  if (table !== null) {
    const levels = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => image.data[4 * at] ?? 0);
    fillMap(new Uint32Array(image.data.buffer), levels, table);
  }
  seen.putImageData(image, 0, 0);
}

/** What the canvas looked like before each stroke. */
export class Strokes {
  private readonly before: ImageData[] = [];

  begin(context: CanvasRenderingContext2D): void {
    this.before.push(context.getImageData(0, 0, SIDE, SIDE));
    if (this.before.length > MOST_UNDONE) this.before.shift();
  }

  /** Take the last stroke back; returns whether there was one. */
  undo(context: CanvasRenderingContext2D): boolean {
    const last = this.before.pop();
    if (last !== undefined) context.putImageData(last, 0, 0);
    return last !== undefined;
  }
}

/** Return the place of a pointer on the canvas, in canvas pixels. */
export function pointOf(event: PointerEvent, canvas: HTMLCanvasElement): Point {
  const box = canvas.getBoundingClientRect();
  const scale = SIDE / box.width;
  return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
}

/** Where something was drawn, or null on an empty canvas. */
export function drawnBox(rgba: ArrayLike<number>, side: number): Rect | null {
  let [left, top, right, bottom] = [side, side, -1, -1];
  for (let place = 0; place < side * side; place += 1) {
    if ((rgba[4 * place] ?? 0) < 40) continue;
    const x = place % side;
    const y = Math.floor(place / side);
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (right < 0) return null;
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/**
 * Where the drawing goes in an image of this size: centred, its longer side as long as the digits of
 * the data are: 20 of 28 pixels in MNIST (LeCun et al. 1998), the whole height in the small ones.
 */
export function placeOf(box: Rect, width: number, height: number): Rect {
  const room = Math.min(width, height) > 16 ? 20 / 28 : 1;
  const scale = (Math.min(width, height) * room) / Math.max(box.width, box.height);
  const size = { width: box.width * scale, height: box.height * scale };
  return { ...size, x: (width - size.width) / 2, y: (height - size.height) / 2 };
}

/** Return the drawing in the shape of the data; centred as digits are, or as it stands. */
export function drawingOf(
  canvas: HTMLCanvasElement,
  shape: Shape,
  { centred, ground }: { readonly centred: boolean; readonly ground: string },
): Converted | null {
  const { height, width } = shape;
  const small = document.createElement("canvas");
  small.width = width;
  small.height = height;
  const context = small.getContext("2d", { willReadFrequently: true });
  const drawn = canvas.getContext("2d")?.getImageData(0, 0, SIDE, SIDE).data;
  if (context === null || drawn === undefined) return null;
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  const whole = { x: 0, y: 0, width: SIDE, height: SIDE };
  const box = centred ? drawnBox(drawn, SIDE) : whole;
  if (box !== null) {
    const to = centred ? placeOf(box, width, height) : { x: 0, y: 0, width, height };
    const { x, y } = box;
    context.drawImage(canvas, x, y, box.width, box.height, to.x, to.y, to.width, to.height);
  }
  const levels: Levels = planesOf(context.getImageData(0, 0, width, height).data, shape);
  return { input: inputOf(levels, shape), levels, isInverted: false };
}
