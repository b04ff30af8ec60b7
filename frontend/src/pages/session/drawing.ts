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

/** Return the drawing in the shape of the data: (channels, height, width). */
export function inputOf(canvas: HTMLCanvasElement, shape: readonly number[]): PixelInput | null {
  const [channels = 1, height = 28, width = 28] = shape;
  const small = document.createElement("canvas");
  small.width = width;
  small.height = height;
  const context = small.getContext("2d");
  if (context === null) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, width, height);
  const rgba = context.getImageData(0, 0, width, height).data;
  const plane = Uint8Array.from({ length: width * height }, (_, index) => rgba[4 * index] ?? 0);
  const bytes = Array.from({ length: channels }, () => Array.from(plane)).flat();
  const letters = bytes.map((byte) => String.fromCharCode(byte)).join("");
  return { type: "pixels", shape: [channels, height, width], data: btoa(letters) };
}
