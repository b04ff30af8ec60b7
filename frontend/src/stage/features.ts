/** Small pictures of the features that a network in the plane may start from. */

import { tableOf } from "../draw/color";

type Feature = (x1: number, x2: number) => number;

/** Half the side of the plane that is shown. */
const REACH = 6;

const FEATURES: Readonly<Record<string, { label: string; value: Feature }>> = {
  x1: { label: "x₁", value: (x1) => x1 / REACH },
  x2: { label: "x₂", value: (_, x2) => x2 / REACH },
  x1_squared: { label: "x₁²", value: (x1) => (x1 / REACH) ** 2 },
  x2_squared: { label: "x₂²", value: (_, x2) => (x2 / REACH) ** 2 },
  x1_x2: { label: "x₁x₂", value: (x1, x2) => (x1 * x2) / REACH ** 2 },
  sin_x1: { label: "sin x₁", value: (x1) => Math.sin(x1) },
  sin_x2: { label: "sin x₂", value: (_, x2) => Math.sin(x2) },
  cos_x1: { label: "cos x₁", value: (x1) => Math.cos(x1) },
  cos_x2: { label: "cos x₂", value: (_, x2) => Math.cos(x2) },
};

/** The feature as it is written in a formula; its bare name where we know none. */
export function featureName(name: string): string {
  return FEATURES[name]?.label ?? name;
}

/** Paint a feature's values over the plane in the signed scale; nothing for one we do not know. */
export function drawFeature(canvas: HTMLCanvasElement, name: string, theme: string): void {
  const feature = FEATURES[name];
  const context = canvas.getContext("2d");
  if (feature === undefined || context === null) return;
  const { width, height } = canvas;
  const table = tableOf("signed", theme === "dark");
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const x1 = ((column + 0.5) / width) * 2 * REACH - REACH;
      const x2 = REACH - ((row + 0.5) / height) * 2 * REACH;
      const level = Math.round(127.5 + 127.5 * feature.value(x1, x2));
      pixels[row * width + column] = table[level] ?? 0;
    }
  }
  context.putImageData(image, 0, 0);
}
