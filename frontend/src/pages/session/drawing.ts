/** A drawing with the mouse as an input of a network. */

import type { PixelInput } from "../../wire/protocol";

/** Side of the square that is drawn on, in canvas pixels. */
export const SIDE = 280;
const PEN = SIDE / 13;

/** Draw a stroke from one point to another: white on black, as the digits are. */
export function stroke(context: CanvasRenderingContext2D, from: Point, to: Point): void {
  context.strokeStyle = "#fff";
  context.lineWidth = PEN;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export function wipe(context: CanvasRenderingContext2D): void {
  context.fillStyle = "#000";
  context.fillRect(0, 0, SIDE, SIDE);
}

/** Return the place of a pointer on the canvas, in canvas pixels. */
export function pointOf(event: PointerEvent, canvas: HTMLCanvasElement): Point {
  const box = canvas.getBoundingClientRect();
  const scale = SIDE / box.width;
  return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
}

/** Where something was drawn, or null on an empty canvas. */
export function drawnBox(rgba: ArrayLike<number>, side: number): Box | null {
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

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Where the drawing goes in an image of this size: centred, its longer side as long as the digits of
 * the data are: 20 of 28 pixels in MNIST (LeCun et al. 1998), the whole height in the small ones.
 */
export function placeOf(box: Box, width: number, height: number): Box {
  const room = Math.min(width, height) > 16 ? 20 / 28 : 1;
  const scale = (Math.min(width, height) * room) / Math.max(box.width, box.height);
  const size = { width: box.width * scale, height: box.height * scale };
  return { ...size, x: (width - size.width) / 2, y: (height - size.height) / 2 };
}

/** Return the drawing in the shape of the data: (channels, height, width). */
export function inputOf(canvas: HTMLCanvasElement, shape: readonly number[]): PixelInput | null {
  const [channels = 1, height = 28, width = 28] = shape;
  const small = document.createElement("canvas");
  small.width = width;
  small.height = height;
  const context = small.getContext("2d");
  if (context === null) return null;
  context.imageSmoothingQuality = "high";
  const drawn = canvas.getContext("2d")?.getImageData(0, 0, SIDE, SIDE).data ?? [];
  const box = drawnBox(drawn, SIDE);
  if (box !== null) {
    const to = placeOf(box, width, height);
    const { x, y } = box;
    context.drawImage(canvas, x, y, box.width, box.height, to.x, to.y, to.width, to.height);
  }
  const rgba = context.getImageData(0, 0, width, height).data;
  const plane = Uint8Array.from({ length: width * height }, (_, index) => rgba[4 * index] ?? 0);
  const bytes = Array.from({ length: channels }, () => Array.from(plane)).flat();
  const letters = bytes.map((byte) => String.fromCharCode(byte)).join("");
  return { type: "pixels", shape: [channels, height, width], data: btoa(letters) };
}
