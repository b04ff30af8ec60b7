/** Which points an embedding shows, and what stands for them. */

import type { Tile } from "../../draw/tile";
import type { FrameData } from "../../wire/frame";
import type { PixelInput, SampleInput, ScatterFigure } from "../../wire/protocol";

/** The sample that a point stands for: training samples come first, each split from its start. */
export function sampleOf(
  index: number,
  heldOut: ArrayLike<number> | null,
  split: string,
): SampleInput {
  const name = split === "train" ? "train" : "validation";
  if (heldOut === null) return { type: "sample", split: name, index };
  let training = 0;
  while (training < heldOut.length && heldOut[training] !== 1) training += 1;
  return index < training
    ? { type: "sample", split: "train", index }
    : { type: "sample", split: "validation", index: index - training };
}

/** The point that stands for an input, or null where none does. */
export function pointOf(
  input: SampleInput | PixelInput | undefined,
  heldOut: ArrayLike<number> | null,
  split: string,
  total: number,
): number | null {
  if (input?.type !== "sample") return null;
  const { index } = input;
  if (heldOut === null) return input.split === split && index < total ? index : null;
  let training = 0;
  while (training < heldOut.length && heldOut[training] !== 1) training += 1;
  const found = input.split === "train" ? index : training + index;
  return found < (input.split === "train" ? training : total) ? found : null;
}

/** The picture of one point. */
export function thumbnailOf(figure: ScatterFigure, data: FrameData, index: number): Tile | null {
  if (figure.thumbnails === null) return null;
  const [total = 0, channels = 1, height = 1, width = 1] = figure.thumbnails.shape;
  if (index >= total) return null;
  const size = channels * height * width;
  const levels = data.array(figure.thumbnails).subarray(index * size, (index + 1) * size);
  const raster = { levels, channels, width, height };
  return { raster, scale: "pixels", smooth: false, low: 0, high: 1 };
}
