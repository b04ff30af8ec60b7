/** Pictures of any size as inputs of a network: placed, scaled, grey where it is, light on dark. */

import type { PixelInput } from "../../wire/protocol";

export interface Shape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

/** The middle of the picture, or all of it on black. */
export type Fit = "crop" | "contain";
/** Exchange light and dark: by itself where the network sees grey and the ground is light. */
export type Invert = "auto" | "yes" | "no";

export interface Conversion {
  readonly fit: Fit;
  readonly invert: Invert;
  readonly mirror: boolean;
  /** Take the ground for black and the brightest for white, as digits have it. */
  readonly contrast: boolean;
}

/** Levels 0-255, (channels, height, width). */
export type Levels = Uint8Array<ArrayBuffer>;

/** A ground whose median is above this is light. */
const LIGHT = 127.5;
/** Less than this between ground and brightest is noise, which nothing is made of. */
const LEAST_CONTRAST = 24;

/** Return the shape of a session's images. */
export function shapeOf(shape: readonly number[]): Shape {
  const [channels = 1, height = 28, width = 28] = shape;
  return { channels, height, width };
}

/** Where a picture is taken from, and where it goes in the network's shape, in whole pixels. */
export function placed(source: Size, target: Size, fit: Fit): { from: Rect; to: Rect } {
  if (fit === "crop") {
    const width = Math.min(source.width, (source.height * target.width) / target.height);
    const height = Math.min(source.height, (source.width * target.height) / target.width);
    const from = middle({ width, height }, source);
    return { from, to: { x: 0, y: 0, width: target.width, height: target.height } };
  }
  const scale = Math.min(target.width / source.width, target.height / source.height);
  const width = Math.max(1, Math.round(source.width * scale));
  const height = Math.max(1, Math.round(source.height * scale));
  const { x, y } = middle({ width, height }, target);
  const to = { x: Math.floor(x), y: Math.floor(y), width, height };
  return { from: { x: 0, y: 0, width: source.width, height: source.height }, to };
}

function middle(inner: Size, outer: Size): Rect {
  return {
    ...inner,
    x: (outer.width - inner.width) / 2,
    y: (outer.height - inner.height) / 2,
  };
}

/** Return pixels R, G, B, A as planes; grey is how bright they look (ITU-R BT.601). */
export function planesOf(rgba: ArrayLike<number>, { channels, height, width }: Shape): Levels {
  const size = width * height;
  const planes = new Uint8Array(channels * size);
  for (let place = 0; place < size; place += 1) {
    const [red, green, blue] = [0, 1, 2].map((part) => rgba[4 * place + part] ?? 0) as [
      number,
      number,
      number,
    ];
    if (channels === 1) planes[place] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    else [red, green, blue].forEach((level, part) => (planes[part * size + place] = level));
  }
  return planes;
}

/** The level of the ground: the median along the edge of what is inside, over all channels. */
export function groundOf(planes: Levels, shape: Shape, inside: Rect): number {
  const [right, bottom] = [inside.x + inside.width - 1, inside.y + inside.height - 1];
  const edge: number[] = [];
  each(shape, inside, (place, x, y) => {
    if (x === inside.x || x === right || y === inside.y || y === bottom) {
      edge.push(planes[place] ?? 0);
    }
  });
  edge.sort((a, b) => a - b);
  return edge[Math.floor((edge.length - 1) / 2)] ?? 0;
}

/** Exchange light and dark inside; what is around it stays black. */
export function inverted(planes: Levels, shape: Shape, inside: Rect): Levels {
  const turned = planes.slice();
  each(shape, inside, (place) => (turned[place] = 255 - (planes[place] ?? 0)));
  return turned;
}

/** Stretch so that the ground is black and the brightest two in a hundred are white. */
export function stretched(planes: Levels, shape: Shape, inside: Rect): Levels {
  const low = groundOf(planes, shape, inside);
  const levels: number[] = [];
  each(shape, inside, (place) => levels.push(planes[place] ?? 0));
  levels.sort((a, b) => a - b);
  const high = levels[Math.floor(0.98 * (levels.length - 1))] ?? 255;
  if (high - low < LEAST_CONTRAST) return planes;
  const made = planes.slice();
  each(shape, inside, (place) => {
    const level = (255 * ((planes[place] ?? 0) - low)) / (high - low);
    made[place] = Math.max(0, Math.min(255, Math.round(level)));
  });
  return made;
}

/** What the options make of a picture that was placed: its levels, and whether it was inverted. */
export function finished(
  planes: Levels,
  shape: Shape,
  inside: Rect,
  { invert, contrast }: Pick<Conversion, "invert" | "contrast">,
): { levels: Levels; isInverted: boolean } {
  const isGrey = shape.channels === 1;
  const isInverted =
    invert === "yes" || (invert === "auto" && isGrey && groundOf(planes, shape, inside) > LIGHT);
  const levels = isInverted ? inverted(planes, shape, inside) : planes;
  return { levels: contrast && isGrey ? stretched(levels, shape, inside) : levels, isInverted };
}

/** Return levels as the input that a slot takes. */
export function inputOf(levels: Levels, { channels, height, width }: Shape): PixelInput {
  const letters = Array.from(levels, (level) => String.fromCharCode(level)).join("");
  return { type: "pixels", shape: [channels, height, width], data: btoa(letters) };
}

/** Call with each place of the planes that lies inside, and where in the picture that is. */
function each(
  { channels, height, width }: Shape,
  inside: Rect,
  act: (place: number, x: number, y: number) => void,
): void {
  for (let channel = 0; channel < channels; channel += 1) {
    for (let y = inside.y; y < inside.y + inside.height; y += 1) {
      for (let x = inside.x; x < inside.x + inside.width; x += 1) {
        act((channel * height + y) * width + x, x, y);
      }
    }
  }
}
