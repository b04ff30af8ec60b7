/** Pictures from files and cameras, brought to a canvas and into the network's shape. */

import { problemOf, ProblemError } from "../../wire/problem";
import type { PixelInput } from "../../wire/protocol";
import {
  finished,
  inputOf,
  placed,
  planesOf,
  type Conversion,
  type Levels,
  type Shape,
  type Size,
} from "./convert";
import { MOST_BYTES, refusalOf } from "./sniff";

/** What the network is shown, and what was done to get there. */
export interface Converted {
  readonly input: PixelInput;
  readonly levels: Levels;
  readonly isInverted: boolean;
}

/** Decode a picture's file, upright; throws a ProblemError where it cannot or must not be. */
export async function opened(file: Blob): Promise<ImageBitmap> {
  // The size is told without reading: what is too large is not even brought into memory.
  if (file.size > MOST_BYTES) {
    const size = (file.size / 1e6).toFixed(1);
    throw refused(`The file has ${size} MB; at most 20 MB are read.`);
  }
  const refusal = refusalOf(new Uint8Array(await file.arrayBuffer()));
  if (refusal !== null) throw refused(refusal);
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw refused("This picture is damaged: it cannot be decoded.");
  }
}

/** Bring what a canvas can draw into the shape of the network. */
export function converted(
  source: CanvasImageSource,
  size: Size,
  shape: Shape,
  conversion: Conversion,
): Converted | null {
  const { width, height } = shape;
  const context = canvasOf(width, height);
  if (context === null || size.width < 1 || size.height < 1) return null;
  const { from, to } = placed(size, shape, conversion.fit);
  context.save();
  if (conversion.mirror) {
    context.translate(width, 0);
    context.scale(-1, 1);
  }
  // What is transparent is white, as on paper.
  context.fillStyle = "#fff";
  context.fillRect(to.x, to.y, to.width, to.height);
  context.imageSmoothingQuality = "high";
  const { x, y } = to;
  context.drawImage(source, from.x, from.y, from.width, from.height, x, y, to.width, to.height);
  context.restore();
  const rgba = context.getImageData(0, 0, width, height).data;
  const inside = conversion.mirror ? { ...to, x: width - to.x - to.width } : to;
  const { levels, isInverted } = finished(planesOf(rgba, shape), shape, inside, conversion);
  return { input: inputOf(levels, shape), levels, isInverted };
}

function refused(sentence: string): ProblemError {
  return new ProblemError(problemOf(sentence));
}

function canvasOf(width: number, height: number): CanvasRenderingContext2D | null {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context?.fillRect(0, 0, width, height);
  return context;
}
